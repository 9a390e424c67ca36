"""What happens in the same second: each ends in the right state, each person is told."""

import functools

import pytest

from accounts.actions import rights
from accounts.errors import NotFound
from accounts.models import AuditEntry, Seat
from approvals.actions.drafts import Content, save_draft, submit_draft, take_back
from approvals.actions.objections import lift_objection, raise_objection
from approvals.actions.reviews import approve, ask_for_changes, reject
from approvals.errors import SavedElsewhere, TextChanged, WrongState
from approvals.message import Message
from approvals.models import Draft, Release, Review, Revision
from tests.approvals.writing import TEXT, a_draft, a_revision, as_read, points, signed
from tests.races.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def approval(person, revision):
    return functools.partial(approve, **as_read(person, revision), ticked=points(revision))


def edit(person, draft, text="Autre texte"):
    return functools.partial(
        save_draft,
        actor=person,
        draft_id=draft.pk,
        version=draft.version,
        content=Content((Message(text),), category="advice"),
    )


def the_draft(revision):
    return Draft.objects.get(pk=revision.draft_id)


def test_a_double_click_approves_once(cast):
    revision = a_revision(cast.claire, cast.nantes)
    click = approval(cast.helene, revision)
    outcomes = all_at_once(cast.nantes, click, click)
    assert outcomes == [revision, revision]
    assert Review.objects.count() == 1
    assert AuditEntry.objects.filter(act="review.approved").count() == 1


def test_two_reviewers_in_the_same_second_are_both_recorded_and_release_once(cast):
    revision = a_revision(cast.claire, cast.nantes)
    outcomes = all_at_once(
        cast.nantes, approval(cast.marc, revision), approval(cast.helene, revision)
    )
    assert outcomes == [revision, revision]
    assert set(Review.objects.values_list("reviewer__name", flat=True)) == {"Marc", "Helene"}
    assert Release.objects.get().revision == revision
    assert the_draft(revision).state == "released"


def test_three_reviewers_for_two_approvals_release_once(cast):
    revision = a_revision(cast.claire, cast.nantes)
    people = (cast.marc, cast.helene, cast.paul)
    all_at_once(cast.nantes, *(approval(person, revision) for person in people))
    assert Release.objects.count() == 1


