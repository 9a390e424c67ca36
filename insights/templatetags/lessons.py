"""What pages of lower layers show of lessons learned."""

from __future__ import annotations

from typing import Any

from django import template

from approvals.models import Draft
from insights.instructions import newest_edition

register = template.Library()


@register.inclusion_tag("insights/_lessons_of_draft.html")
def lessons_of_draft(draft: Draft) -> dict[str, Any]:
    """`{% lessons_of_draft draft %}`: the way to note what was learned of it; no query."""
    return {"draft": draft}


@register.inclusion_tag("insights/_instructions_in_help.html", takes_context=True)
def instructions_in_help(context: dict[str, Any]) -> dict[str, Any]:
    """`{% instructions_in_help %}`: the newest edition, and for administrators the next: one
    query.
    """
    return {"edition": newest_edition(), "user": context["request"].user}
