"""What X may answer, and what is late, lost or crossed on the way: each fault by its number."""

from __future__ import annotations

import datetime as dt
import re
import socket
import time
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.clock import db_now
from accounts.models import Credential
from policetweets import health
from policetweets.durations import DURATIONS
from publishing import heartbeat, tasks, wake
from publishing.actions import send as sending
from publishing.actions.apply_answer import apply_answer, close_stale, stale_attempts, write_answer
from publishing.actions.connect import probe, probes_due
from publishing.actions.decide import confirm, propose, propose_lift
from publishing.actions.effects import NotNow
from publishing.actions.freeze import freeze
from publishing.actions.reconcile import reconcile_account
from publishing.actions.restored import freeze_restored
from publishing.actions.retract import retract, run
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import send_due
from publishing.actions.stops import credits_restored
from publishing.gateway import ApiResult
from publishing.models import (
    Attempt,
    CreditStop,
    Heartbeat,
    Lookup,
    Outcome,
    Publication,
    Reason,
    Throttle,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def short(settings):
    """For what X never answers; the others have the time that they need."""
    settings.DURATIONS = replace(settings.DURATIONS, post_connect=0.3, post_read=0.5, post_total=4)


def scan() -> None:
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)


def state(publication: Publication) -> tuple[str, str]:
    publication.refresh_from_db()
    return publication.state, publication.reason


def look_now(publication: Publication) -> None:
    Lookup.objects.filter(done_at=None, kind="lookups").update(due_at=db_now())
    reconcile_account(publication.account_id)


