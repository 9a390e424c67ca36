"""What beat asks for exists, a worker serves the queue to which it goes, and beat goes on."""

from __future__ import annotations

import contextlib

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from policetweets import beat
from policetweets.celery import app


def tasks() -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if not name.startswith("celery."))


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_every_entry_of_the_clock_names_a_task(name):
    assert app.conf.beat_schedule[name]["task"] in tasks()


def test_every_task_goes_to_a_queue_that_workers_serve():
    served = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert len(tasks()) >= 7
    for name in tasks():
        routed = app.amqp.router.route({}, name)["queue"].name
        assert routed in served


def test_a_beat_that_fails_begins_anew(monkeypatch):
    begun = []

    class Service:
        def __init__(self, *args, **kwargs):
            begun.append(self)

        def start(self):
            raise OSError if len(begun) == 1 else SystemExit

    monkeypatch.setattr(beat, "Service", Service)
    monkeypatch.setattr(beat, "PAUSE", 0)
    with pytest.raises(SystemExit):
        beat.Beat(app).run()
    assert len(begun) == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_ended_costs_one_scan_and_is_made_anew():
    assert not beat.something_due()
    ended = connection.connection.info.backend_pid
    other = psycopg2.connect(**connection.get_connection_params())
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    assert beat.something_due()
    assert not beat.something_due()
    assert connection.connection.info.backend_pid != ended