def test_the_last_approval_after_an_edit_approves_nothing(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = signed(revision, cast.marc)
    edited, approved = all_at_once(
        cast.nantes, edit(cast.claire, draft), approval(cast.helene, revision)
    )
    assert edited.state == "writing"
    assert isinstance(approved, TextChanged)
    assert not Review.objects.filter(reviewer=cast.helene).exists()
    assert not Release.objects.exists()


def test_an_edit_after_the_last_approval_changes_nothing(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = signed(revision, cast.marc)
    approved, edited = all_at_once(
        cast.nantes, approval(cast.helene, revision), edit(cast.claire, draft)
    )
    assert approved == revision
    assert isinstance(edited, WrongState)
    draft = the_draft(revision)
    assert (draft.state, draft.texts) == ("released", [TEXT])


def test_an_edit_after_the_first_approval_ends_it(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = the_draft(revision)
    all_at_once(cast.nantes, approval(cast.helene, revision), edit(cast.claire, draft))
    revision.refresh_from_db()
    assert revision.closing == "edited"
    assert the_draft(revision).state == "writing"


@pytest.mark.parametrize("verdict", [reject, ask_for_changes])
def test_a_verdict_against_and_the_last_approval(cast, verdict):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    against = functools.partial(verdict, **as_read(cast.paul, revision), reason="Non")
    outcomes = all_at_once(cast.nantes, against, approval(cast.helene, revision))
    assert isinstance(outcomes[1], TextChanged)
    assert not Release.objects.exists()

    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    against = functools.partial(verdict, **as_read(cast.paul, revision), reason="Non")
    outcomes = all_at_once(cast.nantes, approval(cast.helene, revision), against)
    assert isinstance(outcomes[1], WrongState)
    assert the_draft(revision).state == "released"


def test_the_last_approval_after_the_end_of_its_signers_seat_is_refused(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.helene)
    seat = Seat.objects.get(person=cast.marc)
    vacate = functools.partial(rights.vacate, seat.pk, actor=cast.ada)
    _vacated, approved = all_at_once(cast.nantes, vacate, approval(cast.marc, revision))
    assert isinstance(approved, NotFound)
    assert not Release.objects.exists()


def test_the_last_approval_just_before_the_end_of_its_signers_seat_stands(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.helene)
    seat = Seat.objects.get(person=cast.marc)
    vacate = functools.partial(rights.vacate, seat.pk, actor=cast.ada)
    approved, vacated = all_at_once(cast.nantes, approval(cast.marc, revision), vacate)
    assert approved == revision
    assert not isinstance(vacated, Exception)
    release = Release.objects.get()
    assert release.publication.state == "held"


def test_an_approval_that_no_longer_counts_does_not_help_the_next_one(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.helene)
    supervision = cast.helene.supervision_set.get()
    end = functools.partial(rights.end_supervision, supervision.pk, actor=cast.ada)
    all_at_once(cast.nantes, end, approval(cast.marc, revision))
    assert not Release.objects.exists()
    assert the_draft(revision).state == "in_review"


def test_two_submits_make_one_revision(cast):
    draft = a_draft(cast.claire, cast.nantes)
    submit = functools.partial(submit_draft, draft_id=draft.pk, version=draft.version)
    first, second = all_at_once(
        cast.nantes, lambda: submit(actor=cast.claire), lambda: submit(actor=cast.marc)
    )
    assert isinstance(first, Revision)
    assert isinstance(second, WrongState)
    assert Revision.objects.count() == 1


def test_of_two_saves_the_second_is_told_and_shown_the_first(cast):
    draft = a_draft(cast.claire, cast.nantes)
    _first, second = all_at_once(
        cast.nantes, edit(cast.claire, draft, "Premier"), edit(cast.marc, draft, "Second")
    )
    assert isinstance(second, SavedElsewhere)
    assert second.details["draft"].texts == ["Premier"]
    assert Draft.objects.get().texts == ["Premier"]


def test_a_draft_taken_back_while_it_is_submitted_again_ends_in_one_state(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = the_draft(revision)
    back = functools.partial(take_back, actor=cast.marc, draft_id=draft.pk)
    submit = functools.partial(
        submit_draft, actor=cast.claire, draft_id=draft.pk, version=draft.version
    )
    all_at_once(cast.nantes, back, submit, back)
    assert the_draft(revision).state == "writing"
    assert list(Revision.objects.values_list("closing", flat=True)) == ["taken_back"] * 2


def objection(person, revision):
    return functools.partial(
        raise_objection, actor=person, draft_id=revision.draft_id, reason="Un doute."
    )


def test_an_objection_just_before_the_approval_that_would_release(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    objected, approved = all_at_once(
        cast.nantes, objection(cast.leila, revision), approval(cast.helene, revision)
    )
    assert objected.raised_by == cast.leila
    assert approved == revision
    assert not Release.objects.exists()
    assert the_draft(revision).state == "in_review"


def test_an_objection_just_after_the_approval_that_released_holds_what_waits(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    approved, objected = all_at_once(
        cast.nantes, approval(cast.helene, revision), objection(cast.leila, revision)
    )
    assert approved == revision
    assert objected.raised_by == cast.leila
    publication = Release.objects.get().publication
    assert (publication.state, publication.reason) == ("held", "objection")


def test_the_lifting_and_the_last_approval_release_once(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    raised = objection(cast.leila, revision)()
    lift = functools.partial(lift_objection, actor=cast.leila, objection_id=raised.pk)
    all_at_once(cast.nantes, lift, approval(cast.helene, revision))
    assert Release.objects.count() == 1

    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc)
    raised = objection(cast.leila, revision)()
    lift = functools.partial(lift_objection, actor=cast.leila, objection_id=raised.pk)
    all_at_once(cast.nantes, approval(cast.helene, revision), lift)
    assert Release.objects.count() == 2


def test_two_who_lift_in_the_same_second(cast):
    revision = a_revision(cast.claire, cast.nantes)
    raised = objection(cast.leila, revision)()
    own = functools.partial(lift_objection, actor=cast.leila, objection_id=raised.pk)
    supervisors = functools.partial(own, actor=cast.helene, reason="Vu.")
    first, second = all_at_once(cast.nantes, own, supervisors)
    assert not isinstance(first, Exception)
    assert isinstance(second, WrongState)
    assert AuditEntry.objects.filter(act="objection.lifted").count() == 1
