"""A verdict that waits: those awaited are reminded, then supervisors hear of it, each once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models.functions import Now

from accounts.models import AuditEntry, Notice, Supervision
from approvals.actions.drafts import take_back
from approvals.actions.objections import raise_objection
from approvals.tasks import follow_reviews
from tests.approvals.writing import a_revision, agree, in_hours

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due(settings):
    """Makes these durations end at once."""

    def now(*names: str):
        settings.DURATIONS = replace(settings.DURATIONS, **dict.fromkeys(names, 0.0))

    return now


def told(act: str) -> set[str]:
    return set(Notice.objects.filter(act=act).values_list("person__name", flat=True))


def test_nobody_is_reminded_before_it_has_waited(cast):
    a_revision(cast.claire, cast.nantes, urgent=True, requested_at=in_hours(1))
    assert follow_reviews() == 0


def test_those_who_have_not_answered_are_reminded_once(cast, due):
    revision = a_revision(cast.claire, cast.nantes)
    agree(cast.marc, revision)
    due("review_reminder")
    assert follow_reviews() == 1
    assert follow_reviews() == 0
    assert told("review_reminder") == {"Leila", "Helene", "Paul"}
    entry = AuditEntry.objects.get(act="draft.review_reminded")
    assert (entry.actor, entry.draft_id) == (None, revision.draft_id)


@pytest.mark.parametrize(
    ("content", "steps"),
    [({}, 0), ({"urgent": True}, 2), ({"requested_at": 1}, 2), ({"requested_at": 5}, 0)],
)
def test_an_urgent_text_or_one_whose_hour_is_near_waits_less(cast, due, content, steps):
    if "requested_at" in content:
        content = {"requested_at": in_hours(content["requested_at"])}
    a_revision(cast.claire, cast.nantes, **content)
    due("urgent_review_reminder", "urgent_review_escalation")
    assert follow_reviews() == steps


def test_then_the_supervisors_who_are_left_are_told(cast, due):
    revision = a_revision(cast.claire, cast.nantes)
    agree(cast.helene, revision)
    due("review_escalation")
    assert follow_reviews() == 1
    assert told("review_escalated") == {"Paul"}


def test_administrators_are_told_when_no_supervisor_is_left(cast, due):
    a_revision(cast.claire, cast.nantes)
    Supervision.objects.filter(account=cast.nantes).update(ended_at=Now(), ended_by=cast.ada)
    due("review_escalation")
    assert follow_reviews() == 1
    assert told("review_escalated") == {"Ada", "Basile"}
    assert set(Notice.objects.filter(act="review_escalated").values_list("path", flat=True)) == {
        "/departements/44"
    }


def test_an_objection_that_stands_is_the_supervisors_to_lift(cast, due):
    revision = a_revision(cast.claire, cast.nantes)
    raise_objection(actor=cast.leila, draft_id=revision.draft_id, reason="Trop tôt.")
    agree(cast.marc, revision)
    agree(cast.helene, revision)
    due("review_reminder")
    assert follow_reviews() == 1
    assert told("review_reminder") == {"Helene", "Paul"}


def test_what_is_not_in_review_any_more_reminds_nobody(cast, due):
    back = a_revision(cast.claire, cast.nantes)
    take_back(actor=cast.claire, draft_id=back.draft_id)
    due("review_reminder", "review_escalation")
    assert follow_reviews() == 0
