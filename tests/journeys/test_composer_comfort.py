"""The composer's comforts in Chromium: undo, paste, the keyboard, a network that goes away."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from approvals.models import Draft, StoredImage
from tests.approvals.writing import a_draft
from tests.browser import violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.journeys.test_images import FIRST, SECOND, TWO, alts, fine, photo
from tests.sandbox import until

pytestmark = pytest.mark.django_db(transaction=True)

# A file in the clipboard, as a browser gives it.
PASTE = """(area, bytes) => {
  const data = new DataTransfer();
  const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  data.items.add(new File([raw], "gare.jpg", { type: "image/jpeg" }));
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


@pytest.fixture
def claire(cast, new_context, live_server, media_folder):
    return Desk(new_context, live_server, cast.claire)


def test_an_image_is_pasted_moved_removed_and_comes_back(cast, claire):
    draft = a_draft(cast.claire, cast.nantes)
    page = claire.open("compose", draft.pk)
    area = page.get_by_label("Texte", exact=True)
    area.evaluate(PASTE, base64.b64encode(photo("navy")).decode())
    page.get_by_label("Description de l’image 1").fill(FIRST)
    page.get_by_label("Ajouter des images").set_input_files(TWO[1:])
    page.get_by_label("Description de l’image 2").fill(SECOND)
    until(lambda: alts(draft) == [FIRST, SECOND])
    claire.press("Avancer l’image 2")
    expect(page.get_by_label("Description de l’image 1")).to_have_value(SECOND)
    claire.press("Retirer l’image 1")
    until(lambda: alts(draft) == [FIRST])
    page.keyboard.press("Enter")  # the focus is on « Annuler »
    expect(page.get_by_label("Description de l’image 1")).to_be_focused()
    until(lambda: alts(draft) == [SECOND, FIRST])
    assert violations(page) == []


def sizes(draft: Draft) -> list[tuple[int, int]]:
    draft.refresh_from_db()
    shown = [image["sha256"] for part in draft.parts for image in part["images"]]
    rows = {row.sha256: (row.width, row.height) for row in StoredImage.objects.all()}
    return [rows[sha256] for sha256 in shown]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_image_is_cropped_by_keyboard_and_by_pointer(
    cast, new_context, live_server, media_folder, viewport, tmp_path
):
    claire = Desk(new_context, live_server, cast.claire, viewport=viewport)
    draft = a_draft(cast.claire, cast.nantes)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Ajouter des images").set_input_files(TWO[:1])
    page.get_by_label("Description de l’image 1").fill(FIRST)
    page.get_by_role("button", name="Recadrer l’image 1").press("Enter")
    page.get_by_role("button", name="Paysage (16:9)").press("Enter")
    expect(page.get_by_label("Hauteur")).to_have_value("450")
    expect(page.get_by_label("Bord haut")).to_have_value("75")
    page.get_by_label("Bord haut").press("ArrowUp")
    expect(page.locator(".desk-crop__kept")).to_have_attribute("y", "78")
    page.get_by_label("Hauteur").fill("700")
    claire.press("Recadrer")
    expect(
        page.get_by_text("Il ne reste que 522 points jusqu’au bord de l’image.").first
    ).to_be_visible()
    page.get_by_label("Hauteur").fill("400")
    page.locator(".desk-crop").scroll_into_view_if_needed()
    corner = page.locator(".desk-crop__corner").bounding_box()
    x, y = (corner[p] + corner[side] / 2 for p, side in (("x", "width"), ("y", "height")))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y, steps=3)
    page.mouse.up()
    expect(page.get_by_label("Largeur")).not_to_have_value("800")
    width = int(page.get_by_label("Largeur").input_value())
    fine(page)
    page.screenshot(path=tmp_path / "crop.png", full_page=True)
    claire.press("Recadrer")
    expect(page.get_by_text("Image recadrée. Sa description est restée la même.")).to_be_visible()
    expect(page.get_by_label("Description de l’image 1")).to_have_value(FIRST)
    assert sizes(draft) == [(width, 400)]


def test_a_message_that_was_removed_comes_back_by_one_button(cast, claire):
    draft = a_draft(cast.claire, cast.nantes, "Un")
    page = claire.open("compose", draft.pk)
    claire.press("Ajouter un message au fil")
    page.get_by_label("Message 2", exact=True).fill("Deux")
    claire.press("Retirer le message 2")
    expect(page.get_by_text("Message 2 retiré.")).to_be_visible()
    claire.press("Annuler")
    expect(page.get_by_label("Message 2", exact=True)).to_have_value("Deux")


