"""What the database itself refuses of publications, by plain SQL, whatever the code believes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from accounts.clock import db_now
from approvals.digest import digest_of
from approvals.models import Objection
from publishing.actions.recall import recall
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import claim, send_due
from publishing.models import (
    Answer,
    Attempt,
    Confirmation,
    Freeze,
    Lookup,
    Part,
    Publication,
    Retraction,
)

pytestmark = pytest.mark.django_db(transaction=True)


def refused(name: str, query: str, *values) -> None:
    """The statement fails, and the refusal names the constraint or what the trigger says."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(query, values)
    constraint = getattr(error.value.__cause__.diag, "constraint_name", None)
    assert name in (constraint or str(error.value)), error.value


POST = "UPDATE publishing_attempt SET phase = 'posting', digest = %s WHERE id = %s"


def a_try(part: Part, confirmation: Confirmation | None = None, number: int = 9) -> Attempt:
    """An attempt in preparation, as the rules of « posting » find it."""
    return Attempt.objects.create(
        part=part, account=part.publication.account, number=number, confirmation=confirmation
    )


def shown_on_x(part: Part, x_id: str = "1") -> None:
    """A lookup found it: the evidence without which no part is out."""
    Lookup.objects.create(
        part=part, kind="lookups", due_at=db_now(), done_at=db_now(), result="found", x_id=x_id
    )
    Part.objects.filter(pk=part.pk).update(state="out", x_id=x_id)


@pytest.fixture
def preparing(line):
    """A claimed part, one step before its POST: (publication, attempt)."""
    publication = line.released()
    claimed = claim(publication.account_id)
    return publication, Attempt.objects.get(pk=claimed.attempt_id)


def test_rule_7_at_most_one_post(line, preparing):
    publication, attempt = preparing
    digest = publication.release.digest
    again = (
        "INSERT INTO publishing_attempt (part_id, account_id, number, phase, outcome, reason,"
        " digest, worker) VALUES (%s, %s, 2, 'preparing', '', '', '', '')"
    )
    refused("at_most_one_post", again, attempt.part_id, attempt.account_id)
    Attempt.objects.filter(pk=attempt.pk).update(phase="posting", digest=digest)
    Attempt.objects.filter(pk=attempt.pk).update(phase="answered", outcome="uncertain")
    refused("at_most_one_post", again, attempt.part_id, attempt.account_id)
    Answer.objects.create(attempt=attempt, outcome="not_sent", reason="pre_send_check")
    Attempt.objects.filter(pk=attempt.pk).update(outcome="not_sent")
    with connection.cursor() as cursor:
        cursor.execute(again, [attempt.part_id, attempt.account_id])


def test_rule_7_outcome_as_answered(line, preparing):
    publication, attempt = preparing
    says = "UPDATE publishing_attempt SET phase = 'answered', outcome = %s WHERE id = %s"
    refused("outcome_as_answered", says, "accepted", attempt.pk)
    Attempt.objects.filter(pk=attempt.pk).update(phase="posting", digest=publication.release.digest)
    for outcome in ("not_sent", "refused", "accepted"):
        refused("outcome_as_answered", says, outcome, attempt.pk)
    Answer.objects.create(attempt=attempt, outcome="accepted", reason="accepted", x_id="1")
    Attempt.objects.filter(pk=attempt.pk).update(phase="answered", outcome="accepted")
    for outcome in ("not_sent", "uncertain"):
        refused("outcome_as_answered", says, outcome, attempt.pk)


def test_rule_10_posting_in_its_turn(line, preparing):
    publication, attempt = preparing
    digest = publication.release.digest
    part = attempt.part

    def refused_while() -> None:
        refused("posting_in_its_turn", POST, digest, attempt.pk)

    Part.objects.filter(pk=part.pk).update(state="posting")
    refused_while()
    Part.objects.filter(pk=part.pk).update(state="pending")
    asked = Retraction.objects.create(
        publication=publication, reason="Non.", requested_by=line.cast.claire
    )
    refused_while()
    Retraction.objects.filter(pk=asked.pk).update(ended_at=publication.due_at)
    with connection.cursor() as cursor:
        cursor.execute(POST, [digest, attempt.pk])


def test_rule_5_posting_in_its_turn_part_after_part(line):
    publication = line.released("Un.", "Deux.")
    Publication.objects.filter(pk=publication.pk).update(state="sending")
    second = a_try(publication.parts.last())
    refused("posting_in_its_turn", POST, publication.release.digest, second.pk)


