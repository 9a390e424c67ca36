"""What every page may show: where one is, whose it is, and which X is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.access import Membership, memberships
from accounts.errors import Sentence
from accounts.models import Person

FOR_MEMBERS = [("home", _("À faire")), ("drafts", _("Brouillons"))]
FOR_ADMINISTRATORS = [
    ("home", _("À faire")),
    ("departments", _("Départements")),
    ("people", _("Personnes")),
    ("freezes", _("Gel")),
    ("health", _("Santé")),
    ("journal", _("Journal")),
]
IN_DEMO = [("mails", _("Courriels"))]


@dataclass(frozen=True)
class Item:
    """A link of the main navigation; `current` is the value of aria-current."""

    path: str
    label: Sentence
    current: str


def navigation(request: HttpRequest, person: Person) -> list[Item]:
    names = FOR_ADMINISTRATORS if person.is_administrator else FOR_MEMBERS
    items = []
    for name, label in names + (IN_DEMO if settings.IS_DEMO else []):
        path = reverse(name)
        here = request.path == path
        below = path != "/" and request.path.startswith(path)
        items.append(Item(path, label, "page" if here else "true" if below else ""))
    return items


def site(request: HttpRequest) -> dict[str, Any]:
    """`memberships` costs two queries, and only a page that shows them."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None

    def theirs() -> list[Membership]:
        return memberships(person) if person is not None else []

    return {
        "is_demo": settings.IS_DEMO,
        "x_site_url": settings.X_SITE_URL,
        "memberships": SimpleLazyObject(theirs),
        "navigation": navigation(request, person) if person is not None else [],
    }
