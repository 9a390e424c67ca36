"""A word of the debate, with the people whom it mentions marked."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.debate import DebateEntry
from approvals.mentions import split_mentions

register = template.Library()


@register.simple_tag
def mentions(word: DebateEntry) -> SafeString:
    """`{% mentions word %}`"""
    pieces = split_mentions(word.body, word.mentioned)
    return format_html_join("", "{}", ((_marked(*piece),) for piece in pieces))


def _marked(piece: str, name: str) -> str | SafeString:
    return format_html('<strong class="desk-mention">{}</strong>', piece) if name else piece
