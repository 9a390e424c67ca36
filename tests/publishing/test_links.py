"""Two addresses are one link, or two; and a text is what X makes of it."""

from __future__ import annotations

import pytest

from publishing.gateway import calls, wire
from publishing.links import link, same_link
from publishing.matching import same_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("www.service-public.fr", "http://www.service-public.fr"),
        ("www.service-public.fr", "https://www.service-public.fr/"),
        ("HTTPS://WWW.Service-Public.FR/A", "https://www.service-public.fr/A"),
        ("https://préfecture.fr/aide", "https://xn--prfecture-c4a.fr/aide"),
        ("https://PRÉFECTURE.fr", "https://xn--prfecture-c4a.fr/"),
        ("https://a.fr:443/x", "https://a.fr/x"),
        ("http://a.fr:80", "http://a.fr"),
        ("https://a.fr/été", "https://a.fr/%C3%A9t%C3%A9"),
        ("https://a.fr/%c3%a9t%c3%a9", "https://a.fr/%C3%A9t%C3%A9"),
        ("https://a.fr/%7Emoi", "https://a.fr/~moi"),
        ("https://a.fr?x=é", "https://a.fr/?x=%C3%A9"),
        ("https://a.fr#haut", "https://a.fr/#haut"),
        ("https://☃.fr", "https://xn--n3h.fr"),
    ],
)
def test_fault_85_one_link_written_twice(one, other):
    assert same_link(one, other)
    assert same_link(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.fr", "https://www.a.fr"),
        ("https://a.fr", "http://a.fr"),
        ("https://a.fr/x", "https://a.fr/X"),
        ("https://a.fr/x", "https://a.fr/x/"),
        ("https://a.fr/x", "https://a.fr/y"),
        ("https://a.fr/a%2Fb", "https://a.fr/a/b"),
        ("https://a.fr/a%3Fb", "https://a.fr/a?b"),
        ("https://a.fr/?x=%26", "https://a.fr/?x=&"),
        ("https://a.fr/%2541", "https://a.fr/%41"),
        ("https://a.fr/?x=1", "https://a.fr/?x=2"),
        ("https://a.fr/#x", "https://a.fr/#y"),
        ("https://a.fr:8443/", "https://a.fr/"),
        ("https://a.fr:80/", "https://a.fr/"),
        ("https://moi@a.fr/", "https://a.fr/"),
        ("https://préfecture.fr", "https://prefecture.fr"),
        ("https://a.fr/é", "https://a.fr/e"),
    ],
)
def test_fault_85_two_links_stay_two(one, other):
    assert not same_link(one, other)


@pytest.mark.parametrize("url", ["", "é" * 5_000, "https://", "%", "%zz", "\ud800", "://", "a" * 9])
def test_any_text_can_be_asked_about(url):
    assert link(url).same(link(url))


def shown(text: str, *urls: dict[str, str], keys: tuple[str, ...] = ()) -> calls.Seen:
    """A post as it arrives from X."""
    return calls._seen(
        wire.Post(
            id="1200",
            text=text,
            author_id="44",
            entities=wire.Entities(tuple(wire.UrlEntity(**url) for url in urls)),
            attachments=wire.Attachments(keys),
        )
    )


T = "https://t.co/a1"


@pytest.mark.parametrize(
    ("sent", "x_text", "url"),
    [
        (
            "Voir www.service-public.fr",
            f"Voir {T}",
            {"expanded_url": "http://www.service-public.fr"},
        ),
        ("a & b https://a.fr/?x&y !", f"a &amp; b {T} !", {"expanded_url": "https://a.fr/?x&y"}),
        (
            "https://bit.ly/x",
            T,
            {"expanded_url": "https://bit.ly/x", "unwound_url": "https://a.fr/long"},
        ),
        ("moncommissariat.fr", T, {"display_url": "moncommissariat.fr"}),
        (f"Voir {T}", f"Voir {T}", {"expanded_url": "https://a.fr/"}),
        ("https://a.fr et https://a.fr", f"{T} et {T}", {"expanded_url": "https://a.fr"}),
    ],
)
def test_fault_85_what_x_shows_is_what_was_sent(sent, x_text, url):
    assert same_text(sent, shown(x_text, {"url": T} | url))


def test_fault_85_a_link_of_a_domain_that_only_x_knows_is_what_was_sent():
    seen = shown(f"Voir {T}.", {"url": T, "expanded_url": "http://aide.tldtoutneuf/x"})
    assert same_text("Voir aide.tldtoutneuf/x.", seen)
    assert not same_text("Voir aide.tldtoutneuf/y.", seen)
    assert not same_text("Voir aide.tldtoutneuf/x. Et puis", seen)


def test_a_short_address_that_begins_another_is_not_taken_for_it():
    seen = shown(
        f"{T} {T}b",
        {"url": T, "expanded_url": "https://a.fr"},
        {"url": f"{T}b", "expanded_url": "https://b.fr"},
    )
    assert same_text("https://a.fr https://b.fr", seen)
    assert not same_text("https://b.fr https://a.fr", seen)


@pytest.mark.parametrize(
    ("sent", "x_text", "url"),
    [
        ("https://a.fr", T, {"expanded_url": "https://b.fr"}),
        ("https://a.fr", T, {"expanded_url": "https://www.a.fr", "display_url": "a.fr"}),
        ("https://a.fr", f"x {T}", {"expanded_url": "https://a.fr"}),
        ("https://a.fr x", T, {"expanded_url": "https://a.fr"}),
    ],
)
def test_fault_85_another_link_or_other_words_differ(sent, x_text, url):
    assert not same_text(sent, shown(x_text, {"url": T} | url))


OWN = "https://x.com/pnationale44/status/1200/photo/1"
OTHERS = "https://x.com/pnationale35/status/99/photo/1"


def test_fault_85_x_s_own_link_to_an_image_is_known_by_its_key_or_by_the_post_s_address():
    written = "Voir https://exemple.fr/photo/12"
    seen = shown(
        f"Voir {T} {T}m",
        {"url": T, "expanded_url": "https://exemple.fr/photo/12"},
        {"url": f"{T}m", "expanded_url": OWN},
        {"url": f"{T}m", "expanded_url": OWN, "media_key": "3_9"},
        keys=("3_9", "3_10"),
    )
    assert same_text(written, seen)
    assert not same_text("Voir", seen)
    assert same_text("Vu.", shown(f"Vu. {T}", {"url": T, "media_key": "3_9"}, keys=("3_9",)))
    assert not same_text("Vu.", shown(f"Vu. {T}", {"url": T, "expanded_url": OTHERS}))
    assert same_text(
        f"Vu. {OTHERS}",
        shown(f"Vu. {T}", {"url": T, "expanded_url": OTHERS, "media_key": "3_9"}, keys=("3_9",)),
    )
