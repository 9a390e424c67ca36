"""The few calls the application makes of X. Each refuses to run inside a transaction."""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.db import connection

from accounts.crypto import Secret
from accounts.models import Credential
from publishing.gateway.answers import Reply, parsed, reply_to_post
from publishing.gateway.transport import Client, LeftTooLate, Limit
from publishing.models.attempt import Outcome
from publishing.models.states import Reason

TWEET_FIELDS = ["author_id", "entities", "attachments", "referenced_tweets"]
# How long X keeps an upload that no post uses, when it does not say.
MEDIA_DAY = 86_400
X_EPOCH_MS = 1_288_834_974_657


@dataclass(frozen=True)
class Line:
    """An account's line to X: whose it is and the tokens that speak for it."""

    handle: str
    x_user_id: str
    token: Secret
    token_secret: Secret

    @classmethod
    def of(cls, credential: Credential) -> Line:
        return cls(
            credential.account.handle,
            credential.x_user_id,
            credential.token,
            credential.token_secret,
        )


@dataclass(frozen=True)
class Seen:
    """A post as X shows it: unescaped, t.co links expanded, NFC; `media` are the media ids."""

    x_id: str
    author: str
    text: str
    parent: str
    media: tuple[str, ...]

    @property
    def posted_at(self) -> dt.datetime:
        return posted_at(self.x_id)


def posted_at(x_id: str) -> dt.datetime:
    """The moment of a post by X's clock, to the millisecond: its id holds it."""
    ms = (int(x_id) >> 22) + X_EPOCH_MS
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)


class Unreadable(Exception):
    """X did not let itself be read: no proof of anything."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


@contextmanager
def _client(line: Line, total: float, limit: Limit | None = None) -> Iterator[tuple[Client, Limit]]:
    if connection.in_atomic_block:
        raise RuntimeError("X is never called inside a transaction.")
    durations = settings.DURATIONS
    limit = limit or Limit(total)
    with limit:
        yield (
            Client(
                line.token,
                line.token_secret,
                connect=durations.post_connect,
                read=durations.post_read,
                limit=limit,
            ),
            limit,
        )


def post(
    line: Line,
    text: str,
    *,
    last_look: Callable[[], None],
    reply_to: str = "",
    media_ids: tuple[str, ...] = (),
    reply_settings: str = "",
) -> Reply:
    """One POST /2/tweets, at most. `last_look` runs when the connection stands and no byte has
    left; when it raises LeftTooLate, none does.
    """
    total = settings.DURATIONS.post_total
    with _client(line, total, Limit(total, last_look)) as (client, limit):
        try:
            client.create_tweet(
                text=text,
                in_reply_to_tweet_id=reply_to or None,
                media_ids=list(media_ids) or None,
                reply_settings=None if reply_settings in ("", "everyone") else reply_settings,
                user_auth=True,
            )
        except LeftTooLate:
            return Reply(Outcome.NOT_SENT, Reason.LAST_LOOK)
        except Exception:  # noqa: S110 - whatever was raised, the answer itself is judged
            pass
        return reply_to_post(client.response, reached=limit.reached, is_reply=bool(reply_to))


def delete_post(line: Line, x_id: str) -> int | None:
    """One DELETE. X's status, None without an answer; a 2xx that says deleted: false is 404."""
    with _client(line, settings.DURATIONS.post_total) as (client, _limit):
        with contextlib.suppress(Exception):  # the status says it all
            client.delete_tweet(x_id, user_auth=True)
        response = client.response
    if response is None:
        return None
    data = parsed(response).get("data")
    if response.ok and not (isinstance(data, dict) and data.get("deleted") is True):
        return 404
    return response.status_code


def who_am_i(line: Line) -> tuple[str, str]:
    """X's (user id, handle) for these tokens. Raises Unreadable."""
    data = _read(line, "get_me").get("data")
    if not isinstance(data, dict) or not data.get("id") or not data.get("username"):
        raise Unreadable(None)
    return str(data["id"]), str(data["username"])


