"""The debate about a draft as data: threads, proposed wordings, verdicts and objections, the oldest
first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Person
from approvals.checklist import NAMES
from approvals.diff import DiffSegment, changes
from approvals.models import Comment, Resolution, Review, WordingOutcome
from approvals.models.states import TRANSITIONS
from approvals.passage import Passage
from approvals.records import DraftRecords

# A verdict given so many seconds after the text was opened, or fewer, is said to be.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class DebateEntry:
    """One thing said. `verdict` is empty for a comment; else a `Verdict`, « objection »,
    « lifting » or « wording », with its label and the number of the version that it is about. A
    comment gives that number when the version is not the open one any more.
    """

    at: dt.datetime
    who: Person
    body: str
    verdict: str = ""
    label: str = ""
    number: int = 0
    at_once: str = ""
    checklist: str = ""
    thread: Thread | None = None
    mentioned: tuple[str, ...] = ()
    wording: ProposedWording | None = None

    @property
    def unresolved(self) -> bool:
        """A thread that nobody called resolved, or that somebody reopened; a wording that may still
        be taken.
        """
        if self.thread is not None:
            return not self.thread.resolved
        return self.wording is not None and self.wording.waits and not self.wording.outdated

    @property
    def anchor(self) -> str:
        """The id of what may be linked to: a thread or a wording."""
        if self.thread is not None:
            return f"comment-{self.thread.pk}"
        return f"wording-{self.wording.pk}" if self.wording is not None else ""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a comment began: `resolution` is the last one, which somebody may have reopened."""

    pk: int
    passage: Passage | None = None
    answers: list[DebateEntry] = field(default_factory=list)
    resolution: Resolution | None = None

    @property
    def resolved(self) -> bool:
        return self.resolution is not None and self.resolution.reopened_at is None


@dataclass(frozen=True, slots=True)
class ProposedWording:
    """Another text for one message: `differences` as `changes` gives them; `waits`: the draft's
    author may decide on it; `outdated`: the text has changed since, so that they cannot take it.
    """

    pk: int
    position: int
    differences: list[list[DiffSegment]]
    waits: bool
    outdated: bool
    taken: bool
    decided_by: Person | None
    decided_at: dt.datetime | None


def debate_of(records: DraftRecords) -> list[DebateEntry]:
    """In the order in which they were given, answers under their thread."""
    said = [_comments(records), _wordings(records), _verdicts(records), _objections(records)]
    return sorted((entry for entries in said for entry in entries), key=lambda entry: entry.at)


def unresolved(debate: Iterable[DebateEntry]) -> list[DebateEntry]:
    return [entry for entry in debate if entry.unresolved]


def _comments(records: DraftRecords) -> Iterator[DebateEntry]:
    answers: dict[int, list[DebateEntry]] = defaultdict(list)
    last = {row.thread_id: row for row in records.resolutions}
    for comment in records.comments:
        revision = records.revision(comment.revision_id)
        number = revision.number if revision is not None and revision.closed_at is not None else 0
        if comment.thread_id is not None:
            answers[comment.thread_id].append(_entry(comment, number))
            continue
        thread = Thread(comment.pk, _passage(comment), answers[comment.pk], last.get(comment.pk))
        yield _entry(comment, number, thread)


def _entry(comment: Any, number: int, thread: Thread | None = None) -> DebateEntry:
    """Of a comment with the names that it mentions."""
    return DebateEntry(
        comment.created_at,
        comment.author,
        comment.body,
        number=number,
        thread=thread,
        mentioned=tuple(comment.mentioned),
    )


def _passage(comment: Comment) -> Passage | None:
    if comment.position is None:
        return None
    return Passage(comment.position, comment.quote_start, comment.quote_end, comment.quote)


def _wordings(records: DraftRecords) -> Iterator[DebateEntry]:
    draft = records.draft
    writable = draft.state in TRANSITIONS["edit"].before
    for row in records.wordings:
        wording = ProposedWording(
            pk=row.pk,
            position=row.position,
            differences=changes([row.before], [row.after]),
            waits=writable and not row.outcome,
            outdated=not row.outcome and not row.fits(draft),
            taken=row.outcome == WordingOutcome.TAKEN,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        yield DebateEntry(
            row.created_at,
            row.author,
            body="",
            verdict="wording",
            label=_("autre formulation proposée"),
            number=records.number(row.revision_id),
            wording=wording,
        )


def _verdicts(records: DraftRecords) -> Iterator[DebateEntry]:
    for review in records.reviews:
        yield DebateEntry(
            at=review.created_at,
            who=review.reviewer,
            body=review.reason,
            verdict=review.verdict,
            label=review.get_verdict_display(),
            number=records.number(review.revision_id),
            at_once=_at_once(review),
            checklist=_checked(review),
        )


def _objections(records: DraftRecords) -> Iterator[DebateEntry]:
    """Each objection and its lifting."""
    for row in records.objections:
        number = records.number(row.revision_id)
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
