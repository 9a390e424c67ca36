"""A text as X will show it, with what was found in it marked; nothing of it can be clicked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.checks import Finding, Severity
from approvals.hidden_characters import code_of
from approvals.models import StoredImage
from approvals.tweet_text import MAX_CHARACTERS, Entity, entities

register = template.Library()

_NOT_SHOWN = re.compile(r"(?i:https?://(?:www\.)?)")
_MAX_SHOWN_PATH = 16
# From the least to the worst, with what a mark of it is called.
LEVELS = {Severity.ADVICE: "info", Severity.WARN: "warning", Severity.BLOCK: "error"}


@register.filter
def purge_of(purged: Mapping[str, StoredImage] | None, sha256: str) -> StoredImage | None:
    """`{% if purged|purge_of:image.sha256 %}`; pages on which nothing can be purged give none."""
    return purged.get(sha256) if purged else None


@register.filter
def tweet_preview(text: str, findings: Sequence[Finding] = ()) -> SafeString:
    """The text with its links, hashtags and mentions as X shows them, the words of each finding
    marked and what hides shown; cut where none may go on.
    """
    text = text[:MAX_CHARACTERS]
    levels = _levels(text, findings)
    hidden = {
        start
        for finding in findings
        if finding.check == "invisible"
        for start, _end in _places(finding)
    }
    pieces: list[tuple[str | SafeString]] = []
    position = 0
    for entity in [*entities(text), Entity("url", len(text), len(text), "")]:
        for (level, place), run in groupby(
            range(position, entity.start), lambda i: (levels[i], i if i in hidden else -1)
        ):
            run_positions = list(run)
            words = text[run_positions[0] : run_positions[-1] + 1]
            pieces.append((_marked(code_of(words) if place >= 0 else words, level),))
        if entity.end > entity.start:
            link = format_html('<span class="tweet-link">{}</span>', _shown(text, entity))
            pieces.append((_marked(link, max(levels[entity.start : entity.end])),))
        position = entity.end
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


def _levels(text: str, findings: Sequence[Finding]) -> bytearray:
    """For each character the place in LEVELS of the worst finding about it, 0 for none."""
    levels = bytearray(len(text))
    for level, severity in enumerate(LEVELS, 1):
        for finding in findings:
            if finding.severity == severity:
                for start, end in _places(finding):
                    stop = min(end, len(text))
                    levels[start:stop] = bytes([level]) * (stop - start)
    return levels


def _places(finding: Finding) -> list[tuple[int, int]]:
    return [(finding.start, finding.end), *((start, start + 1) for start in finding.also)]


def _marked(words: str | SafeString, level: int) -> str | SafeString:
    if not level:
        return words
    mark = '<mark class="tweet-mark tweet-mark--{}">{}</mark>'
    return format_html(mark, [*LEVELS.values()][level - 1], words)
