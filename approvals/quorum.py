"""The quorum of a revision: who signed, what is missing, who could still sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import Reviewer, reviewers_of
from accounts.models import Function, Person
from accounts.roles import Role
from approvals.models import Contributor, Objection, Review, Revision


@dataclass(frozen=True)
class Signature:
    """An approval that counts now: its signer still has the right and wrote nothing of it."""

    review: Review
    reviewer: Reviewer

    @property
    def person(self) -> Person:
        return self.reviewer.person


@dataclass(frozen=True)
class Quorum:
    """`could_sign` are those who have not answered and still may; `objections` those that stand.
    With `function`, one signer is to have it: a supervisor, since nobody else has one.
    """

    required: int
    signatures: list[Signature]
    could_sign: list[Reviewer]
    contributors: frozenset[int]
    function: str = ""
    objections: list[Objection] = field(default_factory=list)

    @property
    def has_supervisor(self) -> bool:
        return any(s.reviewer.role == Role.SUPERVISION for s in self.signatures)

    @property
    def has_function(self) -> bool:
        """Whether somebody of the function signed, if the text needs it."""
        return not self.function or any(
            s.reviewer.function == self.function for s in self.signatures
        )

    @property
    def missing(self) -> int:
        """How many approvals are still needed, a supervisor's and the function's included."""
        particular = not (self.has_supervisor and self.has_function)
        return max(self.required - len(self.signatures), 1 if particular else 0)

    @property
    def met(self) -> bool:
        return self.missing == 0 and not self.objections

    @property
    def within_reach(self) -> bool:
        """Whether those who could still sign would be enough."""
        supervisor = self.has_supervisor or any(
            who.role == Role.SUPERVISION for who in self.could_sign
        )
        function = self.has_function or any(
            who.function == self.function for who in self.could_sign
        )
        return supervisor and function and len(self.could_sign) >= self.missing

    def awaits(self, person: Person) -> bool:
        """Whether this person's answer is wanted: their first, or again that of a signer whom a new
        function lets complete the quorum, since only an approval releases.
        """
        people = [who.person for who in self.could_sign]
        if self.met:
            people += [signature.person for signature in self.signatures]
        return person in people

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
        if not self.has_function:
            whose = str(Function(self.function).label)
        else:
            whose = "" if self.has_supervisor else _("superviseur")
        if whose and self.missing == 1:
            return _("il manque l’accord d’un %(function)s") % {"function": whose}
        sentence = ngettext(
            "il manque %(count)d accord", "il manque %(count)d accords", self.missing
        ) % {"count": self.missing}
        if not whose:
            return sentence
        return sentence + _(", dont celui d’un %(function)s") % {"function": whose}


# Which approvals count, and as whose, is the database's to say: approvals/sql/functions.sql.
VALID = """
SELECT a.review_id, a.role, coalesce(standing_function(d.account_id, a.reviewer_id), '')
FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
CROSS JOIN LATERAL valid_approvals(r.id) a
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


def _valid_approvals(revision_ids: list[int]) -> dict[int, tuple[Role, str]]:
    """The ids of the reviews that count now, each with what its signer is, and their function."""
    with connection.cursor() as cursor:
        cursor.execute(VALID, [revision_ids])
        return {pk: (Role(role), function) for pk, role, function in cursor.fetchall()}


def _quorum(
    revision: Revision,
    people: dict[int, Reviewer],
    contributors: frozenset[int],
    given: list[Review],
    valid: dict[int, tuple[Role, str]],
) -> Quorum:
    signatures = [
        Signature(review, Reviewer(review.reviewer, *valid[review.pk]))
        for review in given
        if review.pk in valid
    ]
    answered = {r.reviewer_id for r in given}
    could = [who for pk, who in people.items() if pk not in contributors and pk not in answered]
    return Quorum(revision.required, signatures, could, contributors, revision.function)
