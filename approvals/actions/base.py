"""What the actions on a draft share: the locks in their order, and the end of a revision."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import audit
from accounts.access import require_role, reviewers
from accounts.actions.base import lock_account, require_text
from accounts.errors import NotFound
from accounts.models import Person
from accounts.roles import Role
from approvals import capabilities
from approvals.errors import ApprovedText, WrongState
from approvals.mentions import mentioned_in
from approvals.models import (
    CloseReason,
    Comment,
    Contributor,
    Draft,
    DraftState,
    Mention,
    Revision,
)
from approvals.models.states import TRANSITIONS
from approvals.notices import notify_mentioned
from approvals.passage import Passage, TypedComment, find_passage

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


def add_comment(draft: Draft, actor: Person, typed: TypedComment) -> Comment:
    """A word in the debate, about the revision that its author read, else the open one if there
    is one; whom it names is told. Raises Invalid, NotFound.
    """
    about = typed.about
    revision = open_revision(draft)
    if about.revision_id is not None and (revision is None or revision.pk != about.revision_id):
        revision = draft.revisions.filter(pk=about.revision_id).first()
        if revision is None:
            raise NotFound
    if about.thread_id is not None and not threads_of(draft).filter(pk=about.thread_id).exists():
        raise NotFound
    passage = None
    if about.thread_id is None:
        passage = find_passage(revision.texts if revision is not None else [], about)
    comment = Comment.objects.create(
        draft=draft,
        revision=revision,
        author=actor,
        body=require_text(typed.body, field="body", max_length=MAX_COMMENT),
        thread_id=about.thread_id,
        **_place(passage),
    )
    audit.record("draft.commented", actor=actor, about=draft, subject=comment)
    _mention(comment, actor)
    return comment


def _mention(comment: Comment, actor: Person) -> None:
    if "@" not in comment.body:
        return
    names = {pk: who.person.name for pk, who in reviewers(comment.draft.account).items()}
    people = [pk for pk in mentioned_in(comment.body, names) if pk != actor.pk]
    Mention.objects.bulk_create(Mention(comment=comment, person_id=pk) for pk in people)
    notify_mentioned(comment.draft, people)


def _place(passage: Passage | None) -> dict[str, Any]:
    if passage is None:
        return {}
    return {
        "position": passage.position,
        "quote_start": passage.start,
        "quote_end": passage.end,
        "quote": passage.quote,
    }


def threads_of(draft: Draft) -> QuerySet[Comment]:
    """The comments that began one."""
    return Comment.objects.filter(draft=draft, thread=None)


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
