"""What the database itself refuses of publications, by plain SQL, whatever the code believes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from publishing.actions.claim import claim
from publishing.actions.send import send_due
from publishing.models import Attempt, Freeze, Part, Publication

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


@pytest.fixture
def preparing(line):
    """A claimed part, one step before its POST: (publication, attempt)."""
    publication = line.released()
    claimed = claim(publication.account_id)
    return publication, Attempt.objects.get(pk=claimed.attempt_id)


def test_rule_7_at_most_one_post(line, preparing):
    _publication, attempt = preparing
    again = (
        "INSERT INTO publishing_attempt (part_id, account_id, number, phase, outcome, reason,"
        " digest, worker) VALUES (%s, %s, 2, 'preparing', '', '', '', '')"
    )
    refused("at_most_one_post", again, attempt.part_id, attempt.account_id)
    for outcome in ("uncertain", "accepted"):
        Attempt.objects.filter(pk=attempt.pk).update(phase="answered", outcome=outcome)
        refused("at_most_one_post", again, attempt.part_id, attempt.account_id)
    Attempt.objects.filter(pk=attempt.pk).update(outcome="not_sent")
    with connection.cursor() as cursor:
        cursor.execute(again, [attempt.part_id, attempt.account_id])


def test_one_post_at_a_time(line, preparing):
    publication, attempt = preparing
    digest = publication.release.digest
    with connection.cursor() as cursor:
        cursor.execute(POST, [digest, attempt.pk])
    other = line.released()
    Publication.objects.filter(pk=other.pk).update(state="sending")
    refused(
        "one_post_at_a_time",
        "INSERT INTO publishing_attempt (part_id, account_id, number, phase, outcome, reason,"
        " digest, worker) VALUES (%s, %s, 1, 'posting', '', '', %s, '')",
        other.parts.get().pk, other.account_id, other.release.digest,
    )  # fmt: skip


def test_rule_9_posting_not_frozen(line, preparing):
    publication, attempt = preparing
    for account in (line.cast.nantes, None):
        freeze = Freeze.objects.create(account=account, reason="Un doute.")
        refused("posting_not_frozen", POST, publication.release.digest, attempt.pk)
        Freeze.objects.filter(pk=freeze.pk).update(lifted_at="2026-01-01T00:00:00Z")


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
    Part.objects.filter(publication=publication, position=0).update(state="out", x_id="1")
    recall = "UPDATE publishing_publication SET state = 'recalled' WHERE id = %s"
    refused("recall_before_any_part", recall, publication.pk)
    Part.objects.filter(publication=publication, position=0).update(state="uncertain")
    refused("recall_before_any_part", recall, publication.pk)


def test_published_when_all_out(line):
    publication = line.released("Un.", "Deux.")
    Publication.objects.filter(pk=publication.pk).update(state="sending")
    Part.objects.filter(publication=publication, position=0).update(state="out", x_id="1")
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
            state, publication.pk,
        )  # fmt: skip


def test_x_id_kept(line, x):
    publication = line.released()
    send_due(publication.account_id)
    part = publication.parts.get()
    refused("x_id_kept", "UPDATE publishing_part SET x_id = '2' WHERE id = %s", part.pk)
    refused("out_has_its_id", "INSERT INTO publishing_part (publication_id, position, state, media,"
            " looks_made, lookalike_id) VALUES (%s, 7, 'out', '{}', 0, '')",
            publication.pk)  # fmt: skip


def test_confirmed_by_another(line):
    publication, claire = line.released(), line.cast.claire
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO publishing_confirmation (kind, publication_id, reason, state, x_id,"
            " proposed_by_id, expires_at) VALUES ('recall', %s, 'x', 'open', '', %s, now())",
            [publication.pk, claire.pk],
        )
    refused(
        "confirmed_by_another",
        "UPDATE publishing_confirmation SET state = 'confirmed', decided_by_id = %s",
        claire.pk,
    )
    refused(
        "one_open_confirmation",
        "INSERT INTO publishing_confirmation (kind, publication_id, reason, state, x_id,"
        " proposed_by_id, expires_at) VALUES ('recall', %s, 'x', 'open', '', %s, now())",
        publication.pk, claire.pk,
    )  # fmt: skip


def test_answers_are_added_and_nothing_else(line, x):
    publication = line.released()
    send_due(publication.account_id)
    for query in (
        "UPDATE publishing_answer SET outcome = 'refused'",
        "DELETE FROM publishing_answer",
        "TRUNCATE publishing_answer CASCADE",
    ):
        refused("publishing_answer", query)
