"""The verdicts of reviewers: approve, ask for changes, reject, object and lift an objection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import NotFound
from accounts.requests import PersonRequest, parse_int
from approvals import capabilities
from approvals.access import draft_for
from approvals.actions import objections
from approvals.actions import reviews as reviewing
from approvals.errors import ChecklistIncomplete, NotOpened, TextChanged
from approvals.forms.verdict import ReasonForm
from approvals.models import Draft, DraftState, Objection, Revision
from approvals.views.draft import show, typed_comment, typed_words


def _shown_revision(
    request: PersonRequest, draft_id: int, act: str
) -> tuple[Draft, dict[str, Any]]:
    """The draft, and what the page showed: a revision of the very draft that the URL names, to
    somebody who may do this. Raises NotFound, Forbidden.
    """
    draft, role = draft_for(request.user, draft_id)
    capabilities.require(act, role, request.user.pk, draft)
    revision_id = parse_int(request.POST.get("revision", "")) or 0
    if not Revision.objects.filter(pk=revision_id, draft=draft).exists():
        raise NotFound
    return draft, {"revision_id": revision_id, "digest": request.POST.get("digest", "")}


def stale(
    request: PersonRequest, draft_id: int, changed: TextChanged | NotOpened, **forms: Any
) -> HttpResponse:
    """The page as it is now, with what changed since the one that was answered; a reason that
    has no place there any more goes to the debate's field.
    """
    seen = (
        Revision.objects.filter(pk=parse_int(request.POST.get("revision", "")) or 0, draft=draft_id)
        .exclude(closed_at=None)
        .first()
    )
    typed = typed_words(request)
    if changed.details["draft"].state != DraftState.IN_REVIEW:
        reasons = [form.cleaned_data["reason"] for form in forms.values()]
        typed["body"] = "\n\n".join(filter(None, [typed["body"], *reasons]))
        forms = {}
    return show(
        request, draft_id, status=409, seen=seen, typed=typed, stale=changed.sentence, **forms
    )


@require_POST
def approve(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, shown = _shown_revision(request, draft_id, "approve")
    comment_form = typed_comment(request, draft)
    if not comment_form.is_valid():
        return show(request, draft_id, status=400, comment_form=comment_form)
    given: dict[str, Any] = {
        "comment": comment_form.typed,
        "ticked": request.POST.getlist("ticked"),
        "together": request.POST.get("together") == "yes",
    }
    try:
        revision = reviewing.approve(actor=request.user, **given, **shown)
    except ChecklistIncomplete:
        return show(request, draft_id, status=400, incomplete=True, comment_form=comment_form)
    except (NotOpened, TextChanged) as changed:
        return stale(request, draft_id, changed)
    revision.draft.refresh_from_db(fields=["state"])
    if revision.draft.state == DraftState.RELEASED:
        messages.success(
            request,
            _("Accord enregistré. Tous les accords sont réunis : le texte est bon à diffuser."),
        )
    else:
        messages.success(request, _("Accord enregistré."))
    return redirect("draft", draft_id)


def _turn_down(request: PersonRequest, draft_id: int, verdict: str) -> HttpResponse:
    draft, shown = _shown_revision(
        request, draft_id, "reject" if verdict == "reject" else "ask_for_changes"
    )
    form = ReasonForm(request.POST, prefix=verdict)
    comment_form = typed_comment(request, draft)
    typed: dict[str, Any] = {f"{verdict}_form": form}
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, comment_form=comment_form, **typed)
    act: Callable[..., Draft] = (
        reviewing.reject if verdict == "reject" else reviewing.ask_for_changes
    )
    reason, comment = form.cleaned_data["reason"], comment_form.typed
    try:
        ticked = request.POST.getlist("ticked")
        act(actor=request.user, reason=reason, ticked=ticked, comment=comment, **shown)
    except (NotOpened, TextChanged) as changed:
        return stale(request, draft_id, changed, **typed)
    done = {
        "changes": _("Texte renvoyé à son auteur, qui est prévenu."),
        "reject": _("Texte rejeté."),
    }
    messages.success(request, done[verdict])
    return redirect("draft", draft_id)


@require_POST
def ask_for_changes(request: PersonRequest, draft_id: int) -> HttpResponse:
    return _turn_down(request, draft_id, "changes")


@require_POST
def reject(request: PersonRequest, draft_id: int) -> HttpResponse:
    return _turn_down(request, draft_id, "reject")


@require_POST
def object_to(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    capabilities.require("object", role, request.user.pk, draft)
    form, comment_form = ReasonForm(request.POST, prefix="object"), typed_comment(request, draft)
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, object_form=form, comment_form=comment_form)
    objections.raise_objection(
        actor=request.user,
        draft_id=draft_id,
        reason=form.cleaned_data["reason"],
        comment=comment_form.typed,
    )
    messages.success(
        request,
        _("Opposition enregistrée : ce qui n’est pas parti est retenu jusqu’à ce qu’on la lève."),
    )
    return redirect("draft", draft_id)


@require_POST
def lift_objection(request: PersonRequest, draft_id: int, objection_id: int) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    objection = Objection.objects.filter(pk=objection_id, draft=draft).first()
    if objection is None:
        raise NotFound
    objections.require_lift(objection, request.user, role, draft)
    form = ReasonForm(request.POST, prefix=f"lift-{objection_id}")
    form.fields["reason"].required = objection.raised_by_id != request.user.pk
    comment_form = typed_comment(request, draft)
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, lift_form=form, comment_form=comment_form)
    draft = objections.lift_objection(
        actor=request.user,
        objection_id=objection_id,
        reason=form.cleaned_data["reason"],
        comment=comment_form.typed,
    )
    messages.success(request, _("Opposition levée."))
    return redirect("draft", draft_id)
