"""The page of a message in Chromium: it follows what happens, and axe finds nothing in it."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.clock import db_now
from publishing.actions.decide import propose
from publishing.actions.freeze import freeze
from publishing.actions.send import send_due
from publishing.models import ConfirmationKind
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_page(new_context, live_server):
    def open_for(person, publication):
        desk = Desk(new_context, live_server, person)
        return desk.open("draft", publication.release.revision.draft_id)

    return open_for


def waiting(line, *texts):
    return line.released(*texts, requested_at=db_now() + dt.timedelta(hours=2))


def test_the_page_follows_and_says_each_change_aloud_once(line, x, open_page, backdate):
    publication = waiting(line)
    page = open_page(line.cast.claire, publication)
    panel, said = page.locator("#publication"), page.locator("#publication-said")
    expect(panel).to_contain_text("en attente de son heure")
    expect(said).to_be_empty()
    page.locator("#act-recall").focus()

    freeze(actor=line.cast.helene, account=line.cast.nantes, reason="Vérification.")
    expect(panel).to_contain_text("les envois sont gelés")
    expect(said).to_contain_text("les envois sont gelés")
    expect(page.locator("#act-recall")).to_be_focused()


def test_the_history_moves_with_the_panel_above_it(line, x, open_page):
    publication = line.released()
    page = open_page(line.cast.claire, publication)
    history = page.locator("#history")
    latest = history.locator("li").first
    expect(latest).to_contain_text("Diffusion en attente de son heure")
    send_due(publication.account_id)
    expect(page.locator("#publication")).to_contain_text("est sur X")
    expect(latest).to_contain_text("Le message est sur X", timeout=2_000)
    expect(history).to_have_count(1)


def in_each_state(line, x, backdate):
    """One publication in each state that has a panel of its own."""
    yield waiting(line)
    yield sent(line)
    x.switch("status", status=503, on="post")
    yield sent(line)
    x.switch("not_permitted", on="post", skip=1)
    yield sent(line, "Un.", "Deux.")
    missed = waiting(line)
    backdate(missed, 3 * 3600, "due_at", "next_try_at")
    send_due(missed.account_id)
    propose(
        actor=line.cast.helene,
        publication_id=missed.pk,
        kind=ConfirmationKind.NEW_TIME,
        reason="Encore utile.",
        due_at=db_now() + dt.timedelta(hours=1),
    )
    yield missed


def sent(line, *texts):
    publication = line.released(*texts)
    send_due(publication.account_id)
    return publication


def test_axe_finds_nothing_whatever_the_state(line, x, open_page, backdate):
    found = []
    for publication in in_each_state(line, x, backdate):
        page = open_page(line.cast.claire, publication)
        for viewport in (WIDE, NARROW):
            page.set_viewport_size(viewport)
            fits(page)
            found += [v["id"] for v in violations(page)]
    assert found == []


def test_retracted_and_corrected_on_a_phone_in_two_taps_and_a_reason(
    line, x, new_context, live_server
):
    publication = sent(line, "Réunion mardi à Nantes.")
    desk = Desk(new_context, live_server, line.cast.claire, NARROW, has_touch=True)
    page = desk.open("draft", publication.release.revision.draft_id)
    page.get_by_role("link", name="Retirer de X").tap()
    page.get_by_label("Motif").fill("C’est jeudi.")
    page.get_by_role("button", name="Retirer et corriger").tap()
    expect(page.get_by_text("Retrait demandé")).to_be_visible()
    text, warning = page.get_by_label("Texte", exact=True), page.get_by_text("mot pour mot")
    expect(text).to_have_value("Réunion mardi à Nantes.")
    expect(warning).to_be_visible()
    text.fill("Réunion jeudi à Nantes.")
    expect(warning).to_have_count(0)
