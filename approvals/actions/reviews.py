"""Verdicts: approve, ask for changes, reject; the release that a quorum makes."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import lasts_until
from accounts.actions.base import action, require_text
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Person
from accounts.models.notice import NoticeAct
from accounts.roles import Role
from approvals import checklist
from approvals.actions.base import (
    MAX_COMMENT,
    add_comment,
    close_revision,
    lock_draft,
    open_revision,
    require_state,
    transition,
)
from approvals.errors import (
    ChecklistIncomplete,
    CoverEndsFirst,
    HiddenCharacter,
    NotOpened,
    TextChanged,
    TooLateToApprove,
    WrongState,
)
from approvals.models import (
    CloseReason,
    Draft,
    DraftState,
    Release,
    Review,
    Revision,
    RevisionView,
    Verdict,
)
from approvals.notices import notify_author
from approvals.passage import TypedComment
from approvals.quorum import quorum_of
from approvals.signals import released

# What each of these verdicts is called as an act, why it ends the revision, what its author reads.
TURNED_DOWN = {
    Verdict.CHANGES: ("ask_for_changes", CloseReason.CHANGES, NoticeAct.CHANGES),
    Verdict.REJECT: ("reject", CloseReason.REJECTED, NoticeAct.REJECTED),
}


def record_view(*, actor: Person, revision: Revision) -> None:
    """That this revision is now on the person's screen; only the first time counts."""
    RevisionView.objects.bulk_create(
        [RevisionView(person=actor, revision=revision)], ignore_conflicts=True
    )


def _lock_revision(
    actor: Person, revision_id: int, digest: str, comment: TypedComment | None, *, act: str
) -> tuple[Draft, Revision, Role]:
    """The draft and its open revision, if that is the very one that the page showed; the comment
    that comes with the verdict is recorded with it or not at all.
    """
    draft_id = Revision.objects.filter(pk=revision_id).values_list("draft_id", flat=True).first()
    if draft_id is None:
        raise NotFound
    draft, role = lock_draft(draft_id, actor, act=act)
    revision = open_revision(draft)
    if revision is None or revision.pk != revision_id or revision.digest != digest:
        raise TextChanged(draft=draft)
    if not RevisionView.objects.filter(revision=revision, person=actor).exists():
        raise NotOpened(draft=draft)
    if comment is not None:
        add_comment(draft, actor, comment)
    return draft, revision, role


@action
def approve(
    *,
    actor: Person,
    revision_id: int,
    digest: str,
    ticked: Collection[str] = (),
    together: bool = False,
    comment: TypedComment | None = None,
) -> Revision:
    """Signs exactly this digest, the mandatory points of its checklist ticked; the approval that
    meets the quorum releases it, here and now.

    Approving twice is approving once. Raises TextChanged, NotOpened, ContributorCannotApprove,
    HiddenCharacter, TooLateToApprove, CoverEndsFirst, ChecklistIncomplete.
    """
    draft, revision, role = _lock_revision(actor, revision_id, digest, comment, act="approve")
    if revision.has_hidden_character:
        raise HiddenCharacter
    in_review = draft.state == DraftState.IN_REVIEW
    if revision.reviews.filter(reviewer=actor, verdict=Verdict.APPROVE).exists():
        # Their right may have ended and begun again since: what it was worth then counts now.
        if in_review and quorum_of(revision).met:
            release(draft, revision)
        return revision
    if not in_review and quorum_of(revision).missing == 0:
        raise WrongState(_("Ce texte a déjà tous les accords qu’il lui faut."))
    if in_review and revision.requested_at is not None:
        late = (db_now() - revision.requested_at).total_seconds()
        if late > draft.account.tolerance_seconds:
            raise TooLateToApprove
    if not lasts_until(actor, draft.account_id, revision.requested_at):
        raise CoverEndsFirst
    items = checklist.items_of(revision)
    if checklist.missing(items, ticked):
        raise ChecklistIncomplete
    review = Review.objects.create(
        revision=revision,
        reviewer=actor,
        verdict=Verdict.APPROVE,
        digest=digest,
        role=role,
        checklist=checklist.recorded(items, ticked, together=together),
    )
    audit.record(
        "review.approved", actor=actor, about=draft, subject=review, digest=digest, role=role
    )
    if in_review and quorum_of(revision).met:
        release(draft, revision)
    return revision


def release(draft: Draft, revision: Revision) -> None:
    """In the transaction of the act that met the quorum; the database counts again."""
    order = Release.objects.create(revision=revision, account=draft.account, digest=revision.digest)
    transition(draft, "release")
    audit.record("draft.released", actor=None, about=draft, subject=order, digest=order.digest)
    notify_author(draft, NoticeAct.APPROVED)
    released.send(sender=Release, release=order)


@action
def ask_for_changes(
    *,
    actor: Person,
    revision_id: int,
    digest: str,
    reason: str,
    ticked: Collection[str] = (),
    comment: TypedComment | None = None,
) -> Draft:
    """Sends the draft back to writing, with a reason; the revision ends with its approvals."""
    return _turn_down(actor, revision_id, digest, Verdict.CHANGES, reason, ticked, comment)


@action
def reject(
    *,
    actor: Person,
    revision_id: int,
    digest: str,
    reason: str,
    ticked: Collection[str] = (),
    comment: TypedComment | None = None,
) -> Draft:
    """A supervisor ends the matter, with a reason. Raises Forbidden for a seat holder."""
    return _turn_down(actor, revision_id, digest, Verdict.REJECT, reason, ticked, comment)


def _turn_down(
    actor: Person,
    revision_id: int,
    digest: str,
    verdict: Verdict,
    reason: str,
    ticked: Collection[str],
    comment: TypedComment | None,
) -> Draft:
    act, closing, told = TURNED_DOWN[verdict]
    draft, revision, role = _lock_revision(actor, revision_id, digest, comment, act=act)
    if draft.state != DraftState.IN_REVIEW:
        raise WrongState(_("Ce texte est déjà bon à diffuser : il faut maintenant le rappeler."))
    require_state(draft, act)
    review = Review.objects.create(
        revision=revision,
        reviewer=actor,
        verdict=verdict,
        reason=require_text(reason, max_length=MAX_COMMENT),
        digest=digest,
        role=role,
        checklist=checklist.recorded(checklist.items_of(revision), ticked, together=False),
    )
    close_revision(draft, closing, actor=actor)
    transition(draft, act)
    audit.record(
        f"review.{verdict}", actor=actor, about=draft, subject=review, digest=digest, role=role
    )
    notify_author(draft, told)
    return draft
