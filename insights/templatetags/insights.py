"""Figures as people write them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(value: int | None) -> str:
    """`{{ 12500|grouped }}`: « 12 500 », « 12,500 » in English; a dash for what is not known."""
    return "–" if value is None else number_format(value, force_grouping=True)
