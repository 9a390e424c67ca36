"""One whole system for the tests of this folder; each test has a department of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import dj_database_url
import pytest
from celery import Celery
from django.db import connections

from accounts import wake
from policetweets.durations import DURATIONS
from tests.system.departments import Department, make_department
from tests.system.system import System

FACTOR = 0.1


@pytest.fixture(scope="package")
def _whole(tmp_path_factory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("whole"), accounts=60, factor=FACTOR).running() as system:
        system.next_account = iter(system.handles)
        yield system


@pytest.fixture
def system(_whole, settings, monkeypatch, django_db_blocker) -> Iterator[System]:
    """All of it runs; this process acts on its database and wakes its workers."""
    _whole.heal()
    # Pages call dead what was not heard for 9 s instead of 30; it beats each 5 s, or 6.
    settings.DURATIONS = replace(DURATIONS.scaled(FACTOR), heartbeat_dead=9)
    settings.X_API_BASE_URL = _whole.x.base_url
    settings.X_API_KEY, settings.X_API_SECRET = _whole.x.consumer.values()
    settings.REDIS_URL = _whole.redis.url
    settings.MEDIA_ROOT = _whole.folder / "media"
    people = Celery("people", set_as_current=False)
    people.config_from_object("django.conf:settings", namespace="CELERY")
    people.conf.broker_url = _whole.redis.url.replace("unix://", "redis+socket://")
    monkeypatch.setattr(wake, "current_app", people)
    with django_db_blocker.unblock(), database(_whole.postgres.url):
        yield _whole
        _whole.heal()
    people.close()


@contextlib.contextmanager
def database(url: str) -> Iterator[None]:
    """This process's database is another one, for a while."""
    one = connections.settings["default"]
    kept = {key: one[key] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    connections["default"].close()
    parsed = dj_database_url.parse(url)
    one.update({key: parsed[key] for key in kept})
    try:
        yield
    finally:
        connections["default"].close()
        one.update(kept)


@pytest.fixture
def town(system) -> Department:
    """A department of the test's own."""
    return make_department(system.x, next(system.next_account))
