"""What was published: a list to look through, and a month whole, to print."""

from __future__ import annotations

import datetime as dt
import re

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import memberships
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Account
from accounts.paging import keyset_page
from accounts.requests import PersonRequest
from approvals.capabilities import CAPABILITIES
from publishing.forms import PublishedFilterForm
from publishing.published import published, published_rows

PAGE = 25
# Of a month that is printed whole: more than any account publishes.
MAX_PRINTED = 1000
MONTHS = 24


def _own_accounts(request: PersonRequest) -> tuple[list[Account], set[int]]:
    """Those of the person, and the ids of those for which they may use a text again."""
    if request.user.is_administrator:
        raise NotFound
    places = memberships(request.user)
    uses = CAPABILITIES["use_again"]
    return [p.account for p in places], {p.account.pk for p in places if uses.allows(p.role)}


def _only(accounts: list[Account], handle: str) -> list[Account]:
    """The one of this handle, if it is among them."""
    return [a for a in accounts if a.handle.lower() == handle.lower()] or accounts


@require_safe
def published_page(request: PersonRequest) -> HttpResponse:
    """The latest first. What cannot be read filters nothing, and is told beside its field."""
    accounts, writes = _own_accounts(request)
    form = PublishedFilterForm(accounts, request.GET)
    form.is_valid()
    asked = form.cleaned_data
    rows = published(
        _only(accounts, asked.get("account") or ""), asked.get("since"), asked.get("until")
    )
    page = keyset_page(rows, request, "published_at", "pk", size=PAGE, moment="published_at")
    context = {
        "form": form,
        "rows": published_rows(page.rows),
        "page": page,
        "filtered": any(asked.values()) or bool(form.errors),
        "months": _months(db_now().date()),
        "accounts": accounts,
        "writes": writes,
    }
    return render(request, "publishing/published.html", context)


@require_safe
def published_month(request: PersonRequest) -> HttpResponse:
    """Everything of one month, of one account or of all one's own; nonsense asks for this month."""
    mine, writes = _own_accounts(request)
    accounts = _only(mine, request.GET.get("account", ""))
    first = _read_month(request.GET.get("month", "")) or db_now().date().replace(day=1)
    rows = list(published(accounts, first, _last_day(first)).reverse()[: MAX_PRINTED + 1])
    context = {
        "month": first,
        "accounts": accounts,
        "writes": writes,
        "rows": published_rows(rows[:MAX_PRINTED]),
        "more": len(rows) > MAX_PRINTED,
        "most": MAX_PRINTED,
    }
    return render(request, "publishing/published_month.html", context)


def _read_month(value: str) -> dt.date | None:
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", value)
    return dt.date(int(match[1]), int(match[2]), 1) if match else None


def _last_day(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _months(today: dt.date) -> list[dt.date]:
    """The first days of the latest months, this one first."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - dt.timedelta(days=1)).replace(day=1))
    return months