def test_rule_10_posting_in_its_turn_not_before_its_hour(line):
    later = line.released(requested_at=db_now() + dt.timedelta(hours=2))
    Publication.objects.filter(pk=later.pk).update(state="sending", next_try_at=db_now())
    refused("posting_in_its_turn", POST, later.release.digest, a_try(later.parts.get()).pk)


def test_rule_10_posting_in_its_turn_not_after_its_tolerance(line, preparing, backdate):
    publication, attempt = preparing
    backdate(publication, publication.account.tolerance_minutes * 60 + 1, "due_at")
    refused("posting_in_its_turn", POST, publication.release.digest, attempt.pk)


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_fault_92_posting_as_signed_an_hour_that_nobody_signed(line, preparing, hours):
    publication, attempt = preparing
    moved = publication.due_at + dt.timedelta(hours=hours)
    Publication.objects.filter(pk=publication.pk).update(due_at=moved)
    refused("posting_as_signed", POST, publication.release.digest, attempt.pk)


@pytest.mark.parametrize("state", ["open", "declined"])
def test_fault_92_posting_as_signed_an_hour_that_two_did_not_confirm(line, preparing, state):
    publication, attempt = preparing
    soon = publication.due_at - dt.timedelta(minutes=5)
    one = Confirmation.objects.create(
        kind="new_time",
        publication=publication,
        reason="Plus tôt.",
        due_at=soon,
        proposed_by=line.cast.claire,
        expires_at="2100-01-01T00:00:00Z",
    )
    if state != "open":
        Confirmation.objects.filter(pk=one.pk).update(
            state=state, decided_by=line.cast.helene, decided_at=db_now()
        )
    Publication.objects.filter(pk=publication.pk).update(due_at=soon)
    refused("posting_as_signed", POST, publication.release.digest, attempt.pk)


def test_fault_92_the_hour_that_two_confirmed_lets_it_leave(line, preparing):
    publication, attempt = preparing
    soon = publication.due_at - dt.timedelta(minutes=5)
    one = Confirmation.objects.create(
        kind="new_time",
        publication=publication,
        reason="Plus tôt.",
        due_at=soon,
        proposed_by=line.cast.claire,
        expires_at="2100-01-01T00:00:00Z",
    )
    Confirmation.objects.filter(pk=one.pk).update(
        state="confirmed", decided_by=line.cast.helene, decided_at=db_now()
    )
    Publication.objects.filter(pk=publication.pk).update(due_at=soon)
    with connection.cursor() as cursor:
        cursor.execute(POST, [publication.release.digest, attempt.pk])


def confirmed_hour(line, publication, due_at) -> Confirmation:
    one = Confirmation.objects.create(
        kind="new_time",
        publication=publication,
        reason="Une autre heure.",
        due_at=due_at,
        proposed_by=line.cast.claire,
        expires_at="2100-01-01T00:00:00Z",
    )
    Confirmation.objects.filter(pk=one.pk).update(
        state="confirmed", decided_by=line.cast.helene, decided_at=db_now()
    )
    return one


def test_fault_92_of_several_confirmed_hours_the_last_alone_lets_it_leave(line, preparing):
    publication, attempt = preparing
    signed, first = publication.due_at, publication.due_at - dt.timedelta(minutes=5)
    last = publication.due_at - dt.timedelta(minutes=3)
    confirmed_hour(line, publication, first)
    confirmed_hour(line, publication, last)
    for older in (signed, first):
        Publication.objects.filter(pk=publication.pk).update(due_at=older)
        refused("posting_as_signed", POST, publication.release.digest, attempt.pk)
    Publication.objects.filter(pk=publication.pk).update(due_at=last)
    with connection.cursor() as cursor:
        cursor.execute(POST, [publication.release.digest, attempt.pk])


@pytest.mark.parametrize("result", ["found", "cancelled", "unreadable", ""])
def test_fault_92_a_confirmed_hour_counts_once_its_look_found_nothing(line, preparing, result):
    publication, attempt = preparing
    signed, other = publication.due_at, publication.due_at - dt.timedelta(minutes=5)
    one = confirmed_hour(line, publication, other)
    look = Lookup(part=attempt.part, kind="before_act", due_at=db_now(), confirmation=one)
    look.result, look.done_at = result, db_now() if result else None
    look.save()
    Publication.objects.filter(pk=publication.pk).update(due_at=other)
    refused("posting_as_signed", POST, publication.release.digest, attempt.pk)
    Publication.objects.filter(pk=publication.pk).update(due_at=signed)
    with connection.cursor() as cursor:
        cursor.execute(POST, [publication.release.digest, attempt.pk])


