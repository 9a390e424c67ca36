"""Figures as people write them."""

from __future__ import annotations

from django import template

from insights import words

register = template.Library()


@register.filter
def grouped(value: int | None) -> str:
    """`{{ 12500|grouped }}`: « 12 500 », « 12,500 » in English; a dash for what is not known."""
    return words.grouped(value)
