"""The digest: SHA-256 over a revision's canonical JSON. What people sign, what a worker sends.

Canonical JSON: keys sorted, no white space, UTF-8, no escapes but JSON's own. Schema 2 has the
keys schema, account (X handle in lower case), parts (each: text, images (each: sha256 of the
bytes to be sent, alt)), category, fields (what the category asks for: `approvals.categories`),
reply_settings, requested_at (UTC, ISO 8601, or null). Schema 1 had no fields; its revisions are
read and sent as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from approvals.categories import fields_of
from approvals.models import Draft

SCHEMA = 2


def canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(content: str) -> str:
    """Lower-case hexadecimal, 64 signs."""
    return hashlib.sha256(content.encode()).hexdigest()


def content_of(draft: Draft) -> str:
    """The canonical JSON of the draft as it now stands."""
    requested = draft.requested_at
    return canonical(
        {
            "schema": SCHEMA,
            "account": draft.account.handle.lower(),
            "parts": [
                {
                    "text": part["text"],
                    "images": [
                        {"sha256": image["sha256"], "alt": image["alt"]} for image in part["images"]
                    ],
                }
                for part in draft.parts
            ],
            "category": draft.category,
            "fields": fields_of(draft.category, draft.fields),
            "reply_settings": draft.reply_settings,
            "requested_at": requested.astimezone(dt.UTC).isoformat() if requested else None,
        }
    )
