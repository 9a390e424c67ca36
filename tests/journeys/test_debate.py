"""The debate in Chromium: words are quoted by selecting them, threads answered and resolved,
another wording proposed and accepted.
"""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from approvals.models import Comment, Draft
from tests.approvals.writing import a_revision, agree
from tests.browser import fits, violations
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


def clean(desk):
    """Fits its window, and axe finds nothing."""
    fits(desk.page)
    assert violations(desk.page) == []


def test_two_rounds_with_a_proposed_wording_in_french_and_english(cast, desk):
    revision = a_revision(cast.claire, cast.nantes)
    claire, helene = desk(cast.claire), desk(cast.helene, NARROW)
    language = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": helene.address}
    helene.context.add_cookies([language])
    author, reviewer = (one.open("draft", revision.draft_id) for one in (claire, helene))

    # The first round: a supervisor, on a phone, knows better words.
    reviewer.get_by_text("Propose another wording", exact=True).click()
    expect(reviewer.get_by_text("you can no longer approve it")).to_be_visible()
    field = reviewer.get_by_label("Your wording")
    field.fill(field.input_value().replace("fermez", "verrouillez"))
    clean(helene)
    reviewer.get_by_label("Your message").fill("Plus précis, @claire ?")
    helene.press("Propose this wording")
    expect(reviewer.locator(".desk-mention")).to_have_text("@claire")
    expect(reviewer.locator(".desk-word--wording del")).to_contain_text("fermez")
    expect(reviewer.locator(".desk-word--wording ins")).to_contain_text("verrouillez")
    clean(helene)

    # The author's open page shows who reads, and the wording; one click takes it.
    taken = author.get_by_role("button", name="Accepter cette formulation de Helene")
    expect(taken).to_be_visible(timeout=20_000)
    expect(author.locator("#presence")).to_have_text("Helene lit ce texte", timeout=20_000)
    clean(claire)
    taken.click()
    expect(author.get_by_text("Acceptée par Claire")).to_be_visible()
    expect(author.locator(".desk-tweet__text")).to_contain_text("verrouillez")
    claire.press("Continuer la rédaction")
    expect(reviewer.locator("#presence")).to_have_text("Claire is writing", timeout=30_000)
    clean(claire)
    claire.submit()
    expect(author.get_by_text("Texte soumis à la relecture.")).to_be_visible()

    # The second: whoever proposed what was accepted still debates, and approves no more.
    helene.press("Show the current situation")
    expect(reviewer.get_by_text("You wrote or changed this text")).to_be_visible()
    expect(reviewer.get_by_text("Check and approve")).to_have_count(0)
    reviewer.get_by_label("Your message").fill("Très bien ainsi.")
    helene.press("Add to the discussion")
    clean(helene)
    claire.open("draft", revision.draft_id)
    for resolved in (1, 2):
        author.get_by_role("button", name="Marquer comme résolu").first.click()
        expect(author.get_by_text("Résolu par Claire")).to_have_count(resolved)
    clean(claire)
    second = Draft.objects.get().revisions.get(number=2)
    agree(cast.marc, second)
    agree(cast.paul, second)
    assert Draft.objects.get().state == "released"
