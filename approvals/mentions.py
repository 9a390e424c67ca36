"""Whom a word of the debate names: « @ » and the whole name of somebody of the account. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

# What may follow a name: « @Marc, » names Marc, « @Marceline » and « @Marc-Antoine » do not.
_END = r"(?!\w|[-'’]\w)"


def split_mentions(body: str, names: Collection[str]) -> list[tuple[str, str]]:
    """The whole body in pieces, each with the one of `names` that it mentions, or ""."""
    body = unicodedata.normalize("NFC", body)
    by_key = {_key(name): name for name in names}
    if not by_key:
        return [(body, "")]
    # The longest first: « @Marc Le Goff » is not « @Marc ».
    whole = "|".join(map(_pattern, sorted(by_key, key=len, reverse=True)))
    pieces = re.split(rf"((?<!\w)@(?:{whole}){_END})", body, flags=re.IGNORECASE)
    return [
        (piece, by_key.get(_key(piece[1:]), "") if place % 2 else "")
        for place, piece in enumerate(pieces)
        if piece
    ]


def mentioned_in(body: str, names: Mapping[int, str]) -> list[int]:
    """The ids of those whom it names; of two people with the same name, both."""
    found = {name for _piece, name in split_mentions(body, set(names.values())) if name}
    keys = {_key(name) for name in found}
    return [pk for pk, name in names.items() if _key(name) in keys]


def _key(name: str) -> str:
    return " ".join(name.replace("'", "’").lower().split())


def _pattern(key: str) -> str:
    return re.escape(key).replace(r"\ ", r"\s+").replace("’", "['’]")
