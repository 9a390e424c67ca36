"""Nobody watches a dead machine: what /healthz, the banner and /metrics say of the line."""

from __future__ import annotations

import datetime as dt
import re
import socket
import threading
import time
from dataclasses import replace

import pytest
import redis
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.clock import db_now
from policetweets import health
from policetweets.heartbeat import HeartbeatThread
from policetweets.runner.redis import Redis
from policetweets.templatetags.frame import Frame, frame
from publishing import heartbeat
from publishing.actions.acknowledge import acknowledge
from publishing.actions.send import send_due
from publishing.models import Heartbeat, Publication, Throttle
from tests.cast import signed_in, supervise
from tests.sandbox import until

PROCESSES = (*health.QUEUES, heartbeat.BEAT, heartbeat.CLOCK)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alive() -> None:
    heartbeat.beat(*PROCESSES)


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
    publication = line.released()
    send_due(publication.account_id)
    assert healthz() == (200, [])
    backdate(publication, 121, "since")
    # The monitor that reads the status alone is told of outages: here people must decide.
    response = Client().get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert response.json()["deciding"] == ["uncertain"]
    assert "un envoi reste à vérifier sur X" in page(line.cast.ada, "/sante")


def test_healthz_answers_in_two_seconds_while_the_broker_hangs(alive, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        began = time.monotonic()
        assert healthz() == (503, ["broker"])
        assert time.monotonic() - began < 5


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory):
    server = Redis(tmp_path_factory.mktemp("redis"), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def told(own_redis, settings):
    """Tells a real Redis of the test's own something, and takes it back."""
    settings.REDIS_URL = own_redis.url
    with redis.Redis.from_url(own_redis.url) as client:
        yield client
        client.replicaof("NO", "ONE")
        client.config_set("maxmemory", "0")
        client.acl_setuser(
            "default",
            enabled=True,
            reset=True,
            nopass=True,
            keys=["*"],
            channels=["*"],
            categories=["+@all"],
        )


@pytest.mark.parametrize(
    ("word", "tell"),
    [
        ("READONLY", lambda client: client.replicaof("127.0.0.1", 1)),
        ("OOM", lambda client: client.config_set("maxmemory", "1")),
        (
            "NOPERM",
            lambda client: client.acl_setuser(
                "default",
                enabled=True,
                nopass=True,
                keys=["*"],
                channels=["*"],
                categories=["+@all"],
                commands=["-set"],
            ),
        ),
    ],
)
def test_a_redis_that_answers_and_takes_no_writes_is_named_in_its_own_word(
    alive, cast, told, word, tell
):
    assert healthz() == (200, [])
    assert "policetweets_broker_up 1.0" in metrics()[1]
    tell(told)
    assert told.ping()
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["failing"] == ["broker"]
    assert response.json()["broker"] == word
    assert "policetweets_broker_up 0.0" in metrics()[1]
    assert f"Redis refuse d’écrire et répond {word}" in page(cast.ada, "/sante")


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
    assert Client().get("/healthz").json() == {
        "status": "failing",
        "failing": ["stuck"],
        "deciding": [],
    }


def test_a_heart_outlives_a_database_that_refuses(settings, monkeypatch):
    settings.DURATIONS = replace(settings.DURATIONS, heartbeat_every=0.02)
    refusals = [DatabaseError(), DatabaseError()]
    real = heartbeat.beat

    def beats(*names: str) -> None:
        if refusals:
            raise refusals.pop()
        real(*names)

    monkeypatch.setattr(heartbeat, "beat", beats)
    one = HeartbeatThread("worker-send", "worker-lookups")
    one.start()
    try:
        first = until(lambda: Heartbeat.objects.filter(process="worker-lookups").first())
        until(lambda: Heartbeat.objects.get(process="worker-lookups").seen_at > first.seen_at)
    finally:
        one.stop()
        one.join(30)
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
    assert "Envois interrompus" not in page(cast.claire)
    silence(*health.QUEUES)
    for person in (cast.claire, cast.helene, cast.ada):
        assert "Envois interrompus" in page(person)
        assert "Envois interrompus depuis <time" in " ".join(page(person).split())
    assert "Envois interrompus" not in Client().get("/connexion").content.decode()


def test_a_service_that_no_post_needs_is_named_and_interrupts_nothing(alive, cast):
    silence("worker-retract")
    shown = " ".join(page(cast.claire).split())
    assert "Une partie du service est arrêtée :" in shown
    assert "le service qui retire de X est arrêté depuis" in shown
    assert "Envois interrompus" not in shown


def test_orders_that_no_longer_arrive_are_told_apart_from_a_dead_worker(alive, cast):
    silence("clock")
    assert [problem.name for problem in health.silent()] == ["clock"]
    assert "Envois interrompus depuis" in " ".join(page(cast.claire).split())
    silence("beat")
    assert [problem.name for problem in health.silent()] == ["beat"]


def test_the_band_says_the_hour_of_an_overseas_department_first_and_paris_s_beside(alive, cast):
    type(cast.nantes).objects.filter(pk=cast.nantes.pk).update(time_zone="America/Cayenne")
    silence(*PROCESSES, seconds=3600)
    assert "à Paris)</time>" in page(cast.claire)
    assert "à Paris)" not in page(cast.yann)
    # Who has accounts in two zones, and who has none, reads the hour of the service.
    supervise(cast.rennes, cast.claire)
    for person in (cast.claire, cast.ada):
        assert "à Paris)" not in page(person)


def test_the_bands_and_the_bell_cost_one_query(alive, cast, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = cast.claire
    with django_assert_num_queries(1):
        assert frame({"request": request}) == Frame()


def blocked_rows(line, backdate, count=1):
    for number in range(count):
        publication = line.released(f"Le texte bloqué {number}.")
        backdate(publication, 180 + number, "due_at", "next_try_at", "since")
    return publication


def test_the_band_names_the_blocked_account_its_text_since_when_and_what_to_do(
    alive, line, backdate
):
    publication = blocked_rows(line, backdate)
    for person in (line.cast.claire, line.cast.helene):
        shown = " ".join(page(person).split())
        assert "Un envoi ne part pas :" in shown
        band = shown.partition("Un envoi ne part pas :")[2].partition("</section>")[0]
        assert "@pnationale44" in band
        assert "Le texte bloqué 0." in band
        assert f'href="/brouillons/{publication.draft_id}/"' in band
        assert "depuis <time" in band
        assert "rappelez-le" in band


def test_the_band_says_nothing_of_a_blocked_account_to_other_departments(alive, line, backdate):
    blocked_rows(line, backdate)
    for outsider in (line.cast.yann, line.cast.gwen, line.cast.nadia):
        shown = page(outsider)
        assert "ne part pas" not in shown
        assert "Envois interrompus" not in shown
        assert "@pnationale44" not in shown
    administrator = page(line.cast.ada)
    band = administrator.partition("Un envoi ne part pas :")[2].partition("</section>")[0]
    assert "@pnationale44" in band
    assert "Le texte bloqué" not in administrator


def test_the_band_of_many_blocked_posts_stays_short(alive, line, backdate):
    blocked_rows(line, backdate, 5)
    shown = page(line.cast.claire)
    band = shown.partition("Un envoi ne part pas :")[2].partition("</section>")[0]
    assert band.count("Le texte bloqué") == 3
    assert "et d’autres" in band


def test_the_health_page_shows_administrators_each_thing_and_no_text(alive, line, backdate):
    publication = line.released("Un texte que personne ici ne doit lire.")
    backdate(publication, 180, "due_at", "next_try_at", "since")
    silence("beat")
    shown = page(line.cast.ada, "/sante")
    assert "l’horloge des envois est arrêtée" in shown
    assert "un message dont l’heure est venue ne part pas" in shown
    assert "@pnationale44" in shown
    assert "en ordre" in shown
    assert "refusé, ou abandonné après vérification 0" in shown
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
    assert 'policetweets_publications{state="held"} 0.0' in text
    # What is over is not counted: it only grows.
    assert 'state="published"' not in text
    assert 'policetweets_waiting_for_people{what="uncertain"} 0.0' in text
    assert "policetweets_broker_up 1.0" in text
    assert 'policetweets_heartbeat_age_seconds{process="worker-send"}' in text
    assert Publication.objects.count() == 1


def test_metrics_count_what_waits_for_people_until_somebody_says_so(alive, line, x):
    x.switch("not_permitted", on="post")
    refused = line.released()
    send_due(refused.account_id)
    gone = line.released()
    send_due(gone.account_id)
    Publication.objects.filter(pk=gone.pk).update(reading="gone")
    text = metrics()[1]
    assert 'policetweets_waiting_for_people{what="refused"} 1.0' in text
    assert 'policetweets_waiting_for_people{what="gone"} 1.0' in text
    assert Client().get("/healthz").json()["deciding"] == ["gone", "refused"]
    for publication in (refused, gone):
        acknowledge(actor=line.cast.claire, publication_id=publication.pk, reason="Vu.")
    assert Client().get("/healthz").json()["deciding"] == []
    assert 'policetweets_waiting_for_people{what="refused"} 0.0' in metrics()[1]


def read_whole(line) -> list[str]:
    """The tables of all publications, parts, answers or attempts that a page reads from end to
    end, when the planner has every index to choose from and a table big enough to matter.
    """
    pages = [
        (line.cast.ada, "/sante"),
        (line.cast.claire, "/"),
        (line.cast.claire, "/a-decider"),
        (line.cast.claire, "/comptes/pnationale44"),
    ]
    with CaptureQueriesContext(connection) as captured:
        health.problems()
        health.clocks()
        health.counts()
        for person, path in pages:
            assert signed_in(person).get(path).status_code == 200
    whole = []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relname IN"
            " ('publishing_publication', 'publishing_part', 'publishing_answer',"
            " 'publishing_attempt')"
        )
        for way in ("seqscan", "mergejoin", "hashjoin"):
            cursor.execute(f"SET enable_{way} = off")
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"))
                plan = "\n".join(row[0] for row in cursor.fetchall())
                big = r"publication|part|answer|attempt"
                found = re.findall(rf"Seq Scan on publishing_({big})\b", plan)
                by_key = rf"Scan using publishing_({big})_pkey\b(?!.*\n *Index Cond)"
                found += re.findall(by_key, plan)
                whole += [f"{one}: {query['sql']}" for one in found]
        cursor.execute("RESET ALL")
    return whole


def test_what_is_watched_reads_no_table_of_all_that_was_ever_sent(alive, line, x):
    send_due(line.released().account_id)
    line.released(requested_at=db_now() + dt.timedelta(hours=1))
    assert read_whole(line) == []


def test_metrics_are_not_for_strangers(settings):
    assert metrics(REMOTE_ADDR="203.0.113.9")[0] == 404
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_VIA"):
        assert metrics(**{name: "203.0.113.9"})[0] == 404
    settings.METRICS_TOKEN = "a-token"
    assert metrics()[0] == 404
    assert metrics(HTTP_AUTHORIZATION="Bearer another")[0] == 404
    assert metrics(REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer a-token")[0] == 200


@pytest.mark.parametrize("state", ["waiting", "sending"])
@pytest.mark.parametrize("throttled", [False, True])
def test_nothing_approved_stands_still_without_an_alert_whatever_a_row_says(
    line, backdate, state, throttled
):
    """A next try, or a limit of X's, so far away that nobody planned it."""
    publication = line.released()
    rows = Publication.objects.filter(pk=publication.pk)
    if state == "sending":
        rows.update(state=state)
    backdate(publication, 180, "due_at", "since")
    rows.update(next_try_at=db_now() + dt.timedelta(days=36500))
    if throttled:
        far = db_now() + dt.timedelta(days=300)
        Throttle.objects.create(account=publication.account, until=far)
    assert [problem.name for problem in health.not_moving()] == ["stuck"]
