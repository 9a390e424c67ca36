"""Everything that waits for a decision, the urgent first: filtered, and page after page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import memberships
from accounts.errors import NotFound
from accounts.paging import keyset_page
from accounts.requests import PersonRequest
from publishing.access import shown
from publishing.forms import AlertFilterForm
from publishing.lists import KINDS, alerting, by_urgency, decisions


@require_safe
def alerts_page(request: PersonRequest) -> HttpResponse:
    """Of the person's accounts only. What is not in the lists of choices filters nothing."""
    if request.user.is_administrator:
        raise NotFound
    accounts = [place.account for place in memberships(request.user)]
    form = AlertFilterForm(accounts, request.GET)
    form.is_valid()
    rows = shown().filter(alerting(), account__in=[account.pk for account in accounts])
    if handle := form.cleaned_data.get("account"):
        rows = rows.filter(account__handle__iexact=handle)
    if kind := form.cleaned_data.get("state"):
        rows = rows.filter(KINDS[kind][1])
    page = keyset_page(by_urgency(rows), request, "urgency", "key", "pk")
    context = {
        "form": form,
        "count": rows.count(),
        "rows": decisions(page.rows),
        "page": page,
        "filtered": bool(form.cleaned_data.get("account") or form.cleaned_data.get("state")),
    }
    return render(request, "publishing/alerts.html", context)
