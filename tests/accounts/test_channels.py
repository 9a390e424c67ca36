"""Notices to a push service, a Matrix server and a webhook: each down, slow and lying in turn."""

from __future__ import annotations

import base64
import json

import http_ece
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction

from accounts import tasks
from accounts.actions.notices import add_address
from accounts.channels import push, wire
from accounts.channels.chat import Room, Webhook
from accounts.channels.push import Subscription
from accounts.clock import db_now
from accounts.errors import Refusal
from accounts.models import Address, Delivery
from accounts.models.notice import Channel, NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.tasks import deliver_chats, deliver_pushes
from tests.cast import signed_in
from tests.notice_servers import standin

pytestmark = pytest.mark.django_db(transaction=True)
KEY = ec.generate_private_key(ec.SECP256R1())
AUTH = b"0123456789abcdef"
EVENT = json.dumps({"event_id": "$1"}).encode()


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


POINT = text_of(
    KEY.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
)


@pytest.fixture(autouse=True)
def _keys(settings, monkeypatch):
    settings.NOTICE_KEYS = [Fernet.generate_key().decode()]
    number = KEY.private_numbers().private_value
    settings.VAPID_PRIVATE_KEY = text_of(number.to_bytes(32, "big"))
    monkeypatch.setattr(wire, "TIMEOUTS", (2, 0.2))


@pytest.fixture
def server():
    with standin(body=EVENT) as running:
        yield running


def reach(channel: str, url: str):
    """An address of this kind on the stand-in."""
    if channel == "push":
        return Subscription.parse(f"{url}/send/abc", POINT, text_of(AUTH))
    if channel == "matrix":
        return Room.parse(url, "!room:police.example", "a-token-of-a-bot")
    return Webhook.parse(f"{url}/hook")


CHANNELS = pytest.mark.parametrize("channel", ["push", "matrix", "webhook"])


def deliver(channel: str) -> int:
    return deliver_pushes() if channel == "push" else deliver_chats()


def tell(person, account, **more):
    values = {"path": "/brouillons/1/", "account": account, "act": NoticeAct.REVIEW, **more}
    queue_notice([person], NoticeKind.AWAITS_YOU, **values)


def on_its_way() -> Delivery:
    return Delivery.objects.exclude(channel=Channel.MAIL).get()


def due_again():
    Delivery.objects.filter(next_try_at__isnull=False).update(next_try_at=db_now())


def name_of(channel: str, received) -> str:
    """By what the receiver tells a second one from another."""
    if channel == "push":
        return received.headers["topic"]
    return received.path if channel == "matrix" else received.headers["idempotency-key"]


