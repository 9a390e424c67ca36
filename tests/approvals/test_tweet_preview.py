"""The preview shows what X will show, and nothing in a text can act on the page."""

import re
from html import unescape

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from approvals.checks import Finding, Severity
from approvals.preview import Quote
from approvals.templatetags.tweet import tweet_preview
from approvals.tweet_text import normalise
from tests.checks.forms_of_text import form_findings as findings

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "https://ex.fr/'onmouseover='alert(1)",
    "<b>#police</b> @a</span>",
    "{{ text }} {% now 'Y' %}",
    "&lt;script&gt; &#60;",
]


def inner(html: str) -> str:
    opening, closing = '<span class="tweet-text">', "</span>"
    assert html.startswith(opening)
    assert html.endswith(closing)
    return html.removeprefix(opening).removesuffix(closing)


def links(html: str) -> list[str]:
    return [
        unescape(found) for found in re.findall(r'<span class="tweet-link"[^>]*>(.*?)</span>', html)
    ]


def test_links_hashtags_and_mentions_are_set_apart() -> None:
    html = inner(tweet_preview("#Saint-Nazaire : @a, voir\nex.fr <ici>"))
    assert html == (
        '<span class="tweet-link">#Saint</span>-Nazaire : <span class="tweet-link">@a</span>, '
        'voir\n<span class="tweet-link">ex.fr</span> &lt;ici&gt;'
    )


SHOWN = {
    "https://ex.fr": "ex.fr",
    "http://www.ex.fr/": "ex.fr",
    "HTTPS://WWW.EX.FR": "EX.FR",
    "ex.fr/a": "ex.fr/a",
    "https://ex.fr/nous-rejoindre/": "ex.fr/nous-rejoindre/",
    "https://ex.fr/nous-rejoindre/1": "ex.fr/nous-rejoindre…",
    "https://ex.fr/123456789012345": "ex.fr/123456789012345",
    "https://ex.fr/1234567890123456": "ex.fr/12345678901234…",
    "https://ex.fr?abcdefghij=123456789": "ex.fr?abcdefghij=123…",
    "https://a-rather-long-name.police.ex.fr/a": "a-rather-long-name.police.ex.fr/a",
}


@pytest.mark.parametrize(("url", "shown"), SHOWN.items())
def test_a_link_is_shown_as_x_shortens_it(url: str, shown: str) -> None:
    assert links(tweet_preview(url)) == [shown]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_text(text: str) -> None:
    for html in (tweet_preview(text), tweet_preview(text, findings(text))):
        # A link as it is written, where X shows it shorter: an escaped attribute.
        html = re.sub(r'(<span class="tweet-link") data-written="[^"<>]*"', r"\1", html)
        tags = re.findall(r"<[^>]*>", html)
        assert set(tags) <= {
            '<span class="tweet-text">',
            '<span class="tweet-link">',
            '<mark class="tweet-mark tweet-mark--warning">',
            "</span>",
            "</mark>",
        }


def test_a_text_that_claims_to_be_safe_is_escaped_all_the_same() -> None:
    assert "<b>" not in tweet_preview(mark_safe("<b>gras</b>"))
    assert "<b>" not in tweet_preview(mark_safe("<b>gras</b>"), [])


def test_words_found_are_marked_as_written() -> None:
    text = "Voir ex.fr & <b>, @a"
    mark, advice = (f'<mark class="tweet-mark tweet-mark--{how}">' for how in ("warning", "info"))
    assert inner(tweet_preview(text, findings(text))) == (
        f'Voir {advice}<span class="tweet-link">ex.fr</span></mark> &amp; &lt;b&gt;, '
        f'{mark}<span class="tweet-link">@a</span></mark>'
    )


def test_where_findings_overlap_the_error_shows() -> None:
    found = [
        Finding("a", Severity.WARN, 1, 4, "bcd", ""),
        Finding("b", Severity.BLOCK, 3, 6, "def", ""),
        Finding("c", Severity.WARN, 2, 3, "c", ""),
        Finding("d", Severity.BLOCK, 7, 7, "", ""),
    ]
    assert inner(tweet_preview("abcdefgh", found)) == (
        'a<mark class="tweet-mark tweet-mark--warning">bc</mark>'
        '<mark class="tweet-mark tweet-mark--error">def</mark>gh'
    )


def test_templates_use_them_as_filters() -> None:
    page = Template("{% load tweet %}{{ text|tweet_preview }}{{ text|tweet_preview:found }}")
    html = page.render(Context({"text": "<i> @a", "found": findings("<i> @a")}))
    assert html == tweet_preview("<i> @a") + tweet_preview("<i> @a", findings("<i> @a"))
    assert "&lt;i&gt;" in html


@given(st.text(st.sampled_from("a.fr/@#-é <>&\"'\n"), max_size=60))
def test_marking_changes_no_character(text: str) -> None:
    text = normalise(text)
    html = tweet_preview(text, findings(text))
    assert re.sub(r"</?mark[^>]*>", "", html) == tweet_preview(text)
    without_links = re.sub(r'<span class="tweet-link">.*?</span>', "<>", inner(html), flags=re.S)
    position = 0
    for words in map(unescape, re.split(r"<[^>]*>", without_links)):
        position = text.index(words, position) + len(words)


def test_what_the_debate_quotes_is_marked_with_a_link_to_it() -> None:
    text = "Voir https://www.ex.fr demain"
    quotes = [Quote(5, 29, 7, "Marc <b>"), Quote(0, 4, 8, "Léa")]
    html = inner(tweet_preview(text, [], quotes))
    assert html == (
        '<mark class="tweet-quote">Voir</mark>'
        '<sup class="tweet-note" data-written=""><a href="#comment-8"'
        ' aria-label="Commentaire 1, de Léa">1</a></sup> '
        '<mark class="tweet-quote"><span class="tweet-link"'
        ' data-written="https://www.ex.fr">ex.fr</span></mark><mark class="tweet-quote"> demain'
        '</mark><sup class="tweet-note" data-written=""><a href="#comment-7"'
        ' aria-label="Commentaire 2, de Marc &lt;b&gt;">2</a></sup>'
    )
