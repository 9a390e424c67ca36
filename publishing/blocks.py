"""The blocks of a document: headings, texts, lists, tables and charts, as `typeset.py` sets them.

What typst's own fonts cannot show (emojis, other scripts, characters that nobody sees) is written
by its name in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import emoji
from django.utils.translation import get_language

Block = dict[str, Any]
Piece = dict[str, str]

# What the fonts inside typst show; a test sets every one of them.
SHOWN = (
    "\n\x20-\x7e\xa0-\xac\xae-\u017f\u0192\u0218-\u021b\u0391-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u20ac"
    "\u2116\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265"
)
NOT_SHOWN = re.compile(f"[^{SHOWN}]")


def displayed(text: str) -> str:
    """The text with the name of each character that cannot be shown in its place."""
    named = emoji.replace_emoji(text, lambda found, _data: _named_emoji(found, language()))
    return NOT_SHOWN.sub(lambda match: f"[{_name(match[0])}]", named)


def in_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def language() -> str:
    return "fr" if in_french() else "en"


def _named_emoji(found: str, language: str) -> str:
    if not NOT_SHOWN.search(found):
        return found
    return f"[{emoji.demojize(found, language=language).strip(':').replace('_', ' ')}]"


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def plain(text: object) -> Piece:
    return {"kind": "plain", "text": displayed(str(text))}


def french(text: str) -> Piece:
    """What people wrote."""
    return {"kind": "french", "text": displayed(text)}


def labelled(label: str, text: str) -> list[Piece]:
    """« Motif : » and the words, to stand after others."""
    return [plain(f" {label} "), french(text)]


def link(url: str) -> Piece:
    return {"kind": "link", "text": displayed(url), "url": url}


def text(*pieces: Piece) -> Block:
    return {"kind": "text", "pieces": list(pieces)}


def heading(level: int, text: str) -> Block:
    return {"kind": "heading", "level": level, "text": displayed(text)}


def bullets(entries: Iterable[list[Piece]]) -> Block:
    return {"kind": "list", "entries": list(entries)}


def facts(rows: Iterable[tuple[str, list[Piece]]]) -> Block:
    return {
        "kind": "facts",
        "rows": [{"label": displayed(label), "pieces": pieces} for label, pieces in rows],
    }


def table(caption: str, header: list[str], rows: Iterable[list[object]]) -> Block:
    """`header` heads the columns, the first cell of a row heads the row."""
    return {
        "kind": "table",
        "caption": displayed(caption),
        "header": [displayed(cell) for cell in header],
        "rows": [[displayed(str(cell)) for cell in row] for row in rows],
    }


def chart(svg: str, alt: str) -> Block:
    return {"kind": "chart", "svg": svg, "alt": displayed(alt)}
