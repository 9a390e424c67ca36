"""Invitations from a file to the answer, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desks import Desk

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "nom;qualité\r\nÉva Durand;évêque\r\nLe Phare;\r\n".encode("cp1252")


def test_a_file_is_seen_then_added_fetched_as_often_as_one_likes(cast, new_context, live_server):
    desk = Desk(new_context, live_server, cast.claire)
    page = desk.open("audience")
    page.get_by_role("link", name="Suivre les invitations").click()
    page.get_by_role("link", name="Lire un fichier pour @pnationale44").click()
    file = {"name": "invitations.csv", "mimeType": "text/csv", "buffer": FILE}
    page.get_by_label("Fichier CSV").set_input_files(file)
    page.get_by_label("Invité par").select_option(label="Helene")
    desk.press("Voir ce qui serait ajouté")
    expect(page.get_by_role("row", name="Éva Durand évêque")).to_be_visible()
    desk.press("Ajouter ces invitations")
    expect(page.get_by_text("2 invitations sont notées")).to_be_visible()
    for _time in range(2):
        with page.expect_download() as fetched:
            desk.press("Télécharger celles de @pnationale44 (CSV)")
        assert fetched.value.suggested_filename == "invitations-pnationale44.csv"
    page.get_by_role("link", name="Éva Durand").click()
    page.get_by_text("acceptée", exact=True).click()
    desk.press("Noter la réponse")
    expect(page.get_by_text("La réponse est notée.")).to_be_visible()
    page.get_by_role("link", name="Oublier cette personne").click()
    desk.press("Oublier cette personne")
    expect(page.get_by_role("heading", name="Personne oubliée")).to_be_visible()
    expect(page.get_by_text("Éva Durand")).to_have_count(0)
