"""The figures of many posts in Chromium: a wide table scrolls in its own frame, never the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desks import Desk
from tests.journeys.test_every_page import findings
from tests.many_rows import fill

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wide_table_stays_within_the_page(cast, new_context, live_server):
    fill(60, [cast.nantes], cast.claire, [cast.marc, cast.helene])
    desk = Desk(new_context, live_server, cast.claire)
    desk.page.goto(f"{live_server.url}/audience/pnationale44")
    expect(desk.page.get_by_text("pas encore").first).to_be_attached()
    assert findings(desk.page, "account-audience") == []
