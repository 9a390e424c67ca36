"""What people wrote, in French, inside pages in another language."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

register = template.Library()


@register.filter
def french(text: str) -> str:
    """`{{ review.reason|french }}`: says in an English page that these words are French, so that a
    screen reader reads them so.
    """
    if not text or (get_language() or "").startswith("fr"):
        return text
    return format_html('<span lang="fr">{}</span>', text)
