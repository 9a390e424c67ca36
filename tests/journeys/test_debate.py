"""The debate in Chromium: words are quoted by selecting them, threads answered and resolved."""

import pytest
from playwright.sync_api import expect

from approvals.models import Comment
from tests.approvals.writing import a_revision
from tests.browser import violations
from tests.journeys.desks import NARROW, Desk

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "🚨 Cambriolages : voir https://www.ex.fr/conseils puis fermez vos volets."


@pytest.fixture
def desk(new_context, live_server):
    return lambda person, viewport=None: Desk(new_context, live_server, person, viewport)


def select(page, words):
    """As somebody does with the mouse, or with caret browsing."""
    page.evaluate(
        """words => {
            const text = document.querySelector("#quotable .tweet-text");
            const node = [...text.childNodes].find((one) => one.textContent.includes(words));
            const start = node.textContent.indexOf(words);
            getSelection().setBaseAndExtent(node, start, node, start + words.length);
        }""",
        words,
    )


def test_words_are_quoted_by_selecting_them_answered_and_resolved(cast, desk):
    revision = a_revision(cast.claire, cast.nantes, TEXT)
    marc, claire = desk(cast.marc), desk(cast.claire, NARROW)
    page = marc.open("draft", revision.draft_id)
    expect(page.locator("#quote-button")).to_be_hidden()
    select(page, "fermez vos volets")
    marc.press("Commenter les mots sélectionnés")
    expect(page.get_by_label("Mots cités")).to_have_value("fermez vos volets")
    expect(page.get_by_label("Votre message")).to_be_focused()
    page.keyboard.type("Et les fenêtres ? @le")
    names = page.get_by_role("listbox", name="Noms proposés")
    expect(names.get_by_role("option", selected=True)).to_have_text("Leila")
    expect(page.locator("#names-said")).to_contain_text("flèches pour choisir")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(names).to_be_hidden()
    for _ in "le":
        page.keyboard.press("Backspace")
    expect(names.get_by_role("option")).to_have_count(4)
    page.keyboard.press("ArrowUp")
    expect(names.get_by_role("option", selected=True)).to_have_text("Paul")
    page.keyboard.press("ArrowDown")
    expect(names.get_by_role("option", selected=True)).to_have_text("Claire")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Votre message")).to_have_value("Et les fenêtres ? @Claire ")
    expect(names).to_be_hidden()
    marc.press("Ajouter au débat")
    expect(page.locator(".desk-mention")).to_have_text("@Claire")
    expect(page.locator(".tweet-quote")).to_have_text("fermez vos volets")
    assert Comment.objects.get().quote_start == TEXT.index("fermez")

    page = claire.open("draft", revision.draft_id)
    expect(page.get_by_text("1 point du débat n’est pas résolu")).to_be_visible()
    claire.press("Répondre à Marc")
    expect(page.get_by_label("Votre message")).to_be_focused()
    page.keyboard.type("Oui, j’ajoute les fenêtres.")
    claire.press("Ajouter au débat")
    answer = page.locator(".desk-answers")
    expect(answer).to_contain_text("Oui, j’ajoute les fenêtres.")
    assert violations(page) == []
    claire.press("Marquer comme résolu le point de Marc")
    expect(page.get_by_text("Résolu par Claire")).to_be_visible()
    expect(page.get_by_text("point du débat n’est pas résolu")).to_have_count(0)
    expect(marc.page.get_by_text("Résolu par Claire")).to_be_visible(timeout=20_000)
    assert violations(marc.page) == []
