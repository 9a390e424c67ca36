"""Documents that take long to make: ask, see how far they are, fetch."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict, Invalid, NotFound
from accounts.requests import STOP_POLLING, PersonRequest, etag_of, unless_known
from insights.access import accounts_to_export, export_to_fetch, exports_of
from insights.actions.exports import ask_for_export, fetch_export
from insights.forms import ExportForm
from insights.makers import MAKERS
from insights.models import ExportKind
from insights.report import read_summary
from insights.report_text import chapters, title_of


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PersonRequest) -> HttpResponse:
    own = accounts_to_export(request.user)
    form = ExportForm(own, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            ask_for_export(
                actor=request.user,
                kind=asked["kind"],
                accounts=form.chosen,
                since=asked["since"],
                until=asked["until"],
            )
        except (Invalid, Conflict) as refused:
            form.refuse(refused)
        else:
            return redirect("exports")
    context = {"form": form, "live": False, **_listed(request)}
    return render(request, "insights/exports.html", context, status=400 if form.errors else 200)


@require_safe
def live(request: PersonRequest) -> HttpResponse:
    """How far they are; asked for again while one is open."""
    context = {"live": True, **_listed(request)}
    body = render_to_string("insights/_exports.html", context, request)
    status = 200 if context["open"] or not request.htmx else STOP_POLLING
    return unless_known(request, body, etag_of(body), status)


def _listed(request: PersonRequest) -> dict[str, Any]:
    exports = exports_of(request.user, accounts_to_export(request.user))
    return {"exports": exports, "open": any(export.is_open for export in exports)}


@require_safe
def report(request: PersonRequest, export_id: int) -> HttpResponse:
    """What a report amounts to, in the reader's language; to who asked for it, as its file is."""
    export = export_to_fetch(request.user, export_id)
    if export.kind != ExportKind.REPORT:
        raise NotFound
    try:
        with default_storage.open(export.file) as stored:
            summary = read_summary(stored)
    except FileNotFoundError as error:
        raise NotFound from error
    context = {"export": export, "title": title_of(summary), "blocks": list(chapters(summary))}
    return render(request, "insights/report.html", context)


@require_safe
def file(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """To who asked for it, while all its accounts are theirs."""
    export = fetch_export(actor=request.user, export_id=export_id)
    maker = MAKERS[export.kind]
    handles = "-".join(account.handle for account in export.accounts.all()[:3])
    name = f"{export.get_kind_display()}-{handles}-{export.since}-{export.until}{maker.suffix}"
    try:
        stored = default_storage.open(export.file)
    except FileNotFoundError as error:
        raise NotFound from error
    response = FileResponse(
        stored, as_attachment=True, filename=name.replace(" ", "-"), content_type=maker.mime
    )
    response.headers["Content-Length"] = str(export.size)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
