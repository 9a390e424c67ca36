"""A text as X will show it, with what was found in it and what the debate quotes of it marked;
nothing of its own can be clicked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from urllib import parse

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from approvals.captions import Cue, as_webvtt, kept_cues
from approvals.checks import Finding, Severity
from approvals.hidden_characters import code_of
from approvals.models import StoredImage
from approvals.preview import Quote, ShownMessage
from approvals.tweet_text import MAX_CHARACTERS, Entity, entities

register = template.Library()

_NOT_SHOWN = re.compile(r"(?i:https?://(?:www\.)?)")
_MAX_SHOWN_PATH = 16
# From the least to the worst, with what a mark of it is called.
LEVELS = {Severity.ADVICE: "info", Severity.WARN: "warning", Severity.BLOCK: "error"}


@register.simple_tag
def shown_text(part: ShownMessage) -> SafeString:
    """A message as X shows it, with what was found in it and what the debate quotes of it."""
    return tweet_preview(part.text, part.findings, part.quotes)


@register.filter
def purge_of(purged: Mapping[str, StoredImage] | None, sha256: str) -> StoredImage | None:
    """`{% if purged|purge_of:image.sha256 %}`; pages on which nothing can be purged give none."""
    return purged.get(sha256) if purged else None


@register.filter
def cues(captions: str) -> list[Cue]:
    """`{% for cue in image.captions|cues %}`."""
    return list(kept_cues(captions))


@register.filter
def track_url(captions: str) -> str:
    """Captions as the address of a track: the page itself holds what is shown of them."""
    return f"data:text/vtt;charset=utf-8,{parse.quote(as_webvtt(captions))}"


@register.filter
def tweet_preview(
    text: str, findings: Sequence[Finding] = (), quotes: Sequence[Quote] = ()
) -> SafeString:
    """The text with its links, hashtags and mentions as X shows them, the words of each finding
    marked and what hides shown; cut where none may go on. What is not shown as it is written
    says so in `data-written`.
    """
    text = text[:MAX_CHARACTERS]
    levels = _levels(text, findings)
    hidden = {
        start
        for finding in findings
        if finding.check == "invisible"
        for start, _end in _places(finding)
    }
    notes = _Notes(quotes, len(text))
    pieces: list[SafeString] = []
    position = 0
    for entity in [*entities(text), Entity("url", len(text), len(text), "")]:
        for (level, place, quoted, _ends), run in groupby(
            range(position, entity.start),
            lambda i: (levels[i], i if i in hidden else -1, notes.quoted[i], notes.ends_before(i)),
        ):
            run_positions = list(run)
            words = text[run_positions[0] : run_positions[-1] + 1]
            hides = words if place >= 0 else ""
            marked = _marked(code_of(words) if hides else words, level, written=hides)
            pieces += [_quoted(marked, quoted), *notes.until(run_positions[-1] + 1)]
        if entity.end > entity.start:
            link = _link(text[entity.start : entity.end], _shown(text, entity))
            marked = _marked(link, max(levels[entity.start : entity.end]))
            quoted = max(notes.quoted[entity.start : entity.end])
            pieces += [_quoted(marked, quoted), *notes.until(entity.end)]
        position = entity.end
    return format_html(
        '<span class="tweet-text">{}</span>', format_html_join("", "{}", ((p,) for p in pieces))
    )


class _Notes:
    """Which characters the debate quotes, and the links to the threads that do."""

    def __init__(self, quotes: Sequence[Quote], length: int) -> None:
        self.quoted = bytearray(length)
        for quote in quotes:
            end = min(quote.end, length)
            self.quoted[quote.start : end] = b"\1" * max(end - quote.start, 0)
        self._left = sorted(quotes, key=lambda quote: (quote.end, quote.start))
        self._ends = [quote.end for quote in self._left]
        self._number = 0

    def ends_before(self, position: int) -> int:
        return bisect_right(self._ends, position)

    def until(self, position: int) -> Iterator[SafeString]:
        while self._left and self._left[0].end <= position:
            quote = self._left.pop(0)
            self._number += 1
            yield format_html(
                '<sup class="tweet-note" data-written=""><a href="#comment-{}"'
                ' aria-label="{}">{}</a></sup>',
                quote.comment,
                _("Commentaire %(number)s, de %(who)s")
                % {"number": self._number, "who": quote.who},
                self._number,
            )


def _link(written: str, shown: str) -> SafeString:
    if written == shown:
        return format_html('<span class="tweet-link">{}</span>', shown)
    return format_html('<span class="tweet-link" data-written="{}">{}</span>', written, shown)


def _quoted(words: str | SafeString, quoted: int) -> SafeString:
    if not quoted:
        return conditional_escape(words)
    return format_html('<mark class="tweet-quote">{}</mark>', words)


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


def _marked(words: str | SafeString, level: int, written: str = "") -> str | SafeString:
    if not level:
        return words
    attribute = format_html('data-written="{}" ', written) if written else ""
    mark = '<mark {}class="tweet-mark tweet-mark--{}">{}</mark>'
    return format_html(mark, attribute, [*LEVELS.values()][level - 1], words)
