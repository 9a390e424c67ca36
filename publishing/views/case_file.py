"""The page of a draft's case file: export it as JSON, or have a PDF made and fetch it;
and purge the images of a draft that came to nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotFound
from accounts.requests import PersonRequest
from approvals.access import draft_for
from approvals.actions.purge import purge_choice, purge_images
from approvals.capabilities import CAPABILITIES
from approvals.models import Draft
from publishing.actions.export import ask_for_pdf, export_json
from publishing.forms import ActForm
from publishing.models import CaseFileExport

# htmx asks no more after this status.
NO_MORE = 286


def _latest(request: PersonRequest, draft: Draft) -> CaseFileExport | None:
    """The last PDF that this person asked for here, in the language that they read now."""
    asked = CaseFileExport.objects.filter(
        draft=draft, asked_by=request.user, language=translation.get_language()
    )
    return asked.defer("content").order_by("-pk").first()


def _context(request: PersonRequest, draft_id: int) -> dict[str, Any]:
    draft, _role = draft_for(request.user, draft_id)
    export = _latest(request, draft)
    return {"draft": draft, "account": draft.account, "export": export}


def _page(request: PersonRequest, draft_id: int, form: ActForm | None = None) -> HttpResponse:
    context = _context(request, draft_id)
    draft, role = draft_for(request.user, draft_id)
    may = CAPABILITIES["purge_images"].allows(role)
    context |= {
        "choice": purge_choice(draft) if may else None,
        "form": form or ActForm(draft.account),
    }
    return render(request, "publishing/case_file.html", context, status=400 if form else 200)


@require_safe
def page(request: PersonRequest, draft_id: int) -> HttpResponse:
    return _page(request, draft_id)


@require_safe
def live(request: PersonRequest, draft_id: int) -> HttpResponse:
    """How far the PDF is; asked for again until it is made."""
    context = _context(request, draft_id)
    export = context["export"]
    made = export is None or export.next_try_at is None
    status = NO_MORE if made and request.htmx else 200
    return render(request, "publishing/_case_file.html", context, status=status)


@require_POST
def as_json(request: PersonRequest, draft_id: int) -> HttpResponse:
    content = export_json(actor=request.user, draft_id=draft_id)
    return _attachment(content, "application/json", draft_id, "json")


@require_POST
def ask_pdf(request: PersonRequest, draft_id: int) -> HttpResponse:
    ask_for_pdf(actor=request.user, draft_id=draft_id)
    return redirect("case-file", draft_id)


@require_safe
def pdf(request: PersonRequest, draft_id: int, export_id: int) -> HttpResponse:
    """To who asked for it, while they may see the draft."""
    draft_for(request.user, draft_id)
    export = CaseFileExport.objects.filter(
        pk=export_id, draft=draft_id, asked_by=request.user, made_at__isnull=False
    ).first()
    if export is None or export.content is None:
        raise NotFound
    return _attachment(bytes(export.content), "application/pdf", draft_id, "pdf")


@require_POST
def purge(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Deletes for good the images of a draft that came to nothing."""
    draft, role = draft_for(request.user, draft_id)
    CAPABILITIES["purge_images"].require(role)
    form = ActForm(draft.account, request.POST)
    if not form.is_valid():
        return _page(request, draft_id, form)
    reason = form.cleaned_data["reason"]
    count = purge_images(actor=request.user, draft_id=draft_id, reason=reason)
    done = ngettext("%(count)d image purgée.", "%(count)d images purgées.", count)
    messages.success(request, done % {"count": count})
    return redirect("draft", draft_id)


def _attachment(content: bytes, mime: str, draft_id: int, suffix: str) -> HttpResponse:
    name = f"dossier-{draft_id}.{suffix}"
    return HttpResponse(
        content,
        content_type=mime,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
