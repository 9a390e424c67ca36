"""The reviewer's checklist: which points a text calls for, ticked and kept with each verdict."""

from dataclasses import replace

import pytest
from django.urls import reverse

from approvals.actions.reviews import approve
from approvals.checklist import NAMES, VERSION, items_of
from approvals.errors import ChecklistIncomplete
from approvals.message import Image, Message
from approvals.models import Category, Comment, Review
from tests.approvals.test_desk import said
from tests.approvals.test_verdicts import debate
from tests.approvals.writing import a_revision, as_read, in_hours, points, typed, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

COMMON = ["account", "facts", "no_case", "safety", "neutrality"]
CASE = ["account", "facts", "safety", "neutrality", "secrecy", "presumption", "minors"]
PLAIN = "Fermez vos volets en partant."


def asked(cast, text=PLAIN, **more):
    return points(a_revision(cast.claire, cast.nantes, text, **more))


def test_an_ordinary_text_has_five_points_that_one_tap_may_tick(cast):
    items = items_of(a_revision(cast.claire, cast.nantes, PLAIN))
    assert [item.id for item in items] == COMMON
    assert all(item.common and item.mandatory for item in items)
    assert "@pnationale44 (Loire-Atlantique)" in items[0].sentence


@pytest.mark.parametrize(
    ("text", "more", "added"),
    [
        ("Le détail sur police-nationale.interieur.gouv.fr", {}, ["links"]),
        ("Fermez vos volets. #Prévention", {}, ["hostile", "accessible"]),
        (PLAIN, {"category": Category.TRAFFIC}, ["accessible"]),
        (PLAIN, {"requested_at": True}, ["moment"]),
        ("Réunion de quartier demain à 18 h, mairie de Rezé.", {}, ["moment"]),
    ],
)
def test_what_a_text_holds_adds_its_own_points(cast, text, more, added):
    if "requested_at" in more:
        more = {"requested_at": in_hours(3)}
    assert asked(cast, text, **more) == COMMON + added


def test_a_thread_and_its_images_add_theirs(cast):
    revision = a_revision(cast.claire, cast.nantes)
    messages = (Message("Un", (Image("0" * 64, "Une affiche"),)),) * 2
    revision.content = replace(revision.signed, messages=messages).canonical()
    items = {item.id: item for item in items_of(revision)}
    assert list(items) == [*COMMON, "images", "thread"]
    assert not items["images"].common
    assert "2 messages" in items["thread"].sentence


@pytest.mark.parametrize("category", Category.values)
def test_a_text_of_a_case_is_asked_of_secrecy_presumption_and_minors(cast, category):
    found = asked(cast, category=category)
    ordinary = category in ("advice", "recruitment", "traffic", "service")
    assert ("no_case" in found) == ordinary
    assert ({"secrecy", "presumption", "minors", "withdrawal"} <= set(found)) == (not ordinary)
    assert ("call" in found) == (category in ("witnesses", "disappearance"))


@pytest.mark.parametrize("left_out", [*CASE, "withdrawal"])
def test_an_approval_without_a_mandatory_point_is_refused_and_keeps_what_was_typed(cast, left_out):
    revision = a_revision(cast.claire, cast.nantes, PLAIN, category=Category.OPERATION)
    form = verdict_form(cast.helene, revision, body="Bonne tournure.")
    form["ticked"] = [point for point in form["ticked"] if point != left_out]
    helene = signed_in(cast.helene)
    answer = helene.post(reverse("approve", args=[revision.draft_id]), form)
    page = said(answer)
    assert answer.status_code == 400
    name = str(NAMES[left_out]).lower()
    assert f"rien n’a été approuvé, il manque : {name}." in page.lower()
    assert f'<a href="#id_ticked-{left_out}">Points à vérifier</a>' in page
    assert "Bonne tournure." in page
    assert page.count(" checked ") == len(form["ticked"])
    assert not Review.objects.exists()
    assert not Comment.objects.exists()


def test_the_action_itself_refuses_it(cast):
    revision = a_revision(cast.claire, cast.nantes, PLAIN)
    with pytest.raises(ChecklistIncomplete):
        approve(**as_read(cast.helene, revision), ticked=COMMON[1:])


def test_a_reminder_need_not_be_ticked_and_the_debate_says_that_it_was_not(cast):
    revision = a_revision(cast.claire, cast.nantes, "Fermez vos volets. #Prévention")
    form = verdict_form(cast.helene, revision, ticked=[*COMMON, "hostile", "nonsense"])
    url = reverse("approve", args=[revision.draft_id])
    assert signed_in(cast.helene).post(url, form).status_code == 302
    assert Review.objects.get().checklist == {
        "version": VERSION,
        "shown": [*COMMON, "hostile", "accessible"],
        "mandatory": COMMON,
        "ticked": [*COMMON, "hostile"],
        "together": False,
    }
    assert (
        "Points vérifiés : Compte, Exactitude, Ni enquête ni personne, Sécurité, Neutralité, "
        "Lecture hostile ; non cochés : Accessibilité."
    ) in debate(cast.claire, revision)


def test_ticks_of_one_tap_are_said_in_the_debate(cast):
    revision = a_revision(cast.claire, cast.nantes, PLAIN)
    form = verdict_form(cast.helene, revision, together="yes")
    signed_in(cast.helene).post(reverse("approve", args=[revision.draft_id]), form)
    assert "Neutralité (les points communs cochés ensemble)." in debate(cast.claire, revision)


def test_whoever_turns_a_text_down_may_have_ticked_some_points(cast):
    revision = a_revision(cast.claire, cast.nantes, PLAIN)
    more = {"changes-reason": "Plus court", "ticked": ["account"]}
    form = verdict_form(cast.helene, revision, **more)
    url = reverse("ask-for-changes", args=[revision.draft_id])
    assert signed_in(cast.helene).post(url, form).status_code == 302
    assert Review.objects.get().checklist["ticked"] == ["account"]
    assert "Points vérifiés : Compte ; non cochés : Exactitude" in debate(cast.claire, revision)


def test_ticks_stay_when_a_reason_is_missing_and_never_for_another_version(cast):
    revision = a_revision(cast.claire, cast.nantes, PLAIN)
    helene, url = signed_in(cast.helene), reverse("ask-for-changes", args=[revision.draft_id])
    form = verdict_form(cast.helene, revision)
    answer = helene.post(url, form)
    assert answer.status_code == 400
    assert said(answer).count(" checked ") == len(COMMON)
    assert "il manque :" not in said(answer)

    draft = revision.draft
    draft.refresh_from_db()
    again = typed(draft, "Autre texte", act="submit")
    signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), again)
    for address, more in ((url, {}), (reverse("approve", args=[draft.pk]), {"body": "é" * 4001})):
        answer = helene.post(address, form | more)
        assert answer.status_code == 400
        assert said(answer).count(" checked ") == 0


def test_what_the_checks_found_in_an_ordinary_text_asks_for_its_point(cast):
    revision = a_revision(cast.claire, cast.nantes, PLAIN)
    found = ["minor_mention", "sex_offence_mention", "guilt_words", "relative_date"]
    revision.checks = {"version": 1, "parts": [[{"check": check} for check in found]]}
    assert points(revision) == [*COMMON, "presumption", "minors"]