def hide_a_character(publication) -> str:
    """As what was released before such characters were refused; its digest."""
    revision = publication.release.revision
    content = revision.content.replace("Conseil", "Con\u200bseil")
    assert content != revision.content
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in ("release", "review"):
            cursor.execute(
                f"UPDATE approvals_{table} SET digest = %s WHERE revision_id = %s",
                [digest_of(content), revision.pk],
            )
        cursor.execute(
            "UPDATE approvals_revision SET content = %s, digest = %s WHERE id = %s",
            [content, digest_of(content), revision.pk],
        )
    return digest_of(content)


def test_posting_without_a_hidden_character(line, preparing):
    publication, attempt = preparing
    digest = hide_a_character(publication)
    refused("posting_without_hidden_character", POST, digest, attempt.pk)


def test_what_was_released_with_a_hidden_character_is_held_for_good_and_alerts(line, x):
    publication = line.released()
    hide_a_character(publication)
    assert publication.pk in rows_to_reevaluate()
    send_due(publication.account_id)
    reevaluate(publication.pk)
    assert x.posts() == []
    rows = Publication.objects.filter(pk=publication.pk)
    assert (rows.get().state, rows.get().reason) == ("held", "hidden_character")
    assert publication.pk not in rows_to_reevaluate()
    assert line.alerted(publication) >= {"Claire", "Helene"}
    page = line.page(publication)
    assert "le texte porte un caractère invisible ; il faut le rappeler et le corriger" in page
    recall(actor=line.cast.claire, publication_id=publication.pk, reason="À corriger.")
    assert rows.get().state == "recalled"


def test_fault_92_an_hour_moved_by_hand_is_held_and_alerts(line, x):
    publication = line.released(requested_at=db_now() + dt.timedelta(days=3))
    rows = Publication.objects.filter(pk=publication.pk)
    rows.update(due_at=db_now(), next_try_at=db_now())
    send_due(publication.account_id)
    assert publication.pk in rows_to_reevaluate() or rows.get().state == "held"
    reevaluate(publication.pk)
    assert (rows.get().state, rows.get().reason) == ("held", "altered")
    assert x.posts() == []
    assert line.alerted(publication) >= {"Claire", "Helene"}


@pytest.mark.parametrize(
    "forged",
    [
        "phase = 'posting'",
        "phase = 'answered', outcome = 'accepted'",
        "phase = 'answered', outcome = 'not_sent'",
        "posting_at = now()",
    ],
)
def test_an_attempt_begins_in_preparation(line, forged):
    publication = line.released()
    values = dict(part.split(" = ") for part in forged.split(", "))
    columns = {"phase": "'preparing'", "outcome": "''"} | values
    refused(
        "attempt_begins_preparing",
        f"INSERT INTO publishing_attempt (part_id, account_id, number, reason, worker, digest,"
        f" {', '.join(columns)}) VALUES (%s, %s, 1, '', '', '', {', '.join(columns.values())})",
        publication.parts.get().pk,
        publication.account_id,
    )


def test_a_part_is_out_with_evidence_only(line, preparing):
    _publication, attempt = preparing
    out = "UPDATE publishing_part SET state = 'out', x_id = %s WHERE id = %s"
    refused("out_with_evidence", out, "1999", attempt.part_id)
    Lookup.objects.create(
        part=attempt.part,
        kind="lookups",
        due_at=db_now(),
        done_at=db_now(),
        result="found",
        x_id="2000",
    )
    refused("out_with_evidence", out, "1999", attempt.part_id)
    Lookup.objects.create(
        part=line.released().parts.get(),
        kind="lookups",
        due_at=db_now(),
        result="found",
        x_id="1999",
    )
    refused("out_with_evidence", out, "1999", attempt.part_id)
    with connection.cursor() as cursor:
        cursor.execute(out, ["2000", attempt.part_id])


@pytest.mark.parametrize("forged", [("out", "'1'"), ("uncertain", "NULL"), ("pending", "'1'")])
def test_a_part_begins_pending(line, forged):
    state, x_id = forged
    refused(
        "part_begins_pending",
        "INSERT INTO publishing_part (publication_id, position, state, x_id, media, lookups_made,"
        f" lookalike_id) VALUES (%s, 7, '{state}', {x_id}, '{{}}', 0, '')",
        line.released().pk,
    )


@pytest.mark.parametrize("column", ["due_at", "next_try_at", "since", "published_at"])
@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_no_moment_is_infinite(line, column, moment):
    publication = line.released()
    refused(
        f"{column}_is_finite",
        f"UPDATE publishing_publication SET {column} = %s WHERE id = %s",
        moment,
        publication.pk,
    )


