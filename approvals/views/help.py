"""Help with the checks of a text: a page for each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.errors import NotFound
from accounts.requests import PersonRequest
from approvals.checks import check_text
from approvals.help import PAGES, Theme


@require_safe
def index(request: PersonRequest) -> HttpResponse:
    """Every page of help, by theme."""
    themes = [
        (theme.label, [page for page in PAGES.values() if page.theme == theme]) for theme in Theme
    ]
    return render(request, "approvals/help/index.html", {"themes": themes})


@require_safe
def check(request: PersonRequest, check_id: str) -> HttpResponse:
    """What one check looks for and why."""
    page = PAGES.get(check_id)
    if page is None:
        raise NotFound
    found = [f for f in check_text(page.before, page.context) if f.check == page.check]
    return render(request, "approvals/help/check.html", {"page": page, "found": found})
