"""The composer's comforts in Chromium: undo, paste, the keyboard, a network that goes away."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from approvals.models import Draft
from tests.approvals.writing import a_draft
from tests.browser import violations
from tests.journeys.desks import Desk
from tests.journeys.test_images import FIRST, SECOND, TWO, alts, photo
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
