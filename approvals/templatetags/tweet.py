"""A text as X will show it, and a text with what was found in it marked; neither can be clicked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.findings import Finding
from approvals.hidden_characters import code_of
from approvals.tweet_text import MAX_CHARACTERS, Entity, entities

register = template.Library()

_NOT_SHOWN = re.compile(r"(?i:https?://(?:www\.)?)")
_MAX_SHOWN_PATH = 16


@register.filter
def tweet_preview(text: str) -> SafeString:
    """The text with its links, hashtags and mentions as X shows them; cut where none may go on."""
    text = text[:MAX_CHARACTERS]
    pieces: list[tuple[str | SafeString]] = []
    position = 0
    for entity in entities(text):
        pieces.append((text[position : entity.start],))
        pieces.append((format_html('<span class="tweet-link">{}</span>', _shown(text, entity)),))
        position = entity.end
    pieces.append((text[position:],))
    return format_html('<span class="tweet-text">{}</span>', format_html_join("", "{}", pieces))


def _shown(text: str, entity: Entity) -> str:
    """X leaves out the scheme and www., and cuts what follows the host."""
    written = text[entity.start : entity.end]
    if entity.kind != "url":
        return written
    shown = _NOT_SHOWN.sub("", written, count=1)
    host = re.split("[/?]", shown, maxsplit=1)[0]
    path = shown[len(host) :]
    if path == "/":
        return host
    return shown if len(path) <= _MAX_SHOWN_PATH else f"{host}{path[: _MAX_SHOWN_PATH - 1]}…"


@register.filter
def tweet_marked(text: str, findings: Sequence[Finding]) -> SafeString:
    """The text as it is written, with the words of each finding marked, and what hides shown."""
    changes = sorted(
        change
        for finding in findings
        for start, end in _places(finding)
        for change in ((start, 1, finding.level), (end, -1, finding.level))
    )
    hidden = {
        start
        for finding in findings
        if finding.code == "hidden_character"
        for start, _end in _places(finding)
    }
    standing = {"error": 0, "warning": 0}
    pieces: list[tuple[str | SafeString]] = []
    position = 0
    for at, step, level in [*changes, (len(text), 0, "error")]:
        if at > position:
            words = code_of(text[position]) if position in hidden else text[position:at]
            pieces.append((_marked(words, standing),))
            position = at
        standing[level] += step
    return format_html('<span class="tweet-text">{}</span>', format_html_join("", "{}", pieces))


def _places(finding: Finding) -> list[tuple[int, int]]:
    return [(finding.start, finding.end), *((start, start + 1) for start in finding.also)]


def _marked(words: str, standing: dict[str, int]) -> str | SafeString:
    for level in ("error", "warning"):
        if standing[level]:
            return format_html('<mark class="tweet-mark tweet-mark--{}">{}</mark>', level, words)
    return words
