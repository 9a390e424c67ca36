"""A disappearance to the end of its search, in Chromium, as four people see it."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.message import Image, Message
from approvals.models import Category, Draft
from publishing.actions.retract import due, run
from publishing.actions.send import send_due
from publishing.models import Publication
from tests.approvals.writing import agree
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.pictures import stored_image
from tests.publishing.test_follow_up import APPEAL, SEARCH, begun, out

pytestmark = pytest.mark.django_db(transaction=True)


def portrait_out(line) -> Publication:
    cast = line.cast
    portrait = Image(stored_image(cast.nantes), "Portrait de la personne recherchée.")
    fields = SEARCH | {"removal_by": str(cast.helene.pk)}
    content = Content(
        (Message(APPEAL, (portrait,)),), category=Category.DISAPPEARANCE, fields=fields
    )
    draft = begin_draft(actor=cast.claire, account=cast.nantes, content=content)
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    for signer in (cast.marc, cast.helene):
        agree(signer, revision)
    send_due(cast.nantes.pk)
    return Publication.objects.get(release__revision=revision, state="published")


def checked(page):
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    fits(page)
    assert violations(page) == []


def test_a_disappearance_to_the_end_of_its_search(line, x, new_context, live_server):
    search, cast = portrait_out(line), line.cast
    claire = Desk(new_context, live_server, cast.claire)
    page = claire.open("draft", search.draft_id)
    checked(page)
    page.get_by_role("link", name="Fin de recherche", exact=True).click()
    expect(page.get_by_label("Tout de suite", exact=False)).to_be_checked()
    expect(page.get_by_label("Message d’origine", exact=False)).to_be_checked()
    checked(page)
    claire.press("Commencer la fin de recherche")
    expect(page.get_by_label("Texte", exact=True)).to_have_value(
        "La personne que nous recherchions a été retrouvée. Merci à toutes celles et à tous ceux "
        "qui ont relayé notre message."
    )
    checked(page)

    for retraction in list(due()):
        run(retraction.pk)
    assert x.posts("pnationale44", live=True) == []

    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    checked(page)
    draft = Draft.objects.latest("pk")
    for person, viewport in ((cast.helene, NARROW), (cast.marc, None)):
        desk = Desk(new_context, live_server, person, viewport)
        desk.open("draft", draft.pk)
        desk.approve()
        expect(desk.page.get_by_text("Accord enregistré").first).to_be_visible()
    send_due(cast.nantes.pk)
    assert [post["text"] for post in x.posts("pnationale44", live=True)] == [draft.text]

    leila = Desk(new_context, live_server, cast.leila, NARROW)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}
    leila.context.add_cookies([cookie])
    there = leila.open("draft", search.draft_id)
    followed = there.locator(".pub-family li")
    expect(followed).to_contain_text("End of search")
    expect(there.get_by_text("Followed by", exact=True)).to_be_visible()
    checked(there)
    followed.get_by_role("link").click()
    expect(there.get_by_text("Follows", exact=True)).to_be_visible()
    checked(there)
    leila.page.goto(f"{live_server.url}/diffuses")
    expect(there.get_by_text("Search ended")).to_be_visible()
    checked(there)


def test_a_correction_is_seen_as_the_reply_that_it_will_be(
    line, x, new_context, live_server, tmp_path
):
    wrong, cast = out(line, "Réunion mardi."), line.cast
    draft = begun(wrong, "correct", cast.claire, "C’est jeudi.")
    said = "Sera publié en réponse à @pnationale44 : « Réunion mardi. »"
    for viewport in (WIDE, NARROW):
        claire = Desk(new_context, live_server, cast.claire, viewport)
        page = claire.open("compose", draft.pk)
        expect(page.locator("#preview")).to_contain_text(said)
        page.screenshot(path=tmp_path / f"compose-{viewport['width']}.png", full_page=True)
        checked(page)
    page = claire.open("compose", draft.pk)
    reply = page.get_by_label("Publier en réponse au message qu’il suit")
    page.locator("label[for=id_in_reply]").click()
    expect(reply).not_to_be_checked()
    expect(page.locator("#preview")).not_to_contain_text(said)
    page.locator("label[for=id_in_reply]").click()
    page.get_by_label("Texte", exact=True).fill("Rectificatif : réunion jeudi.")
    claire.submit()
    expect(page.get_by_text("Accords : 0 sur 2")).to_be_visible()
    for person, viewport in ((cast.helene, NARROW), (cast.marc, WIDE)):
        desk = Desk(new_context, live_server, person, viewport)
        shown = desk.open("draft", draft.pk)
        expect(shown.get_by_text(said)).to_be_visible()
        shown.screenshot(path=tmp_path / f"draft-{viewport['width']}.png", full_page=True)
        desk.approve()
        expect(shown.get_by_text("Accord enregistré").first).to_be_visible()
    send_due(cast.nantes.pk)
    head, correction = x.posts("pnationale44", live=True)
    assert correction["parent"] == head["id"]
