"""Templates under plain SQL: the database says no last."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.models import Seat
from approvals.models import Draft, MessageTemplate
from tests.constraints.test_approvals import protected, refused, sql

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATE = (
    "INSERT INTO approvals_messagetemplate"
    " (account_id, added_by_id, title, category, text, slots, every, replaces_id, approved_by_id)"
    " VALUES (%s, %s, 'Route', 'traffic', %s, %s, '', %s, %s)"
)
APPROVED = (
    "UPDATE approvals_messagetemplate SET approved_by_id = %s, approved_at = now() WHERE id = %s"
)
ENDED = "UPDATE approvals_messagetemplate SET ended_at = now() WHERE id = %s"
CHANGED = "UPDATE approvals_messagetemplate SET {} WHERE id = %s"
DRAFT = (
    "INSERT INTO approvals_draft (account_id, author_id, state, version, parts, category, urgent,"
    " reply_settings, requested_local, requested_zone, template_id)"
    " VALUES (%s, %s, 'writing', 1, '[]', 'advice', false, 'mentionedUsers', '', '', %s)"
)
PLACE = {"name": "lieu", "kind": "place", "maximum": 0, "choices": []}


def template(cast, by="claire", text="À [lieu].", slots=(PLACE,), replaces=None, approved_by=None):
    """The values of TEMPLATE."""
    values = (cast.nantes.pk, getattr(cast, by).pk, text, json.dumps(slots))
    return (*values, replaces, approved_by)


def proposed(cast, **more) -> int:
    sql(TEMPLATE, *template(cast, **more))
    return MessageTemplate.objects.latest("pk").pk


@pytest.mark.parametrize("who", ["yann", "ada", "nadia"])
def test_the_people_of_its_account_propose_a_template(cast, who):
    refused("template_proposed", TEMPLATE, *template(cast, by=who))


def test_a_template_is_proposed_before_it_is_approved(cast):
    refused("template_proposed", TEMPLATE, *template(cast, approved_by=cast.helene.pk))


def test_a_template_replaces_one_of_its_account_that_is_in_use(cast):
    one = proposed(cast)
    refused("template_proposed", TEMPLATE, *template(cast, replaces=one))
    sql(APPROVED, cast.helene.pk, one)
    proposed(cast, replaces=one)
    refused("template_replaced_once", TEMPLATE, *template(cast, replaces=one))
    of_rennes = (cast.rennes.pk, cast.yann.pk, *template(cast, replaces=one)[2:])
    refused("template_proposed", TEMPLATE, *of_rennes)


WRONG = {
    "missing": ("À [lieu], [rue].", [PLACE]),
    "twice": ("À [lieu].", [PLACE, PLACE]),
    "another": ("À [rue].", [PLACE]),
    "stray": ("À [lieu]. ]", [PLACE]),
    "object": ("À [lieu].", PLACE),
    "kind": ("À [lieu].", [{**PLACE, "kind": "video"}]),
    "no-kind": ("À [lieu].", [{**PLACE, "kind": None}]),
    "text": ("À [lieu].", [{**PLACE, "kind": "text", "maximum": 201}]),
    "text-words": ("À [lieu].", [{**PLACE, "kind": "text", "maximum": "many"}]),
    "number": ("À [lieu].", [{**PLACE, "kind": "number", "maximum": 0}]),
    "choice": ("À [lieu].", [{**PLACE, "kind": "choice", "choices": ["un", "un"]}]),
    "choices": ("À [lieu].", [{**PLACE, "choices": "un"}]),
    "empty": ("À [lieu].", [{**PLACE, "kind": "choice", "choices": ["un", ""]}]),
    "nine": (
        "".join(f"[{n}]" for n in range(9)),
        [{**PLACE, "name": str(n)} for n in range(9)],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_slots_of_a_template_parse(cast, wrong):
    text, slots = WRONG[wrong]
    refused("slots_parse", TEMPLATE, *template(cast, text=text, slots=slots))


def test_an_author_never_approves_their_template(cast):
    of_seat, of_supervisor = proposed(cast), proposed(cast, by="helene")
    refused("template_approved_by_two", APPROVED, cast.claire.pk, of_seat)
    refused("template_approved_by_another", APPROVED, cast.helene.pk, of_supervisor)


def test_two_people_of_the_account_approve_a_template_one_of_them_a_supervisor(cast):
    of_seat, of_supervisor = proposed(cast), proposed(cast, by="helene")
    for who in (cast.marc, cast.gwen, cast.ada):
        refused("template_approved_by_two", APPROVED, who.pk, of_seat)
    sql(APPROVED, cast.marc.pk, of_supervisor)
    sql(APPROVED, cast.paul.pk, of_seat)
    protected(APPROVED, cast.helene.pk, of_seat)


def test_a_template_is_approved_with_a_right_of_that_moment(cast):
    one = proposed(cast, by="helene")
    Seat.objects.filter(person=cast.marc).update(ended_at=timezone.now())
    refused("template_approved_by_two", APPROVED, cast.marc.pk, one)
    sql(ENDED, one)
    refused("template_approved_by_two", APPROVED, cast.paul.pk, one)


@pytest.mark.parametrize(
    "change", ["text = 'À [lieu] !'", "title = 'Autre'", "slots = '[]'", "category = 'advice'"]
)
def test_a_changed_template_needs_a_new_approval(cast, change):
    one = proposed(cast)
    protected(CHANGED.format(change), one)
    sql(APPROVED, cast.helene.pk, one)
    protected(CHANGED.format(change), one)


def test_a_template_that_ended_stays_ended_and_none_is_deleted(cast):
    one = proposed(cast)
    sql(ENDED, one)
    protected(CHANGED.format("ended_at = NULL"), one)
    protected("DELETE FROM approvals_messagetemplate WHERE id = %s", one)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("template_recurs_wholly", ("'month', NULL, NULL", "'traffic', 'À [lieu].'")),
        ("template_recurs_wholly", ("'week', now(), '10:00'", "'traffic', 'À [lieu].'")),
        ("template_recurs_wholly", ("'', now(), NULL", "'traffic', 'À [lieu].'")),
        ("template_of_category", ("'', NULL, NULL", "'', 'À [lieu].'")),
    ],
    ids=["no-date", "unknown", "date-alone", "no-category"],
)
def test_a_template_is_of_a_category_and_recurs_wholly_or_not(cast, constraint, change):
    recurs, about = change
    insert = (
        "INSERT INTO approvals_messagetemplate"
        " (account_id, added_by_id, title, every, first_on, at_hour, category, text, slots)"
        f" VALUES (%s, %s, 'Route', {recurs}, {about}, %s)"
    )
    refused(constraint, insert, cast.nantes.pk, cast.claire.pk, json.dumps([PLACE]))


def test_a_draft_begins_from_a_template_of_its_account_that_is_approved(cast):
    one = proposed(cast)
    nantes = (cast.nantes.pk, cast.claire.pk)
    refused("from_own_template", DRAFT, *nantes, one)
    sql(APPROVED, cast.helene.pk, one)
    refused("from_own_template", DRAFT, cast.rennes.pk, cast.yann.pk, one)
    sql(DRAFT, *nantes, one)
    draft = Draft.objects.latest("pk").pk
    protected("UPDATE approvals_draft SET template_id = NULL WHERE id = %s", draft)
    sql(ENDED, one)
    refused("from_own_template", DRAFT, *nantes, one)
