"""The threads of a debate: resolve one, reopen it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.errors import NotFound
from accounts.requests import PersonRequest
from approvals.access import draft_for
from approvals.actions import debate as debating
from approvals.actions.base import threads_of
from approvals.models import Draft
from approvals.views.draft import show, to_debate, typed_comment


def _with_comment(
    request: PersonRequest, draft_id: int, thread_id: int, act: Callable[..., Draft]
) -> HttpResponse:
    draft, _role = draft_for(request.user, draft_id)
    if not threads_of(draft).filter(pk=thread_id).exists():
        raise NotFound
    form = typed_comment(request, draft)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    act(actor=request.user, draft_id=draft_id, thread_id=thread_id, comment=form.typed)
    return to_debate(request, draft, f"comment-{thread_id}")


@require_POST
def resolve(request: PersonRequest, draft_id: int, thread_id: int) -> HttpResponse:
    return _with_comment(request, draft_id, thread_id, debating.resolve)


@require_POST
def reopen(request: PersonRequest, draft_id: int, thread_id: int) -> HttpResponse:
    return _with_comment(request, draft_id, thread_id, debating.reopen)
