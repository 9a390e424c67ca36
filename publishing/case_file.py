"""The case file of a draft: all that is known of one message, as one typed tree.

`read_case_file` takes a constant number of queries. `to_json` writes it canonically: the same state
gives the same bytes, so that two exports can be compared by their digests. The trail's rows of
exports are left out for that reason. `docs/case-file.schema.json` describes the JSON.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from django.db.models import Q

from accounts.models import AuditEntry, Person
from accounts.requests import parse_int
from approvals.categories import FIELDS
from approvals.diff import changes, image_changes
from approvals.digest import SignedContent
from approvals.message import MediaKind, Message
from approvals.models import (
    Comment,
    Draft,
    Mention,
    Objection,
    Release,
    Review,
    Revision,
    RevisionView,
    StoredImage,
    Wording,
)
from publishing.models import Answer, Attempt, Confirmation, Lookup, Part, Publication, Retraction
from publishing.status_badge import link_of

# Raised with any change of the tree.
VERSION = 4
EXPORTED = "case_file.exported"


@dataclass(frozen=True)
class Who:
    """A person by name; the id tells two of one name apart."""

    id: int
    name: str


@dataclass(frozen=True)
class AccountFacts:
    handle: str
    department: str
    name: str
    time_zone: str


@dataclass(frozen=True)
class Contribution:
    person: Who
    since: dt.datetime


@dataclass(frozen=True)
class Segment:
    """A stretch of a text that stayed, went or came."""

    kind: Literal["same", "del", "ins"]
    text: str


@dataclass(frozen=True)
class ImageDifference:
    position: int
    kind: Literal["added", "removed", "described", "captioned", "moved"]
    media: MediaKind
    alt: str


@dataclass(frozen=True)
class SettingDifference:
    """A key of the signed content besides its messages; `fields.NAME` is one of its category."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Differences:
    """What differs from the revision before; `texts` is empty when no text does."""

    texts: list[list[Segment]]
    images: list[ImageDifference]
    settings: list[SettingDifference]


@dataclass(frozen=True)
class FindingKept:
    """What a check found at submit, in each language, with the author's reason."""

    position: int
    check: str
    severity: str
    start: int
    end: int
    words: str
    sentence: dict[str, str]
    suggestion: str
    reason: str


@dataclass(frozen=True)
class Opening:
    person: Who
    at: dt.datetime


@dataclass(frozen=True)
class ChecklistKept:
    """The points by their ids; `together`: the common ones were ticked by one tap."""

    version: int
    shown: list[str]
    mandatory: list[str]
    ticked: list[str]
    together: bool


@dataclass(frozen=True)
class ReviewFacts:
    id: int
    reviewer: Who
    role: str
    verdict: str
    reason: str
    digest: str
    checklist: ChecklistKept | None
    seconds_since_opened: int | None
    at: dt.datetime


@dataclass(frozen=True)
class AnswerFacts:
    """What X replied; the body is kept for operators only."""

    id: int
    at: dt.datetime
    status: int | None
    outcome: str
    reason: str
    x_id: str
    retry_after: float | None


@dataclass(frozen=True)
class AttemptFacts:
    number: int
    phase: str
    outcome: str
    reason: str
    digest: str
    preparing_at: dt.datetime
    posting_at: dt.datetime | None
    answered_at: dt.datetime | None
    confirmation: int | None
    answer: AnswerFacts | None


@dataclass(frozen=True)
class LookupFacts:
    id: int
    kind: str
    due_at: dt.datetime
    done_at: dt.datetime | None
    result: str
    status: int | None
    x_id: str
    confirmation: int | None


@dataclass(frozen=True)
class PartFacts:
    position: int
    state: str
    x_id: str | None
    link: str
    lookalike_link: str
    out_at: dt.datetime | None
    uncertain_since: dt.datetime | None
    attempts: list[AttemptFacts]
    lookups: list[LookupFacts]


@dataclass(frozen=True)
class ConfirmationFacts:
    id: int
    kind: str
    state: str
    reason: str
    due_at: dt.datetime | None
    x_id: str
    proposed_by: Who
    proposed_at: dt.datetime
    expires_at: dt.datetime
    decided_by: Who | None
    decided_at: dt.datetime | None


@dataclass(frozen=True)
class RetractionFacts:
    id: int
    state: str
    reason: str
    requested_by: Who
    requested_at: dt.datetime
    tries: int
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class Acknowledgement:
    person: Who
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class PublicationFacts:
    id: int
    state: str
    reason: str
    since: dt.datetime
    due_at: dt.datetime
    published_at: dt.datetime | None
    removal_on: dt.date | None
    reading: str
    acknowledged: Acknowledgement | None
    parts: list[PartFacts]
    confirmations: list[ConfirmationFacts]
    retractions: list[RetractionFacts]


