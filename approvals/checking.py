"""The checks of a draft: what is known of it besides its texts, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation

from accounts.fetching import fetch_together
from approvals.captions import spoken_words
from approvals.categories import has_agreement
from approvals.checks import (
    VERSION,
    Context,
    Finding,
    Severity,
    check_captions,
    check_description,
    check_text,
)
from approvals.checks.lists import Reserve
from approvals.lists import changes_in_force, lists_in_force, reserve_at
from approvals.message import Message
from approvals.models import Draft, Revision
from approvals.origin import approved_lately, texts_x_had
from approvals.thread import TEXT_TOO_LONG, text_too_long
from approvals.tweet_text import MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class Typed:
    """What a draft says of itself as it is being written."""

    category: str
    fields: dict[str, str]


def context_of(draft: Draft, typed: Typed | None = None) -> Context:
    """What the checks know of a draft; `typed` is what its author has not saved yet. One query, and
    one for what it came from.
    """
    typed = typed or Typed(draft.category, draft.fields)
    own, elsewhere = approved_lately(draft)
    changes = changes_in_force()
    reserves = reserve_at(draft.account_id, typed.category, draft.requested_at)
    clock = Draft.objects.filter(pk=draft.pk).values_list(Now(), flat=True)
    fetch_together(own, elsewhere, changes, reserves, clock)
    (now,) = clock
    zone = draft.account.zone
    sent = draft.requested_at or now
    return Context(
        category=typed.category,
        department=draft.account.code,
        handle=draft.account.handle,
        has_agreement=has_agreement(typed.category, typed.fields),
        written_on=now.astimezone(zone).date(),
        sent_on=sent.astimezone(zone).date(),
        had=tuple(texts_x_had(draft)),
        recent=_texts(own),
        elsewhere=_texts(elsewhere),
        lists=lists_in_force(changes),
        reserve=next((Reserve(row.label, row.ends_on) for row in reserves), None),
    )


def _texts(revisions: Iterable[Revision]) -> tuple[str, ...]:
    return tuple(text for revision in revisions for text in revision.texts)


def findings_of_thread(messages: Sequence[Message], context: Context) -> list[list[Finding]]:
    """What is found in each message, and in the descriptions and captions that it has."""
    return [findings_of(message, context) for message in messages]


def findings_of(message: Message, context: Context) -> list[Finding]:
    """What is found in one message."""
    context = replace(context, image_count=len(message.images))
    if text_too_long(message):
        return [Finding("unread", Severity.BLOCK, 0, 0, "", TEXT_TOO_LONG)]
    found = check_text(message.text, context)
    for number, image in enumerate(message.images, 1):
        if len(image.alt) <= MAX_CHARACTERS:
            found += check_description(number, image.alt, context)
        for words in spoken_words(image.captions):
            found += check_captions(words, context)
    return found


def unanswered(found: Iterable[Finding], reasons: dict[str, str]) -> list[Finding]:
    """Of each check that wants its author's reason and has none, the first finding."""
    wanted: dict[str, Finding] = {}
    for finding in found:
        if finding.severity == Severity.WARN and not reasons.get(finding.check):
            wanted.setdefault(finding.check, finding)
    return list(wanted.values())


def stored(found: Sequence[Sequence[Finding]], reasons: dict[str, str]) -> dict[str, Any]:
    """What a revision keeps of its checks, in each language, with its author's reasons."""
    return {
        "version": VERSION,
        "parts": [[_stored(finding, reasons) for finding in part] for part in found],
    }


def _stored(finding: Finding, reasons: dict[str, str]) -> dict[str, Any]:
    sentences = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            sentences[language] = str(finding.sentence)
    warned = finding.severity == Severity.WARN
    return {
        "check": finding.check,
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "words": finding.words,
        "sentence": sentences,
        "suggestion": finding.suggestion,
        "also": list(finding.also),
        "reason": reasons.get(finding.check, "") if warned else "",
    }


def read_stored(checks: dict[str, Any]) -> list[list[Finding]]:
    """The findings of each message as they were at submit, in the reader's language."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return [[_read(row, language) for row in part] for part in checks.get("parts", [])]


def _read(row: dict[str, Any], language: str) -> Finding:
    sentences = row["sentence"]
    return Finding(
        check=row["check"],
        severity=Severity(row["severity"]),
        start=row["start"],
        end=row["end"],
        words=row["words"],
        sentence=sentences.get(language) or sentences[settings.LANGUAGE_CODE],
        suggestion=row["suggestion"],
        also=tuple(row["also"]),
        reason=row["reason"],
    )
