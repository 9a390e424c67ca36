"""X's rules for texts as the sandbox has them, and that the application's own come to the same."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import tweet_text
from tests.approvals.test_tweet_text import URLS
from x_sandbox.links import links
from x_sandbox.text import published, weighted_length

BITS = [
    *["a", "fr", ".fr", ".", "-", "_", "/", "http://", "https://t.co/", "?a=", "(", ")", ":80"],
    *["é", "日", "本.fr", "пример", "рф", ".рф", "@", "#", "$", " ", "\ufeff", "\u200f", "com"],
    *[
        "xn--p1ai",
        "B",
        "ſ",
        "K",
        '"',
        "`",
        "’",
        "\u0301",
        "みんな",
        "[",
        "]",
        "~",
        "👮🏽",
        "❤️",
        "©",
    ],
]
TEXTS = st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=3)), max_size=9).map("".join)


def found(text: str) -> list[str]:
    return [link.written for link in links(text)]


@pytest.mark.parametrize(("text", "urls"), URLS.values(), ids=URLS.keys())
def test_links_are_found_where_twitter_text_finds_them(text, urls):
    assert found(text) == urls


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_two_counts_that_share_no_line_come_to_the_same(text):
    text = unicodedata.normalize("NFC", text)
    assert found(text) == tweet_text.urls(text)
    assert weighted_length(text) == tweet_text.weighted_length(text)


@pytest.mark.parametrize(
    "link",
    [
        "https://пример.рф/путь",
        "https://例え.テスト.jp",
        "http://école.fr/élève",
        "https://مثال.السعودية",
    ],
)
def test_a_link_of_any_script_weighs_23(link):
    assert weighted_length(link) == 23


@pytest.mark.parametrize(
    "bit", ["a1", "❤", "a.a", "http://é.日-", "a.-", "a_b.fr:", "é_a.fr", "a_é.fr.", "https", "("]
)
def test_time_grows_with_the_length_and_no_faster(bit):
    """A hundred times as long as X takes; quadratic, it would be minutes."""
    assert weighted_length((bit * 25_000)[:25_000]) > 280


@pytest.mark.parametrize(
    ("form", "expanded"),
    [
        ("written", "http://École.fr/élève"),
        ("lower", "http://école.fr/élève"),
        ("punycode", "http://xn--cole-9oa.fr/élève"),
        ("encoded", "http://École.fr/%C3%A9l%C3%A8ve"),
        ("canonical", "http://xn--cole-9oa.fr/%C3%A9l%C3%A8ve"),
    ],
)
def test_the_address_of_a_link_in_each_form(form, expanded):
    shown, entities = published("Voir École.fr/élève ici", 1, "pnationale44", [], form)
    [link] = entities["urls"]
    assert link["expanded_url"] == expanded
    assert shown[link["start"] : link["end"]] == link["url"]
    assert link["url"].startswith("https://t.co/")


def test_a_host_alone_gets_its_slash_and_an_abbreviation_stands_alone():
    def entity(form: str) -> dict:
        return published("17.fr", 1, "pnationale44", [], form)[1]["urls"][0]

    assert entity("slash")["expanded_url"] == "http://17.fr/"
    assert entity("unwound")["unwound_url"] == "http://17.fr/"
    assert entity("short")["display_url"] == "17.fr"
    assert "expanded_url" not in entity("short")


def test_x_s_own_link_of_an_image_stands_under_the_post_and_the_author_s_does_not():
    text = "Plan : exemple.fr/photo/12"
    shown, entities = published(text, 7, "pnationale44", [("3_9", "photo")])
    author, own = entities["urls"]
    assert author["expanded_url"] == "http://exemple.fr/photo/12"
    assert "media_key" not in author
    assert own["expanded_url"] == "https://x.com/pnationale44/status/7/photo/1"
    assert own["media_key"] == "3_9"
    assert shown.endswith(f" {own['url']}")
