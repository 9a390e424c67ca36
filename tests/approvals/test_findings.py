"""What an author is told while writing, before two people read the text for nothing."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from approvals.tweet_text import normalise
from tests.checks.forms_of_text import form_findings as findings

PILOT = (
    "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
    "Les 2 auteurs convoqués devant la justice #finslimiers"
)

FOUND = {
    "nothing": ("Rejoignez la #police : https://www.ex.fr", []),
    "an empty text": ("", [("empty", "block", "")]),
    "spaces and lines only": (" \n\u00a0", [("empty", "block", " \n\u00a0")]),
    "exactly 280": ("a" * 280, []),
    "too long": ("a" * 280 + "bcd", [("too_long", "block", "bcd")]),
    "too long by a link": (
        "a" * 270 + " https://ex.fr/b",
        [("too_long", "block", "https://ex.fr/b")],
    ),
    "the tweet of the pilot": (PILOT, [("hashtag_broken", "warn", "#Saint-Nazaire")]),
    "a non-breaking hyphen cuts too": (
        "#Saint\u2011Nazaire",
        [("hashtag_broken", "warn", "#Saint\u2011Nazaire")],
    ),
    "a hyphen after a space does not": ("#police - Nantes, #police-", []),
    "a number is no hashtag to be cut": ("#44-Nantes", []),
    "a mention": ("Merci @durand44 !", [("mention", "warn", "@durand44")]),
    "an address is no mention": ("Écrire à contact@ex.fr", []),
    "an account in a link is no mention": ("https://ex.fr/@moi", []),
    "a link without a scheme": (
        "Voir moncommissariat.fr.",
        [("link_without_scheme", "advice", "moncommissariat.fr")],
    ),
    "a forgotten space": (
        "Le suspect a fui.De plus",
        [("link_without_scheme", "advice", "fui.De")],
    ),
    "errors come first, warnings as one reads": (
        "@a #b-c ex.fr " + "d" * 280,
        [
            ("too_long", "block", "d" * 32),
            ("mention", "warn", "@a"),
            ("hashtag_broken", "warn", "#b-c"),
            ("link_without_scheme", "advice", "ex.fr"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND.keys())
def test_what_is_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(f.check, f.severity, f.words) for f in findings(text)] == expected


SUGGESTIONS = {
    "#Saint-Nazaire": "#SaintNazaire",
    "#loire-atlantique": "#LoireAtlantique",
    "#Garde-à-vous": "#GardeÀVous",
    "＃Saint-Herblain": "＃SaintHerblain",
    "17.fr": "https://17.fr",
    "ex.fr/a?b=c": "https://ex.fr/a?b=c",
}


@pytest.mark.parametrize(("text", "suggestion"), SUGGESTIONS.items())
def test_what_to_write_instead(text: str, suggestion: str) -> None:
    (finding,) = findings(text)
    assert finding.suggestion == suggestion
    assert findings(suggestion) == []


SENTENCES = {
    "": "Le texte est vide.",
    "a" * 281: "1 signe de trop.",
    "a" * 292: "12 signes de trop.",
    "#Saint-Nazaire": (
        "Le trait d’union coupe le mot-dièse : seul #Saint sera un lien. Écrivez #SaintNazaire."
    ),
    "@a": (
        "@a n’est pas sur la liste des comptes officiels, et X peut refuser un tweet qui cite un "
        "compte qui ne vous a pas mentionné d’abord."
    ),
    "17.fr": (
        "« 17.fr » sera un lien. Écrivez https://17.fr, ou mettez une espace après le point "
        "si ce n’est pas une adresse."
    ),
}


@pytest.mark.parametrize(("text", "sentence"), SENTENCES.items(), ids=lambda text: text[:20])
def test_each_finding_says_it_in_words(text: str, sentence: str) -> None:
    with translation.override("fr"):
        (finding,) = findings(text)
        assert str(finding.sentence) == sentence


@given(st.text(st.sampled_from("a.fr@#-é {}%\n日😀"), max_size=400))
def test_words_are_those_of_the_text(text: str) -> None:
    text = normalise(text)
    for finding in findings(text):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.words
        assert str(finding.sentence)