@dataclass(frozen=True)
class ReleaseFacts:
    at: dt.datetime
    digest: str
    publication: PublicationFacts | None


@dataclass(frozen=True)
class RevisionFacts:
    """`content` is the canonical JSON whose SHA-256 is `digest`: what people signed."""

    number: int
    digest: str
    content: str
    required: int
    submitted_by: Who
    submitted_at: dt.datetime
    requested_at: dt.datetime | None
    closed_by: Who | None
    closed_at: dt.datetime | None
    closing: str
    messages: tuple[Message, ...]
    differences: Differences | None
    checks_version: int | None
    findings: list[FindingKept]
    opened: list[Opening]
    reviews: list[ReviewFacts]
    release: ReleaseFacts | None


@dataclass(frozen=True)
class Quoted:
    """What of a message of the comment's revision it is about: the whole of it when `words` is
    empty.
    """

    position: int
    words: str


@dataclass(frozen=True)
class CommentFacts:
    """`answers` names the comment that began its thread; `mentions` whom it names."""

    id: int
    at: dt.datetime
    author: Who
    revision: int | None
    body: str
    answers: int | None
    about: Quoted | None
    mentions: list[Who]


@dataclass(frozen=True)
class WordingFacts:
    """What was proposed in place of a message's text; `outcome`: « taken », « declined » or
    nothing.
    """

    id: int
    at: dt.datetime
    author: Who
    revision: int
    position: int
    before: str
    after: str
    outcome: str
    decided_by: Who | None
    decided_at: dt.datetime | None


@dataclass(frozen=True)
class Lifting:
    person: Who
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class ObjectionFacts:
    id: int
    revision: int
    raised_by: Who
    role: str
    reason: str
    raised_at: dt.datetime
    lifted: Lifting | None


@dataclass(frozen=True)
class Purge:
    """`bytes_deleted_at` is when the storage had deleted the bytes."""

    at: dt.datetime
    person: Who
    reason: str
    bytes_deleted_at: dt.datetime | None


@dataclass(frozen=True)
class ImageFacts:
    """An image that the draft, or a revision of it, names; its bytes are not in the JSON."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    stored_at: dt.datetime
    purged: Purge | None


@dataclass(frozen=True)
class TrailRow:
    id: int
    at: dt.datetime
    actor: Who | None
    act: str
    subject_type: str
    subject_id: int | None
    details: dict[str, Any]


@dataclass(frozen=True)
class DraftFacts:
    """`messages` and `fields` are the working copy as it now stands."""

    id: int
    state: str
    category: str
    urgent: bool
    author: Who
    begun_at: dt.datetime
    came_from: int | None
    taken_up_in: list[int]
    contributors: list[Contribution]
    messages: tuple[Message, ...]
    reply_settings: str
    requested_at: dt.datetime | None
    fields: dict[str, str]


@dataclass(frozen=True)
class CaseFile:
    """`state_of` is when the last act of the trail was done; `people` are those whom the fields of
    a category name by their ids.
    """

    format: Literal["policetweets case file"]
    version: int
    state_of: dt.datetime
    account: AccountFacts
    draft: DraftFacts
    revisions: list[RevisionFacts]
    debate: list[CommentFacts]
    wordings: list[WordingFacts]
    objections: list[ObjectionFacts]
    images: list[ImageFacts]
    people: list[Who]
    trail: list[TrailRow]


def to_json(case_file: CaseFile) -> bytes:
    """Canonical: keys sorted, no white space, UTF-8, moments in UTC."""
    return msgspec.json.encode(case_file, order="sorted")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `to_json`."""
    return msgspec.json.schema(CaseFile)


def read_case_file(draft: Draft) -> CaseFile:
    """Everything that the database knows of this draft (with its account and author)."""
    trail = list(
        AuditEntry.objects.filter(draft_id=draft.pk)
        .exclude(act=EXPORTED)
        .select_related("actor")
        .order_by("id")
    )
    revisions = _revisions(draft)
    return CaseFile(
        format="policetweets case file",
        version=VERSION,
        state_of=trail[-1].at if trail else draft.created_at,
        account=AccountFacts(
            handle=draft.account.handle,
            department=draft.account.code,
            name=draft.account.name,
            time_zone=draft.account.time_zone,
        ),
        draft=_draft(draft),
        revisions=revisions,
        debate=_debate(draft),
        wordings=_wordings(draft),
        objections=_objections(draft),
        images=_images(draft, revisions),
        people=_people(draft, revisions),
        trail=[_trail_row(entry) for entry in trail],
    )


