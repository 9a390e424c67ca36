"""On a shared computer, « back » after signing out shows nothing of what was private."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.approvals.writing import a_revision
from tests.journeys.desks import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_back_after_signing_out_shows_the_sign_in_page(cast, new_context, live_server):
    revision = a_revision(cast.claire, cast.nantes)
    page = Desk(new_context, live_server, cast.marc).open("draft", revision.draft_id)
    expect(page.locator("main")).to_contain_text(revision.texts[0])
    page.get_by_role("button", name="Se déconnecter").first.click()
    expect(page).to_have_url(f"{live_server.url}/connexion")
    page.go_back()
    expect(page.locator("input[name=password]")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(revision.texts[0])
