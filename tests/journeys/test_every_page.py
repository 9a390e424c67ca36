"""Every page of the table of addresses, in Chromium: axe finds nothing, nothing overflows."""

from __future__ import annotations

import pytest

from tests.browser import violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.test_urls import ROLES, ROWS, prepared

pytestmark = pytest.mark.django_db(transaction=True)

FRAGMENTS = {
    *("healthz", "metrics", "image", "rule-sentence", "service-worker"),
    *("draft-live", "is-current", "publication-live"),
    *("act-is-current", "confirmation-is-current", "case-file-live", "case-file-pdf"),
    *("video-piece", "poster", "exports-live", "export-file"),
}


def pages_of(role: str) -> list[str]:
    """Those that this role sees, and no role before it in the order of the tests."""
    order = ["claire", "helene", "ada"]
    earlier = order[: order.index(role)]
    return [
        row[0]
        for row in ROWS
        if row[1] == "GET"
        and row[0] not in FRAGMENTS
        and seen(row, role)
        and not any(seen(row, one) for one in earlier)
    ]


def seen(row: list[str], role: str) -> bool:
    return row[2 + ROLES.index(role)] == "ok"


def findings(page, name: str) -> list[str]:
    found = []
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found.append(f"{name}: wider than {viewport['width']}")
        for violation in violations(page):
            where = violation["nodes"][0]["html"][:120]
            found.append(f"{name} at {viewport['width']}: {violation['id']}: {where}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("role", ["claire", "helene", "ada"])
def test_axe_finds_nothing_on_what_this_person_sees(cast, role, new_context, live_server):
    desk = Desk(new_context, live_server, getattr(cast, role))
    found = []
    for name in pages_of(role):
        address, _ = prepared(name, cast)
        desk.page.goto(live_server.url + address)
        found += findings(desk.page, name)
    assert found == []


def test_axe_finds_nothing_before_one_signs_in(cast, page, live_server):
    found = []
    for address in ("/connexion", "/mot-de-passe/MQ/abc", "/mentions-legales", "/nulle-part"):
        page.goto(live_server.url + address)
        found += findings(page, address)
    assert found == []