def _who(person: Person) -> Who:
    return Who(person.pk, person.name)


def _maybe_who(person: Person | None) -> Who | None:
    return _who(person) if person is not None else None


def _draft(draft: Draft) -> DraftFacts:
    contributors = draft.contributors.select_related("person").order_by("since", "pk")
    taken_up = Draft.objects.filter(came_from=draft).order_by("pk").values_list("pk", flat=True)
    return DraftFacts(
        id=draft.pk,
        state=draft.state,
        category=draft.category,
        urgent=draft.urgent,
        author=_who(draft.author),
        begun_at=draft.created_at,
        came_from=draft.came_from_id,
        taken_up_in=list(taken_up),
        contributors=[Contribution(_who(row.person), row.since) for row in contributors],
        messages=draft.messages,
        reply_settings=draft.reply_settings,
        requested_at=draft.requested_at,
        fields=draft.fields,
    )


def _revisions(draft: Draft) -> list[RevisionFacts]:
    rows = list(draft.revisions.select_related("submitted_by", "closed_by").order_by("number"))
    opened: dict[int, list[Opening]] = defaultdict(list)
    views = RevisionView.objects.filter(revision__draft=draft).select_related("person")
    for view in views.order_by("pk"):
        opened[view.revision_id].append(Opening(_who(view.person), view.opened_at))
    reviews: dict[int, list[ReviewFacts]] = defaultdict(list)
    given = Review.objects.filter(revision__draft=draft).select_related("reviewer").order_by("pk")
    for review in given:
        reviews[review.revision_id].append(_review(review))
    releases = _releases(draft)
    return [
        _revision(
            row, before, opened[row.pk], reviews=reviews[row.pk], release=releases.get(row.pk)
        )
        for before, row in zip([None, *rows], rows, strict=False)
    ]


def _revision(
    row: Revision,
    before: Revision | None,
    opened: list[Opening],
    *,
    reviews: list[ReviewFacts],
    release: ReleaseFacts | None,
) -> RevisionFacts:
    return RevisionFacts(
        number=row.number,
        digest=row.digest,
        content=row.content,
        required=row.required,
        submitted_by=_who(row.submitted_by),
        submitted_at=row.submitted_at,
        requested_at=row.requested_at,
        closed_by=_maybe_who(row.closed_by),
        closed_at=row.closed_at,
        closing=row.closing,
        messages=row.messages,
        differences=_differences(before.signed, row.signed) if before is not None else None,
        checks_version=row.checks.get("version"),
        findings=_findings(row),
        opened=opened,
        reviews=reviews,
        release=release,
    )


def _differences(before: SignedContent, after: SignedContent) -> Differences:
    texts = changes(_texts(before), _texts(after))
    old, new = _settings(before), _settings(after)
    return Differences(
        texts=[[Segment(s.kind, s.text) for s in message] for message in texts],
        images=[
            ImageDifference(image.position, image.kind, image.media, image.alt)
            for image in image_changes(before.messages, after.messages)
        ],
        settings=[
            SettingDifference(name, old.get(name, ""), new.get(name, ""))
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ],
    )


def _texts(signed: SignedContent) -> list[str]:
    return [message.text for message in signed.messages]


def _settings(signed: SignedContent) -> dict[str, str]:
    requested = signed.requested_at
    said = {
        "account": signed.account,
        "category": signed.category,
        "reply_settings": signed.reply_settings,
        "in_reply_to": str(signed.in_reply_to or ""),
        "requested_at": requested.isoformat() if requested is not None else "",
    }
    return said | {f"fields.{name}": value for name, value in signed.fields.items()}


def _findings(revision: Revision) -> list[FindingKept]:
    return [
        FindingKept(
            position=position,
            check=found["check"],
            severity=found["severity"],
            start=found["start"],
            end=found["end"],
            words=found["words"],
            sentence=found["sentence"],
            suggestion=found["suggestion"],
            reason=found["reason"],
        )
        for position, part in enumerate(revision.checks.get("parts", []))
        for found in part
    ]


def _review(review: Review) -> ReviewFacts:
    kept = review.checklist
    return ReviewFacts(
        id=review.pk,
        reviewer=_who(review.reviewer),
        role=review.role,
        verdict=review.verdict,
        reason=review.reason,
        digest=review.digest,
        checklist=ChecklistKept(
            version=kept["version"],
            shown=kept["shown"],
            mandatory=kept["mandatory"],
            ticked=kept["ticked"],
            together=kept["together"],
        )
        if kept
        else None,
        seconds_since_opened=review.seconds_since_opened,
        at=review.created_at,
    )


