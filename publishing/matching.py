"""Is this post, as X shows it, the part that we may have sent? Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from approvals.tweet_text import entities
from publishing.gateway.calls import Seen, comparable
from publishing.links import Link, link

SCHEME = re.compile(r"^https?://", re.IGNORECASE)
# A stretch of words, or the addresses that one link may stand for.
Piece: TypeAlias = str | tuple[Link, ...]


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
    """`x_id` is the post itself; `lookalike` an equal one that it is not: older, or that of another
    release. X may have taken the one for a duplicate of the other.
    """

    x_id: str = ""
    lookalike: str = ""


def same_text(sent: str, seen: Seen) -> bool:
    """Is this what X makes of that text? Words alike to the letter, links to where they lead."""
    sent = comparable(sent)
    ours, theirs = _pieces(sent, {}), _pieces(seen.text, seen.links)
    alike = len(ours) == len(theirs) and all(map(_alike, ours, theirs))
    return alike or _spells(sent, seen)


def _spells(sent: str, seen: Seen) -> bool:
    """To the letter, with or without schemes: X may know a top-level domain that we do not, and
    make a link where we see words.
    """
    at = 0
    for stretch in _stretches(seen.text, seen.links):
        urls = seen.links.get(stretch, (stretch,))
        spellings = {spelling for url in urls for spelling in (url, SCHEME.sub("", url))}
        fitting = [link for link in spellings if sent.startswith(link, at)]
        if not fitting:
            return False
        at += len(max(fitting, key=len))
    return at == len(sent)


def _pieces(text: str, links: dict[str, tuple[str, ...]]) -> list[Piece]:
    """Words and links by turns, words first and last. X's own link to the media, which stands for
    nothing, goes with the spaces around it.
    """
    pieces: list[Piece] = [""]
    for stretch in _stretches(text, links):
        if stretch in links and not links[stretch]:
            pieces[-1] = str(pieces[-1]).rstrip()
        elif stretch in links:
            pieces += [tuple(link(url) for url in (stretch, *links[stretch])), ""]
        else:
            _add_words(pieces, stretch)
    pieces[-1] = str(pieces[-1]).rstrip()
    return pieces


def _stretches(text: str, links: dict[str, tuple[str, ...]]) -> list[str]:
    """The text cut where a t.co address of its own stands; of two, the longer one is meant."""
    shorts = "|".join(re.escape(short) for short in sorted(links, key=len, reverse=True))
    return re.split(f"({shorts})", text) if shorts else [text]


def _add_words(pieces: list[Piece], words: str) -> None:
    end = 0
    for entity in entities(words):
        if entity.kind == "url":
            pieces[-1] = str(pieces[-1]) + words[end : entity.start]
            pieces += [(link(words[entity.start : entity.end]),), ""]
            end = entity.end
    pieces[-1] = str(pieces[-1]) + words[end:]


def _alike(ours: Piece, theirs: Piece) -> bool:
    if isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    return any(link.same(other) for link in ours for other in theirs)


def is_post_id(text: str) -> bool:
    """As X numbers its posts: a batch with one nonsense id would be refused whole."""
    return re.fullmatch(r"[1-9][0-9]{0,18}", text) is not None


def same(wanted: Wanted, seen: Seen) -> bool:
    """By media id where there is one, else by parent and text."""
    if wanted.media:
        return bool(wanted.media & set(seen.media))
    return seen.parent == wanted.parent and same_text(wanted.text, seen)


def find(wanted: Wanted, posts: Iterable[Seen], taken: set[str]) -> Match:
    """The oldest equal post that is new enough and nobody else's; and the newest of the others."""
    equal = sorted((s for s in posts if same(wanted, s)), key=lambda s: int(s.x_id))
    fresh = [s for s in equal if s.posted_at >= wanted.not_before and s.x_id not in taken]
    others = [s for s in equal if s not in fresh]
    return Match(x_id=fresh[0].x_id if fresh else "", lookalike=others[-1].x_id if others else "")
