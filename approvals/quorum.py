"""The quorum of a revision: who signed, what is missing, who could still sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import reviewers_of
from accounts.models import Person
from accounts.roles import Role
from approvals.models import Contributor, Objection, Review, Revision


@dataclass(frozen=True)
class Signature:
    """An approval that counts now: its signer still has the right and wrote nothing of it."""

    review: Review
    person: Person
    role: Role


@dataclass(frozen=True)
class Quorum:
    """`could_sign` are those who have not answered and still may; `objections` those that stand."""

    required: int
    signatures: list[Signature]
    could_sign: list[tuple[Person, Role]]
    contributors: frozenset[int]
    objections: list[Objection] = field(default_factory=list)

    @property
    def has_supervisor(self) -> bool:
        return any(s.role == Role.SUPERVISION for s in self.signatures)

    @property
    def missing(self) -> int:
        """How many approvals are still needed, a supervisor's included."""
        return max(self.required - len(self.signatures), 0 if self.has_supervisor else 1)

    @property
    def met(self) -> bool:
        return self.missing == 0 and not self.objections

    @property
    def within_reach(self) -> bool:
        """Whether those who could still sign would be enough."""
        supervisor = self.has_supervisor or any(r == Role.SUPERVISION for _p, r in self.could_sign)
        return supervisor and len(self.could_sign) >= self.missing

    def without(self, person_id: int) -> Quorum:
        """As it would be had this person no right any more."""
        kept = [s for s in self.signatures if s.person.pk != person_id]
        return replace(self, signatures=kept)

    @property
    def words(self) -> str:
        """« il manque l’accord d’un superviseur »"""
        if not self.objections:
            return self._approvals
        return _("%(approvals)s ; %(who)s s’y oppose : le texte est retenu") % {
            "approvals": self._approvals,
            "who": ", ".join(objection.raised_by.name for objection in self.objections),
        }

    @property
    def _approvals(self) -> str:
        if self.missing == 0:
            return _("tous les accords sont réunis")
        if not self.has_supervisor and self.missing == 1:
            return _("il manque l’accord d’un superviseur")
        sentence = ngettext(
            "il manque %(count)d accord", "il manque %(count)d accords", self.missing
        ) % {"count": self.missing}
        return sentence if self.has_supervisor else sentence + _(", dont celui d’un superviseur")


# Which approvals count, and as whose, is the database's to say: approvals/sql/functions.sql.
VALID = """
SELECT a.review_id, a.role FROM approvals_revision r CROSS JOIN LATERAL valid_approvals(r.id) a
WHERE r.id = ANY(%s)
"""


def quorum_of(revision: Revision) -> Quorum:
    """The quorum as the database has it now: five queries."""
    return quorums_of([revision])[revision.pk]


def quorums_of(revisions: Iterable[Revision]) -> dict[int, Quorum]:
    """The quorums of several revisions (with their drafts), by id: five queries in all."""
    revisions = list(revisions)
    people = reviewers_of({r.draft.account_id for r in revisions})
    wrote: dict[int, set[int]] = defaultdict(set)
    for r in revisions:
        wrote[r.draft_id].add(r.draft.author_id)
    pairs = Contributor.objects.filter(draft__in=wrote).values_list("draft_id", "person_id")
    for draft_id, person_id in pairs:
        wrote[draft_id].add(person_id)
    given: dict[int, list[Review]] = defaultdict(list)
    reviews = Review.objects.filter(revision__in=revisions).select_related("reviewer")
    for review in reviews.order_by("id"):
        given[review.revision_id].append(review)
    standing: dict[int, list[Objection]] = defaultdict(list)
    for objection in Objection.objects.filter(draft__in=wrote, lifted_at=None).select_related(
        "raised_by"
    ):
        standing[objection.draft_id].append(objection)
    valid = _valid_approvals([r.pk for r in revisions])
    return {
        r.pk: replace(
            _quorum(
                r, people[r.draft.account_id], frozenset(wrote[r.draft_id]), given[r.pk], valid
            ),
            objections=standing[r.draft_id],
        )
        for r in revisions
    }


def _valid_approvals(revision_ids: list[int]) -> dict[int, Role]:
    """The ids of the reviews that count now, each with what its signer is."""
    with connection.cursor() as cursor:
        cursor.execute(VALID, [revision_ids])
        return {review_id: Role(role) for review_id, role in cursor.fetchall()}


def _quorum(
    revision: Revision,
    people: dict[int, tuple[Person, Role]],
    contributors: frozenset[int],
    given: list[Review],
    valid: dict[int, Role],
) -> Quorum:
    signatures = [
        Signature(review, review.reviewer, valid[review.pk])
        for review in given
        if review.pk in valid
    ]
    answered = {r.reviewer_id for r in given}
    could = [entry for pk, entry in people.items() if pk not in contributors and pk not in answered]
    return Quorum(revision.required, signatures, could, contributors)
