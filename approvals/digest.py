"""The digest: SHA-256 over a revision's canonical JSON. What people sign and workers send. Pure.

Canonical JSON: keys sorted, no white space, UTF-8, no escapes but JSON's own. Schema 4 has the
keys schema, account (X handle in lower case), parts (each: text, images (each: sha256 of the
bytes to be sent, alt, the kind of what moves, the captions of a video)), category, fields (what
the category asks for: `approvals.categories`), reply_settings, requested_at (UTC, ISO 8601, or
null), in_reply_to (the id of the release whose first post it answers on X, or null). Schema 3 had
no captions, schema 2 no in_reply_to, schema 1 no fields either; their revisions are read and sent
as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from approvals.message import Message, as_json, read_messages

SCHEMA = 4


@dataclass(frozen=True, slots=True)
class SignedContent:
    """Everything that a signature is about."""

    account: str
    messages: tuple[Message, ...]
    category: str
    reply_settings: str
    requested_at: dt.datetime | None
    fields: dict[str, str] = field(default_factory=dict)
    in_reply_to: int | None = None
    schema: int = SCHEMA

    @classmethod
    def read(cls, content: str) -> SignedContent:
        """Of the canonical JSON of a revision."""
        parsed: dict[str, Any] = json.loads(content)
        requested = parsed["requested_at"]
        return cls(
            account=parsed["account"],
            messages=read_messages(parsed["parts"]),
            category=parsed["category"],
            reply_settings=parsed["reply_settings"],
            requested_at=dt.datetime.fromisoformat(requested) if requested else None,
            fields=parsed.get("fields", {}),
            in_reply_to=parsed.get("in_reply_to"),
            schema=parsed["schema"],
        )

    def canonical(self) -> str:
        """The text that is hashed."""
        requested = self.requested_at
        content: dict[str, Any] = {
            "schema": self.schema,
            "account": self.account,
            "parts": as_json(self.messages),
            "category": self.category,
            "reply_settings": self.reply_settings,
            "requested_at": requested.astimezone(dt.UTC).isoformat() if requested else None,
        }
        if self.schema > 1:
            content["fields"] = self.fields
        if self.schema > 2:
            content["in_reply_to"] = self.in_reply_to
        return canonical(content)


def canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(content: str) -> str:
    """Lower-case hexadecimal, 64 signs."""
    return hashlib.sha256(content.encode()).hexdigest()
