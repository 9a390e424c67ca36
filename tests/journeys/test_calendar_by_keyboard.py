"""A day planned by keyboard alone, in Chromium: in French on a screen, in English on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from accounts.timefmt import format_date, format_hour
from approvals.models import Draft
from publishing.models import ExpectedEvent
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.publishing.test_calendar import later, released, scheduled

pytestmark = pytest.mark.django_db(transaction=True)

MAX_TABS = 120


class Keyboard(Desk):
    """A desk without a pointer; `word` says a sentence of ours as its pages do."""

    def __init__(self, new_context, live_server, person, language, viewport):
        super().__init__(new_context, live_server, person, viewport)
        self.language = language
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.address}
        self.context.add_cookies([cookie])

    def word(self, french, **values):
        with translation.override(self.language):
            return gettext(french) % values

    def go_to(self, found):
        """Tabs on until it has the focus."""
        expect(found).to_be_visible()
        for _ in range(MAX_TABS):
            self.page.keyboard.press("Tab")
            if found.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"no Tab leads to {found}")

    def follow(self, name, exact=True):
        self.go_to(self.page.get_by_role("link", name=name, exact=exact))
        self.page.keyboard.press("Enter")

    def type(self, label, words):
        self.go_to(self.page.get_by_label(self.word(label)).first)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def looks_right(self):
        fits(self.page)
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations(self.page)] == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "viewport"), [("fr", WIDE), ("en", NARROW)], ids=["fr-1280", "en-390"]
)
def test_a_day_planned_by_keyboard_alone(cast, new_context, live_server, language, viewport):
    at = later(1, 18)
    publication = released(cast, "Le conseil approuvé", at)
    written = scheduled(cast, "Le conseil en relecture", at + dt.timedelta(hours=1))
    desk = Keyboard(new_context, live_server, cast.claire, language, viewport)
    page = desk.open("home")
    if viewport is NARROW:
        desk.go_to(page.locator("#menu-button"))
        page.keyboard.press("Enter")
    desk.follow(desk.word("Calendrier"))
    expect(page.get_by_role("heading", level=1)).to_have_text(desk.word("Calendrier"))
    desk.follow(desk.word("Liste"))
    expect(page.get_by_role("listitem").filter(has_text="Le conseil approuvé").last).to_be_visible()
    desk.looks_right()

    to = at + dt.timedelta(days=1, hours=2)
    for draft_id, hour, reason in (
        (written.pk, at.hour + 1, ""),
        (publication.draft_id, 18, "Match"),
    ):
        desk.follow(f"{desk.word('Déplacer')} {said(hour, language)}, @pnationale44")
        desk.looks_right()
        desk.type("Date", f"{to:%d/%m/%Y}")
        desk.type("Heure", f"{to:%H:%M}")
        if reason:
            desk.type("Motif", reason)
        desk.go_to(page.get_by_role("button", name=desk.word("Continuer"), exact=True))
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_have_text(desk.word("Confirmer le déplacement"))
        desk.looks_right()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/brouillons/{draft_id}/")
        draft = Draft.objects.get(pk=draft_id)
        assert (draft.requested_at, draft.state) == (to, "writing")
        desk.open("calendar")
        desk.follow(desk.word("Liste"))

    desk.follow(desk.word("Ajouter pour @%(handle)s", handle="pnationale44"))
    desk.looks_right()
    desk.type("Événement", "Match à la Beaujoire")
    desk.type("Date", f"{to:%d/%m/%Y}")
    desk.type("Heure de début", "20 h")
    desk.type("Heure de fin", "23 h")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text(desk.word("L’événement est au calendrier."))
    assert ExpectedEvent.objects.get().starts_at == to
    desk.follow(desk.word("Semaine"))
    if to.isocalendar().week != dt.datetime.now(at.tzinfo).isocalendar().week:
        desk.follow(desk.word("Période suivante"))
    with translation.override(language):
        day = format_date(to, "l j F")
    shown = page.get_by_role("listitem").filter(has_text=day[1:])
    for words in ("Match à la Beaujoire", "Le conseil approuvé", "Le conseil en relecture"):
        expect(shown).to_contain_text(words)
    desk.looks_right()


def said(hour, language):
    with translation.override(language):
        return format_hour(dt.time(hour))