def read_timeline(line: Line, *, since: dt.datetime, pages: int = 5) -> list[Seen]:
    """The account's own posts since that moment, replies included, newest first.

    Raises Unreadable, also when there is more than `pages` hold: no proof of absence then.
    """
    seen: list[Seen] = []
    token = None
    for _page in range(pages):
        body = _read(
            line,
            "get_users_tweets",
            id=line.x_user_id,
            max_results=100,
            start_time=since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            pagination_token=token,
            tweet_fields=TWEET_FIELDS,
        )
        seen += _seen(body.get("data"))
        meta = body.get("meta")
        token = meta.get("next_token") if isinstance(meta, dict) else None
        if not token:
            return seen
    raise Unreadable(200)


def read_posts(line: Line, ids: list[str]) -> dict[str, Seen]:
    """Those of the posts that are on X, by id, 100 at most. Raises Unreadable."""
    body = _read(line, "get_tweets", ids=ids, tweet_fields=TWEET_FIELDS)
    if "data" not in body and "errors" not in body:
        raise Unreadable(200)
    return {seen.x_id: seen for seen in _seen(body.get("data"))}


def _read(line: Line, method: str, **arguments: Any) -> dict[str, Any]:
    with _client(line, settings.DURATIONS.read_total) as (client, _limit):
        try:
            body = getattr(client, method)(user_auth=True, **arguments)
        except Exception as error:
            response = client.response
            raise Unreadable(response.status_code if response is not None else None) from error
    if not isinstance(body, dict):
        raise Unreadable(200)
    return body


def _seen(data: Any) -> list[Seen]:
    return (
        [_one_seen(row) for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    )


def _one_seen(row: dict[str, Any]) -> Seen:
    text = str(row.get("text", ""))
    entities = row.get("entities") or {}
    keys = (row.get("attachments") or {}).get("media_keys") or []
    # Expanded before it is unescaped: the t.co address stands in the text as X wrote it.
    for url in entities.get("urls") or []:
        short, full = str(url.get("url", "")), str(url.get("expanded_url", ""))
        # The trailing link to the media itself is X's, not part of what was sent.
        own = url.get("media_key") or "/photo/" in full or "/video/" in full
        if short:
            text = text.replace(short, "" if keys and own else full.replace("&", "&amp;"))
    parents = [
        str(ref.get("id"))
        for ref in row.get("referenced_tweets") or []
        if ref.get("type") == "replied_to"
    ]
    return Seen(
        x_id=str(row.get("id", "")),
        author=str(row.get("author_id", "")),
        text=comparable(html.unescape(text)),
        parent=parents[0] if parents else "",
        media=tuple(str(key).partition("_")[2] for key in keys),
    )


def comparable(text: str) -> str:
    """A text as it is compared with what X shows."""
    return unicodedata.normalize("NFC", text).strip()


@dataclass(frozen=True)
class Upload:
    """An image that X has, with its alternative text, for so many seconds."""

    media_id: str
    good_for: float


def upload_image(line: Line, name: str, content: bytes, mime: str, alt: str) -> Upload | Reply:
    """Uploads one image, then its alternative text; a Reply when either failed.

    Nothing is posted by it: what fails is « not sent », but for X's no to the image itself.
    """
    with _client(line, settings.DURATIONS.upload_total) as (client, _limit):
        try:
            response = client.request(
                "POST",
                "/2/media/upload",
                files={"media": (name, content, mime)},
                data={"media_category": "tweet_image"},
            )
            data = parsed(response)["data"]
            upload = Upload(str(data["id"]), float(data.get("expires_after_secs") or MEDIA_DAY))
        except Exception:
            return _upload_reply(client.response)
    with _client(line, settings.DURATIONS.read_total) as (client, _limit):
        try:
            client.request(
                "POST",
                "/2/media/metadata",
                json={"id": upload.media_id, "metadata": {"alt_text": {"text": alt}}},
            )
        except Exception:
            return _upload_reply(client.response)
    return upload


def _upload_reply(response: requests.Response | None) -> Reply:
    if response is not None and response.status_code in (400, 403, 413, 415, 422):
        reply = reply_to_post(response, reached=True)
        if reply.reason != Reason.SUSPENDED:
            return Reply(Outcome.REFUSED, Reason.MEDIA_REFUSED, response.status_code,
                         body=reply.body)  # fmt: skip
        return reply
    if response is not None and response.status_code in (401, 402, 429):
        return reply_to_post(response, reached=True)
    status = response.status_code if response is not None else None
    return Reply(Outcome.NOT_SENT, Reason.UNREACHABLE, status)
