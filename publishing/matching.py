"""Is this post, as X shows it, the part that we may have sent? Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from approvals.tweet_text import entities
from publishing.gateway.calls import Seen, comparable

SCHEME = re.compile(r"^https?://(www\.)?", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """A part as it would look on X; `media` are the ids of its uploads, `not_before` the moment
    before which it cannot have been posted.
    """

    text: str
    parent: str
    media: frozenset[str]
    not_before: dt.datetime


@dataclass(frozen=True)
class Match:
    """`x_id` is the post itself; `lookalike` an older equal one, which X may take it for."""

    x_id: str = ""
    lookalike: str = ""


def fingerprint(text: str) -> str:
    """A text without what X changes of its links: the scheme, a last slash, letter case of it."""
    text = comparable(text)
    pieces: list[str] = []
    end = 0
    for entity in entities(text):
        if entity.kind == "url":
            pieces += [text[end : entity.start], _bare(text[entity.start : entity.end])]
            end = entity.end
    return "".join([*pieces, text[end:]])


def _bare(url: str) -> str:
    host, slash, rest = SCHEME.sub("", url).partition("/")
    return (host.lower() + slash + rest).rstrip("/")


def is_post_id(text: str) -> bool:
    """As X numbers its posts: a batch with one nonsense id would be refused whole."""
    return text.isascii() and text.isdigit() and len(text) <= 19


def same(wanted: Wanted, seen: Seen) -> bool:
    """By media id where there is one, else by parent and text."""
    if wanted.media:
        return bool(wanted.media & set(seen.media))
    return seen.parent == wanted.parent and fingerprint(seen.text) == fingerprint(wanted.text)


def find(wanted: Wanted, posts: Iterable[Seen], taken: set[str]) -> Match:
    """The oldest equal post that is new enough and nobody else's; and an older equal one."""
    equal = sorted((s for s in posts if same(wanted, s)), key=lambda s: int(s.x_id))
    fresh = [s for s in equal if s.posted_at >= wanted.not_before and s.x_id not in taken]
    older = [s for s in equal if s.posted_at < wanted.not_before]
    return Match(x_id=fresh[0].x_id if fresh else "", lookalike=older[-1].x_id if older else "")
