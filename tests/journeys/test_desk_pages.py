"""Every page of the desk, in each of its states, on a screen and a phone: it fits, axe agrees."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from approvals.actions.debate import comment
from approvals.actions.drafts import abandon_draft, save_draft, submit_draft
from approvals.actions.objections import raise_objection
from approvals.actions.reviews import ask_for_changes, reject
from tests.approvals.writing import a_draft, a_revision, as_read, in_hours, signed
from tests.approvals.writing import content as written
from tests.browser import fits, has_focus, violations
from tests.cast import seat
from tests.journeys.desks import NARROW, WIDE, Desk

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Appel à témoins : accident au pont de Cheviré. #Loire-Atlantique www.exemple.fr/" + "a" * 90
REASONS = {"hashtag_broken": "C’est le nom du département."}


def reevaluate(page, name):
    fits(page)
    found = [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations(page)]
    assert found == [], name


def sent_back(author, reviewer, account, text=LONG):
    revision = a_revision(
        author, account, text, urgent=True, requested_at=in_hours(3), reasons=REASONS
    )
    comment(actor=reviewer, draft_id=revision.draft_id, body="Le numéro ?\n" + "b" * 200)
    return ask_for_changes(**as_read(reviewer, revision), reason="Le bon numéro")


def in_review_again(cast):
    draft = sent_back(cast.claire, cast.marc, cast.nantes)
    draft.refresh_from_db()
    changed = written(LONG + " Merci", category="witnesses", urgent=True, reasons=REASONS)
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=changed)
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    signed(revision, cast.leila)
    return revision


def everything(cast):
    """(who, page, its arguments) in each state."""
    revision = in_review_again(cast)
    rejected = a_revision(cast.claire, cast.nantes)
    reject(**as_read(cast.paul, rejected), reason="Non")
    objected = a_revision(cast.claire, cast.nantes, "Un autre conseil.")
    raise_objection(actor=cast.marc, draft_id=objected.draft_id, reason="Un doute")
    abandoned = a_draft(cast.claire, cast.nantes)
    abandon_draft(actor=cast.claire, draft_id=abandoned.pk)
    released = signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    writing = a_draft(cast.marc, cast.nantes, LONG + "é" * 250)
    back = sent_back(cast.marc, cast.helene, cast.nantes)
    seat(cast.rennes, 3, cast.claire)
    return [
        ("claire", "home", []),
        ("marc", "home", []),
        ("helene", "home", []),
        ("nadia", "home", []),
        ("marc", "drafts", []),
        ("nadia", "drafts", []),
        ("claire", "new-draft", []),
        ("helene", "new-draft", []),
        ("marc", "compose", [writing.pk]),
        ("marc", "compose", [back.pk]),
        ("marc", "compose", [revision.draft_id]),
        ("helene", "draft", [revision.draft_id]),
        ("claire", "draft", [revision.draft_id]),
        *(
            (who, "draft", [d.pk])
            for d in (writing, back, released, abandoned, rejected.draft, objected.draft)
            for who in ("marc", "helene")
        ),
    ]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["screen", "phone"])
def test_every_page_fits_and_axe_finds_nothing(cast, new_context, live_server, viewport):
    pages = everything(cast)
    desks = {
        who: Desk(new_context, live_server, getattr(cast, who), viewport)
        for who in ("claire", "marc", "helene", "nadia")
    }
    for who, name, args in pages:
        reevaluate(desks[who].open(name, *args), f"{name} of {who}")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["screen", "phone"])
def test_what_went_wrong_fits_too(cast, new_context, live_server, viewport, page_problems):
    claire = Desk(new_context, live_server, cast.claire, viewport)
    draft = a_draft(cast.claire, cast.nantes)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Texte", exact=True).fill("a" * 300)
    page.get_by_text("À une date et une heure choisies").click()
    expect(page.locator("#saved")).to_contain_text("Enregistré à")  # it moves the button
    claire.submit()
    expect(page.locator("#id_day_error")).to_contain_text("Choisissez une date")
    reevaluate(page, "refused")

    draft.refresh_from_db()
    save_draft(actor=cast.marc, draft_id=draft.pk, version=draft.version, content=written("Autre"))
    page.get_by_label("Texte", exact=True).fill("Le mien")
    page.get_by_text("Dès que les accords sont réunis").click()
    claire.press("Enregistrer")
    expect(page.get_by_text("Deux textes pour un même brouillon")).to_be_visible()
    reevaluate(page, "conflict")
    claire.press("Reprendre l’autre texte")
    expect(page.get_by_text("Votre texte, mis de côté")).to_be_visible()
    reevaluate(page, "set aside")

    revision = a_revision(cast.claire, cast.nantes, LONG, reasons=REASONS)
    helene = Desk(new_context, live_server, cast.helene, viewport)
    page = helene.open("draft", revision.draft_id)
    page.get_by_text("Vérifier et approuver", exact=True).click()
    # By keyboard: once all points were on screen one more button appears and moves this one.
    page.get_by_role("button", name="J’approuve ce texte tel quel", exact=True).press("Enter")
    expect(page.locator("#checklist-error")).to_contain_text("Rien n’a été approuvé, il manque")
    reevaluate(page, "without the checklist")
    changed = written(LONG + " Merci", reasons=REASONS)
    version = revision.draft.version
    save_draft(actor=cast.claire, draft_id=revision.draft_id, version=version, content=changed)
    page.get_by_text("Je demande une modification", exact=True).click()
    page.get_by_label("Motif").first.fill("Ajoutez le numéro")
    helene.press("Renvoyer à l’auteur avec ce motif")
    expect(page.get_by_text("rien n’a été approuvé").first).to_be_visible()
    expect(page.get_by_label("Votre message")).to_have_value("Ajoutez le numéro")
    reevaluate(page, "stale")
    page_problems.clear()  # The browser notes the 409 of a save by itself.


def test_the_whole_composer_by_keyboard(cast, new_context, live_server):
    marc = Desk(new_context, live_server, cast.marc)
    page = marc.open("home")
    page.keyboard.press("Tab")
    has_focus(page, "Contenu")
    page.get_by_role("button", name="Nouveau message").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rediger")
    page.get_by_label("Texte", exact=True).focus()
    page.keyboard.type("Au clavier")
    page.locator("#id_category").select_option("service")
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name || ''"))
    fields = ["category", "reply_settings", "urgent", "when"]
    assert [name for name in order if name in fields] == fields
    page.get_by_label("Catégorie", exact=True).focus()
    page.keyboard.type("conseil")
    page.get_by_role("button", name="Soumettre à la relecture").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Texte soumis à la relecture")).to_be_visible()


def test_what_cannot_be_done_is_said_not_greyed(cast, new_context, live_server):
    revision = a_revision(cast.claire, cast.nantes)
    said = {
        "claire": "l’accord doit venir d’autres personnes",
        "leila": "Seul un superviseur peut rejeter un texte",
        "helene": "Peuvent encore donner leur accord",
    }
    for who, sentence in said.items():
        page = Desk(new_context, live_server, getattr(cast, who)).open("draft", revision.draft_id)
        expect(page.get_by_text(sentence).first).to_be_visible()
        expect(page.locator("main [disabled]")).to_have_count(0)
    address = reverse("compose", args=[revision.draft_id])
    expect(page.locator(f"[href*='{address}'], [action*='{address}']")).to_have_count(0)


def test_a_phone_shows_text_hour_and_verdict_at_once(cast, new_context, live_server):
    revision = a_revision(cast.claire, cast.nantes, LONG, requested_at=in_hours(3), reasons=REASONS)
    helene = Desk(new_context, live_server, cast.helene, NARROW)
    page = helene.open("draft", revision.draft_id)
    verdicts = [page.get_by_text("Vérifier et approuver", exact=True)]
    verdicts += [page.get_by_text(label) for label in ("Je demande une modification", "Je rejette")]
    for seen in [page.get_by_text("Diffusion :").first, *verdicts]:
        expect(seen).to_be_in_viewport(ratio=1)
    bar, tweet = (page.locator(c).bounding_box() for c in (".desk-bar", ".desk-tweet"))
    assert tweet["y"] + tweet["height"] <= bar["y"], "the bar hides the text"


def test_the_summary_of_errors_has_the_focus_and_leads_to_the_field(cast, new_context, live_server):
    revision = a_revision(cast.claire, cast.nantes)
    helene = Desk(new_context, live_server, cast.helene)
    page = helene.open("draft", revision.draft_id)
    page.get_by_text("Je rejette", exact=True).click()
    helene.press("Rejeter définitivement avec ce motif")
    expect(page.locator("#error-summary")).to_be_focused()
    page.locator("#error-summary").get_by_role("link", name="Motif").click()
    field = page.locator("#id_reject-reason")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
