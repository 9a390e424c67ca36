"""What plain SQL with the rights of the application cannot make the rows say."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, connection, transaction

from accounts.clock import db_now
from policetweets import health
from publishing.actions.send import claim
from publishing.models import Attempt, Confirmation, Lookup, Part, Publication
from tests.approvals.writing import a_revision
from tests.constraints.test_approvals import a_met_quorum_that_nobody_released

pytestmark = pytest.mark.django_db(transaction=True)


def sql(query: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)


def refused(name: str, query: str, *values) -> None:
    with pytest.raises(Error) as error:
        sql(query, *values)
    constraint = error.value.__cause__.diag.constraint_name
    assert name in (constraint or str(error.value)), error.value


def agreed(line, publication, kind: str, due_at=None) -> Confirmation:
    one = Confirmation.objects.create(
        kind=kind,
        publication=publication,
        reason="Oui.",
        due_at=due_at,
        proposed_by=line.cast.claire,
        expires_at=db_now() + dt.timedelta(hours=1),
    )
    Confirmation.objects.filter(pk=one.pk).update(
        state="confirmed", decided_by=line.cast.helene, decided_at=db_now()
    )
    one.refresh_from_db()
    return one


MOVE = "UPDATE publishing_publication SET state = %s, due_at = %s WHERE id = %s"


@pytest.mark.parametrize(
    ("before", "after", "kind", "wrong"),
    [
        (["missed"], "waiting", "new_time", "send_again"),
        (["uncertain"], "waiting", "send_again", "give_up"),
        (["sending", "partial"], "sending", "go_on", "send_again"),
    ],
)
def test_what_stopped_goes_on_by_two(line, before, after, kind, wrong):
    publication = line.released()
    for state in before:
        sql("UPDATE publishing_publication SET state = %s, since = now()", state)
    refused("goes_on_by_two", MOVE, after, publication.due_at, publication.pk)
    other = agreed(line, publication, wrong)
    refused("goes_on_by_two", MOVE, after, other.decided_at, publication.pk)
    one = agreed(line, publication, kind)
    refused("goes_on_by_two", MOVE, after, db_now() + dt.timedelta(days=1), publication.pk)
    sql(MOVE, after, one.decided_at, publication.pk)


def test_what_was_missed_again_needs_a_decision_of_since(line):
    publication = line.released()
    sql("UPDATE publishing_publication SET state = 'missed', since = now()")
    one = agreed(line, publication, "new_time")
    sql(MOVE, "waiting", one.decided_at, publication.pk)
    sql("UPDATE publishing_publication SET state = 'missed', since = now()")
    refused("goes_on_by_two", MOVE, "waiting", one.decided_at, publication.pk)


@pytest.mark.parametrize("later", ["pending", "posting", "uncertain", "refused"])
@pytest.mark.parametrize("deleted", [False, True])
def test_rule_7_what_was_on_x_is_not_sent_again(line, later, deleted):
    part = line.released().parts.get()
    Lookup.objects.create(
        part=part, kind="lookups", due_at=db_now(), done_at=db_now(), result="found", x_id="5"
    )
    Part.objects.filter(pk=part.pk).update(state="out", x_id="5")
    if deleted:
        Part.objects.filter(pk=part.pk).update(state="deleted")
    refused("was_on_x", "UPDATE publishing_part SET state = %s WHERE id = %s", later, part.pk)


@pytest.mark.parametrize("state", ["uncertain", "refused"])
def test_rule_7_what_may_be_on_x_is_sent_again_by_two(line, state):
    """Of a restored copy no attempt is left to count."""
    publication = line.released()
    part = publication.parts.get()
    Part.objects.filter(pk=part.pk).update(state=state)
    again = "UPDATE publishing_part SET state = 'pending' WHERE id = %s"
    refused("sent_again_by_two", again, part.pk)
    agreed(line, publication, "give_up")
    agreed(line, line.released(), "send_again")
    refused("sent_again_by_two", again, part.pk)
    agreed(line, publication, "send_again")
    sql(again, part.pk)


ANSWER = (
    "INSERT INTO publishing_answer (attempt_id, outcome, reason, x_id, limits, body)"
    " VALUES (%s, 'accepted', '', '777', '{}', '')"
)


@pytest.mark.parametrize("closed", [False, True])
def test_x_answers_only_what_was_posted(line, closed):
    claimed = claim(line.released().account_id)
    if closed:
        Attempt.objects.filter(pk=claimed.attempt_id).update(phase="answered", outcome="not_sent")
    refused("answer_to_a_post", ANSWER, claimed.attempt_id)


def test_a_post_begins_when_the_database_says(line):
    publication = line.released()
    attempt = Attempt.objects.get(pk=claim(publication.account_id).attempt_id)
    for moment in ("renewed_at", "preparing_at", "posting_at"):
        refused("attempt_of_now", f"UPDATE publishing_attempt SET {moment} = now() + '1 day'")
    sql(
        "UPDATE publishing_attempt SET phase = 'posting', posting_at = NULL, digest = %s",
        publication.release.digest,
    )
    attempt.refresh_from_db()
    assert dt.timedelta() <= db_now() - attempt.posting_at < dt.timedelta(minutes=1)
    refused("attempt_of_now", "UPDATE publishing_attempt SET posting_at = now() + '1 day'")


@pytest.mark.parametrize("change", ["result = 'absent', x_id = ''", "x_id = '6'", "done_at = NULL"])
def test_a_look_that_is_done_is_not_rewritten(line, change):
    part = line.released().parts.get()
    Lookup.objects.create(
        part=part, kind="lookups", due_at=db_now(), done_at=db_now(), result="found", x_id="5"
    )
    refused("publishing_lookup", f"UPDATE publishing_lookup SET {change}")


@pytest.mark.parametrize("when", ["3 days", "-3 days"])
def test_rule_5_a_release_is_of_its_moment(cast, when):
    revision = a_revision(cast.claire, cast.nantes)
    a_met_quorum_that_nobody_released(cast, revision)
    refused(
        "released_now",
        "INSERT INTO approvals_release (revision_id, account_id, digest, released_at)"
        " VALUES (%s, %s, %s, now() + %s::interval)",
        revision.pk,
        cast.nantes.pk,
        revision.digest,
        when,
    )


@pytest.mark.parametrize("when", ["3 days", "-3 days"])
def test_rule_11_an_act_is_written_down_at_its_moment(cast, when):
    refused(
        "written_at_once",
        "INSERT INTO accounts_auditentry (act, subject_type, details, at)"
        " VALUES ('x', 'x', '{}', now() + %s::interval)",
        when,
    )


@pytest.mark.parametrize("when", ["3 days", "-3 days", None])
def test_two_confirm_at_their_moment_and_in_its_hour(line, when):
    one = Confirmation.objects.create(
        kind="new_time",
        publication=line.released(),
        reason="Oui.",
        proposed_by=line.cast.claire,
        expires_at=db_now() + dt.timedelta(hours=1),
    )
    refused(
        "confirmed_by_two",
        "UPDATE publishing_confirmation SET state = 'confirmed', decided_by_id = %s,"
        " decided_at = now() + %s::interval WHERE id = %s",
        line.cast.helene.pk,
        when,
        one.pk,
    )
    refused(
        "publishing_confirmation", "UPDATE publishing_confirmation SET expires_at = now() + '1 d'"
    )


@pytest.mark.parametrize("minutes", [0, 241, 30000])
def test_rule_10_a_tolerance_is_four_hours_at_most(cast, minutes):
    refused(
        "tolerance_within_bounds", "UPDATE accounts_account SET tolerance_minutes = %s", minutes
    )


@pytest.mark.parametrize("state", ["waiting", "sending"])
@pytest.mark.parametrize("hidden", ["next_try_at", "since", "both", "probing", "probing_far"])
def test_rule_8_no_moment_of_a_row_hides_that_it_stands_still(
    line,
    backdate,
    state,
    hidden,
):
    publication = line.released()
    rows = Publication.objects.filter(pk=publication.pk)
    if state == "sending":
        rows.update(state=state)
    backdate(publication, 600, "due_at", "next_try_at", "since")
    far = db_now() + dt.timedelta(days=9999)
    if hidden in ("next_try_at", "both"):
        rows.update(next_try_at=far)
    if hidden in ("since", "both"):
        rows.update(since=far)
    if hidden.startswith("probing"):
        sql(
            "UPDATE accounts_credential SET state = 'probing', next_probe_at = %s",
            far if hidden == "probing_far" else None,
        )
    assert [problem.name for problem in health.not_moving()] == ["stuck"]
