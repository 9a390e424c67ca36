"""What X holds against what the database says: computed here from rows alone, by nobody's rules."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.clock import db_now
from accounts.models import AuditEntry, Seat, Supervision
from approvals.digest import digest_of
from approvals.models import Contributor, Objection, Release, Review
from publishing.models import (
    Attempt,
    Confirmation,
    Freeze,
    Part,
    Publication,
    PublicationState,
    Retraction,
)

FINAL = {PublicationState.PUBLISHED, PublicationState.RECALLED, PublicationState.RETRACTED}
ALERTING = {
    PublicationState.HELD,
    PublicationState.MISSED,
    PublicationState.UNCERTAIN,
    PublicationState.REFUSED,
    PublicationState.PARTIAL,
}
PERHAPS_OUT = {"uncertain", "refused"}


@dataclass
class Verdict:
    released: int = 0
    out: int = 0
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    uncertain: int = 0
    worst_lateness: float = 0.0

    @property
    def good(self) -> bool:
        return not self.complaints()

    def line(self) -> str:
        return (
            f"released {self.released}, out {self.out}, doubled {len(self.doubled)}, "
            f"lost {len(self.lost)}, sent unapproved {len(self.unapproved)}, "
            f"false « diffère » {len(self.differs)}, false « retiré » {len(self.retracted)}, "
            f"uncertain left for people {self.uncertain}, "
            f"worst lateness {self.worst_lateness:.1f} s"
        )

    def complaints(self) -> list[str]:
        few = self.out < self.released / 4
        return [
            *([f"only {self.out} of {self.released} are out: this proves little"] if few else []),
            *(
                f"{name}: {one}"
                for name in ("doubled", "lost", "unapproved", "untrue", "differs", "retracted")
                for one in getattr(self, name)
            ),
        ]


def moving(now: dt.datetime) -> list[str]:
    """What is due and neither final nor alerting: lost, if it is still so after some seconds."""
    found = [
        f"release {pk} has no publication"
        for pk in Release.objects.filter(publication=None, revision__closed_at=None).values_list(
            "pk", flat=True
        )
    ]
    rows = Publication.objects.exclude(state__in=[*FINAL, *ALERTING])
    for one in rows:
        ahead = one.state == PublicationState.WAITING and max(one.due_at, one.next_try_at) > now
        waits = Retraction.objects.filter(publication=one, ended_at=None, state="failing").exists()
        if not ahead and not waits:
            found.append(f"publication {one.pk} is {one.state} {one.reason} since {one.since}")
    found += [
        f"attempt {one.pk} is {one.phase}" for one in Attempt.objects.exclude(phase="answered")
    ]
    return found


class Judge:
    """Everything once in memory: thousands of rows, not millions."""

    def __init__(self, posts: list[dict[str, Any]]) -> None:
        self.posts = posts
        rows = Part.objects.select_related("publication__release__revision__draft__account")
        self.parts = list(rows.order_by("pk"))
        self.by_text: dict[tuple[str, str], Part] = {}
        for part in self.parts:
            handle = part.publication.release.revision.draft.account.handle
            self.by_text[handle, part.text] = part
        self.attempts: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in Attempt.objects.order_by("number"):
            self.attempts[attempt.part_id].append(attempt)
        self.on_x: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.verdict = Verdict(released=Release.objects.count(), out=len(posts))

    def judge(self) -> Verdict:
        verdict = self.verdict
        verdict.lost = moving(db_now())
        verdict.uncertain = Publication.objects.filter(state=PublicationState.UNCERTAIN).count()
        for post in self.posts:
            part = self.by_text.get((post["account"], post["text"]))
            if part is None:
                verdict.unapproved.append(f"nobody wrote « {post['text']} » for {post['account']}")
                continue
            self.on_x[part.pk].append(post)
            why = Approval(part, self.attempt_of(part, post)).broken()
            if why:
                verdict.unapproved.append(f"part {part.pk}, post {post['id']}: {why}")
            self.described(part, post)
            self.lateness(part, post)
        for part in self.parts:
            self.doubled(part)
            self.untrue(part)
            self.retracted(part)
        for publication in Publication.objects.filter(reading="differs"):
            self.differs(publication)
        return verdict

    def described(self, part: Part, post: dict[str, Any]) -> None:
        """The images that were approved, each with its alternative text, and no other."""
        approved = [(image.sha256, image.alt) for image in part.message.images]
        shown = [(one["sha256"], one["alt_text"]) for one in post["media"]]
        if shown != approved:
            self.verdict.unapproved.append(
                f"part {part.pk}, post {post['id']}: images {shown}, approved {approved}"
            )

    def differs(self, publication: Publication) -> None:
        """« diffère » is said of a post that X changed, and of no other."""
        mine = [part for part in self.parts if part.publication_id == publication.pk]
        posts = [post for part in mine for post in self.on_x[part.pk] if post["id"] == part.x_id]
        if not any(post["altered"] for post in posts):
            shown = [post["shown"] for post in posts]
            self.verdict.differs.append(f"publication {publication.pk}, on X as sent: {shown}")

    def retracted(self, part: Part) -> None:
        """« retiré » is said of a post that X shows nobody any more."""
        verified = part.publication.state == PublicationState.RETRACTED or part.state == "deleted"
        live = [post["id"] for post in self.on_x[part.pk] if not post["deleted"]]
        if verified and part.x_id in live:
            self.verdict.retracted.append(f"part {part.pk} is {part.state}, X shows {part.x_id}")

    def attempt_of(self, part: Part, post: dict[str, Any]) -> Attempt | None:
        """The last one that was posting before X made the post."""
        made = dt.datetime.fromtimestamp(post["at"], dt.UTC)
        before = [a for a in self.attempts[part.pk] if a.posting_at and a.posting_at <= made]
        return before[-1] if before else None

    def doubled(self, part: Part) -> None:
        """One post, and one more at most for each confirmation of two people."""
        tries = [a for a in self.attempts[part.pk] if a.posting_at]
        allowed = len({a.confirmation_id for a in tries})
        if len(self.on_x[part.pk]) > allowed:
            ids = ", ".join(post["id"] for post in self.on_x[part.pk])
            self.verdict.doubled.append(f"part {part.pk} {part.state}: {ids}")
        perhaps = [a.confirmation_id for a in tries if a.outcome != "not_sent"]
        if len(perhaps) > len(set(perhaps)):
            self.verdict.doubled.append(f"part {part.pk} was tried twice on one authority")

    def untrue(self, part: Part) -> None:
        posts = {post["id"]: post for post in self.on_x[part.pk]}
        said = part.publication.state
        if part.x_id is not None and part.x_id not in posts:
            self.verdict.untrue.append(f"part {part.pk}: X has no {part.x_id} of this text")
        if posts and part.x_id is None and part.state not in PERHAPS_OUT:
            self.verdict.untrue.append(f"part {part.pk} is {part.state} ({said}), X has {posts}")
        if said == PublicationState.PUBLISHED and part.state != "out":
            self.verdict.untrue.append(f"part {part.pk} of a published one is {part.state}")
        if part.x_id in posts and part.position:
            parent = self.by_position(part, part.position - 1)
            if posts[part.x_id]["parent"] != parent.x_id:
                self.verdict.untrue.append(f"part {part.pk} hangs under another post")

    def by_position(self, part: Part, position: int) -> Part:
        siblings = [p for p in self.parts if p.publication_id == part.publication_id]
        return siblings[position]

    def lateness(self, part: Part, post: dict[str, Any]) -> None:
        """Of first parts whose hour nobody has changed."""
        publication = part.publication
        changed = Confirmation.objects.filter(publication=publication, state="confirmed")
        if part.position or changed.exists():
            return
        late = post["at"] - publication.due_at.timestamp()
        self.verdict.worst_lateness = max(self.verdict.worst_lateness, late)
        tolerance = publication.account.tolerance_seconds
        if late > tolerance + settings.DURATIONS.post_total:
            self.verdict.unapproved.append(f"part {part.pk} left {late:.1f} s after its hour")


@dataclass
class Approval:
    """Whether this part might leave at the moment at which its attempt was posting."""

    part: Part
    attempt: Attempt | None

    def broken(self) -> str:
        if self.attempt is None or self.attempt.posting_at is None:
            return "no attempt was posting"
        at = self.attempt.posting_at
        revision = self.part.publication.release.revision
        digests = {digest_of(revision.content), revision.digest, self.attempt.digest}
        if digests != {self.part.publication.release.digest}:
            return "not the digest that was signed"
        if revision.closed_at is not None and revision.closed_at <= at:
            return "its revision was closed"
        signed = self.signers(at)
        account = self.part.publication.account_id
        holders, supervisors = active(Seat, account, at), active(Supervision, account, at)
        counted = signed & (holders | supervisors)
        if len(counted) < revision.required or not counted & supervisors:
            return f"{len(counted)} signatures of {revision.required}, at {at}"
        if self.author(at) not in holders:
            return "its author had no seat"
        return self.stopped(at)

    def signers(self, at: dt.datetime) -> set[int]:
        release = self.part.publication.release
        rows = Review.objects.filter(
            revision=release.revision_id,
            verdict="approve",
            digest=release.digest,
            created_at__lte=at,
        )
        wrote = Contributor.objects.filter(draft=release.revision.draft_id, since__lte=at)
        return set(rows.values_list("reviewer_id", flat=True)) - set(
            wrote.values_list("person_id", flat=True)
        )

    def author(self, at: dt.datetime) -> int:
        draft = self.part.publication.release.revision.draft
        later = AuditEntry.objects.filter(draft_id=draft.pk, act="draft.adopted", at__gt=at)
        first = later.order_by("id").first()
        return first.details["author_before"] if first else draft.author_id

    def stopped(self, at: dt.datetime) -> str:
        publication = self.part.publication
        for freeze in Freeze.objects.filter(since__lte=at).exclude(lifted_at__lte=at):
            # One second is promised; a freeze of all takes no account's lock.
            grace = dt.timedelta(seconds=0 if freeze.account_id else 1)
            if freeze.account_id in (None, publication.account_id) and freeze.since < at - grace:
                return f"frozen since {freeze.since}, posting at {at}"
        objected = Objection.objects.filter(
            draft=publication.release.revision.draft_id, raised_at__lt=at
        )
        if objected.exclude(lifted_at__lte=at).exists():
            return "an objection stood"
        wanted_off = Retraction.objects.filter(publication=publication, requested_at__lte=at)
        if wanted_off.exclude(ended_at__lte=at).exists():
            return "a retraction stood"
        return ""


def active(model: type[Seat] | type[Supervision], account_id: int, at: dt.datetime) -> set[int]:
    rows = model.objects.filter(account=account_id, started_at__lte=at).exclude(ended_at__lte=at)
    return set(rows.values_list("person_id", flat=True))
