"""Workers and servers die at each point of the protocol: one post, or none and people are told.

Real workers, PostgreSQL, Redis and sandbox of X; durations are a tenth.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import OperationalError, connection
from django.test import Client
from PIL import Image

from accounts.clock import db_now
from approvals import message as typed
from approvals.models import StoredImage
from policetweets.durations import DURATIONS
from publishing import tasks, wake
from publishing.actions.freeze import freeze
from publishing.actions.retract import retract
from publishing.heartbeat import CLOCK
from publishing.models import Attempt, Heartbeat, Lookup, Publication
from tests.cast import signed_in
from tests.clock import backdate_row
from tests.sandbox import PATIENCE, until
from tests.system.departments import make_department

# One system for all of them: in one process.
pytestmark = pytest.mark.xdist_group("system")


def soon(seconds: float) -> dt.datetime:
    return db_now() + dt.timedelta(seconds=seconds)


def becomes(publication: Publication, state: str, timeout: float = PATIENCE) -> None:
    def now() -> bool:
        try:
            publication.refresh_from_db()
        except OperationalError:
            connection.close()
        return publication.state == state

    try:
        until(now, timeout)
    except AssertionError:
        raise AssertionError(f"{publication.state} {publication.reason}, not {state}") from None


def posted(system, town) -> list[str]:
    return [post["text"] for post in system.x.posts(town.account.handle)]


def sent(system, town) -> list[dict]:
    """The requests to post that X has received, whatever it made of them."""
    return [row for row in system.x.requests("post") if row["account"] == town.account.handle]


def attempts(publication: Publication) -> list[tuple[str, str]]:
    rows = Attempt.objects.filter(part__publication=publication).order_by("number")
    return list(rows.values_list("outcome", "reason"))


def killed(system, town, point: str) -> Publication:
    """The worker dies at this point of its protocol, and is started again."""
    system.arm(point)
    publication = town.released()
    system.reached(point)
    system.restart_worker()
    return publication


@pytest.mark.parametrize("point", ["claim.before", "claim.inside"])
def test_fault_1_killed_before_the_claim_is_posted_once_soon(system, town, point):
    publication = killed(system, town, point)
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert len(attempts(publication)) == 1


@pytest.mark.parametrize("point", ["claim.after", "turn.inside"])
def test_fault_2_killed_while_preparing_waits_and_is_posted_once(system, town, point):
    publication = killed(system, town, point)
    becomes(publication, "published")
    assert attempts(publication) == [("not_sent", "worker_lost"), ("accepted", "accepted")]
    assert len(posted(system, town)) == 1


def test_fault_2_killed_while_posting_before_the_post_is_left_to_people(system, town):
    publication = killed(system, town, "turn.after")
    becomes(publication, "uncertain")
    until(
        lambda: Lookup.objects.filter(part__publication=publication, result="absent").count() >= 2
    )
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("uncertain", "worker_died")
    assert not posted(system, town)
    assert attempts(publication) == [("uncertain", "worker_died")]


def test_fault_3_killed_during_the_post_that_x_accepted_is_found(system, town):
    with system.x.hold(when="after", account=town.account.handle) as held:
        publication = town.released()
        held.wait()
        system.worker.kill()
    system.worker.start()
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert attempts(publication)[0][0] == "uncertain"


@pytest.mark.parametrize("point", ["post.after", "write.after", "apply.inside", "apply.after"])
def test_fault_4_killed_after_x_accepted_is_published_once(system, town, point):
    publication = killed(system, town, point)
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    kept = point != "post.after"  # the answer itself says what became of it
    assert attempts(publication)[0][0] == ("accepted" if kept else "uncertain")


def test_fault_5_killed_during_the_upload_waits_again(system, town):
    raw = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(raw, "PNG")
    sha256 = hashlib.sha256(raw.getvalue()).hexdigest()
    stored = system.folder / "media" / "images" / sha256
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(raw.getvalue())
    StoredImage.objects.create(
        account=town.account,
        sha256=sha256,
        mime="image/png",
        width=64,
        height=64,
        size=len(raw.getvalue()),
    )
    with system.x.hold(on="upload", when="after", account=town.account.handle) as held:
        publication = town.released("Avec image.", images=(typed.Image(sha256, "Bleu."),))
        held.wait()
        system.worker.kill()
    system.worker.start()
    becomes(publication, "published")
    (post,) = system.x.posts(town.account.handle)
    assert [media["sha256"] for media in post["media"]] == [sha256]


def test_fault_6_a_deploy_in_the_middle_of_a_post_lets_it_end(system, town):
    """SIGTERM while X keeps its answer back: the worker ends by itself once that is written."""
    with system.x.hold(when="after", account=town.account.handle) as held:
        publication, next_one = town.released(), town.released()
        held.wait()
        system.worker.popen.send_signal(signal.SIGTERM)
        until(lambda: "Warm shutdown" in system.worker.log_tail())
    assert system.worker.popen.wait(PATIENCE) == 0
    becomes(publication, "published", 0)
    assert attempts(publication) == [("accepted", "accepted")]
    system.worker.start()
    becomes(next_one, "published")
    assert len(posted(system, town)) == 2


def test_a_new_version_beside_an_old_one_does_no_harm(system):
    """Two workers of each kind, beat among them; then the old ones are told to go."""
    towns = [make_department(system.x, next(system.next_account)) for _ in range(3)]
    old, new = system.services, system.processes("new")
    try:
        for service in new:
            service.begin()
        due = [town.released(requested_at=soon(2 + i)) for i in range(3) for town in towns]
        until(lambda: all("ready" in one.log.read_text() for one in new))
        for publication in due[:6]:
            becomes(publication, "published")
        for service in reversed(old):
            service.stop()
        due += [town.released() for town in towns]
        for publication in due:
            becomes(publication, "published")
    finally:
        for service in new:
            service.kill()
    assert [len(posted(system, town)) for town in towns] == [4, 4, 4]
    for publication in due:
        assert attempts(publication) == [("accepted", "accepted")]
    assert [service.popen.returncode for service in old] == [0, 0]
    said = "".join(service.log.read_text() for service in new)
    assert '"level": "error"' not in said
    assert '"level": "critical"' not in said


def test_sends_that_hang_keep_neither_a_deletion_nor_the_clock_waiting(system, town):
    """X keeps every send silent, for all that may leave at once and more behind it."""
    out = town.released()
    becomes(out, "published")
    towns = [make_department(system.x, next(system.next_account)) for _ in range(4)]
    for other in towns:
        system.x.switch("timeout", account=other.account.handle, times="always")
    system.freeze(system.worker)  # so that all four begin together
    stuck = [other.released() for other in towns for _ in range(3)]
    system.signal(system.worker, signal.SIGCONT)
    until(lambda: Attempt.objects.filter(phase="posting").count() == len(towns))
    began = db_now()
    retract(actor=town.seats[1], publication_id=out.pk, reason="Une erreur de lieu.")
    becomes(out, "retracted")
    until(lambda: Heartbeat.objects.get(process=CLOCK).seen_at > began + dt.timedelta(seconds=1))
    waiting = Publication.objects.filter(pk__in=[one.pk for one in stuck], state="waiting")
    assert waiting.exists()
    assert not system.x.posts(town.account.handle, live=True)


def test_fault_7_redis_emptied_loses_nothing(system, town):
    system.worker.stop()
    publication = town.released()
    redis(system).flushall()
    system.worker.start()
    becomes(publication, "published")
    assert len(posted(system, town)) == 1


def test_fault_8_without_redis_nothing_leaves_and_the_pages_say_so(system, town):
    """And the worker lives through it, with what it was doing."""
    browser = signed_in(town.seats[0])
    with system.x.hold(account=town.account.handle) as held:
        sent_meanwhile = town.released()
        held.wait()
        system.redis.stop()
    becomes(sent_meanwhile, "published")
    publication, late = town.released(), town.released()
    tolerance = town.account.tolerance_seconds
    backdate_row(late, tolerance - 13, "due_at")
    until(lambda: "Envois interrompus" in browser.get("/").text)
    assert DURATIONS.heartbeat_dead + DURATIONS.heartbeat_every < 120  # two minutes, not scaled
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert "broker" in answer.json()["failing"]
    late.refresh_from_db()
    until(lambda: db_now() > late.due_at + dt.timedelta(seconds=tolerance + 1))
    assert len(posted(system, town)) == 1
    system.redis.start()
    becomes(publication, "published")
    becomes(late, "missed")
    assert len(posted(system, town)) == 2
    assert attempts(sent_meanwhile) == [("accepted", "accepted")]


def test_fault_9_redis_restored_from_an_old_dump_replays_harmlessly(system, town):
    system.worker.stop()
    publication = town.released()
    dump = system.redis.data / "dump.rdb"
    redis(system).save()
    kept = dump.read_bytes()
    system.worker.start()
    becomes(publication, "published")
    system.redis.stop()
    dump.write_bytes(kept)
    for service in system.services:  # lest they take what is looked for
        system.freeze(service)
    system.redis.start()
    assert redis(system).llen("send") or redis(system).llen("clock")
    system.resume()
    another = town.released()
    becomes(another, "published")
    assert len(posted(system, town)) == 2
    assert len(attempts(publication)) == 1


def test_fault_10_the_same_task_many_times_at_once_posts_once(system, town):
    with system.x.hold(account=town.account.handle) as held:
        publication = town.released()
        for _ in range(20):
            wake.now(wake.SEND, town.account.pk)
        held.wait()
        until(lambda: redis(system).llen("send") == 0)
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert len(attempts(publication)) == 1


def test_the_clock_asks_no_more_of_workers_that_are_behind(system, town):
    system.worker.stop()
    system.clock.stop()  # it may have something to ask for other departments
    redis(system).delete("send")
    tasks._wake("send", {wake.SEND: [town.account.pk]})
    tasks._wake("send", {wake.SEND: [town.account.pk]})
    assert redis(system).llen("send") == 1
    publication = town.released()
    system.clock.start()
    system.worker.start()
    becomes(publication, "published")
    assert len(posted(system, town)) == 1


def test_a_connection_to_postgresql_outlives_a_task(system, town):
    def served() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
            return {row[0] for row in cursor.fetchall()}

    becomes(town.released(), "published")
    before = served()
    for _ in range(3):
        becomes(town.released(), "published")
    assert before
    assert before <= served()


def test_fault_11_postgresql_restarted_while_claiming(system, town):
    system.arm("claim.inside", "wait")
    publication = town.released()
    system.reached("claim.inside")
    restart_postgres(system)
    system.go("claim.inside")
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert len(attempts(publication)) == 1


def test_fault_11_postgresql_restarted_while_the_answer_is_written(system, town):
    system.arm("post.after", "wait")
    publication = town.released()
    system.reached("post.after")
    connection.close()
    system.postgres.stop()
    system.go("post.after")
    system.postgres.start()
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert len(attempts(publication)) == 1


@contextlib.contextmanager
def read_only() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    cut_others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', cut_others)
    try:
        yield
    finally:
        run(
            "SET default_transaction_read_only = off",
            f'ALTER DATABASE "{name}" RESET default_transaction_read_only',
            cut_others,
        )


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Every write fails with PostgreSQL's own code for it, and reading goes on."""
    run(
        "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    tables = connection.introspection.table_names()
    run(
        *(
            f'CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON "{table}"'
            " EXECUTE FUNCTION full_disk()"
            for table in tables
        )
    )
    try:
        yield
    finally:
        run(*(f'DROP TRIGGER full_disk ON "{table}"' for table in tables))


def run(*statements: str) -> None:
    """One after the other, so that no two locks are ever waited for."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("no_writes", [read_only, full_disk])
def test_fault_12_a_database_that_takes_no_writes_sends_nothing_and_the_pages_say_so(
    system, town, no_writes
):
    browser = signed_in(town.seats[0])
    publication = town.released(requested_at=soon(3))
    with no_writes():
        until(lambda: "Envois interrompus depuis" in browser.get("/").text)
        assert Client().get("/healthz").status_code == 503
        until(lambda: db_now() > publication.due_at + dt.timedelta(seconds=3))
        assert not posted(system, town)
    becomes(publication, "published")
    assert len(posted(system, town)) == 1


def test_fault_12_a_disk_that_is_full_when_the_answer_is_written(system, town):
    system.arm("post.after", "wait")
    publication = town.released()
    system.reached("post.after")
    with full_disk():
        system.go("post.after")
        ends = soon(1)
        until(lambda: db_now() > ends)
    becomes(publication, "published")
    assert len(posted(system, town)) == 1
    assert attempts(publication) == [("accepted", "accepted")]


def test_fault_13_without_beat_what_is_scheduled_waits_and_the_pages_say_so(system, town, settings):
    browser = signed_in(town.seats[0])
    system.clock.kill()
    settings.DURATIONS = replace(settings.DURATIONS, heartbeat_dead=1)
    at_once, later = town.released(), town.released(requested_at=soon(1))
    becomes(at_once, "published")
    until(lambda: "Envois interrompus depuis" in browser.get("/").text)
    assert "beat" in Client().get("/healthz").json()["failing"]
    later.refresh_from_db()
    assert later.state == "waiting"
    system.clock.start()
    becomes(later, "published")
    assert len(posted(system, town)) == 2


def test_fault_13_two_beats_double_nothing(system, town):
    _worker, second = system.processes("second")
    second.start()
    try:
        publications = [town.released(requested_at=soon(1 + i / 10)) for i in range(5)]
        for publication in publications:
            becomes(publication, "published")
    finally:
        second.kill()
    assert len(posted(system, town)) == 5


def test_fault_42_a_freeze_one_moment_before_the_hour_and_one_between_claim_and_post(system, town):
    system.arm("claim.after", "wait")
    claimed = town.released()
    system.reached("claim.after")
    freeze(actor=town.seats[2], account=town.account, reason="Un doute.")
    system.go("claim.after")
    due = town.released(requested_at=soon(0.5))
    becomes(claimed, "held")
    becomes(due, "held")
    until(lambda: db_now() > due.due_at + dt.timedelta(seconds=2))
    assert not posted(system, town)
    assert attempts(claimed) == [("not_sent", "pre_send_check")]


def test_a_worker_that_slept_through_its_turn_sends_nothing(system, town):
    """SIGSTOP between the commit and the POST: X must not hear of it minutes later."""
    system.arm("turn.after", "wait")
    publication = town.released()
    system.reached("turn.after")
    system.freeze(system.worker)
    becomes(publication, "uncertain")
    system.go("turn.after")
    system.signal(system.worker, signal.SIGCONT)
    becomes(publication, "published")  # its answer says that nothing had left: sent anew
    assert len(posted(system, town)) == 1
    assert attempts(publication) == [("not_sent", "pre_send_check"), ("accepted", "accepted")]


def restart_postgres(system) -> None:
    connection.close()
    system.postgres.end((signal.SIGQUIT, 20))
    system.postgres.start()


def redis(system):
    import redis as client

    return client.Redis(unix_socket_path=str(system.redis.socket))
