"""From a finding to the page that explains it."""

from __future__ import annotations

from django import template

from approvals.help import Help, page_of_check

register = template.Library()


@register.filter
def help_page(check: str) -> Help | None:
    return page_of_check(check)
