"""The band that says that the posts are frozen: who, why, since when."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q

from accounts.models import Person
from publishing.models import Freeze

register = template.Library()


@register.simple_tag(takes_context=True)
def standing_freezes(context: dict[str, Any]) -> list[Freeze]:
    """The freezes that concern this person: of all, and of their accounts. One query."""
    person = getattr(context.get("request"), "user", None)
    if not isinstance(person, Person):
        return []
    theirs = Q(account=None)
    if person.is_administrator:
        theirs |= Q(account__isnull=False)
    else:
        for right in ("seat", "supervision"):
            held = {f"account__{right}__person": person, f"account__{right}__ended_at": None}
            theirs |= Q(**held)
    rows = Freeze.objects.filter(theirs, lifted_at=None).select_related("account", "frozen_by")
    return list(rows.distinct().order_by("since"))