@CHANNELS
def test_it_says_the_act_the_account_and_the_page_once(cast, server, channel):
    add_address(reach(channel, server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes, urgent=True)
    assert deliver(channel) == 1
    assert deliver(channel) == 0
    (received,) = server.received
    if channel == "push":
        said = http_ece.decrypt(received.body, private_key=KEY, auth_secret=AUTH)
        assert json.loads(said) == {
            "kind": "À relire",
            "account": "@pnationale44",
            "urgent": True,
            "path": "/brouillons/1/",
            "tag": received.headers["topic"],
        }
        assert received.headers["urgency"] == "high"
        assert received.headers["authorization"].endswith(f"k={push.public_key()}")
    elif channel == "matrix":
        assert received.method == "PUT"
        assert received.path.startswith("/_matrix/client/v3/rooms/%21room%3Apolice.example/send/")
        assert received.headers["authorization"] == "Bearer a-token-of-a-bot"
        assert received.json["body"] == (
            "policetweets · À relire : @pnationale44, urgent\nhttp://127.0.0.1:8000/brouillons/1/"
        )
    else:
        assert received.json["link"] == "http://127.0.0.1:8000/brouillons/1/"
        assert received.json["id"] == received.headers["idempotency-key"]
    assert on_its_way().sent_at is not None


@CHANNELS
def test_down_it_waits_and_leaves_on_its_return(cast, server, channel, monkeypatch):
    add_address(reach(channel, server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    with monkeypatch.context() as patch:
        patch.setattr(wire, "request", _down)
        assert deliver(channel) == 0
    assert on_its_way().next_try_at > db_now()
    due_again()
    assert deliver(channel) == 1
    assert len(server.received) == 1


def _down(method, url, **options):
    """The same port once nobody listens there any more."""
    with standin() as gone:
        pass
    return REQUEST(method, gone.url, **options)


REQUEST = wire.request


@CHANNELS
def test_slow_it_may_have_taken_it_and_gets_it_again_under_the_same_name(cast, server, channel):
    add_address(reach(channel, server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    server.hold = True
    assert deliver(channel) == 0
    server.hold = False
    due_again()
    assert deliver(channel) == 1
    first, second = server.received
    assert name_of(channel, first) == name_of(channel, second)


@CHANNELS
def test_a_slow_one_costs_a_run_one_try_however_much_waits_for_it(cast, server, channel):
    add_address(reach(channel, server.url), actor=cast.claire)
    for number in range(5):
        tell(cast.claire, cast.nantes, path=f"/brouillons/{number}/")
    server.hold = True
    assert deliver(channel) == 0
    assert len(server.received) == 1


LIES = {
    "a redirection": {"status": 307, "headers": {"Location": "http://127.0.0.1:1/elsewhere"}},
    "not now": {"status": 429, "headers": {"Retry-After": "999999999"}},
    "its own fault": {"status": 503, "body": b"x" * 1_000_000},
}


@CHANNELS
@pytest.mark.parametrize("lie", LIES)
def test_lying_it_is_believed_only_when_it_took_it(cast, server, channel, lie):
    add_address(reach(channel, server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    for name, value in LIES[lie].items():
        setattr(server, name, value)
    assert deliver(channel) == 0
    assert on_its_way().next_try_at > db_now()
    assert len(server.received) == 1
    server.status, server.headers, server.body = 200, {}, EVENT
    due_again()
    assert deliver(channel) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"[" * 9000, b"{}"])
def test_a_matrix_server_that_names_no_event_took_nothing(cast, server, body):
    add_address(reach("matrix", server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    server.body = body
    assert deliver_chats() == 0
    assert on_its_way().next_try_at > db_now()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_gets_nothing_more(cast, server, status):
    address = add_address(reach("push", server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    tell(cast.claire, cast.nantes, path="/brouillons/2/")
    server.status = status
    assert deliver_pushes() == 0
    address.refresh_from_db()
    assert address.ended_at is not None
    tell(cast.claire, cast.nantes, path="/brouillons/3/")
    assert deliver_pushes() == 0
    assert len(server.received) == 1


def test_a_worker_that_dies_after_it_was_taken_sends_it_again_under_one_name(
    cast, server, monkeypatch
):
    add_address(reach("matrix", server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(tasks, "record", die)
        deliver_chats()
    due_again()
    assert deliver_chats() == 1
    assert len({one.path for one in server.received}) == 1


OUTSIDE = [
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com.example.org/x",
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com#@169.254.169.254/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[/x",
    "https://fcm.googleapis.com/ x",
    "https://fcm.googleapis.com\\@example.org/",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/",
    "https://fcm.googleapis.com/" + "x" * 1000,
    "",
]


@pytest.mark.parametrize("url", OUTSIDE)
def test_no_address_leads_elsewhere_than_to_the_services_of_browsers(cast, settings, url):
    settings.NOTICE_HOSTS, settings.IS_DEMO = ["fcm.googleapis.com"], False
    with pytest.raises(Refusal):
        Subscription.parse(url, POINT, text_of(AUTH))
    with pytest.raises(Refusal):
        Webhook.parse(url)
    form = {"endpoint": url, "p256dh": POINT, "auth": text_of(AUTH)}
    assert signed_in(cast.claire).post("/avis/appareils", form).status_code == 400
    assert not Address.objects.exists()


def test_this_machine_is_an_address_in_the_demo_alone(settings):
    settings.IS_DEMO = False
    with pytest.raises(Refusal):
        Webhook.parse("http://127.0.0.1:8000/hook")


def test_a_host_that_the_operator_took_off_the_list_gets_nothing_more(cast, settings, server):
    settings.NOTICE_HOSTS = ["hooks.example.fr"]
    add_address(Webhook.parse("https://hooks.example.fr/x"), actor=cast.claire)
    settings.NOTICE_HOSTS = []
    tell(cast.claire, cast.nantes)
    assert deliver_chats() == 0
    assert on_its_way().failure == "refused"


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("é", text_of(AUTH)),
        (POINT[:-4], text_of(AUTH)),
        (POINT, "YQ"),
        ("A" * 87, "B" * 22),
    ],
    ids=["empty", "accent", "short point", "short secret", "not on the curve"],
)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(Refusal):
        Subscription.parse("https://fcm.googleapis.com/x", p256dh, auth)


def test_what_is_stored_names_no_endpoint_and_opens_for_its_person_alone(cast, server):
    mine = add_address(reach("matrix", server.url), actor=cast.claire)
    assert b"token" not in bytes(mine.sealed)
    Address.objects.filter(pk=mine.pk).update(person=cast.marc)
    tell(cast.marc, cast.nantes)
    assert deliver_chats() == 0
    assert server.received == []


def test_the_same_device_given_twice_gets_one_notice(cast, server):
    for _ in range(2):
        add_address(reach("push", server.url), actor=cast.claire)
    tell(cast.claire, cast.nantes)
    assert deliver_pushes() == 1


def test_ten_addresses_and_no_more(cast, server):
    for number in range(10):
        add_address(Webhook.parse(f"{server.url}/{number}"), actor=cast.claire)
    with pytest.raises(Refusal):
        add_address(Webhook.parse(f"{server.url}/11"), actor=cast.claire)


def test_only_ones_own_address_can_be_removed(cast, server):
    mine = add_address(reach("webhook", server.url), actor=cast.claire)
    assert signed_in(cast.marc).post(f"/avis/adresses/{mine.pk}/retirer").status_code == 404
    tell(cast.claire, cast.nantes)
    signed_in(cast.claire).post(f"/avis/adresses/{mine.pk}/retirer")
    assert deliver_chats() == 0
    assert server.received == []


def test_workers_are_asked_for_each_channel_once_the_act_is_committed(cast, monkeypatch):
    asked = []
    monkeypatch.setattr("accounts.wake.now", lambda *task: asked.append(task))
    told = {"path": "/", "account": cast.nantes, "act": NoticeAct.REVIEW}
    queue_notice([cast.claire], NoticeKind.AWAITS_YOU, **told)
    assert asked == [("accounts.tasks.deliver_mails",)]
    asked.clear()
    add_address(reach("push", "http://127.0.0.1:9"), actor=cast.claire)
    with transaction.atomic():
        queue_notice([cast.claire, cast.marc], NoticeKind.AWAITS_YOU, **told)
        assert asked == []
    assert sorted(asked) == [
        ("accounts.tasks.deliver_mails",),
        ("accounts.tasks.deliver_pushes",),
    ]
