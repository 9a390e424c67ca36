"""What the actions on a draft share: the locks in their order, and the end of a revision."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts import audit
from accounts.access import require_role
from accounts.actions.base import lock_account, require_text
from accounts.errors import NotFound
from accounts.models import Person
from accounts.roles import Role
from approvals import capabilities
from approvals.errors import ApprovedText, WrongState
from approvals.models import CloseReason, Comment, Contributor, Draft, DraftState, Revision
from approvals.models.states import TRANSITIONS

MAX_COMMENT = 4000


def lock_draft(draft_id: int, actor: Person, *, act: str) -> tuple[Draft, Role]:
    """Locks the account, then the draft; the actor's role as it is under that lock.

    Raises NotFound for a draft of another department, Forbidden as the table of capabilities says.
    """
    account_id = Draft.objects.filter(pk=draft_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise NotFound
    account = lock_account(account_id)
    role = require_role(actor, account)
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    draft.account = account
    capabilities.require(act, role, actor.pk, draft)
    return draft, role


def require_state(draft: Draft, act: str) -> None:
    """Raises WrongState unless the table of moves allows this act from here."""
    if draft.state in TRANSITIONS[act].before:
        return
    if act == "edit" and draft.state == DraftState.RELEASED:
        raise ApprovedText
    raise WrongState


def open_revision(draft: Draft) -> Revision | None:
    revision = draft.revisions.filter(closed_at=None).first()
    if revision is not None:
        revision.draft = draft
    return revision


def add_comment(draft: Draft, actor: Person, body: str) -> Comment:
    """A word in the debate, about the open revision if there is one. Raises Invalid."""
    comment = Comment.objects.create(
        draft=draft,
        revision=open_revision(draft),
        author=actor,
        body=require_text(body, field="body", max_length=MAX_COMMENT),
    )
    audit.record("draft.commented", actor=actor, about=draft, subject=comment)
    return comment


def close_revision(draft: Draft, closing: CloseReason, *, actor: Person | None) -> None:
    """Closes the open revision, and its approvals with it."""
    draft.revisions.filter(closed_at=None).update(closed_at=Now(), closed_by=actor, closing=closing)


def transition(draft: Draft, act: str) -> None:
    """Writes the state that the act leads to."""
    after = TRANSITIONS[act].after
    if after is not None:
        draft.state = after
        draft.save(update_fields=["state"])


def contribute(draft: Draft, person: Person) -> None:
    """From now on this person's approval of this draft counts no more."""
    Contributor.objects.get_or_create(draft=draft, person=person)
