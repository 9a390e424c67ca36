"""Observations, lessons and invitations under plain SQL: the database says no last."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.models import Seat
from tests.approvals.writing import a_draft
from tests.constraints.test_approvals import protected, refused, sql
from tests.insights.invitations import an_invitation, answered, forgotten
from tests.insights.lessons import a_lesson, edition_of, kept_lesson

pytestmark = pytest.mark.django_db(transaction=True)

FOLLOWERS = (
    "INSERT INTO insights_followercount (account_id, day, followers) VALUES (%s, '2014-01-10', %s)"
)


def test_the_followers_of_an_account_are_counted_once_a_day(cast):
    sql(FOLLOWERS, cast.nantes.pk, 172)
    sql(FOLLOWERS, cast.rennes.pk, 90)
    refused("followers_once_a_day", FOLLOWERS, cast.nantes.pk, 173)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE insights_followercount SET followers = 9000",
        "DELETE FROM insights_followercount",
        "TRUNCATE insights_followercount",
    ],
)
def test_what_was_observed_is_never_changed(cast, statement):
    sql(FOLLOWERS, cast.nantes.pk, 172)
    protected(statement)


EXPORT = (
    "INSERT INTO insights_export (kind, since, until, language, asked_by_id, state, done, total,"
    " lease_until, tries, made_at, file, size, sha256)"
    " VALUES (%s, %s, '2014-01-31', 'fr', %s, %s, 0, 0, %s, 0, NULL, '', 0, '')"
)


def test_a_document_is_asked_for_worked_on_or_made_and_whole(cast):
    claire = cast.claire.pk
    refused("export_kind_known", EXPORT, "novel", "2014-01-01", claire, "asked", None)
    refused("export_state_known", EXPORT, "deposit", "2014-01-01", claire, "lost", None)
    refused("export_period_in_order", EXPORT, "deposit", "2014-02-01", claire, "asked", None)
    refused("export_working_leased", EXPORT, "deposit", "2014-01-01", claire, "working", None)
    refused("export_made_whole", EXPORT, "deposit", "2014-01-01", claire, "made", None)
    sql(EXPORT, "deposit", "2014-01-01", claire, "asked", None)
    protected("UPDATE insights_export SET state = 'made'")
    protected("UPDATE insights_export SET since = '2014-01-02'")


# Lessons learned.

LESSON = (
    "INSERT INTO insights_lessonlearned"
    " (account_id, subject, draft_id, month, theme, note, written_by_id)"
    " VALUES (%s, %s, %s, %s, 'delays', 'Trop tard.', %s)"
)
WEIGHING = (
    "INSERT INTO insights_weighing (lesson_id, weighed_by_id, verdict, reason)"
    " VALUES (%s, %s, %s, 'Vu.')"
)
OUTCOME = "INSERT INTO insights_lessonoutcome (lesson_id, verdict) VALUES (%s, %s)"
EDITION = (
    "INSERT INTO insights_instructionedition (number, published_by_id, instructions)"
    " VALUES (%s, %s, %s)"
)


@pytest.mark.parametrize("who", ["yann", "ada", "nadia"])
def test_the_people_of_an_account_write_its_lessons(cast, who):
    month = (cast.nantes.pk, "month", None, "2014-01-01")
    refused("lesson_by_its_people", LESSON, *month, getattr(cast, who).pk)
    sql(LESSON, *month, cast.helene.pk)


def test_a_lesson_is_about_one_thing_of_its_account(cast):
    own, other = a_draft(cast.claire, cast.nantes).pk, a_draft(cast.yann, cast.rennes).pk
    nantes, claire = cast.nantes.pk, cast.claire.pk
    refused("lesson_by_its_people", LESSON, nantes, "message", other, None, claire)
    for subject, draft, month in (
        ("message", None, None),
        ("month", own, None),
        ("debate", own, "2014-01-01"),
        ("month", None, "2014-01-02"),
        ("praise", own, None),
    ):
        refused("lesson_about_one_thing", LESSON, nantes, subject, draft, month, claire)
    sql(LESSON, nantes, "debate", own, None, claire)


@pytest.mark.parametrize("who", ["claire", "yann", "ada"])
def test_others_of_the_account_weigh_a_lesson(cast, who):
    lesson = a_lesson(cast).pk
    refused("lesson_weighed_by_others", WEIGHING, lesson, getattr(cast, who).pk, "kept")


def test_two_people_decide_of_a_lesson_one_of_them_a_supervisor(cast):
    lesson = a_lesson(cast).pk
    weighed = [
        (cast.marc, "kept"),
        (cast.leila, "kept"),  # no supervisor
        (cast.helene, "set_aside"),  # another opinion
    ]
    refused("lesson_decided_by_two", OUTCOME, lesson, "kept")
    for who, verdict in weighed:
        sql(WEIGHING, lesson, who.pk, verdict)
        refused("lesson_decided_by_two", OUTCOME, lesson, "kept")
    sql(WEIGHING, lesson, cast.helene.pk, "kept")  # the last word counts
    refused("lesson_decided_by_two", OUTCOME, lesson, "set_aside")
    Seat.objects.filter(person__in=[cast.marc, cast.leila]).update(ended_at=timezone.now())
    refused("lesson_decided_by_two", OUTCOME, lesson, "kept")
    sql(WEIGHING, lesson, cast.paul.pk, "kept")
    sql(OUTCOME, lesson, "kept")
    refused("lesson_weighed_while_open", WEIGHING, lesson, cast.paul.pk, "set_aside")


def edition(*lessons, **more):
    return json.dumps(
        [{"lesson": one.pk, "theme": one.theme, "text": one.instruction, **more} for one in lessons]
    )


def test_an_edition_holds_instructions_that_were_kept_word_for_word(cast):
    kept, pending, silent = kept_lesson(cast), a_lesson(cast), kept_lesson(cast, instruction="")
    for wrong in (
        edition(),
        edition(pending),
        edition(silent),
        edition(kept, kept),
        edition(kept, text="Autre chose."),
        edition(kept, theme="x"),
        "{}",
    ):
        refused("edition_of_kept_instructions", EDITION, 1, cast.ada.pk, wrong)
    refused("edition_by_administrator", EDITION, 1, cast.helene.pk, edition(kept))
    refused("edition_numbered_next", EDITION, 2, cast.ada.pk, edition(kept))
    sql(EDITION, 1, cast.ada.pk, edition(kept))
    refused("edition_numbered_next", EDITION, 1, cast.ada.pk, edition(kept))


@pytest.mark.parametrize(
    "table", ["lessonlearned", "weighing", "lessonoutcome", "instructionedition"]
)
def test_what_was_learned_is_never_changed(cast, table):
    edition_of(cast, kept_lesson(cast))
    column = "number" if table == "instructionedition" else "id"
    protected(f"UPDATE insights_{table} SET {column} = {column}")
    protected(f"DELETE FROM insights_{table}")


# Invitations.

INVITATION = (
    "INSERT INTO insights_invitation"
    " (account_id, name, handle, invited_on, invited_by_id, answer, answered_on, forgotten_at)"
    " VALUES (%s, %s, %s, '2014-01-10', %s, %s, %s, %s)"
)


def test_the_people_of_an_account_invite_to_follow_it(cast):
    nantes, rest = cast.nantes.pk, ("pending", None, None)
    for who in ("yann", "ada", "nadia"):
        stranger = getattr(cast, who).pk
        refused("invitation_by_its_people", INVITATION, nantes, "A", "", stranger, *rest)
    sql(INVITATION, nantes, "A", "", cast.helene.pk, *rest)
    other = "UPDATE insights_invitation SET invited_by_id = %s"
    refused("invitation_by_its_people", other, cast.yann.pk)
    sql(other, cast.claire.pk)
    moved = "UPDATE insights_invitation SET account_id = %s"
    refused("invitation_of_one_account", moved, cast.rennes.pk)


def test_an_invitation_is_of_somebody_once_with_an_answer_on_a_day(cast):
    nantes, claire = cast.nantes.pk, cast.claire.pk
    sql(INVITATION, nantes, "A", "a", claire, "accepted", "2014-01-10", None)
    refused("invitation_once", INVITATION, nantes, "a", "A", claire, "pending", None, None)
    refused("invitation_handle_of_x", INVITATION, nantes, "B", "é", claire, "pending", None, None)
    for answer, day in (
        ("pending", "2014-01-10"),
        ("accepted", None),
        ("declined", "2014-01-09"),
        ("perhaps", "2014-01-10"),
    ):
        wrong = (nantes, "B", "", claire, answer, day, None)
        refused("invitation_answered_on_a_day", INVITATION, *wrong)


def test_a_forgotten_invitation_holds_no_name_and_stays_forgotten(cast):
    nantes, claire = cast.nantes.pk, cast.claire.pk
    nameless = "invitation_forgotten_nameless"
    refused(nameless, INVITATION, nantes, "", "", claire, "pending", None, None)
    refused(nameless, INVITATION, nantes, "A", "", claire, "pending", None, "2014-01-11")
    invitation = answered(cast, an_invitation(cast, handle="jmartin"))
    refused(nameless, "UPDATE insights_invitation SET forgotten_at = now()")
    for column in ("name", "handle"):  # the quality stays
        statement = f"UPDATE insights_invitation SET forgotten_at = now(), {column} = ''"
        refused(nameless, statement)
    refused(
        "invitation_forgotten_keeps_dates",
        "UPDATE insights_invitation SET name = '', handle = '', quality = '', forgotten_at = now(),"
        " answer = 'pending', answered_on = NULL",
    )
    forgotten(cast, invitation)
    for change in ("name = 'A'", "forgotten_at = NULL, name = 'A'", "answer = 'declined'"):
        refused("invitation_stays_forgotten", f"UPDATE insights_invitation SET {change}")
    protected("DELETE FROM insights_invitation")
    protected("TRUNCATE insights_invitation")
