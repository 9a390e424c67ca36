"""Nobody watches a dead machine: what /healthz, the banner and /metrics say of the line."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from dataclasses import replace

import pytest
from django.db import DatabaseError
from django.test import Client

from accounts.clock import db_now
from policetweets import health
from policetweets.heart import Heart
from publishing import heart
from publishing.actions.send import send_due
from publishing.models import Heartbeat, Publication, Throttle
from tests.cast import signed_in
from tests.sandbox import until

PROCESSES = (*health.QUEUES, heart.BEAT, heart.CLOCK)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alive() -> None:
    heart.beats(*PROCESSES)


def silence(*processes: str, seconds: float = 120) -> None:
    Heartbeat.objects.filter(process__in=processes).update(
        seen_at=db_now() - dt.timedelta(seconds=seconds)
    )


def healthz() -> tuple[int, list[str]]:
    response = Client().get("/healthz")
    return response.status_code, response.json()["failing"]


def test_healthz_is_fine_while_everything_answers(alive):
    assert healthz() == (200, [])


@pytest.mark.parametrize("process", PROCESSES)
def test_healthz_names_the_process_that_is_no_longer_heard(alive, process):
    silence(process)
    assert healthz() == (503, [process])


def test_all_workers_dead_are_one_trouble(alive):
    silence(*health.QUEUES, "clock")
    assert healthz() == (503, ["worker"])


def test_a_process_that_was_never_heard_is_not_fine():
    assert healthz() == (503, ["worker", "beat"])


def test_healthz_names_a_message_whose_hour_came_and_that_does_not_leave(alive, line, backdate):
    publication = line.released()
    assert healthz() == (200, [])
    backdate(publication, 180, "due_at", "next_try_at", "since")
    assert healthz() == (503, ["stuck"])


def test_a_message_that_x_makes_wait_is_explained_elsewhere(alive, line, backdate):
    publication = line.released()
    backdate(publication, 180, "due_at", "next_try_at", "since")
    Throttle.objects.create(account=publication.account, until=db_now() + dt.timedelta(minutes=5))
    assert healthz() == (200, [])


def test_what_is_uncertain_alerts_within_two_minutes(alive, line, x, backdate):
    x.switch("status", status=503, on="post")
    from publishing.actions.send import send_due

    publication = line.released()
    send_due(publication.account_id)
    assert healthz() == (200, [])
    backdate(publication, 121, "since")
    assert healthz() == (503, ["uncertain"])


def test_healthz_answers_in_two_seconds_while_the_broker_hangs(alive, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        began = time.monotonic()
        assert healthz() == (503, ["broker"])
        assert time.monotonic() - began < 5


def test_healthz_answers_in_two_seconds_while_the_database_hangs(alive, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(health, "problems", lambda: answers.wait(30) and [])
    began = time.monotonic()
    try:
        assert healthz() == (503, ["database"])
        assert time.monotonic() - began < 5
    finally:
        answers.set()


def test_healthz_tells_a_stranger_nothing_more(alive, line, backdate):
    publication = line.released("Un texte.")
    backdate(publication, 180, "due_at", "next_try_at", "since")
    assert set(Client().get("/healthz").json()) == {"status", "failing"}


def test_a_heart_outlives_a_database_that_refuses(settings, monkeypatch):
    settings.DURATIONS = replace(settings.DURATIONS, heartbeat_every=0.02)
    refusals = [DatabaseError(), DatabaseError()]
    real = heart.beats

    def beats(*names: str) -> None:
        if refusals:
            raise refusals.pop()
        real(*names)

    monkeypatch.setattr(heart, "beats", beats)
    one = Heart("worker-send", "worker-looks")
    one.start()
    try:
        first = until(lambda: Heartbeat.objects.filter(process="worker-looks").first())
        until(lambda: Heartbeat.objects.get(process="worker-looks").seen_at > first.seen_at)
    finally:
        one.stop()
        one.join(10)
    assert not one.is_alive()


@pytest.mark.parametrize("seconds", [50, -50])
def test_a_clock_that_is_not_that_of_x_is_told(alive, line, x, monkeypatch, seconds):
    send_due(line.released().account_id)
    assert healthz() == (200, [])
    real, away = health.posted_at, dt.timedelta(seconds=seconds)
    monkeypatch.setattr(health, "posted_at", lambda x_id: real(x_id) + away)
    assert healthz() == (503, ["clocks"])
    assert "comparée à celle de X" in page(line.cast.ada, "/sante")


def page(person, path: str = "/") -> str:
    return signed_in(person).get(path).content.decode()


def test_every_page_says_that_nothing_leaves_and_since_when(alive, cast):
    assert "Les envois n’avancent pas" not in page(cast.claire)
    silence(*health.QUEUES)
    for person in (cast.claire, cast.helene, cast.ada):
        assert "Les envois n’avancent pas" in page(person)
        assert "le service d’envoi est arrêté depuis" in " ".join(page(person).split())
    assert "Les envois n’avancent pas" not in Client().get("/connexion").content.decode()


def test_orders_that_no_longer_arrive_are_told_apart_from_a_dead_worker(alive, cast):
    silence("clock")
    assert "les ordres n’arrivent plus au service d’envoi" in page(cast.claire)
    silence("beat")
    shown = page(cast.claire)
    assert "l’horloge des envois est arrêtée" in shown
    assert "les ordres n’arrivent plus" not in shown


def test_the_band_costs_two_queries(alive, cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        health.stopped()


def test_the_health_page_shows_administrators_each_thing_and_no_text(alive, line, backdate):
    publication = line.released("Un texte que personne ici ne doit lire.")
    backdate(publication, 180, "due_at", "next_try_at", "since")
    silence("beat")
    shown = page(line.cast.ada, "/sante")
    assert "l’horloge des envois est arrêtée" in shown
    assert "un message dont l’heure est venue ne part pas" in shown
    assert "@pnationale44" in shown
    assert "en ordre" in shown
    assert "personne ici ne doit lire" not in shown
    assert signed_in(line.cast.claire).get("/sante").status_code == 403


def test_the_health_page_calls_nothing_fine_that_is_dead(alive, cast):
    silence(*health.QUEUES, "beat", "clock")
    shown = page(cast.ada, "/sante")
    assert shown.count("en ordre") == 5  # database, Redis, clocks, what is due or uncertain


def test_the_health_page_says_which_account_was_never_connected(alive, cast):
    assert page(cast.ada, "/sante").count("jamais connecté") == 2


def metrics(**headers: str) -> tuple[int, str]:
    response = Client().get("/metrics", **headers)
    return response.status_code, response.content.decode()


def test_metrics_are_counted_in_the_database(alive, line):
    line.released()
    status, text = metrics()
    assert status == 200
    assert 'policetweets_publications{state="waiting"} 1.0' in text
    assert 'policetweets_publications{state="published"} 0.0' in text
    assert 'policetweets_heartbeat_age_seconds{process="worker-send"}' in text
    assert Publication.objects.count() == 1


def test_metrics_are_not_for_strangers(settings):
    assert metrics(REMOTE_ADDR="203.0.113.9")[0] == 404
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_VIA"):
        assert metrics(**{name: "203.0.113.9"})[0] == 404
    settings.METRICS_TOKEN = "a-token"
    assert metrics()[0] == 404
    assert metrics(HTTP_AUTHORIZATION="Bearer another")[0] == 404
    assert metrics(REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer a-token")[0] == 200
