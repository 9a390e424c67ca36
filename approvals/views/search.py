"""The page of search."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import memberships
from accounts.errors import NotFound
from accounts.paging import KeysetPage
from accounts.requests import PersonRequest, parse_int
from approvals import search
from approvals.models import SearchEntry


@require_safe
def search_page(request: PersonRequest) -> HttpResponse:
    """What one may read and holds all the words, the newest first; nonsense filters nothing."""
    if request.user.is_administrator:
        raise NotFound
    mine = [m.account for m in memberships(request.user)]
    form = search.SearchForm(mine, request.GET)
    form.is_valid()
    asked = form.cleaned_data
    handle = asked.get("account") or ""
    accounts = [a for a in mine if a.handle == handle] or mine
    words = search.read_words(asked.get("q") or "")
    before = parse_int(request.GET.get("after", ""))
    found: list[SearchEntry] = []
    if words.lexemes and accounts:
        found = search.newest(words, accounts, asked, before, search.PAGE + 1)
    rows = found[: search.PAGE]
    after = str(rows[-1].pk) if len(found) > search.PAGE else ""
    context = {
        "form": form,
        "page": KeysetPage(rows, after, is_first=before is None),
        "found": search.excerpts(rows, words),
        "asked": bool(asked.get("q")),
        "too_common": bool(asked.get("q")) and not words.lexemes,
    }
    return render(request, "approvals/search.html", context)