@pytest.mark.parametrize("decision", ["open", "declined", "give_up", "of_another"])
def test_rule_7_posting_in_its_turn_a_second_time_only_by_a_decision_of_two(
    line, preparing, decision
):
    publication, attempt = preparing
    digest = publication.release.digest
    Attempt.objects.filter(pk=attempt.pk).update(phase="posting", digest=digest)
    Attempt.objects.filter(pk=attempt.pk).update(phase="answered", outcome="uncertain")
    one = Confirmation.objects.create(
        kind="give_up" if decision == "give_up" else "send_again",
        publication=line.released() if decision == "of_another" else publication,
        reason="Absent.",
        proposed_by=line.cast.claire,
        expires_at="2100-01-01T00:00:00Z",
    )
    if decision != "open":
        state = "declined" if decision == "declined" else "confirmed"
        Confirmation.objects.filter(pk=one.pk).update(
            state=state, decided_by=line.cast.helene, decided_at=db_now()
        )
    again = a_try(attempt.part, confirmation=one)
    refused("posting_in_its_turn", POST, digest, again.pk)


def test_one_post_at_a_time(line, preparing):
    publication, attempt = preparing
    digest = publication.release.digest
    with connection.cursor() as cursor:
        cursor.execute(POST, [digest, attempt.pk])
    other = line.released()
    Publication.objects.filter(pk=other.pk).update(state="sending")
    refused("one_post_at_a_time", POST, other.release.digest, a_try(other.parts.get()).pk)


def test_nothing_leaves_while_an_objection_stands(line, preparing):
    publication, attempt = preparing
    revision = publication.release.revision
    objection = Objection.objects.create(
        draft=revision.draft,
        revision=revision,
        raised_by=line.cast.leila,
        role="seat",
        reason="Un doute.",
    )
    refused("posting_without_objection", POST, publication.release.digest, attempt.pk)
    Objection.objects.filter(pk=objection.pk).update(lifted_at=Now(), lifted_by=line.cast.leila)
    with connection.cursor() as cursor:
        cursor.execute(POST, [publication.release.digest, attempt.pk])


def test_rule_9_posting_not_frozen(line, preparing):
    publication, attempt = preparing
    for account in (line.cast.nantes, None):
        with transaction.atomic():
            Freeze.objects.create(account=account, reason="Un doute.")
            refused("posting_not_frozen", POST, publication.release.digest, attempt.pk)
            transaction.set_rollback(True)


def test_rule_9_lifted_by_two(line):
    frozen = Freeze.objects.create(account=line.cast.nantes, reason="Un doute.")
    lift = "UPDATE publishing_freeze SET lifted_at = now() WHERE id = %s"
    refused("lifted_by_two", lift, frozen.pk)
    one = Confirmation.objects.create(
        kind="lift",
        freeze=frozen,
        reason="Vu.",
        proposed_by=line.cast.claire,
        expires_at="2100-01-01T00:00:00Z",
    )
    refused("lifted_by_two", lift, frozen.pk)
    refused(
        "Cannot update rows",
        "UPDATE publishing_freeze SET account_id = %s WHERE id = %s",
        line.cast.rennes.pk,
        frozen.pk,
    )
    Confirmation.objects.filter(pk=one.pk).update(
        state="confirmed", decided_by=line.cast.paul, decided_at=db_now()
    )
    with connection.cursor() as cursor:
        cursor.execute(lift, [frozen.pk])


def test_rule_5_posting_with_quorum_of_these_bytes(line, preparing):
    publication, attempt = preparing
    refused("posting_with_quorum", POST, "0" * 64, attempt.pk)  # other bytes
    seat = line.cast.marc.seat_set.get()
    type(seat).objects.filter(pk=seat.pk).update(ended_at="2026-01-01T00:00:00Z")
    refused("posting_with_quorum", POST, publication.release.digest, attempt.pk)


def test_rule_6_posting_needs_an_author_who_still_holds_a_seat(line, preparing):
    publication, attempt = preparing
    seat = line.cast.claire.seat_set.get()
    type(seat).objects.filter(pk=seat.pk).update(ended_at="2026-01-01T00:00:00Z")
    refused("posting_with_quorum", POST, publication.release.digest, attempt.pk)


def test_recall_before_any_part(line):
    publication = line.released("Un.", "Deux.")
    shown_on_x(publication.parts.get(position=0))
    recall = "UPDATE publishing_publication SET state = 'recalled' WHERE id = %s"
    refused("recall_before_any_part", recall, publication.pk)
    uncertain = line.released("Un.", "Deux.")
    Part.objects.filter(publication=uncertain, position=0).update(state="uncertain")
    refused("recall_before_any_part", recall, uncertain.pk)


