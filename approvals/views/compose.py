"""The composer: writing, the count and the preview as one types, saving by itself, submitting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import reviewers
from accounts.errors import Forbidden, Invalid
from accounts.requests import PersonRequest
from approvals.access import draft_for
from approvals.actions.base import require_state
from approvals.actions.drafts import save_draft, submit_draft
from approvals.diff import changes
from approvals.errors import SavedElsewhere
from approvals.findings import findings
from approvals.forms import ComposerForm
from approvals.models import Contributor, Draft, DraftState
from approvals.tweet_text import MAX_WEIGHT, weighted_length


def _draft_to_write(request: PersonRequest, draft_id: int) -> Draft:
    """A draft that this person may write. Raises NotYours, Forbidden, WrongState."""
    draft, role = draft_for(request.user, draft_id)
    if role != "seat":
        raise Forbidden(_("Seuls les titulaires de ce compte écrivent ses brouillons."))
    require_state(draft, "edit")
    return draft


def shown_parts(parts: list[dict[str, Any]], errors: dict[int, str] | None = None) -> list[Any]:
    """Each message with what X would make of it."""
    shown = []
    for position, part in enumerate(parts):
        weight = weighted_length(part["text"])
        shown.append(
            {
                **part,
                "position": position,
                "weight": weight,
                "over": max(weight - MAX_WEIGHT, 0),
                "left": MAX_WEIGHT - weight,
                "findings": findings(part["text"]),
                "error": (errors or {}).get(position, ""),
            }
        )
    return shown


def _context(request: PersonRequest, draft: Draft, form: ComposerForm) -> dict[str, Any]:
    wrote = set(Contributor.objects.filter(draft=draft).values_list("person_id", flat=True))
    asked = [p for pk, p in reviewers(draft.account).items() if pk not in wrote | {request.user.pk}]
    return {
        "draft": draft,
        "account": draft.account,
        "form": form,
        "parts": shown_parts(form.parts, form.part_errors),
        "most": MAX_WEIGHT,
        "asked": asked,
        "in_review": draft.state == DraftState.IN_REVIEW,
        "came_back": draft.revisions.select_related("closed_by").order_by("-number").first(),
    }


def _page(
    request: PersonRequest, draft: Draft, form: ComposerForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {**_context(request, draft, form), **more}
    return render(request, "approvals/compose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The composer of one draft; its buttons say what to do with what was typed."""
    draft = _draft_to_write(request, draft_id)
    if request.method != "POST":
        return _page(request, draft, ComposerForm(draft))
    form = ComposerForm(draft, request.POST)
    act = request.POST.get("act", "save")
    if act == "theirs":
        return _page(request, draft, ComposerForm(draft), set_aside=form.parts)
    if not form.fine:
        return _page(request, draft, form, status=400)
    if act == "add" or act.startswith("remove-"):
        _change_parts(form, act)
    try:
        saved = save_draft(
            actor=request.user,
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            content=form.content(),
        )
        if act == "submit" and saved.state == DraftState.IN_REVIEW:
            messages.info(request, _("Rien n’a changé : ce texte est déjà en relecture."))
            return redirect("draft", draft.pk)
        if act == "submit":
            submit_draft(actor=request.user, draft_id=draft.pk, version=saved.version)
            messages.success(request, _("Texte soumis à la relecture."))
            return redirect("draft", draft.pk)
    except SavedElsewhere as conflict:
        return _conflict(request, conflict.details["draft"])
    except Invalid as refused:
        return _refused(request, draft, refused)
    return redirect("compose", draft.pk) if act != "leave" else redirect("draft", draft.pk)


def _change_parts(form: ComposerForm, act: str) -> None:
    """Adds an empty message to the thread, or takes one away: never the last one."""
    if act == "add":
        form.parts.append({"text": "", "images": [], "origin": ""})
        return
    position = act.removeprefix("remove-")
    if position.isascii() and position.isdigit() and int(position) < len(form.parts) > 1:
        del form.parts[int(position)]


def _conflict(request: PersonRequest, draft: Draft) -> HttpResponse:
    """Both texts, one in the form and the other beside it, and what differs; neither is lost."""
    data = request.POST.copy()
    data["version"] = str(draft.version)
    form = ComposerForm(draft, data)
    form.is_valid()
    last = draft.updated_at
    return _page(
        request,
        draft,
        form,
        status=409,
        theirs=draft.texts,
        differences=changes(draft.texts, [p["text"] for p in form.parts]),
        saved_at=last,
        sentence=SavedElsewhere.sentence,
    )


def _refused(request: PersonRequest, draft: Draft, refused: Invalid) -> HttpResponse:
    """The action's own « no », beside the field that it is about; what was typed is saved."""
    draft.refresh_from_db()
    data = request.POST.copy()
    data["version"] = str(draft.version)
    form = ComposerForm(draft, data)
    form.is_valid()
    if refused.details.get("field") == "text":
        form.part_errors[refused.details["position"]] = str(refused.sentence)
    else:
        form.add_error("day" if refused.details.get("field") == "when" else None, str(refused))
    return _page(request, draft, form, status=400)


@require_POST
def preview(request: PersonRequest, draft_id: int) -> HttpResponse:
    """What X would make of what is typed at this moment; nothing is saved."""
    draft = _draft_to_write(request, draft_id)
    form = ComposerForm(draft, request.POST)
    form.is_valid()
    return render(request, "approvals/_preview.html", {**_context(request, draft, form), "live": 1})


@require_POST
def autosave(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Saves what can be saved, and says so with the time; never touches what was submitted."""
    draft = _draft_to_write(request, draft_id)
    form = ComposerForm(draft, request.POST)
    form.is_valid()
    context: dict[str, Any] = {"draft": draft, "account": draft.account}
    if draft.state != DraftState.WRITING or "version" in form.errors:
        return render(request, "approvals/_saved.html", {**context, "moved": True}, status=409)
    try:
        saved = save_draft(
            actor=request.user,
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            content=form.content(),
        )
    except SavedElsewhere:
        return render(request, "approvals/_saved.html", {**context, "moved": True}, status=409)
    except Invalid as refused:
        return render(request, "approvals/_saved.html", {**context, "refused": refused}, status=400)
    context |= {
        "saved": saved,
        "at": timezone.now(),
        "kept_out": bool(form.errors or form.part_errors),
    }
    return render(request, "approvals/_saved.html", context)
