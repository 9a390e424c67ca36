"""People at their desks: one browser each, signed in, opened on a page."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from tests.cast import signed_in

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}


def approve(page):
    """Three taps: the list, its common points together, the approval; the others one by one."""
    page.get_by_text("Vérifier et approuver", exact=True).click()
    for point in page.locator("[data-common] .fr-checkbox-group").all():
        point.scroll_into_view_if_needed()
    page.get_by_role("button", name="J’ai lu et vérifié ces points : tout cocher").click()
    for label in page.locator(".desk-checks:not([data-common]) label").all():
        label.click()
    page.get_by_role("button", name="J’approuve ce texte tel quel", exact=True).click()


def submit(page):
    """Chooses a category, if none was, and submits."""
    category = page.get_by_label("Catégorie", exact=True)
    if not category.input_value():
        category.select_option("advice")
    page.get_by_role("button", name="Soumettre à la relecture", exact=True).click()


class Desk:
    """One person's browser."""

    def __init__(self, new_context, live_server, person, viewport=None, **options):
        self.address = live_server.url
        self.context = new_context(viewport=viewport or WIDE, **options)
        self.sign_in(person)
        self.page = self.context.new_page()

    def sign_in(self, person):
        client = signed_in(person)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.address}
        self.context.add_cookies([cookie])

    def sign_out(self):
        self.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    def open(self, name, *args):
        self.page.goto(self.address + reverse(name, args=args))
        return self.page

    def approve(self):
        approve(self.page)

    def press(self, label, exact=True):
        self.page.get_by_role("button", name=label, exact=exact).click()

    def submit(self):
        submit(self.page)
