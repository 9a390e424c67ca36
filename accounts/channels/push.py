"""Web Push to a browser: its own push service carries what only it can read (RFC 8030, 8291, 8292).

The message holds the act, the account and a path of ours: static/service-worker.js shows it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from py_vapid import Vapid02
from pywebpush import WebPusher

from accounts.channels import wire
from accounts.channels.base import Answer, Result, Send, Way
from accounts.errors import Invalid
from accounts.models import Delivery, Notice
from accounts.notice_text import act_of

# Whom browsers subscribe with: Chrome and Edge, Firefox, Edge on Windows, Safari.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
# Seconds that a service keeps what a phone does not fetch: tomorrow the pages say it.
MAX_AGE = 86_400
SECRET_BYTES = 16


class NotASubscription(Invalid):
    code = "not_a_subscription"
    sentence = _("Ce navigateur n’a pas donné d’abonnement utilisable.")


@dataclass(frozen=True)
class Subscription:
    """What a browser hands out to be reached, checked."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def service(self) -> str:
        return urlsplit(self.endpoint).hostname or ""

    @classmethod
    def parse(cls, endpoint: str, p256dh: str, auth: str) -> Subscription:
        """Raises NotAllowed or NotASubscription."""
        wire.parse_url(endpoint, SERVICES)
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(p256dh))
            if len(_decode(auth)) != SECRET_BYTES:
                raise ValueError
        except (ValueError, binascii.Error) as error:
            raise NotASubscription from error
        return cls(endpoint, p256dh, auth)


def _decode(text: str) -> bytes:
    if len(text) > 200 or not text.isascii():
        raise ValueError
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", True)


def is_usable() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY and settings.NOTICE_KEYS)


def vapid() -> Vapid02:
    """The key by which push services know us. Raises ValueError for what is none."""
    return Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode())


def public_key() -> str:
    """As browsers want it; empty when there is no key."""
    if not is_usable():
        return ""
    point = vapid().public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def message_of(notice: Notice) -> dict[str, Any]:
    """What the phone shows. The tag is the notice's: a second one takes the place of the first."""
    with translation.override(notice.person.language):
        return {
            "kind": act_of(notice),
            "account": f"@{notice.account.handle}" if notice.account is not None else "",
            "urgent": notice.urgent,
            "path": notice.path,
            "tag": f"notice-{notice.pk}",
        }


@contextmanager
def open_key() -> Iterator[Send]:
    key = vapid()
    yield lambda delivery: send(delivery, key)


WAY = Way(is_usable=is_usable, open=open_key, max_age=MAX_AGE)


def send(delivery: Delivery, key: Vapid02) -> Answer:
    to = Subscription(**delivery.content)
    where = wire.parse_url(to.endpoint, SERVICES)
    keys = {"p256dh": to.p256dh, "auth": to.auth}
    pusher = WebPusher({"endpoint": to.endpoint, "keys": keys})
    encrypted = pusher.encode(json.dumps(message_of(delivery.notice)).encode(), "aes128gcm")
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    signed = key.sign({"aud": f"{where.scheme}://{where.netloc}", "sub": f"mailto:{contact}"})
    headers = {
        **signed,
        "Content-Encoding": "aes128gcm",
        "TTL": str(MAX_AGE),
        "Urgency": "high" if delivery.notice.urgent else "normal",
        # The service keeps one message a topic: what is sent twice before a phone wakes is one.
        "Topic": f"notice-{delivery.notice_id}",
    }
    status, _body = wire.request("POST", to.endpoint, data=encrypted["body"], headers=headers)
    return Answer(_result(status), status)


def _result(status: int) -> Result:
    if status in (200, 201, 202, 204):
        return Result.TAKEN
    if status in (404, 410):
        return Result.GONE
    return Result.REFUSED if status in (400, 413) else Result.LATER