def _releases(draft: Draft) -> dict[int, ReleaseFacts]:
    """By revision."""
    publications = _publications(draft)
    return {
        release.revision_id: ReleaseFacts(
            at=release.released_at,
            digest=release.digest,
            publication=publications.get(release.pk),
        )
        for release in Release.objects.filter(revision__draft=draft)
    }


def _publications(draft: Draft) -> dict[int, PublicationFacts]:
    """By release."""
    of_draft = {"publication__release__revision__draft": draft}
    parts: dict[int, list[PartFacts]] = defaultdict(list)
    attempts, lookups = _attempts(draft), _lookups(draft)
    for part in Part.objects.filter(**of_draft).order_by("position"):
        facts = _part(part, draft, attempts[part.pk], lookups[part.pk])
        parts[part.publication_id].append(facts)
    confirmations: dict[int | None, list[ConfirmationFacts]] = defaultdict(list)
    proposed = Confirmation.objects.filter(**of_draft).select_related("proposed_by", "decided_by")
    for one in proposed.order_by("pk"):
        confirmations[one.publication_id].append(_confirmation(one))
    retractions: dict[int, list[RetractionFacts]] = defaultdict(list)
    asked = Retraction.objects.filter(**of_draft).select_related("requested_by").order_by("pk")
    for retraction in asked:
        retractions[retraction.publication_id].append(_retraction(retraction))
    rows = Publication.objects.filter(release__revision__draft=draft)
    return {
        row.release_id: PublicationFacts(
            id=row.pk,
            state=row.state,
            reason=row.reason,
            since=row.since,
            due_at=row.due_at,
            published_at=row.published_at,
            removal_on=row.removal_on,
            reading=row.reading,
            acknowledged=_acknowledgement(row),
            parts=parts[row.pk],
            confirmations=confirmations[row.pk],
            retractions=retractions[row.pk],
        )
        for row in rows.select_related("acknowledged_by")
    }


def _acknowledgement(row: Publication) -> Acknowledgement | None:
    if row.acknowledged_at is None or row.acknowledged_by is None:
        return None
    return Acknowledgement(_who(row.acknowledged_by), row.acknowledged_at, row.acknowledged_reason)


def _part(
    part: Part, draft: Draft, attempts: list[AttemptFacts], lookups: list[LookupFacts]
) -> PartFacts:
    return PartFacts(
        position=part.position,
        state=part.state,
        x_id=part.x_id,
        link=link_of(draft.account, part.x_id),
        lookalike_link=link_of(draft.account, part.lookalike_id),
        out_at=part.out_at,
        uncertain_since=part.uncertain_since,
        attempts=attempts,
        lookups=lookups,
    )


def _attempts(draft: Draft) -> dict[int, list[AttemptFacts]]:
    """By part."""
    of_draft = {"part__publication__release__revision__draft": draft}
    answers = {
        answer.attempt_id: AnswerFacts(
            id=answer.pk,
            at=answer.at,
            status=answer.status,
            outcome=answer.outcome,
            reason=answer.reason,
            x_id=answer.x_id,
            retry_after=answer.retry_after,
        )
        for answer in Answer.objects.filter(
            attempt__part__publication__release__revision__draft=draft
        ).defer("body")
    }
    attempts: dict[int, list[AttemptFacts]] = defaultdict(list)
    for attempt in Attempt.objects.filter(**of_draft).order_by("number"):
        attempts[attempt.part_id].append(
            AttemptFacts(
                number=attempt.number,
                phase=attempt.phase,
                outcome=attempt.outcome,
                reason=attempt.reason,
                digest=attempt.digest,
                preparing_at=attempt.preparing_at,
                posting_at=attempt.posting_at,
                answered_at=attempt.answered_at,
                confirmation=attempt.confirmation_id,
                answer=answers.get(attempt.pk),
            )
        )
    return attempts


def _lookups(draft: Draft) -> dict[int, list[LookupFacts]]:
    """By part."""
    lookups: dict[int, list[LookupFacts]] = defaultdict(list)
    of_draft = {"part__publication__release__revision__draft": draft}
    for row in Lookup.objects.filter(**of_draft).order_by("due_at", "pk"):
        lookups[row.part_id].append(
            LookupFacts(
                id=row.pk,
                kind=row.kind,
                due_at=row.due_at,
                done_at=row.done_at,
                result=row.result,
                status=row.status,
                x_id=row.x_id,
                confirmation=row.confirmation_id,
            )
        )
    return lookups


