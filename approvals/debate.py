"""The debate about a draft as data: comments, verdicts and objections, the oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Person
from approvals.checklist import NAMES
from approvals.models import Comment, Draft, Review

# A verdict given so many seconds after the text was opened, or fewer, is said to be.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class DebateEntry:
    """One thing said. `verdict` is empty for a comment; else a `Verdict`, « objection » or
    « lifting », with its label and the number of the version that it is about.
    """

    at: dt.datetime
    who: Person
    body: str
    verdict: str = ""
    label: str = ""
    number: int = 0
    at_once: str = ""
    checklist: str = ""


def debate_of(draft: Draft) -> list[DebateEntry]:
    """In the order in which they were given: three queries."""
    entries = [*_comments(draft), *_verdicts(draft), *_objections(draft)]
    return sorted(entries, key=lambda entry: entry.at)


def _comments(draft: Draft) -> Iterator[DebateEntry]:
    for comment in Comment.objects.filter(draft=draft).select_related("author"):
        yield DebateEntry(comment.created_at, comment.author, comment.body)


def _verdicts(draft: Draft) -> Iterator[DebateEntry]:
    given = Review.objects.filter(revision__draft=draft).select_related("reviewer", "revision")
    for review in given:
        yield DebateEntry(
            at=review.created_at,
            who=review.reviewer,
            body=review.reason,
            verdict=review.verdict,
            label=review.get_verdict_display(),
            number=review.revision.number,
            at_once=_at_once(review),
            checklist=_checked(review),
        )


def _objections(draft: Draft) -> Iterator[DebateEntry]:
    """Each objection and its lifting."""
    rows = draft.objections.select_related("raised_by", "lifted_by", "revision")
    for row in rows:
        number = row.revision.number
        label = _("opposition")
        yield DebateEntry(
            row.raised_at, row.raised_by, row.reason, "objection", label, number=number
        )
        if row.lifted_at is not None and row.lifted_by is not None:
            label = _("opposition de %(who)s levée") % {"who": row.raised_by.name}
            yield DebateEntry(
                row.lifted_at, row.lifted_by, row.lifting_reason, "lifting", label, number=number
            )


def _checked(review: Review) -> str:
    """« Points vérifiés : compte, exactitude ; non cochés : … »; empty when none was ticked."""
    kept = review.checklist
    if not kept.get("ticked"):
        return ""
    names = {
        state: ", ".join(str(NAMES.get(i, i)) for i in kept["shown"] if (i in kept["ticked"]) == on)
        for state, on in (("ticked", True), ("not", False))
    }
    words = _("Points vérifiés : %(points)s") % {"points": names["ticked"]}
    if kept["together"]:
        words += _(" (les points communs cochés ensemble)")
    if names["not"]:
        words += _(" ; non cochés : %(points)s") % {"points": names["not"]}
    return f"{words}."


def _at_once(review: Review) -> str:
    """Said of a verdict that followed the opening of the text within moments; else empty."""
    seconds = review.seconds_since_opened
    if seconds is None or seconds > AT_ONCE:
        return ""
    if seconds == 0:
        return _("donné moins d’une seconde après l’ouverture")
    return _("donné %(seconds)d s après l’ouverture") % {"seconds": seconds}
