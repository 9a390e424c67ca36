"""Observations and lessons under plain SQL: the database says no last."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.models import Seat
from tests.approvals.writing import a_draft
from tests.constraints.test_approvals import protected, refused, sql
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
