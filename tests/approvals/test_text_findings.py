"""What nobody sees, or X refuses, is named and shown; what an emoji is made of may stay."""

import emoji
import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Invalid
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.checks import check_description
from approvals.hidden_characters import hidden_characters
from approvals.message import Image, Message
from approvals.models import Draft
from approvals.templatetags.tweet import tweet_preview
from approvals.tweet_text import entities, normalise
from tests.approvals.writing import a_draft, typed
from tests.cast import signed_in
from tests.checks.forms_of_text import form_findings as findings
from tests.pictures import stored_image

FLAG = "\U0001f3f4"
HIDDEN = {
    "the three that twitter-text calls invalid": "\ufffe\ufeff\uffff",
    "other noncharacters": "\U0001fffe\ufdd0",
    "directions": "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "no width": "\u200b\u200c\u2060\u2061\u180e",
    "soft hyphen, grapheme joiner, fillers": "\u00ad\u034f\u3164\uffa0\u115f\u2800",
    "controls and other line ends": "\x07\x0b\x1b\x7f\x85\u2028\u2029",
    "tags that spell a message": "\U000e0041\U000e0062\U000e007f",
    "selectors after no emoji": "\ufe0f\ufe0e\ufe00\U000e0100",
}


@pytest.mark.parametrize("characters", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("around", [("avant", "après"), ("", "après"), ("avant ", "")])
def test_a_hidden_character_is_an_error_with_its_place_and_its_code(characters, around):
    before, after = around
    for char in characters:
        text = before + char + after
        (finding,) = [f for f in findings(text) if f.check == "invisible"]
        assert (finding.severity, finding.start, finding.words) == ("block", len(before), char)
        code = f"U+{ord(char):04X}"
        assert code in str(finding.sentence)
        assert f'--error">{code}</mark>' in tweet_preview(text, findings(text))


STRAY = {
    "a joiner between letters": "a\u200db",
    "a joiner before an emoji": "a\u200d😀",
    "a joiner after an emoji": "😀\u200d",
    "two joiners": "👨\u200d\u200d👩",
    "a selector after a letter": "a\ufe0f",
    "two selectors": "❤\ufe0f\ufe0f",
    "a selector after a digit without its keycap": "1\ufe0f",
    "a message behind a flag": FLAG + "\U000e0068\U000e0069\U000e007f",
    "a flag that does not end": FLAG + "\U000e0067\U000e0062\U000e0065",
}


@pytest.mark.parametrize("text", STRAY.values(), ids=STRAY)
def test_what_joins_no_emoji_may_not_stand(text):
    assert list(hidden_characters(text))


def test_every_emoji_may_stand_with_what_it_is_made_of():
    for text in emoji.EMOJI_DATA:
        assert not list(hidden_characters(f"a{text}b{text}{text}")), text.encode("unicode_escape")


@pytest.mark.parametrize(
    "text", ["Bonsoir,\n\tà tous", "12\u00a0h, 5\u202f%", "\u0600١٢", "👦\u200d👦", "日本 Яя"]
)
def test_what_people_see_may_stand(text):
    assert not list(hidden_characters(text))


def test_the_sentence_names_the_character_and_says_where():
    with translation.override("fr"):
        (finding,) = findings("la police\u200b recrute\u200b")
        assert str(finding.sentence) == (
            "Le caractère U+200B (espace sans chasse), 2 fois, d’abord après « police », ne se "
            "voit pas ou est refusé par X : effacez-le."
        )
    assert tweet_preview("a\u200bb\u200b", findings("a\u200bb\u200b")).count("U+200B") == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_said_while_typing_and_cannot_be_submitted(cast):
    draft = a_draft(cast.claire, cast.nantes, "Des\u202e mots")
    url = reverse("preview", args=[draft.pk])
    page = signed_in(cast.claire).post(url, typed(draft, "Des\u2066 mots")).content.decode()
    assert "U+2066 (isolat de gauche à droite)" in page
    with pytest.raises(Invalid, match=r"U\+202E"):
        submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    answer = signed_in(cast.claire).post(
        reverse("compose", args=[draft.pk]), typed(draft, "Un\ufeff mot", act="submit")
    )
    assert answer.status_code == 400
    assert "U+FEFF" in answer.content.decode()
    assert Draft.objects.get(pk=draft.pk).state == "writing"


@pytest.mark.django_db(transaction=True)
def test_an_image_description_may_hide_nothing_either(cast):
    sha256 = stored_image(cast.nantes)
    images = (Image(sha256, "Une\u200b voiture"),)
    draft = begin_draft(
        actor=cast.claire,
        account=cast.nantes,
        content=Content((Message("a", images),), category="advice"),
    )
    with pytest.raises(Invalid, match=r"image 1.*U\+200B"):
        submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    assert check_description(1, "Une voiture 👨\u200d🚒") == []


HASHTAGS = {
    "#Val-d’Oise": "#ValDOise",
    "#Val-d'Oise": "#ValDOise",
    "#L’Haÿ-les-Roses": "#LHaÿLesRoses",
    "#Côte–d‘Or": "#CôteDOr",
    "#Côtes—d\u2032Armor": "#CôtesDArmor",
    "#Nantes\u2212Rezé": "#NantesRezé",
    "#aujourd`hui": "#AujourdHui",
    "#LouisⅩⅣ": "#LouisXIV",
    "#Police²": "#Police2",
    "#a--b": "#AB",
}


@pytest.mark.parametrize(("typed_tag", "proposed"), HASHTAGS.items())
def test_a_cut_hashtag_gets_a_whole_one(typed_tag, proposed):
    (finding,) = findings(f"À {typed_tag}, ce soir")
    assert (finding.check, finding.words) == ("hashtag_broken", typed_tag)
    assert finding.suggestion == proposed
    assert findings(proposed) == []


LINKS = {
    "https://www.ecole.fr/l’école": "https://www.ecole.fr/l%E2%80%99%C3%A9cole",
    "https://ex.fr/?q=été": "https://ex.fr/?q=%C3%A9t%C3%A9",
    "https://ex.fr/a—b.": "https://ex.fr/a%E2%80%94b",
    "https://ex.fr/日本": "https://ex.fr/%E6%97%A5%E6%9C%AC",
    "ex.fr/d’ici": "https://ex.fr/d%E2%80%99ici",
}


@pytest.mark.parametrize(("link", "proposed"), LINKS.items())
def test_a_cut_link_gets_its_encoded_form(link, proposed):
    (finding,) = [f for f in findings(f"Voir {link}") if f.check == "link_cut"]
    assert finding.suggestion == proposed
    assert findings(proposed) == []


@pytest.mark.parametrize(
    "text",
    [
        "« https://ex.fr/a »",
        "(https://ex.fr/a), puis",
        "“https://ex.fr/a”.",
        "https://ex.fr/a…",
        "https://ex.fr/a’",
        "https://ex.fr/été",
        "https://ex.fr/a 日本",
        "#police’ #police-",
    ],
)
def test_what_closes_a_sentence_cuts_nothing(text):
    assert findings(text) == []


@given(st.text(st.sampled_from("aé1_#-–—'’` \u2212Ⅷⓐßŉ·&日\u0301😀"), max_size=40))
def test_each_hashtag_proposed_is_one_whole_link(text):
    for finding in findings(normalise("#a" + text)):
        if finding.check == "hashtag_broken":
            (tag,) = entities(finding.suggestion)
            assert (tag.kind, tag.start, tag.end) == ("hashtag", 0, len(finding.suggestion))


@given(st.text(st.sampled_from("aé/?=&#%.’—(日)😀,'\"@\\ "), max_size=40))
def test_each_link_proposed_is_one_whole_link(text):
    for finding in findings(normalise("https://ex.fr/" + text)):
        if finding.check == "link_cut":
            (link,) = entities(finding.suggestion)
            assert (link.kind, link.start, link.end) == ("url", 0, len(finding.suggestion))
