"""What one does with a whole draft: edit, take back, abandon, adopt it, or use its text again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from approvals.access import draft_for
from approvals.actions import debate as debating
from approvals.actions import drafts as writing
from approvals.capabilities import CAPABILITIES
from approvals.models import Draft
from approvals.views.draft import show, typed_comment


def _done_with_comment(
    request: PersonRequest, draft_id: int, act: Callable[..., Draft], then: str, done: str = ""
) -> HttpResponse:
    """Does it with what was being written in the debate, and goes to `then` of the draft."""
    draft, _role = draft_for(request.user, draft_id)
    form = typed_comment(request, draft)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    draft = act(actor=request.user, comment=form.typed)
    if done:
        messages.success(request, done)
    return redirect(then, draft.pk)


@require_POST
def go_on_writing(request: PersonRequest, draft_id: int) -> HttpResponse:
    """To the composer; what was being written in the debate is added to it on the way."""
    draft, role = draft_for(request.user, draft_id)
    CAPABILITIES["edit"].require(role)
    form = typed_comment(request, draft)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    if typed := form.typed:
        debating.comment(actor=request.user, draft_id=draft.pk, body=typed.body, about=typed.about)
    return redirect("compose", draft.pk)


@require_POST
def take_back(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.take_back, draft_id=draft_id)
    return _done_with_comment(request, draft_id, act, "compose")


@require_POST
def abandon(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.abandon_draft, draft_id=draft_id)
    done = _("Brouillon abandonné. Son texte reste ici et peut être repris.")
    return _done_with_comment(request, draft_id, act, "draft", done)


@require_POST
def adopt(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.adopt_draft, draft_id=draft_id)
    done = _("Vous êtes maintenant l’auteur de ce brouillon.")
    return _done_with_comment(request, draft_id, act, "draft", done)


@require_POST
def use_again(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, _role = draft_for(request.user, draft_id)
    act = partial(writing.use_again, draft=draft)
    return _done_with_comment(request, draft_id, act, "compose")
