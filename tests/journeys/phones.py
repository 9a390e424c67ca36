"""Phones that a push service reaches: the subscription is stood in for, its keys are real."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

AUTH = b"0" * 16
SUBSCRIBE = """
const made = (endpoint, p256dh, auth) => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (wanted) => {
    window.asked = wanted;
    return { toJSON: () => ({ endpoint, keys: { p256dh, auth } }) };
  };
  Notification.requestPermission = async () => "granted";
};
"""


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Subscription:
    """What a phone alone can read its messages with."""

    key: ec.EllipticCurvePrivateKey

    def read(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=AUTH))


def subscribes(context, endpoint: str) -> Subscription:
    """From its next page on, this browser subscribes at `endpoint`."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    given = f"'{endpoint}', '{text_of(point)}', '{text_of(AUTH)}'"
    context.add_init_script(f"{SUBSCRIBE} made({given});")
    return Subscription(key)
