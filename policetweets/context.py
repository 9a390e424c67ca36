"""What every page may show: where one is, whose it is, and which X is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import capabilities as accounts
from accounts.access import Membership, memberships
from accounts.errors import Sentence
from accounts.models import Person
from insights import capabilities as insights
from publishing import capabilities as publishing

FOR_MEMBERS = [
    ("home", _("À faire")),
    ("drafts", _("Brouillons")),
    ("message-templates", _("Modèles")),
    ("calendar", _("Calendrier")),
    ("published", _("Diffusés")),
    ("audience", _("Audience")),
    ("own-accounts", _("Gel")),
]
# By whose office, in which table: an address, its label and the act that opens it.
BY_OFFICE = [
    ("departments", _("Départements"), "see_departments"),
    ("people", _("Personnes"), "see_people"),
    ("lists", _("Listes"), "see_lists"),
    ("audience", _("Audience"), "see_audience"),
    ("freezes", _("Gel"), "see_freezes"),
    ("health", _("Santé"), "see_health"),
    ("journal", _("Journal"), "see_journal"),
]
IN_DEMO = [("mails", _("Courriels"))]


@dataclass(frozen=True)
class Item:
    """A link of the main navigation; `current` is the value of aria-current."""

    path: str
    label: Sentence
    current: str


def acts_of_office(person: Person) -> frozenset[str]:
    """What the person's office allows, of every table."""
    tables = (accounts.CAPABILITIES, publishing.CAPABILITIES, insights.CAPABILITIES)
    rows = [row for table in tables for row in table.items()]
    return frozenset(act for act, capability in rows if capability.allows(person.office))


def navigation(request: HttpRequest, person: Person, may: frozenset[str]) -> list[Item]:
    names = FOR_MEMBERS
    if may:
        names = FOR_MEMBERS[:1] + [(name, label) for name, label, act in BY_OFFICE if act in may]
    items = []
    for name, label in names + (IN_DEMO if settings.IS_DEMO else []):
        path = reverse(name)
        here = request.path == path
        below = path != "/" and request.path.startswith(path)
        items.append(Item(path, label, "page" if here else "true" if below else ""))
    return items


def site(request: HttpRequest) -> dict[str, Any]:
    """`memberships` costs one query, where a page shows them that its view has not read."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None

    def theirs() -> list[Membership]:
        return memberships(person) if person is not None else []

    may = acts_of_office(person) if person is not None else frozenset[str]()
    return {
        "may": may,
        "is_demo": settings.IS_DEMO,
        "x_site_url": settings.X_SITE_URL,
        "memberships": SimpleLazyObject(theirs),
        "navigation": navigation(request, person, may) if person is not None else [],
    }
