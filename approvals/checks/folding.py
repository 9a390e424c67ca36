"""Text as the checks compare it: NFKC, no accents, lower case, one apostrophe. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters of other scripts that nobody tells from a Latin one, with that one.
LOOKALIKES = str.maketrans(
    dict(
        zip(
            "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικρυτ",
            "ABESIJKMHOPCTYXaesijopcyxdqwhYABEZHIKMNOPTYXoavikput",
            strict=True,
        )
    )
)


def fold(text: str) -> str:
    return "".join(map(fold_char, text))


@lru_cache(maxsize=4096)
def fold_char(char: str) -> str:
    if char in "\u2018\u2019\u201b\u02bc\u00b4`\u2032":
        return "'"
    if char in "\u2010\u2011\u2012\u2013\u2014\u2212":
        return "-"
    if char in "\u0153\u0152":
        return "oe"
    if char in "\u00e6\u00c6":
        return "ae"
    if char in "\u00ad\u200b\u200c\u200d\u2060\ufeff":
        return ""
    decomposed = unicodedata.normalize("NFKD", char)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = plain.translate(LOOKALIKES)
    return plain.lower() if not char.isspace() or char == "\n" else " "
