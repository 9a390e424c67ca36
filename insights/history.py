"""The history of messages up to a moment, for the archives: table by table, each read once a batch.

Nothing that came after the moment is in it: neither rows, nor what was written into them later. So
the same moment gives the same history for ever, but for the names of people and accounts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from accounts.models import AuditEntry
from approvals.models import Comment, Contributor, Objection, Release, Review, Revision, Wording
from publishing.models import Answer, Attempt, Confirmation, Part, Retraction

History = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Kept:
    """A table: which column says whose draft a row is, which when it came to be, and what of it
    was only written at another moment.
    """

    model: type[models.Model]
    draft: str
    at: str
    fields: tuple[str, ...]
    later: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        more = [name for at, names in self.later.items() for name in (at, *names)]
        return (self.draft, self.at, *self.fields, *more)


OF_PART = "publication__release__revision__draft"
# fmt: off
TABLES: dict[str, Kept] = {
    "contributors": Kept(Contributor, "draft", "since", ("person__name",)),
    "revisions": Kept(
        Revision, "draft", "submitted_at",
        ("number", "digest", "content", "required", "function", "submitted_by__name"),
        {"closed_at": ("closing", "closed_by__name")},
    ),
    "reviews": Kept(
        Review, "revision__draft", "created_at",
        ("revision__number", "digest", "verdict", "reason", "role", "reviewer", "reviewer__name",
         "checklist", "seconds_since_opened"),
    ),
    "comments": Kept(
        Comment, "draft", "created_at", ("revision__number", "author__name", "body", "quote")
    ),
    "wordings": Kept(
        Wording, "revision__draft", "created_at",
        ("revision__number", "position", "before", "after", "author__name"),
        {"decided_at": ("outcome", "decided_by__name")},
    ),
    "objections": Kept(
        Objection, "revision__draft", "raised_at",
        ("revision__number", "role", "reason", "raised_by__name"),
        {"lifted_at": ("lifting_reason", "lifted_by__name")},
    ),
    "releases": Kept(Release, "revision__draft", "released_at", ("revision__number", "digest")),
    "posts": Kept(Part, OF_PART, "out_at", ("position", "x_id")),
    "attempts": Kept(
        Attempt, f"part__{OF_PART}", "preparing_at", ("part__position", "number", "digest"),
        {"posting_at": (), "answered_at": ("outcome", "reason")},
    ),
    "answers": Kept(
        Answer, f"attempt__part__{OF_PART}", "at",
        ("attempt__part__position", "attempt__number", "status", "outcome", "reason", "x_id"),
    ),
    "confirmations": Kept(
        Confirmation, OF_PART, "proposed_at", ("kind", "reason", "proposed_by__name"),
        {"decided_at": ("state", "decided_by__name")},
    ),
    "retractions": Kept(
        Retraction, OF_PART, "requested_at", ("reason", "requested_by__name"),
        {"ended_at": ("state",)},
    ),
    "trail": Kept(
        AuditEntry, "draft_id", "at",
        ("act", "actor__name", "subject_type", "subject_id", "details"),
    ),
}
# fmt: on


def read_history(ids: Sequence[int], moment: dt.datetime) -> dict[int, History]:
    """Of these drafts, by draft: as many queries as there are tables."""
    found: dict[int, History] = {pk: defaultdict(list) for pk in ids}
    for name, kept in TABLES.items():
        rows = kept.model._default_manager.filter(
            **{f"{kept.draft}__in": ids, f"{kept.at}__lt": moment}
        )
        for row in rows.order_by(kept.at, "pk").values(*kept.columns):
            draft_id = row.pop(kept.draft)
            for at, names in kept.later.items():
                if row[at] is None or row[at] >= moment:
                    row |= dict.fromkeys((at, *names))
            found[draft_id][name].append(row)
    return found
