"""Interleavings that could double, lose or send what is no longer allowed: stopped workers whose
answers come late, decisions that act late, backups that come back, equal texts.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from accounts.actions.rights import vacate
from accounts.clock import db_now
from publishing.actions import send as sending
from publishing.actions.apply_answer import apply_answer, close_stale, write_answer
from publishing.actions.decide import confirm, propose
from publishing.actions.effects import can_propose
from publishing.actions.reconcile import reconcile_account
from publishing.actions.restored import freeze_restored
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import claim, send_due, take_turn
from publishing.gateway import ApiResult
from publishing.models import Attempt, Confirmation, Lookup, Outcome, Publication, Reason

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(line):
    return line.cast


@pytest.fixture
def agreed(people):
    """Claire proposes, Hélène confirms."""

    def agree(publication: Publication, kind: str) -> None:
        one = propose(actor=people.claire, publication_id=publication.pk, kind=kind, reason="Vu.")
        confirm(actor=people.helene, confirmation_id=one.pk)

    return agree


def looked(publication: Publication) -> None:
    """Every look of it that is still to come, made now."""
    Lookup.objects.filter(done_at=None, part__publication=publication).update(due_at=db_now())
    reconcile_account(publication.account_id)
    publication.refresh_from_db()


def tried_now(publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(next_try_at=db_now())
    send_due(publication.account_id)
    publication.refresh_from_db()


@pytest.fixture
def left_behind(backdate):
    """The attempt of a worker that stopped right after « posting », closed as stale."""

    def leave(publication: Publication) -> Attempt:
        claimed = claim(publication.account_id)
        assert take_turn(claimed, publication.release.digest)
        attempt = Attempt.objects.get(pk=claimed.attempt_id)
        backdate(attempt, 60, "posting_at", "renewed_at")
        close_stale(attempt.pk)
        publication.refresh_from_db()
        assert publication.state == "uncertain"
        return attempt

    return leave


def belated(attempt: Attempt, outcome: Outcome, reason: Reason, x_id: str = "") -> None:
    """The stopped worker goes on, and says what became of its POST."""
    write_answer(attempt.pk, ApiResult(outcome, reason, x_id=x_id))
    apply_answer(attempt.pk)


# Answers that come late


def test_rule_7_a_late_no_of_the_first_try_says_nothing_of_the_second(line, x, agreed, left_behind):
    publication = line.released("Une fois.")
    first = left_behind(publication)
    looked(publication)
    agreed(publication, "send_again")
    looked(publication)
    second = left_behind(publication)
    belated(first, Outcome.NOT_SENT, Reason.PRE_SEND_CHECK)
    other = line.released("Un autre.")
    tried_now(publication)
    other.refresh_from_db()
    assert second.confirmation_id
    assert publication.state == "uncertain"
    assert other.state == "published"  # and the account's line is not blocked by it


def test_rule_7_a_late_yes_stops_the_second_try(line, x, agreed, left_behind):
    publication = line.released("Une fois.")
    x.set(timeline_frozen=True)
    first = left_behind(publication)
    x_id = x.tweet("Une fois.").json()["data"]["id"]
    looked(publication)
    agreed(publication, "send_again")
    looked(publication)
    assert publication.state == "waiting"
    claimed = claim(publication.account_id)
    belated(first, Outcome.ACCEPTED, Reason.ACCEPTED, x_id)
    assert not take_turn(claimed, publication.release.digest)
    tried_now(publication)
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_rule_8_a_late_yes_is_heard_after_it_was_given_up(line, x, agreed, left_behind):
    publication = line.released("Une fois.")
    first = left_behind(publication)
    agreed(publication, "give_up")
    belated(first, Outcome.ACCEPTED, Reason.ACCEPTED, "1")
    publication.refresh_from_db()
    assert publication.state == "published"


def test_rule_8_an_equal_text_that_took_its_post_does_not_block_the_account(
    line, x, backdate, left_behind
):
    x.set(duplicate_rule=False)
    lost, sent = line.released("Pareil."), line.released("Pareil.")
    backdate(lost, 5, "due_at")
    left_behind(lost)
    claimed = claim(sent.account_id)
    assert take_turn(claimed, sent.release.digest)
    x_id = x.tweet("Pareil.").json()["data"]["id"]
    looked(lost)  # X shows the other's post before it has answered
    belated(Attempt.objects.get(pk=claimed.attempt_id), Outcome.ACCEPTED, Reason.ACCEPTED, x_id)
    sent.refresh_from_db()
    assert (sent.state, sent.reason) == ("uncertain", "duplicate")
    tried_now(line.released("La suite."))
    assert x.posts()[-1]["text"] == "La suite."


# Decisions


def test_rule_7_a_decision_about_one_try_does_not_act_on_the_next(line, x, agreed, left_behind):
    publication = line.released("Une fois.")
    x.switch("status", on="timeline", status=503, times="always")
    first = left_behind(publication)
    looked(publication)
    agreed(publication, "send_again")
    reconcile_account(publication.account_id)
    belated(first, Outcome.NOT_SENT, Reason.PRE_SEND_CHECK)
    x.clear()
    x.set(timeline_frozen=True, duplicate_rule=False)
    x.switch("reset", when="after")
    tried_now(publication)
    assert publication.state == "uncertain"
    Lookup.objects.filter(kind="before_act", done_at=None).update(due_at=db_now())
    reconcile_account(publication.account_id)
    tried_now(publication)
    assert len(x.posts()) == 1


def test_rule_10_a_decision_that_x_kept_waiting_for_hours_sends_nothing(line, x, agreed):
    publication = line.released()
    x.switch("reset", when="before")
    send_due(publication.account_id)
    looked(publication)
    agreed(publication, "send_again")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Confirmation.objects.update(decided_at=db_now() - dt.timedelta(hours=5))
        cursor.execute("SET session_replication_role = origin")
    looked(publication)
    tried_now(publication)
    assert (publication.state, publication.reason) == ("missed", "too_late")
    assert not x.posts()


def to_send_again_and_missed(line, x, backdate, agreed, when: str) -> Publication:
    publication = line.released("Une fois.")
    x.set(timeline_frozen=True)
    x.switch("reset", when=when)
    send_due(publication.account_id)
    looked(publication)
    agreed(publication, "send_again")
    looked(publication)
    backdate(publication, 3600, "due_at", "next_try_at")
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)
    publication.refresh_from_db()
    assert publication.state == "missed"
    x.set(timeline_frozen=False)
    return publication


def test_rule_8_what_was_to_be_sent_again_and_is_missed_can_be_recalled(line, x, backdate, agreed):
    publication = to_send_again_and_missed(line, x, backdate, agreed, "before")
    agreed(publication, "recall")
    looked(publication)
    assert publication.state == "recalled"


@pytest.mark.parametrize("kind", ["recall", "new_time"])
def test_rule_7_what_was_to_be_sent_again_and_is_missed_is_looked_for_first(
    line, x, backdate, agreed, kind
):
    publication = to_send_again_and_missed(line, x, backdate, agreed, "after")
    agreed(publication, kind)
    looked(publication)
    tried_now(publication)
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_rule_8_a_thread_that_stopped_before_its_second_try_goes_on(line, x, backdate, agreed):
    publication = line.released("Un.", "Deux.")
    x.switch("reset", when="before", skip=1)
    send_due(publication.account_id)
    looked(publication)
    agreed(publication, "send_again")
    looked(publication)
    backdate(publication, 3600, "due_at", "next_try_at")
    backdate(publication.parts.get(position=0), 3600, "out_at")
    tried_now(publication)
    assert publication.state == "partial"
    agreed(publication, "go_on")
    looked(publication)
    tried_now(publication)
    assert publication.state == "published"


# Rights, at the door


def test_rule_6_a_right_that_ends_during_a_slow_connection_stops_the_post(
    line, people, x, monkeypatch
):
    publication = line.released()
    monkeypatch.setattr(sending, "FRESH_FOR", -1)
    real = sending.post

    def right_ends_at_the_door(*args, **kwargs):
        vacate(people.marc.seat_set.get().pk, actor=people.ada)
        return real(*args, **kwargs)

    monkeypatch.setattr(sending, "post", right_ends_at_the_door)
    send_due(publication.account_id)
    assert not x.requests("post")


# A backup that comes back


@pytest.mark.parametrize("at_backup", ["uncertain", "posting", "partial"])
def test_fault_15_a_thread_that_went_on_since_the_backup_is_never_sent_again(
    line, people, x, agreed, left_behind, at_backup
):
    x.set(duplicate_rule=False)
    thread = line.released("Un.", "Deux.", "Trois.")
    if at_backup == "partial":
        x.switch("not_permitted", skip=1)
        send_due(thread.account_id)
        one = x.posts()[0]["id"]
    else:
        if at_backup == "posting":
            assert take_turn(claim(thread.account_id), thread.release.digest)
        else:
            left_behind(thread)
        one = x.tweet("Un.").json()["data"]["id"]
    two = x.tweet("Deux.", reply={"in_reply_to_tweet_id": one}).json()["data"]["id"]
    x.tweet("Trois.", reply={"in_reply_to_tweet_id": two})

    freeze_restored(db_now() - dt.timedelta(hours=1))
    looked(thread)
    while can_propose(thread, "go_on"):
        agreed(thread, "go_on")
        looked(thread)
    assert thread.state == "published"
    assert len(x.posts()) == 3


# A process that stops inside a transaction


def test_rule_8_who_stops_holding_an_accounts_lock_does_not_stop_the_clock(line):
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("30s",)


def test_rule_7_what_says_posting_is_on_disk_before_the_post(line):
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")  # the tests' own server says off
        assert cursor.fetchone() == ("on",)
