"""A reviewer goes on leave and is covered, in Chromium: lent, used, given back."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.clock import db_now
from tests.approvals.writing import a_revision, agree
from tests.browser import fits, violations
from tests.cast import signed_in
from tests.journeys.desks import NARROW, Desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reviewer_who_is_away_is_covered(cast, new_context, live_server):
    revision = a_revision(cast.claire, cast.nantes)
    agree(cast.marc, revision)
    ada = Desk(new_context, live_server, cast.ada)
    page = ada.open("department", "44")
    supervision = page.get_by_role("listitem").filter(has_text="Helene")
    supervision.get_by_role("link", name="Remplacer pendant une absence").click()
    page.get_by_label("Personne", exact=True).select_option(label="Nadia (nadia@police.example)")
    today = db_now().astimezone(cast.nantes.zone).date()
    page.get_by_label("Premier jour").fill(today.isoformat())
    page.get_by_label("Dernier jour").fill(today.isoformat())
    assert violations(page) == []
    ada.press("Décider ce remplacement")
    expect(page.get_by_text("Nadia remplace Helene jusqu’au")).to_be_visible()
    assert violations(page) == []

    helene = Desk(new_context, live_server, cast.helene, NARROW)
    page = helene.open("home")
    expect(page.get_by_text("Nadia vous remplace sur @pnationale44")).to_be_visible()
    fits(page)
    assert violations(page) == []
    address = reverse("draft", args=[revision.draft_id])
    assert signed_in(cast.helene).get(address).status_code == 404

    nadia = Desk(new_context, live_server, cast.nadia, NARROW)
    page = nadia.open("home")
    expect(page.get_by_text("vous remplacez Helene")).to_be_visible()
    page.get_by_role("link", name="Cambriolages").click()
    nadia.approve()
    expect(page.get_by_text("Bon à diffuser").first).to_be_visible()
    nadia.open("home")  # a page that goes on asking about the draft is refused once this is over

    page = ada.open("department", "44")
    ada.press("Mettre fin au remplacement", exact=False)
    expect(page.get_by_text("ce remplacement a pris fin")).to_be_visible()
    page = nadia.open("home")
    expect(page.get_by_text("Vous n’êtes rattaché à aucun compte")).to_be_visible()
