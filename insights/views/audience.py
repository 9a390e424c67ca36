"""Who follows the accounts, and what X counted of their posts."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import memberships
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Account, Person
from accounts.requests import PersonRequest, parse_int
from insights.audience import counted_posts, followers_of
from insights.capabilities import CAPABILITIES

# How far back one looks, in days.
PERIODS = (30, 90, 365)
POSTS = 50


def accounts_seen_by(person: Person) -> list[Account]:
    """One's own, or all of them by office: followers are no secret."""
    if CAPABILITIES["see_audience"].allows(person.office):
        return list(Account.objects.order_by("code"))
    return [place.account for place in memberships(person)]


def _days(request: PersonRequest) -> int:
    """Nonsense asks for the shortest period."""
    asked = parse_int(request.GET.get("jours", ""))
    return asked if asked in PERIODS else PERIODS[0]


@require_safe
def audience(request: PersonRequest) -> HttpResponse:
    """The accounts side by side, by department."""
    days = _days(request)
    today = db_now().date()
    rows = followers_of(accounts_seen_by(request.user), today - dt.timedelta(days=days), today)
    context = {"rows": rows, "days": days, "periods": PERIODS}
    return render(request, "insights/audience.html", context)


@require_safe
def account_audience(request: PersonRequest, handle: str) -> HttpResponse:
    """One account: its followers day by day, its latest posts with what X counted."""
    seen = accounts_seen_by(request.user)
    account = next((one for one in seen if one.handle.lower() == handle.lower()), None)
    if account is None:
        raise NotFound
    days, now = _days(request), db_now()
    today = now.astimezone(account.zone).date()
    [followers] = followers_of([account], today - dt.timedelta(days=days), today)
    context = {
        "account": account,
        "followers": followers,
        "posts": [] if request.user.is_administrator else counted_posts(account, now, limit=POSTS),
        "days": days,
        "periods": PERIODS,
    }
    return render(request, "insights/account_audience.html", context)
