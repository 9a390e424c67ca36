"""From « Nouveau message » to « bon à diffuser », rejected, edited after approval: in Chromium."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Seat
from approvals.models import Draft, Review
from tests.approvals.writing import TEXT, a_draft, a_revision, signed
from tests.cast import seat, signed_in
from tests.journeys.desks import NARROW, Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(new_context, live_server):
    return lambda person, viewport=None: Desk(new_context, live_server, person, viewport)


def test_written_submitted_approved_twice_and_released(cast, desk):
    claire, marc, helene = desk(cast.claire), desk(cast.marc), desk(cast.helene, NARROW)
    page = claire.open("home")
    page.get_by_role("button", name="Nouveau message").click()
    page.locator("#id_category").select_option("advice")
    page.get_by_label("Texte", exact=True).fill("Rendez-vous samedi #Loire-Atlantique")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Écrivez #LoireAtlantique")
    expect(page.locator("#count-0")).to_have_text("36 / 280")
    page.get_by_label("Texte", exact=True).fill(TEXT)
    expect(page.locator("#saved")).to_contain_text("Enregistré à")
    claire.submit()
    expect(page.get_by_text("Il manque 2 accords, dont celui d’un superviseur")).to_be_visible()
    draft = Draft.objects.get()

    marc.open("home").get_by_role("link", name=TEXT).click()
    marc.approve()
    expect(marc.page.get_by_text("Accords : 1 sur 2")).to_be_visible()

    helene.open("home").get_by_role("link", name=TEXT).click()
    helene.approve()
    expect(helene.page.get_by_text("Tous les accords sont réunis").first).to_be_visible()
    draft.refresh_from_db()
    assert (draft.state, draft.texts) == ("released", [TEXT])


def test_rejected_by_a_supervisor_with_the_reason_and_used_again(cast, desk):
    revision = a_revision(cast.claire, cast.nantes)
    helene, claire = desk(cast.helene), desk(cast.claire)
    page = helene.open("draft", revision.draft_id)
    page.get_by_text("Je rejette", exact=True).click()
    helene.press("Rejeter définitivement avec ce motif")
    expect(page.get_by_text("Dites pourquoi, en une phrase.", exact=True)).to_be_visible()
    page.locator("#id_reject-reason").fill("Trop de détails sur l’enquête")
    helene.press("Rejeter définitivement avec ce motif")
    page = claire.open("draft", revision.draft_id)
    expect(page.locator("#live").get_by_text("Trop de détails sur l’enquête")).to_be_visible()
    claire.press("Utiliser à nouveau")
    expect(page.get_by_label("Texte", exact=True)).to_have_value(TEXT)
    assert Draft.objects.latest("pk").came_from_id == revision.draft_id


def test_an_officer_on_a_phone_approves_an_ordinary_text_in_three_taps(cast, desk):
    revision = a_revision(cast.claire, cast.nantes, "Fermez vos volets en partant.")
    helene = desk(cast.helene, NARROW)
    page = helene.open("draft", revision.draft_id)
    together = page.get_by_role("button", name="J’ai lu et vérifié ces points : tout cocher")
    page.get_by_text("Vérifier et approuver", exact=True).click()
    for point in page.locator("[data-common] .fr-checkbox-group").all():
        point.scroll_into_view_if_needed()
    together.click()
    helene.press("J’approuve ce texte tel quel")
    expect(page.locator("#live")).to_contain_text("(les points communs cochés ensemble)")


def test_the_points_are_not_ticked_together_before_each_was_on_screen(cast, desk):
    revision = a_revision(cast.claire, cast.nantes, "Fermez vos volets en partant.")
    page = desk(cast.helene, {"width": 390, "height": 420}).open("draft", revision.draft_id)
    page.get_by_text("Vérifier et approuver", exact=True).click()
    together = page.locator("[data-together]")
    points = page.locator("[data-common] .fr-checkbox-group")
    expect(points.first).to_be_in_viewport(ratio=1)
    expect(points.last).not_to_be_in_viewport()
    expect(together).to_be_hidden()
    points.last.scroll_into_view_if_needed()
    expect(together).to_be_visible()


def test_edited_after_an_approval_it_needs_all_of_them_again(cast, desk):
    revision = a_revision(cast.claire, cast.nantes)
    draft = signed(revision, cast.helene)
    claire, paul = desk(cast.claire), desk(cast.paul)
    # What would tell his page that the text has moved on is on its way for long.
    paul.page.route("**/en-direct*", lambda route: None)
    shown = paul.open("draft", draft.pk)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Texte", exact=True).fill("Autre texte")
    expect(page.locator("#count-0")).to_have_text("11 / 280")
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    # Paul's page still shows the first version: nothing is approved, the new one is shown.
    paul.approve()
    expect(shown.get_by_text("rien n’a été approuvé")).to_be_visible()
    expect(shown.locator("ins").first).to_contain_text("Autre")
    draft.refresh_from_db()
    assert draft.state == "in_review"
    paul.page.unroute("**/en-direct*")
    paul.approve()
    expect(shown.get_by_text("Accords : 1 sur 2")).to_be_visible()


def test_a_page_whose_text_moved_on_shows_neither_the_old_badge_nor_the_old_buttons(cast, desk):
    draft = a_revision(cast.claire, cast.nantes).draft
    helene, claire = desk(cast.helene), desk(cast.claire)
    page = helene.open("draft", draft.pk)
    page.get_by_label("Votre message").fill("Je commence à écrire")
    writer = claire.open("compose", draft.pk)
    signed_in(cast.claire).post(reverse("take-back", args=[draft.pk]))
    approve = page.get_by_role("button", name="J’approuve ce texte tel quel")
    expect(approve).to_be_hidden()
    expect(page.locator("#state")).to_have_text("en rédaction")
    helene.press("Afficher la situation actuelle")
    expect(approve).to_have_count(0)
    expect(page.get_by_label("Votre message")).to_have_value("Je commence à écrire")
    expect(writer.locator("#moved-on")).to_contain_text("a changé depuis")
    expect(writer.get_by_role("button", name="Soumettre à la relecture")).to_be_hidden()


def test_what_one_types_stays_while_the_page_counts_saves_and_refreshes(cast, desk):
    draft = a_draft(cast.claire, cast.nantes, "")
    claire, marc = desk(cast.claire), desk(cast.marc)
    page = claire.open("compose", draft.pk)
    area = page.get_by_label("Texte", exact=True)
    area.focus()
    page.keyboard.type("Bonjour à tous")
    for _ in "tous":
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#saved")).to_contain_text("Enregistré à")
    page.keyboard.type("X")
    expect(page.locator("#preview")).to_contain_text("Bonjour à Xtous")
    expect(area).to_be_focused()
    expect(area).to_have_js_property("selectionStart", 11)
    marc.open("draft", draft.pk)
    comment = marc.page.get_by_label("Votre message")
    comment.fill("Je commence à écrire")
    leila = desk(cast.leila)
    leila.open("draft", draft.pk).get_by_label("Votre message").fill("Et la date ?")
    leila.press("Ajouter au débat")
    expect(marc.page.locator("#live")).to_contain_text("Et la date ?")
    expect(comment).to_have_value("Je commence à écrire")
    expect(comment).to_be_focused()


def test_a_session_that_ended_keeps_the_text_and_signing_in_elsewhere_saves_it(
    cast, desk, page_problems
):
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire)
    page = claire.open("compose", draft.pk)
    claire.sign_out()
    page.get_by_label("Texte", exact=True).fill("Texte tapé trop tard")
    claire.submit()
    expect(page.get_by_text("Vous êtes déconnecté")).to_be_in_viewport()
    expect(page.get_by_label("Texte", exact=True)).to_have_value("Texte tapé trop tard")
    page_problems.clear()  # The browser notes each 401.
    claire.sign_in(cast.claire)
    claire.submit()
    expect(page.get_by_text("Texte soumis à la relecture")).to_be_visible()
    draft.refresh_from_db()
    assert draft.texts == ["Texte tapé trop tard"]


def test_a_comment_survives_the_end_of_the_session_and_the_sign_in(cast, desk, page_problems):
    cast.marc.set_password("onze-lunes-et-demie")
    cast.marc.save()
    draft = a_revision(cast.claire, cast.nantes).draft
    marc = desk(cast.marc)
    page = marc.open("draft", draft.pk)
    comment = page.get_by_label("Votre message")
    comment.fill("Je commence à écrire")
    marc.sign_out()
    # The page asks by itself: it stays, says so, and keeps what is being typed.
    expect(page.get_by_text("Vous êtes déconnecté")).to_be_in_viewport()
    expect(comment).to_have_value("Je commence à écrire")
    expect(page).to_have_url(f"{marc.address}/brouillons/{draft.pk}/")
    marc.approve()
    expect(page.get_by_text("Vous étiez déconnecté : rien n’a été approuvé.")).to_be_visible()
    page.get_by_role("link", name="Se reconnecter et revenir à la page").click()
    page.get_by_label("Adresse").fill(cast.marc.email)
    page.get_by_label("Mot de passe").fill("onze-lunes-et-demie")
    marc.press("Se connecter")
    expect(page.get_by_text("Ce que vous aviez saisi vous est rendu")).to_be_visible()
    expect(comment).to_have_value("Je commence à écrire")
    assert not draft.comments.exists()
    marc.approve()
    expect(page.locator("#live")).to_contain_text("Je commence à écrire")
    page_problems.clear()  # The browser notes each 401.
    assert Review.objects.get().reviewer == cast.marc


def test_a_refusal_is_not_said_of_the_text_that_was_corrected_since(cast, desk):
    claire = desk(cast.claire)
    page = claire.open("compose", a_draft(cast.claire, cast.nantes, "a" * 319).pk)
    claire.submit()
    expect(page.locator("#text-0-error")).to_contain_text("39 signes de trop")
    area = page.get_by_label("Texte", exact=True)
    area.fill("a" * 179)
    expect(page.locator("#count-0")).to_have_text("179 / 280")
    expect(page.get_by_text("39 signes de trop")).to_have_count(0)
    expect(page.locator("#error-summary")).to_have_count(0)
    expect(area).not_to_have_attribute("aria-invalid", "true")
    area.fill("a" * 300)
    expect(page.locator("#count-0")).to_have_text("20 signes de trop")


def test_saved_is_no_longer_said_once_a_save_failed(cast, desk, page_problems):
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire)
    page = claire.open("compose", draft.pk)
    area, saved, failed = (
        page.get_by_label("Texte", exact=True),
        page.locator("#saved"),
        page.locator("#not-saved"),
    )
    area.fill("Un")
    expect(saved).to_contain_text("Enregistré à")
    hour = saved.locator("[data-saved-at]").get_attribute("data-saved-at")
    page.route("**/enregistrer", lambda route: route.abort())
    area.fill("Deux")
    told = f"Non enregistré : le serveur ne répond pas. Dernier enregistrement : {hour}."
    expect(failed).to_have_text(told, use_inner_text=True)
    expect(saved).to_be_empty()
    page.unroute("**/enregistrer")
    claire.sign_out()
    area.fill("Trois")
    told = f"Non enregistré : votre session a pris fin. Dernier enregistrement : {hour}."
    expect(failed).to_have_text(told, use_inner_text=True)
    claire.sign_in(cast.claire)
    area.fill("Quatre")
    expect(saved).to_contain_text("Enregistré à")
    expect(failed).to_be_hidden()
    page_problems.clear()  # The browser notes what was aborted, and each 401.
    draft.refresh_from_db()
    assert draft.texts == ["Quatre"]


def test_two_tabs_are_told_and_neither_loses_its_text(cast, desk, page_problems):
    draft = a_draft(cast.claire, cast.nantes)
    claire, marc = desk(cast.claire), desk(cast.marc)
    first, second = claire.open("compose", draft.pk), marc.open("compose", draft.pk)
    first.get_by_label("Texte", exact=True).fill("Premier texte")
    expect(first.locator("#saved")).to_contain_text("Enregistré à")
    second.get_by_label("Texte", exact=True).fill("Second texte")
    expect(second.locator("#saved")).to_contain_text("modifié ailleurs")
    page_problems.clear()  # The browser notes the 409 of the save.
    marc.press("Voir les deux textes")
    expect(second.get_by_text("Deux textes pour un même brouillon")).to_be_visible()
    expect(second.locator(".desk-panel")).to_contain_text("Premier texte")
    expect(second.get_by_label("Texte", exact=True)).to_have_value("Second texte")
    marc.press("Continuer avec mon texte")
    expect(second.locator("#saved")).to_contain_text("Enregistré")
    draft.refresh_from_db()
    assert draft.texts == ["Second texte"]


def test_the_hours_of_the_clock_change_are_settled_as_one_types(cast, desk, monkeypatch):
    today = dt.datetime(2026, 10, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    for module in ("forms.composer", "forms.moment", "actions.drafts"):
        monkeypatch.setattr(f"approvals.{module}.db_now", lambda: today)
    draft = a_draft(cast.claire, cast.nantes)
    claire = desk(cast.claire)
    page = claire.open("compose", draft.pk)
    page.get_by_text("À une date et une heure choisies").click()
    day, hour = page.locator("[name=day]"), page.locator("[name=hour]")
    moment = page.locator("#moment")
    day.fill("2027-03-28")
    hour.fill("02:30")
    expect(moment).to_contain_text("La première heure qui existe ensuite est 3 h")
    day.fill("2026-10-25")
    expect(moment).to_contain_text(
        "Diffusion prévue : dimanche 25 octobre 2026 à 2 h 30 (heure d’été de Paris)"
    )
    page.get_by_text("la seconde, à l’heure d’hiver").click()
    expect(moment).to_contain_text("2 h 30 (heure d’hiver de Paris), si les accords")
    claire.submit()
    expect(page.get_by_text("Texte soumis à la relecture")).to_be_visible()
    draft.refresh_from_db()
    assert draft.requested_at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_a_draft_whose_author_left_is_adopted_by_keyboard(cast, desk):
    revision = a_revision(cast.claire, cast.nantes)
    Seat.objects.filter(person=cast.claire).update(ended_at=revision.submitted_at)
    seat(cast.nantes, 1, cast.nadia)
    nadia = desk(cast.nadia)
    page = nadia.open("draft", revision.draft_id)
    page.get_by_role("button", name="Adopter ce brouillon").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous êtes maintenant l’auteur")).to_be_visible()