def test_published_when_all_out(line):
    publication = line.released("Un.", "Deux.")
    Publication.objects.filter(pk=publication.pk).update(state="sending")
    shown_on_x(publication.parts.get(position=0))
    refused(
        "published_when_all_out",
        "UPDATE publishing_publication SET state = 'published' WHERE id = %s",
        publication.pk,
    )


def test_moves_that_are_not_in_the_table(line):
    publication = line.released()
    for state in ("published", "refused", "partial", "retracted"):
        refused(
            "Invalid transition",
            "UPDATE publishing_publication SET state = %s WHERE id = %s",
            state,
            publication.pk,
        )


def test_x_id_kept(line, x):
    publication = line.released()
    send_due(publication.account_id)
    part = publication.parts.get()
    Lookup.objects.create(part=part, kind="read_back", due_at=db_now(), result="found", x_id="2")
    refused("x_id_kept", "UPDATE publishing_part SET x_id = '2' WHERE id = %s", part.pk)
    other = line.released().parts.get()
    refused("out_has_its_id", "UPDATE publishing_part SET state = 'out' WHERE id = %s", other.pk)


def test_confirmed_by_another(line):
    publication, helene = line.released(), line.cast.helene
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO publishing_confirmation (kind, publication_id, reason, state, x_id,"
            " proposed_by_id, expires_at)"
            " VALUES ('recall', %s, 'x', 'open', '', %s, now() + interval '1 hour')",
            [publication.pk, helene.pk],
        )
    refused(
        "confirmed_by_another",
        "UPDATE publishing_confirmation"
        " SET state = 'confirmed', decided_at = now(), decided_by_id = %s",
        helene.pk,
    )
    refused(
        "one_open_confirmation",
        "INSERT INTO publishing_confirmation (kind, publication_id, reason, state, x_id,"
        " proposed_by_id, expires_at)"
        " VALUES ('recall', %s, 'x', 'open', '', %s, now() + interval '1 hour')",
        publication.pk,
        helene.pk,
    )


PEOPLE = [("claire", "marc"), ("claire", "gwen"), ("ada", "basile"), ("helene", "yann")]


@pytest.mark.parametrize("two", PEOPLE)
def test_rule_7_confirmed_by_two(line, two):
    publication = line.released()
    proposer, other = (getattr(line.cast, name).pk for name in two)
    made = (
        "INSERT INTO publishing_confirmation (kind, publication_id, reason, state, x_id,"
        " proposed_by_id, decided_by_id, expires_at)"
        " VALUES ('send_again', %s, 'x', %s, '', %s, %s, now() + interval '1 hour')"
    )
    refused("confirmed_by_two", made, publication.pk, "confirmed", proposer, other)
    with connection.cursor() as cursor:
        cursor.execute(made, [publication.pk, "open", proposer, None])
    confirmed = (
        "UPDATE publishing_confirmation"
        " SET state = 'confirmed', decided_at = now(), decided_by_id = %s"
    )
    refused("confirmed_by_two", confirmed, other)
    refused("Cannot update rows", "UPDATE publishing_confirmation SET kind = 'recall'")


def test_confirmed_by_two_in_time(line):
    publication, cast = line.released(), line.cast
    Confirmation.objects.create(
        kind="send_again",
        publication=publication,
        reason="Absent.",
        proposed_by=cast.claire,
        expires_at="2026-01-01T00:00:00Z",
    )
    refused(
        "confirmed_by_two",
        "UPDATE publishing_confirmation"
        " SET state = 'confirmed', decided_at = now(), decided_by_id = %s",
        cast.helene.pk,
    )


def test_a_publication_begins_waiting_and_is_never_published_without_a_part(line):
    publication = line.released()
    refused(
        "Cannot insert rows",
        "INSERT INTO publishing_publication (release_id, account_id, state, reason, due_at,"
        " next_try_at, not_sent, reading, acknowledged_reason)"
        " VALUES (%s, %s, 'published', '', now(), now(), 0, '', '')",
        publication.release_id,
        publication.account_id,
    )


def test_answers_are_added_and_nothing_else(line, x):
    publication = line.released()
    send_due(publication.account_id)
    for query in (
        "UPDATE publishing_answer SET outcome = 'refused'",
        "DELETE FROM publishing_answer",
        "TRUNCATE publishing_answer CASCADE",
    ):
        refused("publishing_answer", query)
