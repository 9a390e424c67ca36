"""The emoji that the composer offers: each is one, hides nothing and has a name of its own."""

from __future__ import annotations

import emoji
from django.utils import translation

from approvals.emojis import EMOJIS
from approvals.hidden_characters import hidden_characters


def test_each_is_one_emoji_offered_once_that_hides_nothing():
    characters = [one.character for one in EMOJIS]
    assert [c for c in characters if not emoji.is_emoji(c)] == []
    assert [c for c in characters if list(hidden_characters(c))] == []
    assert len(set(characters)) == len(characters)


def test_each_is_named_once_and_for_all_in_the_language_of_the_page():
    for language in ("fr", "en"):
        with translation.override(language):
            names = [one.name for one in EMOJIS]
        assert len(set(names)) == len(names)
        assert all(names)