def test_control_and_enter_submit(cast, claire):
    draft = a_draft(cast.claire, cast.nantes)
    page = claire.open("compose", draft.pk)
    page.get_by_label("Texte", exact=True).press("Control+Enter")
    expect(page.get_by_text("Texte soumis à la relecture.")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_emoji_is_looked_for_and_put_where_one_writes(
    cast, new_context, live_server, viewport, tmp_path
):
    claire = Desk(new_context, live_server, cast.claire, viewport=viewport)
    draft = a_draft(cast.claire, cast.nantes, "Attention route")
    page = claire.open("compose", draft.pk)
    area = page.get_by_label("Texte", exact=True)
    area.press("Control+Home")
    button = page.get_by_role("button", name="Insérer un emoji")
    button.press("Enter")
    search = page.get_by_role("combobox", name="Chercher un emoji")
    expect(search).to_be_focused()
    search.press("ArrowDown")
    search.press("ArrowDown")
    search.press("ArrowRight")
    expect(search).to_have_attribute("aria-activedescendant", "emoji-10")
    search.press_sequentially("deviation")
    expect(page.get_by_role("gridcell")).to_have_count(1)
    search.press("Enter")
    expect(area).to_have_value("🚧Attention route")
    expect(area).to_be_focused()
    until(lambda: Draft.objects.get().text == "🚧Attention route")
    area.press("Control+End")
    button.click()
    search.fill("zzz")
    expect(page.get_by_text("Aucun emoji ne porte ce mot.")).to_be_visible()
    search.fill("thank")
    page.get_by_role("gridcell", name="merci").click()
    expect(area).to_have_value("🚧Attention route🙏")
    until(lambda: Draft.objects.get().text == "🚧Attention route🙏")
    expect(page.locator("#preview")).to_contain_text("🙏")
    button.click()
    search.press("ArrowDown")
    page.screenshot(path=tmp_path / "emojis.png", full_page=True)
    fine(page)
    search.press("Escape")
    expect(area).to_be_focused()
    expect(search).to_be_hidden()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_theme_that_one_chooses_stays_chosen(
    cast, new_context, live_server, viewport, tmp_path
):
    claire = Desk(new_context, live_server, cast.claire, viewport=viewport)
    page = claire.open("home")
    root = page.locator("html")
    expect(root).to_have_attribute("data-fr-theme", "light")
    if viewport == NARROW:
        claire.press("Menu")
    page.get_by_role("button", name="Paramètres d’affichage").press("Enter")
    expect(page.get_by_role("radio", name="Système")).to_be_checked()
    page.get_by_role("radio", name="Système").press("ArrowUp")
    expect(root).to_have_attribute("data-fr-theme", "dark")
    assert violations(page) == []
    page.screenshot(path=tmp_path / "theme.png")
    page.keyboard.press("Escape")
    claire.open("drafts")
    expect(root).to_have_attribute("data-fr-scheme", "dark")
    assert violations(page) == []
    page.screenshot(path=tmp_path / "dark.png")


@pytest.mark.parametrize("changed", [False, True], ids=["nobody wrote", "somebody wrote"])
def test_what_was_typed_without_a_network_waits_for_the_return(
    cast, claire, page_problems, changed
):
    draft = a_draft(cast.claire, cast.nantes, "Avant")
    page = claire.open("compose", draft.pk)
    page.route("**/enregistrer", lambda route: route.abort())
    page.get_by_label("Texte", exact=True).fill("Tapé dans le train")
    expect(page.locator("#not-saved")).to_be_visible()
    page.close()
    if changed:
        Draft.objects.filter(pk=draft.pk).update(
            parts=[{"text": "Autre", "images": []}], version=draft.version + 1
        )
    claire.page = page = claire.context.new_page()
    claire.open("compose", draft.pk)
    area = page.get_by_label("Texte", exact=True)
    if changed:
        expect(page.get_by_text("Voici ce que vous aviez tapé")).to_be_visible()
        expect(page.locator("#kept-back textarea")).to_have_value("Tapé dans le train")
        expect(area).to_have_value("Autre")
    else:
        expect(area).to_have_value("Tapé dans le train")
        expect(page.locator("#saved")).to_contain_text("Enregistré à")
    assert violations(page) == []
    claire.open("compose", draft.pk)
    expect(page.locator("#kept-back")).to_be_hidden()
    page_problems.clear()  # The browser notes what was aborted.
