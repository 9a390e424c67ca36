"""Only what concerns the form of a text: its length, characters, links, hashtags and mentions."""

from __future__ import annotations

from approvals.checking import findings_of
from approvals.checks import Context, Finding
from approvals.message import Message

FORM = {
    *("empty", "unread", "too_long", "invisible", "hashtag_broken"),
    *("mention", "link_without_scheme", "link_cut"),
}


def form_findings(text: str) -> list[Finding]:
    found = findings_of(Message(text), Context())
    return [finding for finding in found if finding.check in FORM]