@pytest.fixture
def full_backlog():
    """An address where nobody ever takes the connection."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for one in waiting:
            one.close()


def test_fault_17_a_connection_that_never_stands_is_tried_again(
    line, x, short, settings, backdate, full_backlog
):
    publication = line.released()
    settings.X_API_BASE_URL = full_backlog
    send_due(publication.account_id)
    assert state(publication) == ("waiting", "unreachable")
    assert send_due(publication.account_id) == 0  # not before its two seconds
    settings.X_API_BASE_URL = x.base_url
    backdate(publication, 5, "next_try_at")
    send_due(publication.account_id)
    assert state(publication) == ("published", "")
    assert len(x.posts()) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_fault_20_an_error_of_x_may_hide_an_acceptance(line, x, status):
    there, absent = line.released("Accepté."), line.released("Perdu.")
    x.switch("status", status=status, when="after")
    x.switch("status", status=status, when="before")
    send_due(there.account_id)
    assert state(there) == state(absent) == ("uncertain", "server_error")
    look_now(there)
    assert state(there)[0] == "published"
    assert state(absent)[0] == "uncertain"
    assert send_due(there.account_id) == 0
    assert [post["text"] for post in x.posts()] == ["Accepté."]


def test_fault_21_a_rate_limit_waits_for_its_reset_and_asks_the_freeze_again(line, x, backdate):
    publication = line.released()
    x.switch("rate_limited", reset=300)
    send_due(publication.account_id)
    assert state(publication) == ("waiting", "rate_limited")
    wait = (publication.next_try_at - db_now()).total_seconds()
    assert 290 < wait < 302
    heartbeat.beat(heartbeat.BEAT, heartbeat.CLOCK, *health.QUEUES)
    assert re.search(r"nouvel essai dans (4 min 5\d|5 min 00)", line.page(publication))
    assert send_due(publication.account_id) == 0
    freeze(actor=line.cast.claire, account=line.cast.nantes, reason="Un doute.")
    backdate(Throttle.objects.get(), 400, "until")
    backdate(publication, 400, "next_try_at")
    assert send_due(publication.account_id) == 0
    assert state(publication) == ("held", "frozen")
    assert len(x.requests("post")) == 1


def test_fault_21_without_a_header_it_waits_a_minute_then_two(line, x, backdate):
    publication = line.released()
    x.switch("rate_limited", reset=None, times=2)
    for expected in (60, 120):
        send_due(publication.account_id)
        publication.refresh_from_db()
        assert abs((publication.next_try_at - db_now()).total_seconds() - expected) < 3
        backdate(Throttle.objects.get(), 200, "until")
        backdate(publication, 200, "next_try_at")
    send_due(publication.account_id)
    assert state(publication)[0] == "published"
    assert not Throttle.objects.exists()


def test_fault_21_a_limit_that_opens_after_the_tolerance_is_missed(line, x):
    publication = line.released()
    x.switch("rate_limited", reset=930)
    send_due(publication.account_id)
    assert state(publication) == ("missed", "rate_limited")


def test_fault_23_a_suspended_account_is_held_and_goes_on_when_x_lifts_it(line, x, backdate):
    sent, waiting = line.released(), line.released()
    elsewhere = line.released(
        account=line.cast.rennes, author=line.cast.yann, signers=(line.cast.soazig, line.cast.gwen)
    )
    x.switch("suspended", on="post")
    send_due(sent.account_id)
    send_due(elsewhere.account_id)
    scan()
    assert state(sent) == state(waiting) == ("held", "suspended")
    assert state(elsewhere)[0] == "published"
    backdate(Credential.objects.get(account=sent.account), 1000, "next_probe_at")
    assert probes_due() == [sent.account_id]
    assert probe(sent.account_id)
    scan()
    send_due(sent.account_id)
    assert state(sent)[0] == state(waiting)[0] == "published"
    assert len(x.posts()) == 3


def test_fault_24_unauthorized_is_asked_about_before_it_is_believed(line, x, backdate):
    publication = line.released()
    elsewhere = line.released(
        account=line.cast.rennes, author=line.cast.yann, signers=(line.cast.soazig, line.cast.gwen)
    )
    x.switch("unauthorized", times="always", account="pnationale44")
    send_due(publication.account_id)
    credential = Credential.objects.get(account=publication.account)
    waits = []
    for _ in range(3):
        credential.refresh_from_db()
        assert credential.state == "probing"
        waits.append((credential.next_probe_at - credential.refused_at).total_seconds())
        assert send_due(publication.account_id) == 0
        backdate(credential, waits[-1], "next_probe_at")
        probe(publication.account_id)
    assert [round(wait, -1) for wait in waits] == [60, 300, 900]
    scan()
    credential.refresh_from_db()
    assert credential.state == "reconnect"
    assert state(publication) == ("held", "reconnect")
    send_due(elsewhere.account_id)
    assert state(elsewhere)[0] == "published"
    x.clear()
    probe(publication.account_id)
    scan()
    send_due(publication.account_id)
    assert state(publication)[0] == "published"
    assert len(x.posts("pnationale44")) == 1


@pytest.mark.parametrize("body", ["empty", "html", "truncated", "null", "list", "errors"])
def test_fault_26_an_unreadable_201_is_looked_up(line, x, body):
    publication = line.released()
    x.switch("body", body=body)
    send_due(publication.account_id)
    assert state(publication) == ("uncertain", "broken_answer")
    look_now(publication)
    assert state(publication)[0] == "published"
    assert len(x.posts()) == 1


def test_fault_28_one_byte_at_a_time_is_cut(line, x, short):
    publication = line.released()
    x.switch("slow_loris", seconds=0.5)
    began = time.monotonic()
    send_due(publication.account_id)
    assert time.monotonic() - began < 10
    assert DURATIONS.post_total == 20
    assert state(publication) == ("uncertain", "no_answer")
    look_now(publication)
    assert state(publication)[0] == "published"


@pytest.mark.parametrize("minutes", [-10, 10])
def test_fault_14_a_worker_whose_clock_is_wrong_sends_nothing_early_nor_misses_anything(
    line, x, monkeypatch, backdate, minutes
):
    assert wake.STALE > 2 * 600  # Celery counts by two machines' clocks
    ahead = line.released(requested_at=db_now() + dt.timedelta(minutes=5))
    due = line.released()
    backdate(due, 360, "due_at", "next_try_at")
    real, now = time.time, timezone.now
    monkeypatch.setattr(time, "time", lambda: real() + 60 * minutes)
    monkeypatch.setattr(timezone, "now", lambda: now() + dt.timedelta(minutes=minutes))
    tasks.scan_due()
    assert state(ahead) == state(due) == ("waiting", "")
    send_due(due.account_id)
    # X refuses signatures of another time: not sent, and asked about.
    assert state(due) == ("waiting", "unauthorized")
    monkeypatch.undo()
    for layer in ("accounts", "publishing"):
        monkeypatch.setattr(f"{layer}.wake.now", lambda *ids: None)
    probe(due.account_id)
    backdate(due, 10, "next_try_at")
    send_due(due.account_id)
    assert state(due)[0] == "published"
    assert state(ahead)[0] == "waiting"
    assert len(x.posts()) == 1


# What crosses on the way


def left_behind(line, x, monkeypatch, backdate, *texts: str) -> tuple[Publication, Attempt]:
    """A publication whose worker slept through its POST, and was closed as stale."""
    publication = line.released(*texts)
    real = sending.post

    def asleep(*args, **kwargs):
        monkeypatch.setattr(sending, "post", real)
        raise SystemExit

    if len(texts) > 1:
        sending.send(sending.claim(publication.account_id))
    monkeypatch.setattr(sending, "post", asleep)
    with pytest.raises(SystemExit):
        send_due(publication.account_id)
    attempt = Attempt.objects.get(part__publication=publication, phase="posting")
    backdate(attempt, 60, "posting_at")
    for late in stale_attempts():
        close_stale(late)
    assert state(publication) == ("uncertain", "worker_died")
    return publication, attempt


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (ApiResult(Outcome.NOT_SENT, Reason.PRE_SEND_CHECK), "waiting"),
        (ApiResult(Outcome.NOT_SENT, Reason.NO_CREDITS, 402), "held"),
        (ApiResult(Outcome.NOT_SENT, Reason.RATE_LIMITED, 429, retry_after=5000), "missed"),
        (ApiResult(Outcome.UNCERTAIN, Reason.SERVER_ERROR, 503), "uncertain"),
        (ApiResult(Outcome.REFUSED, Reason.TOO_LONG, 400), "refused"),
    ],
)
def test_an_answer_after_the_reaper_is_followed_whatever_it_says(
    line, x, monkeypatch, backdate, reply, expected
):
    publication, attempt = left_behind(line, x, monkeypatch, backdate)
    write_answer(attempt.pk, reply)
    apply_answer(attempt.pk)
    assert state(publication)[0] == expected


def test_an_answer_after_the_reaper_lets_a_thread_go_on(line, x, monkeypatch, backdate):
    publication, attempt = left_behind(line, x, monkeypatch, backdate, "Un.", "Deux.")
    write_answer(attempt.pk, ApiResult(Outcome.NOT_SENT, Reason.PRE_SEND_CHECK))
    apply_answer(attempt.pk)
    assert state(publication)[0] == "sending"
    backdate(publication, 60, "next_try_at")
    send_due(publication.account_id)
    assert state(publication)[0] == "published"
    assert [post["text"] for post in x.posts()] == ["Un.", "Deux."]


def test_a_thread_retracted_while_its_next_part_is_prepared_stops_no_clock(line, x, backdate):
    publication = line.released("Un.", "Deux.")
    sending.send(sending.claim(publication.account_id))
    claimed = sending.claim(publication.account_id)
    asked = retract(actor=line.cast.claire, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    assert state(publication)[0] == "retracted"
    due = line.released("Un autre.")
    backdate(Attempt.objects.get(pk=claimed.attempt_id), 60, "renewed_at")
    tasks.scan_due()
    assert Attempt.objects.get(pk=claimed.attempt_id).outcome == "not_sent"
    assert not sending.take_turn(claimed, "")
    send_due(due.account_id)
    assert state(due)[0] == "published"
    assert state(publication)[0] == "retracted"
    assert [post["text"] for post in x.posts(live=True)] == ["Un autre."]


def test_one_row_that_goes_wrong_does_not_stop_the_clock(line, x, monkeypatch, woken, backdate):
    bad, good = line.released(), line.released()
    for publication in (bad, good):
        backdate(publication, 3600, "due_at")
    real = tasks.scan.reevaluate

    def broken(publication_id):
        if publication_id == bad.pk:
            raise ValueError("a row nobody thought of")
        real(publication_id)

    monkeypatch.setattr(tasks.scan, "reevaluate", broken)
    tasks.scan_due()
    assert state(good)[0] == "missed"
    assert ("publishing.tasks.send_account", bad.account_id) in woken


def test_a_retraction_believes_no_lagging_timeline(line, x, backdate):
    publication = line.released()
    x.set(timeline_frozen=True)
    send_due(publication.account_id)
    x.switch("status", on="delete", status=500)
    asked = retract(actor=line.cast.helene, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    asked.refresh_from_db()
    assert (state(publication)[0], asked.state) == ("published", "failing")
    backdate(asked, 600, "next_try_at")
    run(asked.pk)
    assert state(publication)[0] == "retracted"
    assert not x.posts(live=True)


def test_nothing_is_sent_again_while_a_retraction_stands(line, x, backdate):
    publication = line.released()
    x.switch("reset", when="before")
    send_due(publication.account_id)
    Lookup.objects.update(due_at=db_now())
    reconcile_account(publication.account_id)
    people = line.cast
    ask = {"actor": people.claire, "publication_id": publication.pk, "kind": "send_again"}
    one = propose(**ask, reason="Absent.")
    confirm(actor=people.helene, confirmation_id=one.pk)
    asked = retract(actor=people.paul, publication_id=publication.pk, reason="Erreur.")
    reconcile_account(publication.account_id)
    assert state(publication)[0] == "uncertain"
    with pytest.raises(NotNow):
        propose(**ask, reason="Absent.")
    run(asked.pk)
    assert send_due(publication.account_id) == 0
    assert not x.posts()


def test_fault_43_what_was_in_a_workers_hands_when_a_freeze_is_lifted_is_missed_too(
    line, x, backdate
):
    publication = line.released()
    claimed = sending.claim(publication.account_id)
    people = line.cast
    standing = freeze(actor=people.claire, account=people.nantes, reason="Un doute.")
    one = propose_lift(actor=people.claire, freeze_id=standing.pk, reason="C’est clair.")
    confirm(actor=people.helene, confirmation_id=one.pk)
    sending.send(claimed)
    assert state(publication) == ("missed", "lifted_late")
    after = line.released()
    send_due(after.account_id)
    assert state(after)[0] == "published"
    assert len(x.posts()) == 1


def test_a_first_send_after_the_credits_that_went_nowhere_lets_another_try(line, x, backdate):
    first = line.released()
    x.switch("credits", on="post")
    send_due(first.account_id)
    credits_restored(actor=line.cast.ada)
    scan()
    other = line.released(
        account=line.cast.rennes, author=line.cast.yann, signers=(line.cast.soazig, line.cast.gwen)
    )
    claimed = sending.claim(first.account_id)
    assert CreditStop.objects.get(ended_at=None).probe == first
    assert send_due(other.account_id) == 0
    freeze(actor=line.cast.claire, account=line.cast.nantes, reason="Un doute.")
    sending.send(claimed)
    assert state(first) == ("held", "frozen")
    tasks.scan_due()
    Heartbeat.objects.all().delete()  # a second later
    tasks.scan_due()
    send_due(other.account_id)
    assert state(other)[0] == "published"
    assert not CreditStop.objects.filter(ended_at=None).exists()


def test_fault_15_what_was_being_prepared_when_the_backup_was_made_is_uncertain_too(
    line, x, backdate
):
    publication = line.released("Parti juste après.")
    claimed = sending.claim(publication.account_id)
    x.tweet("Parti juste après.")  # the live system went on
    freeze_restored(db_now() - dt.timedelta(days=1))
    assert state(publication) == ("uncertain", "restored")
    assert Attempt.objects.get(pk=claimed.attempt_id).outcome == "not_sent"
    look_now(publication)
    assert state(publication)[0] == "published"
