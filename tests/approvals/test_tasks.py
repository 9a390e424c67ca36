"""The author hears half an hour before the requested time that approvals are missing, once."""

import pytest

from accounts.models import AuditEntry, Notice
from approvals.actions.drafts import take_back
from approvals.tasks import follow_reviews
from tests.approvals.writing import a_revision, in_hours, signed

pytestmark = pytest.mark.django_db(transaction=True)


def warned(person):
    return Notice.objects.filter(person=person, kind="awaits_you").count()


def test_the_author_is_told_once_that_the_hour_comes_near(cast):
    revision = a_revision(cast.claire, cast.nantes, requested_at=in_hours(0.45))
    assert follow_reviews() == 1
    assert follow_reviews() == 0
    assert warned(cast.claire) == 1
    notice = Notice.objects.get(person=cast.claire)
    assert notice.path == f"/brouillons/{revision.draft_id}/"
    entry = AuditEntry.objects.get(act="draft.author_warned")
    assert (entry.actor, entry.draft_id) == (None, revision.draft_id)


@pytest.mark.parametrize("hours", [0.55, 3])
def test_not_before_half_an_hour(cast, hours):
    a_revision(cast.claire, cast.nantes, requested_at=in_hours(hours))
    assert follow_reviews() == 0


def test_nobody_is_told_without_a_time_or_once_it_is_released_or_taken_back(cast):
    a_revision(cast.claire, cast.nantes)
    released = a_revision(cast.claire, cast.nantes, requested_at=in_hours(0.4))
    signed(released, cast.marc, cast.helene)
    back = a_revision(cast.claire, cast.nantes, requested_at=in_hours(0.4))
    take_back(actor=cast.claire, draft_id=back.draft_id)
    assert follow_reviews() == 0
    assert warned(cast.claire) == 0
