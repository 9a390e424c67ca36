"""« Je m’oppose »: raise an objection, lift it. While one stands, the text is held."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions.base import action, require_text
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Person
from accounts.models.notice import NoticeAct
from accounts.roles import Role
from approvals import capabilities
from approvals.actions.base import MAX_COMMENT, add_comment, lock_draft, open_revision
from approvals.actions.reviews import release
from approvals.errors import WrongState
from approvals.models import Draft, DraftState, Objection
from approvals.notices import notify_of_objection
from approvals.passage import TypedComment
from approvals.quorum import quorum_of
from approvals.signals import objected


@action
def raise_objection(
    *, actor: Person, draft_id: int, reason: str, comment: TypedComment | None = None
) -> Objection:
    """Holds the text, in review or waiting for its hour, until the objection is lifted.

    It is of the draft: a new revision, or the release that another made in the same second, does
    not end it. Objecting twice is objecting once. Raises WrongState when nothing is left to hold.
    """
    draft, role = lock_draft(draft_id, actor, act="object")
    revision = open_revision(draft)
    if draft.state not in (DraftState.IN_REVIEW, DraftState.RELEASED) or revision is None:
        raise WrongState
    reason = require_text(reason, max_length=MAX_COMMENT)
    if comment is not None:
        add_comment(draft, actor, comment)
    standing = draft.objections.filter(raised_by=actor, lifted_at=None).first()
    if standing is not None:
        return standing
    objection = Objection.objects.create(
        draft=draft, revision=revision, raised_by=actor, role=role, reason=reason
    )
    audit.record("objection.raised", actor=actor, about=draft, subject=objection, role=role)
    notify_of_objection(draft, NoticeAct.OBJECTION, objection, actor)
    objected.send(sender=Objection, draft=draft, raised=True)
    return objection


@action
def lift_objection(
    *, actor: Person, objection_id: int, reason: str = "", comment: TypedComment | None = None
) -> Draft:
    """By who raised it, or by a supervisor who wrote nothing of the text, with a reason. What has
    every approval is then released; what waits for its hour goes on. Raises Forbidden.
    """
    draft_id = Objection.objects.filter(pk=objection_id).values_list("draft_id", flat=True).first()
    if draft_id is None:
        raise NotFound
    draft, role = lock_draft(draft_id, actor, act="read")
    objection = Objection.objects.get(pk=objection_id)
    require_lift(objection, actor, role, draft)
    if objection.raised_by_id != actor.pk:
        reason = require_text(reason, max_length=MAX_COMMENT)
    if objection.lifted_at is not None:
        raise WrongState(_("Cette opposition est déjà levée."))
    if comment is not None:
        add_comment(draft, actor, comment)
    rows = Objection.objects.filter(pk=objection_id)
    rows.update(lifted_at=Now(), lifted_by=actor, lifting_reason=reason.strip())
    audit.record("objection.lifted", actor=actor, about=draft, subject=objection, role=role)
    notify_of_objection(draft, NoticeAct.OBJECTION_LIFTED, objection, actor)
    _release_if_ready(draft)
    objected.send(sender=Objection, draft=draft, raised=False)
    return draft


def require_lift(objection: Objection, person: Person, role: Role, draft: Draft) -> None:
    """Raises the refusal of the table, but of one's own objection."""
    if objection.raised_by_id != person.pk:
        capabilities.require("lift_objection", role, person.pk, draft)


def _release_if_ready(draft: Draft) -> None:
    """The objection was all that was missing; past its hour, a text takes no release."""
    revision = open_revision(draft)
    if draft.state != DraftState.IN_REVIEW or revision is None:
        return
    requested = revision.requested_at
    late = (db_now() - requested).total_seconds() if requested is not None else 0
    if late <= draft.account.tolerance_seconds and quorum_of(revision).met:
        release(draft, revision)