def _confirmation(row: Confirmation) -> ConfirmationFacts:
    return ConfirmationFacts(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        due_at=row.due_at,
        x_id=row.x_id,
        proposed_by=_who(row.proposed_by),
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decided_by=_maybe_who(row.decided_by),
        decided_at=row.decided_at,
    )


def _retraction(row: Retraction) -> RetractionFacts:
    return RetractionFacts(
        id=row.pk,
        state=row.state,
        reason=row.reason,
        requested_by=_who(row.requested_by),
        requested_at=row.requested_at,
        tries=row.tries,
        ended_at=row.ended_at,
    )


def _debate(draft: Draft) -> list[CommentFacts]:
    rows = Comment.objects.filter(draft=draft).select_related("author", "revision").order_by("pk")
    named: dict[int, list[Who]] = defaultdict(list)
    for mention in (
        Mention.objects.filter(comment__draft=draft).select_related("person").order_by("pk")
    ):
        named[mention.comment_id].append(_who(mention.person))
    return [
        CommentFacts(
            id=row.pk,
            at=row.created_at,
            author=_who(row.author),
            revision=row.revision.number if row.revision is not None else None,
            body=row.body,
            answers=row.thread_id,
            about=Quoted(row.position, row.quote) if row.position is not None else None,
            mentions=named[row.pk],
        )
        for row in rows
    ]


def _wordings(draft: Draft) -> list[WordingFacts]:
    rows = Wording.objects.filter(revision__draft=draft).order_by("pk")
    return [
        WordingFacts(
            id=row.pk,
            at=row.created_at,
            author=_who(row.author),
            revision=row.revision.number,
            position=row.position,
            before=row.before,
            after=row.after,
            outcome=row.outcome,
            decided_by=_maybe_who(row.decided_by),
            decided_at=row.decided_at,
        )
        for row in rows.select_related("author", "decided_by", "revision")
    ]


def _objections(draft: Draft) -> list[ObjectionFacts]:
    rows = draft.objections.select_related("raised_by", "lifted_by", "revision").order_by("pk")
    return [_objection(row) for row in rows]


def _objection(row: Objection) -> ObjectionFacts:
    lifted = None
    if row.lifted_at is not None and row.lifted_by is not None:
        lifted = Lifting(_who(row.lifted_by), row.lifted_at, row.lifting_reason)
    return ObjectionFacts(
        id=row.pk,
        revision=row.revision.number,
        raised_by=_who(row.raised_by),
        role=row.role,
        reason=row.reason,
        raised_at=row.raised_at,
        lifted=lifted,
    )


def _images(draft: Draft, revisions: list[RevisionFacts]) -> list[ImageFacts]:
    """Every image that the working copy or a revision shows, by digest."""
    messages = [*draft.messages, *(m for one in revisions for m in one.messages)]
    shown = {image.sha256 for message in messages for image in message.images}
    rows = StoredImage.objects.filter(account=draft.account_id, sha256__in=shown)
    # What was purged before this draft was last saved is another's: this one's came again since.
    own = rows.filter(Q(purged_at=None) | Q(purged_at__gt=draft.updated_at))
    first = {row.sha256: row for row in own.select_related("purged_by").order_by("-pk")}
    return [
        ImageFacts(
            sha256=row.sha256,
            mime=row.mime,
            width=row.width,
            height=row.height,
            size=row.size,
            stored_at=row.created_at,
            purged=Purge(row.purged_at, _who(row.purged_by), row.purge_reason, row.bytes_deleted_at)
            if row.purged_at is not None and row.purged_by is not None
            else None,
        )
        for _sha256, row in sorted(first.items())
    ]


def _people(draft: Draft, revisions: list[RevisionFacts]) -> list[Who]:
    signed = (SignedContent.read(one.content) for one in revisions)
    values = [draft.fields, *(one.fields for one in signed)]
    ids = {
        parse_int(value)
        for fields in values
        for name, value in fields.items()
        if name in FIELDS and FIELDS[name].kind == "person"
    }
    named = Person.objects.filter(pk__in=[pk for pk in ids if pk])
    return [_who(person) for person in named.order_by("pk")]


def _trail_row(entry: AuditEntry) -> TrailRow:
    return TrailRow(
        id=entry.pk,
        at=entry.at,
        actor=_maybe_who(entry.actor),
        act=entry.act,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        details=entry.details,
    )
