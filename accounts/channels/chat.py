"""A Matrix room (Tchap) or a webhook of one's own: one request each, under one name at each try.

The operator names the hosts (NOTICE_HOSTS). Two requests need no library of a hundred services:
apprise makes a new transaction at each try, so that a second one would double, follows
redirections and other hosts, and says yes or no where a token that is dead and a server that is
down are two things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.channels import wire
from accounts.channels.base import Answer, Result, Send, Way
from accounts.errors import Invalid
from accounts.models import Delivery, Notice
from accounts.notice_text import subject_of
from accounts.password_links import absolute

ROOM = re.compile(r"![\w.~=/+-]{1,180}(:[A-Za-z0-9.:-]{1,70})?", re.ASCII)
TOKEN = re.compile(r"[!-~]{8,500}")


class NotARoom(Invalid):
    code = "not_a_room"
    sentence = _("Le salon s’écrit !identifiant:serveur, et le jeton sans espace.")


@dataclass(frozen=True)
class Room:
    """A Matrix room and the token of who writes there, checked."""

    server: str
    room: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or ""

    @classmethod
    def parse(cls, server: str, room: str, token: str) -> Room:
        """Raises NotAllowed or NotARoom."""
        parts = wire.parse_url(server.rstrip("/"), settings.NOTICE_HOSTS)
        if parts.path or parts.query:
            raise wire.NotAllowed
        if not ROOM.fullmatch(room) or not TOKEN.fullmatch(token):
            raise NotARoom
        return cls(server.rstrip("/"), room, token)

    def send(self, notice: Notice, name: str) -> tuple[int, bool]:
        """A homeserver takes a transaction of this name once (client-server API, PUT send)."""
        room, transaction = quote(self.room, safe=""), quote(name, safe="")
        url = f"{self.server}/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
        said = message_of(notice)
        status, body = wire.request(
            "PUT",
            url,
            json={"msgtype": "m.text", "body": f"{said['text']}\n{said['link']}"},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with suppress(ValueError, RecursionError):
            answer = json.loads(body)
            if status == 200 and isinstance(answer, dict) and answer.get("event_id"):
                return status, True
        return status, False


@dataclass(frozen=True)
class Webhook:
    """An address that takes a message as JSON, checked."""

    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @classmethod
    def parse(cls, url: str) -> Webhook:
        """Raises NotAllowed."""
        wire.parse_url(url, settings.NOTICE_HOSTS)
        return cls(url)

    def send(self, notice: Notice, name: str) -> tuple[int, bool]:
        said = {"id": name, **message_of(notice)}
        headers = {"Idempotency-Key": name}
        status, _body = wire.request("POST", self.url, json=said, headers=headers)
        return status, 200 <= status < 300


def is_usable() -> bool:
    return bool(settings.NOTICE_KEYS and (settings.NOTICE_HOSTS or settings.IS_DEMO))


def message_of(notice: Notice) -> dict[str, Any]:
    with translation.override(notice.person.language):
        return {
            "text": f"policetweets · {subject_of(notice)}",
            "account": notice.account.handle if notice.account is not None else "",
            "link": absolute(notice.path),
        }


@contextmanager
def open_nothing() -> Iterator[Send]:
    yield send


WAY = Way(is_usable=is_usable, open=open_nothing, max_age=86_400)


def send(delivery: Delivery) -> Answer:
    content = delivery.content
    # Checked again: the operator may have taken the host off the list since.
    to = Room.parse(**content) if "room" in content else Webhook.parse(**content)
    status, taken = to.send(delivery.notice, f"policetweets-{delivery.pk}")
    if taken:
        return Answer(Result.TAKEN, status)
    if status == 410:
        return Answer(Result.GONE, status)
    return Answer(Result.REFUSED if status in (400, 401, 403, 404, 413) else Result.LATER, status)
