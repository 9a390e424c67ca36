"""Which publications a person may see: those of their accounts; all else does not exist."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.access import Reviewer, administers, role_on
from accounts.errors import NotFound
from accounts.models import Person, Right
from accounts.roles import Role
from approvals.models import Revision
from publishing.models import Freeze, Lookup, LookupKind, LookupResult, Publication
from publishing.models.lookup import AHEAD_OF_DECISION, SEARCHES


def shown() -> QuerySet[Publication]:
    """With all that a page says of them. `now` is PostgreSQL's. Of the lookups at X `next_lookup`
    is the next; `last_lookup` the one after which people may have an uncertain post sent again, or
    None once it was made; `searched_at` when X was last searched for it. `decided`: a decision of
    two waits for a lookup.
    """
    lookups = Lookup.objects.filter(part__publication=OuterRef("pk"))
    owed = lookups.filter(done_at=None)
    last = lookups.filter(AHEAD_OF_DECISION).order_by("-due_at")
    searched = lookups.filter(kind__in=SEARCHES, done_at__isnull=False).exclude(
        result=LookupResult.CANCELLED
    )
    return Publication.objects.select_related(
        "account",
        "acknowledged_by",
        "release__revision__draft",
        "release__revision__closed_by",
    ).annotate(
        now=Now(),
        next_lookup=Subquery(owed.order_by("due_at").values("due_at")[:1]),
        last_lookup=Subquery(last.values("due_at")[:1]),
        searched_at=Subquery(searched.order_by("-done_at").values("done_at")[:1]),
        decided=Exists(owed.filter(kind=LookupKind.BEFORE_ACT)),
    )


def publication_for(person: Person, publication_id: int) -> tuple[Publication, Role]:
    """One publication and the person's role on its account: one query. Raises NotFound."""
    rights = Right.objects.filter(account=OuterRef("account"), person=person)
    rows = shown().annotate(role=Subquery(rights.values("role")[:1]))
    row = rows.filter(pk=publication_id).first()
    if row is None or row.role is None:
        raise NotFound
    return row, Role(row.role)


def freeze_for(person: Person, freeze_id: int) -> Freeze:
    """A freeze of one of the person's accounts; of all, for administrators. Raises NotFound."""
    row = Freeze.objects.filter(pk=freeze_id).first()
    if row is None:
        raise NotFound
    of_all = row.account_id is None
    if not administers(person) if of_all else role_on(person, row.account_id or 0) is None:
        raise NotFound
    return row


def freezes_of(person: Person) -> QuerySet[Freeze]:
    """The standing freezes that concern this person: of all, and of their accounts; an
    administrator's are all.
    """
    rows = Freeze.objects.filter(lifted_at=None).select_related("account", "frozen_by")
    if not person.is_administrator:
        theirs = Right.objects.filter(person=person).values("account")
        rows = rows.filter(Q(account=None) | Q(account__in=theirs))
    return rows.order_by("since")


def holders_among(people: dict[int, Reviewer]) -> list[Person]:
    """Of an account's reviewers, those who may write for it."""
    return [who.person for who in people.values() if who.role == Role.SEAT]


def publication_of(draft_id: int) -> Publication | None:
    """The status of the draft's last revision, if it was released: one query."""
    last = Revision.objects.filter(draft=draft_id).order_by("-number").values("pk")[:1]
    return shown().filter(release__revision=Subquery(last)).first()
