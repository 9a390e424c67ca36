"""The bell and « Mes avis » in Chromium: by keyboard, on a phone, and what the worker shows.

A real subscription needs the push service of the browser's maker, which no test reaches: the
browser's `pushManager.subscribe` alone is stood in for, and the screen that a notification is shown
on. The worker itself is the real one.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Address, ChannelChoice
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.tasks import deliver_pushes
from tests.browser import fits, violations
from tests.journeys.desks import NARROW, WIDE, Desk
from tests.journeys.phones import subscribes
from tests.notice_servers import standin
from tests.sandbox import until

pytestmark = pytest.mark.django_db(transaction=True)


def tell(cast, path="/avis/reglages"):
    queue_notice(
        [cast.claire], NoticeKind.NEWS, path=path, account=cast.nantes, act=NoticeAct.APPROVED
    )


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_bell_leads_to_the_notice_and_counts_down(cast, new_context, live_server, viewport):
    tell(cast)
    tell(cast, "/diffuses")
    page = Desk(new_context, live_server, cast.claire, viewport).open("home")
    page.get_by_role("link", name="Avis 2 non lus").click()
    expect(page.locator("#notices li")).to_have_count(2)
    fits(page)
    assert violations(page) == []
    page.get_by_role("link", name="Texte approuvé").first.click()
    expect(page.get_by_role("link", name="Avis 1 non lu")).to_be_visible()
    page.get_by_role("link", name="Avis 1 non lu").click()
    page.get_by_role("button", name="Tout marquer comme lu").click()
    expect(page.locator(".app-bell__count")).to_have_count(0)


def test_choices_are_made_by_keyboard(cast, new_context, live_server):
    page = Desk(new_context, live_server, cast.claire).open("notice-choices")
    first = page.locator("#id_mail-kinds_0")
    first.focus()
    expect(first).to_be_checked()
    page.keyboard.press("Space")
    # The keys of an hour depend on the browser's own language.
    page.locator("#id_mail-quiet_from").fill("22:00")
    page.locator("#id_mail-quiet_until").fill("07:00")
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("C’est enregistré.")).to_be_visible()
    choice = ChannelChoice.objects.get(person=cast.claire, channel="mail")
    assert "awaits_you" not in choice.kinds
    assert f"{choice.quiet_from:%H:%M}-{choice.quiet_until:%H:%M}" == "22:00-07:00"


# The headless shell has no screen to show a notification on.
KEEP = """
() => {
  self.shown = [];
  self.registration.showNotification = async (...shown) => void self.shown.push(shown);
}
"""


@pytest.fixture
def device(cast, new_context, live_server):
    """Claire's phone and the push service that it names."""
    with standin(status=201) as service:
        desk = Desk(new_context, live_server, cast.claire, NARROW, has_touch=True)
        subscribes(desk.context, f"{service.url}/send/1")
        yield desk, service


def test_a_phone_is_subscribed_by_one_tap_told_and_removed(cast, device):
    desk, service = device
    page = desk.open("notice-choices")
    page.get_by_role("button", name="Activer les avis sur cet appareil").tap()
    expect(page.get_by_text("Cet appareil recevra vos avis.")).to_be_visible()
    tell(cast)
    assert deliver_pushes() == 1
    assert len(service.received) == 1
    fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="Retirer").tap()
    expect(page.get_by_text("C’est retiré")).to_be_visible()
    assert Address.objects.get().ended_at is not None


def test_the_service_worker_shows_what_was_pushed_and_nothing_else(device):
    desk, _service = device
    desk.context.grant_permissions(["notifications"])
    page = desk.open("notice-choices")
    page.get_by_role("button", name="Activer les avis sur cet appareil").tap()
    expect(page.get_by_text("Cet appareil recevra vos avis.")).to_be_visible()
    browser = desk.context.browser.new_browser_cdp_session()
    session = desk.context.new_cdp_session(page)
    found = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.append(event))
    session.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    (worker,) = desk.context.service_workers
    worker.evaluate(KEEP)
    (registration,) = [r for event in found for r in event["registrations"]][:1]
    pushed = '{"kind":"À relire","account":"@pnationale44","path":"/avis","tag":"notice-1"}'
    for _twice in range(2):
        session.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": desk.address,
                "registrationId": registration["registrationId"],
                "data": pushed,
            },
        )
    # The second takes the place of the first on the screen, for it has the same tag.
    shown = ["À relire", {"body": "@pnationale44", "tag": "notice-1", "requireInteraction": False}]
    shown[1]["data"] = {"path": "/avis"}
    until(lambda: worker.evaluate("self.shown") == [shown, shown])
    browser.detach()
