"""The messages of a period, whole: texts, debate, verdicts, checks, what became of them. No names:
people stand by their function.

They are read by batches, in the order in which they were begun, each batch in a constant number of
queries.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from accounts.clock import LocalDay
from accounts.models import Account, AuditEntry
from accounts.roles import Role
from approvals.models import Comment, Draft, Review, Revision, Verdict
from insights.batches import batches
from insights.models import PostMetrics
from insights.signers import Functions
from publishing.models import Part, PartState, Publication, Reason, Retraction
from publishing.published import published
from publishing.status_badge import link_of

BATCH = 500


@dataclass(frozen=True)
class Opinion:
    """A word in the debate or a verdict: « comment », or a value of Verdict."""

    kind: str
    function: str
    at: dt.datetime
    text: str


@dataclass(frozen=True)
class Fired:
    """What a check found in one revision. `outcome`: « kept » went out with the author's reason or
    as advice, « changed » was no longer in the text that was released, « open » was never released.
    """

    check: str
    severity: str
    words: str
    reason: str
    outcome: str


@dataclass(frozen=True)
class Setback:
    """What did not go as it was meant to: the act of the trail, and the reason given if any."""

    act: str
    at: dt.datetime
    reason: str  # in words, in the language of the report


@dataclass(frozen=True)
class Counted:
    """What X counted of one post at one age."""

    post: int
    age: str
    impressions: int
    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    link_clicks: int | None
    profile_clicks: int | None


@dataclass(frozen=True)
class MessageRecord:
    """`state` is that of the publication once there is one, else of the draft."""

    id: int
    account: str
    department: str
    category: str
    urgent: bool
    state: str
    begun_at: dt.datetime
    submitted_at: dt.datetime | None
    released_at: dt.datetime | None
    due_at: dt.datetime | None
    published_at: dt.datetime | None
    texts: list[str]
    links: list[str]
    revisions: int
    signed_by: list[str]
    debate: list[Opinion]
    findings: list[Fired]
    setbacks: list[Setback]
    metrics: list[Counted]

    @property
    def refusals(self) -> list[Opinion]:
        return [one for one in self.debate if one.kind in (Verdict.CHANGES, Verdict.REJECT)]


def message_ids(accounts: Collection[Account], since: dt.date, until: dt.date) -> list[int]:
    """Drafts begun, or published, in the period: from a day to a day, both included."""
    local = LocalDay(F("account__time_zone"), F("created_at"))
    drafts = Draft.objects.filter(account__in=accounts).alias(day=local)
    begun = drafts.filter(day__gte=since, day__lte=until).values_list("pk", flat=True)
    out = published(list(accounts), since, until)
    return sorted({*begun, *out.values_list("release__revision__draft", flat=True)})


# Acts of the trail that a report names.
SETBACKS = (
    *("publication.missed", "publication.uncertain", "publication.refused", "publication.partial"),
    *("publication.recalled", "publication.gone", "publication.differs", "retraction.requested"),
)


def read_records(ids: Sequence[int]) -> list[MessageRecord]:
    """Of one batch."""
    return _Batch(ids).records()


class _Batch:
    """The rows of these drafts, each table read once."""

    def __init__(self, ids: Sequence[int]) -> None:
        of_draft = {"revision__draft__in": ids}
        self.drafts = Draft.objects.filter(pk__in=ids).select_related("account").order_by("pk")
        self.revisions: dict[int, list[Revision]] = defaultdict(list)
        for revision in Revision.objects.filter(draft__in=ids).order_by("number"):
            self.revisions[revision.draft_id].append(revision)
        self.reviews: dict[int, list[Review]] = defaultdict(list)
        for review in Review.objects.filter(**of_draft).select_related("revision").order_by("pk"):
            self.reviews[review.revision.draft_id].append(review)
        self.comments: dict[int, list[Comment]] = defaultdict(list)
        for comment in Comment.objects.filter(draft__in=ids).order_by("pk"):
            self.comments[comment.draft_id].append(comment)
        rows = Publication.objects.filter(release__revision__draft__in=ids)
        self.publications: dict[int, Publication] = {
            row.release.revision_id: row for row in rows.select_related("release")
        }
        in_batch = [row.pk for row in self.publications.values()]
        self.parts: dict[int, list[Part]] = defaultdict(list)
        for part in Part.objects.filter(publication__in=in_batch).order_by("position"):
            self.parts[part.publication_id].append(part)
        retractions = Retraction.objects.filter(publication__in=in_batch)
        self.reasons: dict[int, str] = dict(retractions.values_list("pk", "reason"))
        self.metrics: dict[int, list[PostMetrics]] = defaultdict(list)
        for metrics in PostMetrics.objects.filter(part__publication__in=in_batch).order_by("pk"):
            self.metrics[metrics.part_id].append(metrics)
        self.setbacks: dict[int, list[AuditEntry]] = defaultdict(list)
        for entry in AuditEntry.objects.filter(draft_id__in=ids, act__in=SETBACKS).order_by("pk"):
            self.setbacks[entry.draft_id or 0].append(entry)
        self.functions = Functions({draft.account_id for draft in self.drafts})

    def records(self) -> list[MessageRecord]:
        return [self._record(draft) for draft in self.drafts]

    def _record(self, draft: Draft) -> MessageRecord:
        """What was recalled and rewritten is not released any more."""
        revisions = self.revisions[draft.pk]
        newest = revisions[-1] if revisions else None
        publication = self.publications.get(newest.pk) if newest is not None else None
        return MessageRecord(
            id=draft.pk,
            account=draft.account.handle,
            department=draft.account.code,
            category=newest.signed.category if newest is not None else draft.category,
            urgent=draft.urgent,
            state=publication.state if publication is not None else draft.state,
            begun_at=draft.created_at,
            submitted_at=revisions[0].submitted_at if revisions else None,
            released_at=publication.release.released_at if publication is not None else None,
            due_at=publication.due_at if publication is not None else None,
            published_at=publication.published_at if publication is not None else None,
            texts=newest.texts if newest is not None else draft.texts,
            links=self._links(draft, publication),
            revisions=len(revisions),
            signed_by=self._signers(draft, newest) if publication is not None else [],
            debate=self._debate(draft),
            findings=_fired(revisions, is_released=publication is not None),
            setbacks=self._setbacks(draft),
            metrics=self._metrics(publication),
        )

    def _links(self, draft: Draft, publication: Publication | None) -> list[str]:
        parts = self.parts[publication.pk] if publication is not None else []
        return [link_of(draft.account, part.x_id) for part in parts if part.state == PartState.OUT]

    def _signers(self, draft: Draft, revision: Revision | None) -> list[str]:
        """The functions of those whose approval stands last."""
        last = {
            review.reviewer_id: review
            for review in self.reviews[draft.pk]
            if revision is not None and review.revision_id == revision.pk
        }
        return [
            self._function(draft, review.reviewer_id, review.created_at, review.role)
            for review in last.values()
            if review.verdict == Verdict.APPROVE
        ]

    def _debate(self, draft: Draft) -> list[Opinion]:
        said = [
            Opinion(
                review.verdict,
                self._function(draft, review.reviewer_id, review.created_at, review.role),
                review.created_at,
                review.reason,
            )
            for review in self.reviews[draft.pk]
        ]
        said += [
            Opinion(
                "comment",
                self._function(draft, comment.author_id, comment.created_at),
                comment.created_at,
                comment.body,
            )
            for comment in self.comments[draft.pk]
        ]
        return sorted(said, key=lambda opinion: opinion.at)

    def _function(self, draft: Draft, person_id: int, at: dt.datetime, role: str = "") -> str:
        """« seat », « supervision » or the function of a supervisor, as it was at that moment."""
        stands = (draft.account_id, person_id, at)
        if role != Role.SUPERVISION and (role or not self.functions.supervised(*stands)):
            return role or Role.SEAT
        return self.functions.function(*stands) or Role.SUPERVISION

    def _setbacks(self, draft: Draft) -> list[Setback]:
        return [
            Setback(entry.act, entry.at, self._reason(entry)) for entry in self.setbacks[draft.pk]
        ]

    def _reason(self, entry: AuditEntry) -> str:
        """What somebody gave as theirs, else what the rules or X had against it."""
        if entry.act == "retraction.requested":
            return self.reasons.get(entry.subject_id or 0, "")
        comment = entry.details.get("comment")
        for said in self.comments[entry.draft_id or 0]:
            if said.pk == comment:
                return said.body
        reason = entry.details.get("reason")
        return str(Reason(reason).label) if reason in Reason.values else ""

    def _metrics(self, publication: Publication | None) -> list[Counted]:
        parts = self.parts[publication.pk] if publication is not None else []
        return [
            Counted(
                post=part.position + 1,
                age=row.age,
                impressions=row.impressions,
                likes=row.likes,
                reposts=row.reposts,
                replies=row.replies,
                quotes=row.quotes,
                bookmarks=row.bookmarks,
                link_clicks=row.link_clicks,
                profile_clicks=row.profile_clicks,
            )
            for part in parts
            for row in self.metrics[part.pk]
        ]


def _fired(revisions: list[Revision], *, is_released: bool) -> list[Fired]:
    """Each thing that a check found in a revision once, as it was found last."""
    last: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    for number, revision in enumerate(revisions, 1):
        for part in revision.checks.get("parts", []):
            for found in part:
                last[found["check"], found["words"]] = (number, found)
    return [
        Fired(
            check=check,
            severity=found["severity"],
            words=words,
            reason=found["reason"],
            outcome="open"
            if not is_released
            else "kept"
            if number == len(revisions)
            else "changed",
        )
        for (check, words), (number, found) in last.items()
    ]


def trail_digest(ids: Sequence[int]) -> str:
    """SHA-256 over the trail of these drafts, row by row: what a report rests on."""
    digest = hashlib.sha256()
    for batch in batches(ids, BATCH):
        rows = AuditEntry.objects.filter(draft_id__in=batch).exclude(act__in=READ_ONLY_ACTS)
        for row in rows.order_by("draft_id", "pk").values_list(*TRAIL_COLUMNS).iterator():
            digest.update(json.dumps(row, default=str, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


TRAIL_COLUMNS = (
    "pk",
    "at",
    "actor",
    "act",
    "account",
    "subject_type",
    "subject_id",
    "draft_id",
    "details",
)
# To read changes nothing.
READ_ONLY_ACTS = ("case_file.exported",)
