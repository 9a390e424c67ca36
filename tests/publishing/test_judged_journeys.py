"""Texts that are judged, from their author to their readers, in Chromium: in French on a screen,
in English on a phone. Axe finds nothing on the way.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from accounts.clock import db_now
from approvals.lesson import EXERCISES
from approvals.models import Draft, Revision
from publishing.actions.retract import run
from publishing.actions.send import send_due
from publishing.models import Publication, Retraction
from publishing.tasks import remind_removals
from tests.approvals.writing import a_revision, agree, signed
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize(
        ("language", "viewport"), [("fr", WIDE), ("en", NARROW)], ids=["fr-1280", "en-390"]
    ),
]

LOOKED_FOR = (
    "Disparition inquiétante à Rezé d’un homme de 80 ans, veste bleue et canne. "
    "Si vous l’avez vu, appelez le 17."
)
OF_THE_PILOT = (
    "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
    "Les 2 auteurs convoqués devant la justice #finslimiers"
)


class Reader(Desk):
    """A desk whose pages are in a language; `word` says a sentence of ours as they say it."""

    def __init__(self, new_context, live_server, person, language, viewport):
        super().__init__(new_context, live_server, person, viewport)
        self.language = language
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.address}
        self.context.add_cookies([cookie])

    def word(self, french, **values):
        with translation.override(self.language):
            return gettext(french) % values

    def press(self, french, exact=True):
        super().press(self.word(french), exact)

    def unfold(self, french, **values):
        self.page.locator("summary").get_by_text(self.word(french, **values), exact=True).click()

    def is_told(self, french, **values):
        """Waits for the sentence, then for nothing to be found wrong with its page."""
        expect(self.page.get_by_text(self.word(french, **values)).first).to_be_visible()
        fits(self.page)
        assert violations(self.page) == []

    def fill(self, **values):
        for name, value in values.items():
            self.page.locator(f"#id_{name}").fill(value)

    def write(self, category, text):
        """From the home page to the text in the composer."""
        self.open("home")
        self.press("Nouveau message")
        self.page.locator("#id_category").select_option(category)
        self.page.locator("#text-0").fill(text)

    def gives_reasons(self, reason):
        self.is_told("Dites en quelques mots pourquoi, ou changez le texte.")
        for field in self.page.locator("[name^=reason-]").all():
            field.fill(reason)
        self.press("Soumettre à la relecture")

    def approves(self, revision):
        self.open("draft", revision.draft_id)
        self.unfold("Vérifier et approuver")
        for label in self.page.locator(".desk-checks label").all():
            label.click()
        self.press("J’approuve ce texte tel quel")


@pytest.fixture
def reader(new_context, live_server, language, viewport):
    return lambda person: Reader(new_context, live_server, person, language, viewport)


def test_a_disappearance_is_written_published_reminded_of_and_taken_off_x(line, x, reader):
    claire, helene, marc = (reader(p) for p in (line.cast.claire, line.cast.helene, line.cast.marc))
    claire.write("disappearance", LOOKED_FOR)
    claire.press("Soumettre à la relecture")
    claire.is_told("À remplir : cette catégorie le demande.")
    expect(claire.page.locator("[aria-invalid=true]")).to_have_count(4)
    today = db_now().astimezone(ZoneInfo("Europe/Paris")).date()
    claire.fill(reference="Parquet 2026/0417", contact="17", removal_on=f"{today:%d/%m/%Y}")
    claire.page.locator("#id_removal_by").select_option(str(line.cast.marc.pk))
    claire.press("Soumettre à la relecture")
    claire.gives_reasons("La demande le dit.")
    claire.is_told("Texte soumis à la relecture.")

    revision = Revision.objects.get()
    agree(line.cast.marc, revision)
    helene.approves(revision)
    helene.is_told("Tous les accords sont réunis : le texte est bon à diffuser")
    send_due(line.cast.nantes.pk)
    remind_removals()

    marc.open("home")
    marc.is_told("À retirer de X (%(count)s)", count=1)
    marc.page.get_by_role("link", name=marc.word("Retirer de X")).click()
    expect(marc.page.locator("#id_reason")).to_have_value(
        re.compile("^Date de retrait signée avec le texte")
    )
    marc.press("Retirer de X")
    marc.is_told("Retrait demandé : la suppression sur X commence.")
    run(Retraction.objects.get().pk)
    assert Publication.objects.get().state == "retracted"
    assert x.posts(live=True) == []


def test_the_pilots_own_tweet_passes_with_warnings_once_the_prosecutor_agreed(cast, reader):
    claire = reader(cast.claire)
    claire.write("judicial", OF_THE_PILOT)
    claire.press("Soumettre à la relecture")
    expect(claire.page.locator("#id_agreement_by")).to_have_attribute("aria-invalid", "true")
    assert not Revision.objects.exists()
    claire.fill(
        agreement_by="Mme Le Goff, procureure",
        agreement_on="10 janvier 2014",
        agreement_scope="Les six faits, sans nom.",
    )
    claire.press("Soumettre à la relecture")
    claire.gives_reasons("Ce sont les mots de l’accord.")
    claire.is_told("Texte soumis à la relecture.")
    revision = Revision.objects.get()
    found = {f["severity"] for part in revision.checks["parts"] for f in part}
    assert (revision.texts, found - {"advice"}) == ([OF_THE_PILOT], {"warn"})
    expect(claire.page.get_by_text("Mme Le Goff, procureure").first).to_be_visible()


def test_an_objection_holds_a_text_until_a_supervisor_lifts_it(cast, reader):
    revision = a_revision(cast.claire, cast.nantes, "Fermez vos volets en partant.")
    signed(revision, cast.leila)
    marc, helene = reader(cast.marc), reader(cast.helene)
    marc.open("draft", revision.draft_id)
    marc.unfold("Je m’oppose")
    marc.page.locator("#id_object-reason").fill("Le quartier se reconnaît.")
    marc.press("M’opposer avec ce motif")
    marc.is_told(
        "Opposition enregistrée : ce qui n’est pas parti est retenu jusqu’à ce qu’on la lève."
    )

    helene.approves(revision)
    expect(helene.page.locator("#quorum")).to_contain_text("Marc")
    assert Draft.objects.get(pk=revision.draft_id).state == "in_review"
    helene.unfold("Lever l’opposition de %(who)s", who="Marc")
    reason = helene.page.get_by_label(helene.word("Motif")).locator("visible=true")
    reason.fill("Le quartier n’est pas nommé.")
    helene.press("Lever cette opposition avec ce motif")
    helene.is_told("Opposition levée.")
    assert Draft.objects.get(pk=revision.draft_id).state == "released"


def test_the_lesson_is_read_and_its_six_texts_are_mended(cast, reader):
    claire = reader(cast.claire)
    claire.open("lesson")
    claire.is_told("Apprendre en cinq minutes")
    claire.page.get_by_role("link", name=claire.word("Corriger le premier texte")).click()
    claire.press("Vérifier")
    claire.is_told("Pas encore : voyez sous le texte ce qui reste.")
    for number, exercise in enumerate(EXERCISES, 1):
        expect(claire.page).to_have_url(f"{claire.address}/aide/lecon/{number}")
        claire.page.locator("#text").fill(exercise.answer)
        claire.press("Vérifier")
        good = claire.word("C’est bon : rien n’arrête ce texte et rien ne demande de motif.")
        expect(claire.page.get_by_text(good)).to_be_visible()
        if number < len(EXERCISES):
            claire.page.get_by_role("link", name=claire.word("Texte suivant"), exact=True).click()
    claire.is_told("Vous avez fini la leçon. Bonne rédaction !")
