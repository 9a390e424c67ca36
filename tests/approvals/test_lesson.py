"""The lesson: six faulty texts, mended one after the other; nothing of it is kept."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.checks import Severity, check_text
from approvals.help import PAGES
from approvals.lesson import EXERCISES, RULES
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
THEMES = {
    "the secrecy of the inquiry": "judicial",
    "the presumption of innocence": "guilt_formula",
    "minors": "minor_identified",
    "personal data": "phone",
    "origin": "origin",
    "the victim blamed": "victim_blaming",
    "hashtags": "hashtag_broken",
    "links": "bad_url",
}


def address(number: int) -> str:
    return reverse("lesson-text", args=[number])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.checks[0])
def test_each_text_has_the_faults_that_it_teaches(exercise):
    found = check_text(exercise.text)
    faults = {f.check for f in found if f.severity != Severity.ADVICE}
    assert set(exercise.checks) <= faults
    assert not {f.check for f in check_text(exercise.answer)}


def test_the_six_texts_are_of_the_great_themes():
    taught = [check for exercise in EXERCISES for check in exercise.checks]
    assert len(EXERCISES) == 6
    assert set(THEMES.values()) - set(taught) == set()


def test_the_rules_lead_to_help_and_to_the_first_text(cast):
    page = signed_in(cast.nadia).get(reverse("lesson")).text
    for rule in RULES:
        for check in rule.checks:
            assert f'href="{reverse("help-check", args=[PAGES[check].check])}"' in page
    assert f'href="{address(1)}"' in page
    assert f'href="{reverse("lesson")}"' in signed_in(cast.nadia).get(reverse("help")).text


def test_the_six_texts_are_mended_one_after_the_other(cast):
    client = signed_in(cast.nadia)
    for number, exercise in enumerate(EXERCISES, 1):
        page = client.get(address(number))
        assert f"Texte {number} sur 6" in page.text
        assert page.context["text"] == exercise.text
        assert "C’est bon" not in page.text

        page = client.post(address(number), {"text": exercise.text})
        assert "Pas encore" in page.text.split("</title>")[0]
        for check in exercise.checks:
            assert f'href="{reverse("help-check", args=[check])}"' in page.text
        assert "C’est bon" not in page.text

        page = client.post(address(number), {"text": exercise.answer})
        assert "C’est bon" in page.text.split("</title>")[0]
        assert "desk-finding--" not in page.text
        onward = address(number + 1) if number < 6 else "Vous avez fini la leçon."
        assert onward in page.text
    assert client.get(address(7)).status_code == 404
    assert client.get(address(0)).status_code == 404


def test_what_was_typed_stays_and_what_is_found_is_said(cast):
    text = "Appelez le 06 12 34 56 78 <b>"
    page = signed_in(cast.claire).post(address(4), {"text": text})
    assert "\nAppelez le 06 12 34 56 78 &lt;b&gt;</textarea>" in page.text
    assert "est un numéro de portable" in page.text


def test_advice_alone_is_good_and_is_shown(cast):
    page = signed_in(cast.claire).post(address(1), {"text": "Bonjour, fermez vos volets svp."})
    assert "C’est bon" in page.text
    assert "desk-finding--advice" in page.text


@pytest.mark.parametrize("text", ["", "a" * 5000])
def test_no_text_and_far_too_long_a_text_get_their_sentence(cast, text):
    page = signed_in(cast.claire).post(address(1), {"text": text})
    assert page.status_code == 200
    assert "desk-finding--block" in page.text


def test_nothing_of_the_lesson_is_kept(cast):
    client = signed_in(cast.claire)
    before = dict(client.session.items())
    with CaptureQueriesContext(connection) as captured:
        client.post(address(1), {"text": EXERCISES[0].answer})
    assert dict(client.session.items()) == before
    written = ("INSERT", "UPDATE", "DELETE")
    assert [q["sql"] for q in captured if q["sql"].startswith(written)] == []


def test_the_lesson_in_english_says_that_its_texts_are_french(cast):
    client = signed_in(cast.claire)
    client.post("/langue", {"language": "en", "next": "/"})
    page = client.get(address(1)).text
    assert "Text 1 of 6" in page
    assert '<textarea class="fr-input desk-text" lang="fr"' in page
