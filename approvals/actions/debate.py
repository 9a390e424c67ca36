"""Debate: comment, answer, resolve a thread and reopen it."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts import audit
from accounts.actions.base import action
from accounts.errors import NotFound
from accounts.models import Person
from approvals.actions.base import add_comment, lock_draft, threads_of
from approvals.models import Comment, Draft, Resolution
from approvals.passage import About, TypedComment


@action
def comment(*, actor: Person, draft_id: int, body: str, about: About | None = None) -> Comment:
    """A word in the debate, by anybody of the account. Raises Invalid, NotFound."""
    draft, _role = lock_draft(draft_id, actor, act="comment")
    return add_comment(draft, actor, TypedComment(body, about or About()))


@action
def resolve(
    *, actor: Person, draft_id: int, thread_id: int, comment: TypedComment | None = None
) -> Draft:
    """Anybody of the account calls a thread resolved; twice is once. Raises NotFound."""
    draft, thread = _lock_thread(actor, draft_id, thread_id, comment)
    if not thread.resolutions.filter(reopened_at=None).exists():
        Resolution.objects.create(thread=thread, resolved_by=actor)
        audit.record("draft.thread_resolved", actor=actor, about=draft, subject=thread)
    return draft


@action
def reopen(
    *, actor: Person, draft_id: int, thread_id: int, comment: TypedComment | None = None
) -> Draft:
    """Anybody of the account finds that it is not; twice is once. Raises NotFound."""
    draft, thread = _lock_thread(actor, draft_id, thread_id, comment)
    standing = thread.resolutions.filter(reopened_at=None)
    if standing.update(reopened_at=Now(), reopened_by=actor):
        audit.record("draft.thread_reopened", actor=actor, about=draft, subject=thread)
    return draft


def _lock_thread(
    actor: Person, draft_id: int, thread_id: int, comment: TypedComment | None
) -> tuple[Draft, Comment]:
    draft, _role = lock_draft(draft_id, actor, act="comment")
    thread = threads_of(draft).filter(pk=thread_id).first()
    if thread is None:
        raise NotFound
    if comment is not None:
        add_comment(draft, actor, comment)
    return draft, thread
