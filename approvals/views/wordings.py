"""Wordings: propose another for a message, accept one, decline it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import Invalid, NotFound
from accounts.requests import PersonRequest, parse_int
from approvals import capabilities
from approvals.access import draft_for
from approvals.actions import wordings
from approvals.errors import TextMovedOn, WordingDecided, WordingOutdated
from approvals.forms.debate import CommentForm, WordingForm, typed_wordings
from approvals.models import Draft
from approvals.views.draft import show, shown_revision, to_debate, typed_comment, typed_words
from approvals.views.verdicts import stale


@require_POST
def propose(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    capabilities.require("propose_wording", role, request.user.pk, draft)
    revision = shown_revision(request, draft)
    if revision is None:
        raise NotFound
    comment_form = typed_comment(request, draft)
    if not comment_form.is_valid():
        return show(request, draft_id, status=400, comment_form=comment_form)
    texts = typed_wordings(revision.texts, request.POST)
    try:
        if not texts:
            position = parse_int(request.POST.get("position", "")) or 0
            raise Invalid(_("Changez d’abord ce texte : il est le même."), position=position)
        proposed = wordings.propose_wordings(
            actor=request.user,
            draft_id=draft_id,
            revision_id=revision.pk,
            texts=texts,
            comment=comment_form.typed,
        )
    except TextMovedOn as changed:
        return stale(request, draft_id, changed)
    except Invalid as refused:
        return _refused(request, draft_id, revision.texts, texts, refused, comment_form)
    messages.success(request, _("Formulation proposée : l’auteur du texte en est averti."))
    return to_debate(request, draft, f"wording-{proposed[0].pk}", sent=True)


def _refused(
    request: PersonRequest,
    draft_id: int,
    texts: list[str],
    typed: Mapping[int, str],
    refused: Invalid,
    comment_form: CommentForm,
) -> HttpResponse:
    """The page again, with the refusal beside the field of its message."""
    form = WordingForm(texts, typed)
    position = str(refused.details.get("position", 0))
    form.add_error(position if position in form.fields else "0", str(refused))
    return show(request, draft_id, status=400, wording_form=form, comment_form=comment_form)


def _decide(
    request: PersonRequest,
    draft_id: int,
    wording_id: int,
    act: Callable[..., Draft],
    done: str,
) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    capabilities.require("edit", role, request.user.pk, draft)
    form = typed_comment(request, draft)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    try:
        act(actor=request.user, draft_id=draft_id, wording_id=wording_id, comment=form.typed)
    except (WordingDecided, WordingOutdated) as refused:
        typed = typed_words(request)
        return show(request, draft_id, status=409, typed=typed, stale=refused.sentence)
    messages.success(request, done)
    return to_debate(request, draft, f"wording-{wording_id}")


@require_POST
def take(request: PersonRequest, draft_id: int, wording_id: int) -> HttpResponse:
    done = _("Formulation acceptée : le texte est en rédaction. Soumettez-le quand il est prêt.")
    return _decide(request, draft_id, wording_id, wordings.take_wording, done)


@require_POST
def decline(request: PersonRequest, draft_id: int, wording_id: int) -> HttpResponse:
    done = _("Formulation déclinée : le texte reste tel quel.")
    return _decide(request, draft_id, wording_id, wordings.decline_wording, done)
