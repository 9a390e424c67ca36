"""Everything the sandbox holds, posts, media and requests, and the journal that keeps it."""

import hashlib
import json
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SNOWFLAKE_EPOCH_MS = 1288834974657
_MACHINE = 44 << 12
KEYS = {"photo": "3", "animated_gif": "16", "video": "7", "captions": "22"}


@dataclass(frozen=True)
class Account:
    handle: str
    name: str
    id: str
    token: str
    token_secret: str


@dataclass
class Media:
    id: str
    account: str
    sha256: str
    size: int
    content_type: str
    width: int
    height: int
    kind: str
    at: float
    alt_text: str = ""
    captions: str = ""  # the id of the file that a video is shown with
    deleted: bool = False
    ready_at: float = 0.0  # until then X works on it
    failed: bool = False

    @property
    def key(self) -> str:
        return f"{KEYS[self.kind]}_{self.id}"


@dataclass
class Post:
    id: str
    account: str
    text: str  # as received
    shown: str  # as X gives it back, links and media as t.co, escaped
    entities: dict[str, Any]
    at: float
    parent: str | None = None
    conversation: str = ""
    reply_settings: str = "everyone"
    media: list[str] = field(default_factory=list)
    visible_at: float = 0.0
    hidden: bool = False  # made while the timeline was frozen
    altered: bool = False  # what was received is not what is shown
    deleted_at: float | None = None
    vanished: bool = False  # deleted by X, not by its author

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None


@dataclass
class Received:
    """One request received: status stays None while, or if ever, it had no answer."""

    number: int
    at: float
    method: str
    path: str
    account: str | None = None
    operation: str | None = None
    status: int | None = None
    fault: str | None = None
    post: str | None = None
    answered_at: float | None = None


def created_at(snowflake: str) -> float:
    return ((int(snowflake) >> 22) + SNOWFLAKE_EPOCH_MS) / 1000


class World:
    """The state, and the journal it is replayed from. Every write is one line, flushed."""

    def __init__(self, folder: Path, accounts: list[Account]) -> None:
        self.folder = folder
        self.accounts = {account.handle.lower(): account for account in accounts}
        self.by_id = {account.id: account for account in accounts}
        self._last_ms = 0
        self._sequence = 0
        self._clear()
        (folder / "media").mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self._replay()
        self._journal = self._path.open("ab", buffering=0)

    def _clear(self) -> None:
        self.posts: dict[str, Post] = {}
        self.timelines: dict[str, list[Post]] = {handle: [] for handle in self.accounts}
        self.replies: dict[str, list[Post]] = {}
        self.media: dict[str, Media] = {}
        self.requests: list[Received] = []
        self._received = 0
        self.last_said: dict[tuple[str, str, str | None], Post] = {}

    # ids

    def next_id(self) -> int:
        """A snowflake, greater than every one before it, across restarts too."""
        now = max(int(time.time() * 1000), self._last_ms)
        self._sequence = self._sequence + 1 if now == self._last_ms else 0
        if self._sequence > 0xFFF:
            now, self._sequence = now + 1, 0
        self._last_ms = now
        return (now - SNOWFLAKE_EPOCH_MS) << 22 | _MACHINE | self._sequence

    def _note_id(self, snowflake: str) -> None:
        self._last_ms = max(self._last_ms, (int(snowflake) >> 22) + SNOWFLAKE_EPOCH_MS + 1)

    # journal

    def _write(self, event: str, row: dict[str, Any]) -> None:
        self._journal.write(json.dumps({"event": event} | row, ensure_ascii=False).encode() + b"\n")

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Whole lines; what a kill left half-written at the end is cut off."""
        if not self._path.exists():
            return
        good = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    row = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    row = None
                if row is None:
                    break
                good += len(line)
                yield row
        with self._path.open("r+b") as file:
            file.truncate(good)

    def _replay(self) -> None:
        for row in self._lines():
            event = row.pop("event")
            if event == "post":
                self._keep_post(Post(**row))
                self._note_id(row["id"])
            elif event == "delete":
                self._mark_deleted(self.posts[row["id"]], row["at"], row["vanished"])
            elif event == "media":
                self.media[row["id"]] = Media(**row)
                self._note_id(row["id"])
            elif event == "alt":
                self.media[row["id"]].alt_text = row["text"]
            elif event == "captions":
                self.media[row["id"]].captions = row["captions"]
            elif event == "request":
                self.requests.append(Received(**row))
                self._received = max(self._received, row["number"])

    def close(self) -> None:
        self._journal.close()

    def reset(self) -> None:
        self._journal.truncate(0)
        for path in (self.folder / "media").iterdir():
            path.unlink()
        self._clear()

    # what happens

    def account(self, handle: str) -> Account | None:
        return self.accounts.get(handle.lower())

    def begin(self, method: str, path: str) -> Received:
        self._received += 1
        received = Received(self._received, time.time(), method, path)
        self.requests.append(received)
        return received

    def end(self, received: Received, status: int | None) -> None:
        received.status = status
        received.answered_at = time.time()
        self._write("request", vars(received))

    def _keep_post(self, post: Post) -> None:
        self.posts[post.id] = post
        self.timelines.setdefault(post.account.lower(), []).append(post)
        if post.parent:
            self.replies.setdefault(post.parent, []).append(post)
        self.last_said[post.account.lower(), same(post.text), post.parent] = post

    def add_post(self, post: Post) -> None:
        self._write("post", vars(post))
        self._keep_post(post)

    def _mark_deleted(self, post: Post, at: float, vanished: bool) -> None:
        post.deleted_at, post.vanished = at, vanished

    def delete(self, post: Post, *, vanished: bool = False) -> None:
        at = time.time()
        self._write("delete", {"id": post.id, "at": at, "vanished": vanished})
        self._mark_deleted(post, at, vanished)

    def media_path(self, media_id: str) -> Path:
        return self.folder / "media" / media_id

    def add_media(self, media: Media, data: bytes) -> None:
        self.media_path(media.id).write_bytes(data)
        self._write("media", vars(media))
        self.media[media.id] = media

    def set_alt_text(self, media: Media, text: str) -> None:
        self._write("alt", {"id": media.id, "text": text})
        media.alt_text = text

    def set_captions(self, media: Media, captions: Media) -> None:
        self._write("captions", {"id": media.id, "captions": captions.id})
        media.captions = captions.id

    # the oracle

    def record(self) -> dict[str, Any]:
        return {
            "posts": [self._post_row(post) for post in self.posts.values()],
            "media": [dict(vars(media)) for media in self.media.values()],
            "requests": [dict(vars(received)) for received in self.requests],
        }

    def _post_row(self, post: Post) -> dict[str, Any]:
        pictures = [self.media[media_id] for media_id in post.media]
        return {
            "id": post.id,
            "account": post.account,
            "text": post.text,
            "shown": post.shown,
            "at": post.at,
            "parent": post.parent,
            "conversation": post.conversation,
            "reply_settings": post.reply_settings,
            "media": [
                {
                    "id": media.id,
                    "sha256": media.sha256,
                    "alt_text": media.alt_text,
                    "captions": media.captions,
                }
                for media in pictures
            ],
            "altered": post.altered,
            "deleted": not post.is_live,
            "deleted_at": post.deleted_at,
            "vanished": post.vanished,
        }


def same(said: str) -> str:
    """What X takes for the same text: in normal form, blanks at the ends aside."""
    return unicodedata.normalize("NFC", said).strip()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
