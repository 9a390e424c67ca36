"""The database says of every character what Python says of it, alone and beside others."""

from __future__ import annotations

import random
import re
import sys
from functools import cache

import emoji
import pytest
from django.db import connection

from accounts.sql import functions_of
from approvals import hidden_characters as python

pytestmark = pytest.mark.django_db

SURROGATES = range(0xD800, 0xE000)
EVERY = "".join(chr(code) for code in range(1, sys.maxunicode + 1) if code not in SURROGATES)
# They may stand beside an emoji, and nowhere else.
JOINING = set("\u200d\ufe0e\ufe0f")
# What a rule about neighbours is made of.
PIECES = [
    *("a", " ", "\n", "1", "#", "\u20e3", "😀", "❤", "🏽", "\u200d", "\ufe0e", "\ufe0f", "\u200b"),
    *("🏴", "🏴\U000e0067\U000e0062", "\U000e0065\U000e006e\U000e0067", "\U000e007f"),
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
]


def in_database(texts: list[str]) -> list[bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_hidden_character(one) FROM unnest(%s) WITH ORDINALITY AS t(one, place)"
            " ORDER BY place",
            [texts],
        )
        return [row[0] for row in cursor.fetchall()]


def in_python(text: str) -> bool:
    return bool(list(python.hidden_characters(text)))


@cache
def hidden() -> frozenset[str]:
    """The characters that Python never lets stand alone."""
    return frozenset(filter(python._is_hidden.__wrapped__, EVERY))


def classes() -> list[set[str]]:
    """The characters of the file's two large classes: emoji, and what is always hidden."""
    body = re.sub(r"' \|\|\s+'", "", functions_of("approvals"))
    written = sorted(re.findall(r"\[\\u[^]]+]", body), key=len)[-2:]
    return [set(re.findall(one, EVERY)) for one in reversed(written)]


def test_the_database_knows_the_characters_that_python_knows():
    emoji_class, hidden_class = classes()
    assert emoji_class == set(python._emoji_characters())
    assert hidden_class == hidden() - JOINING


def test_the_database_says_of_each_character_alone_what_python_says():
    assert len(hidden()) > 4000
    assert all(in_database([f"a{char}b" for char in hidden()]))
    assert in_database(["".join(sorted(set(EVERY) - hidden()))]) == [False]


def test_the_database_lets_every_emoji_stand_and_nothing_stray_beside_one():
    whole = [f"a{text}b{text}{text}" for text in emoji.EMOJI_DATA]
    assert not any(in_database(whole))
    for stray in ("\u200d", "\ufe0f\ufe0f", "\u200d\u200d" + "👩", "\U000e007f"):
        texts = [text + stray for text in python._emoji_characters()]
        assert all(in_database(texts)), stray


def test_the_database_says_of_neighbours_what_python_says():
    chance = random.Random(16)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 6))) for _ in range(5_000)]
    said = [in_python(text) for text in texts]
    assert 500 < sum(said) < 4_500
    assert in_database(texts) == said
