"""The quorum of a revision: who signed, what is missing, who could still sign."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import CharField, Func, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import Reviewer, reviewers_among, rights_on
from accounts.fetching import fetch_together
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
COUNTS_AS = Func(
    "revision",
    "pk",
    template="(SELECT a.role FROM valid_approvals(%(expressions)s)",
    arg_joiner=") a WHERE a.review_id = ",
    output_field=CharField(),
)


def with_standing(reviews: QuerySet[Review]) -> QuerySet[Review, Any]:
    """Each with what its signer is, if it is an approval that counts now, and their function."""
    function = Func("revision__draft__account", "reviewer", function="standing_function")
    return reviews.select_related("reviewer").annotate(
        counts_as=COUNTS_AS,
        function=Coalesce(function, Value(""), output_field=CharField()),
    )


def quorum_of(revision: Revision) -> Quorum:
    """The quorum as the database has it now: one query."""
    return quorums_of([revision])[revision.pk]


def quorums_of(revisions: Iterable[Revision]) -> dict[int, Quorum]:
    """The quorums of several revisions (with their drafts), by id: one query in all."""
    revisions = list(revisions)
    drafts = {r.draft_id for r in revisions}
    accounts = {r.draft.account_id for r in revisions}
    rights = rights_on(accounts)
    wrote = Contributor.objects.filter(draft__in=drafts)
    reviews = with_standing(Review.objects.filter(revision__in=revisions)).order_by("id")
    standing = Objection.objects.filter(draft__in=drafts, lifted_at=None)
    objections = standing.select_related("raised_by")
    fetch_together(rights, wrote, reviews, objections)
    people = reviewers_among(rights, accounts)
    return {
        r.pk: quorum_among(
            r,
            people[r.draft.account_id],
            {row.person_id for row in wrote if row.draft_id == r.draft_id},
            [review for review in reviews if review.revision_id == r.pk],
            [objection for objection in objections if objection.draft_id == r.draft_id],
        )
        for r in revisions
    }


def quorum_among(
    revision: Revision,
    people: dict[int, Reviewer],
    wrote: Collection[int],
    given: Iterable[Any],
    objections: list[Objection],
) -> Quorum:
    """That of a revision, of rows that were read: the reviewers of its account, who wrote its
    draft, its reviews `with_standing`, and the objections that stand.
    """
    contributors = frozenset({revision.draft.author_id, *wrote})
    signatures = [
        Signature(review, Reviewer(review.reviewer, Role(review.counts_as), review.function))
        for review in given
        if review.counts_as
    ]
    answered = {review.reviewer_id for review in given}
    could = [who for pk, who in people.items() if pk not in contributors and pk not in answered]
    return Quorum(revision.required, signatures, could, contributors, revision.function, objections)
