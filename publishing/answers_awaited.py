"""The proposals that await somebody's answer: a confirmation expires within its hour."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.access import Membership, reviewers_among, rights_on
from accounts.fetching import fetch_together
from accounts.models import Account, Person
from publishing.actions.decide import two_agree
from publishing.models import Confirmation, ConfirmationState


@dataclass(frozen=True)
class AwaitedAnswer:
    """One proposal and where it is answered; `text` is empty for a freeze, `account` for one of
    all accounts, whose times are told in `place`.
    """

    proposal: Confirmation
    account: Account | None
    place: Account
    text: str
    path: str


def awaited_from(person: Person, places: list[Membership]) -> list[AwaitedAnswer]:
    """What this person can confirm, the first to expire first: one query.
    `places` is empty for an administrator, who confirms what is of all accounts."""
    roles = {place.account.pk: place.role for place in places}
    where = Q(publication__account__in=roles) | Q(freeze__account__in=roles)
    if person.is_administrator:
        where = Q(freeze__isnull=False, freeze__account=None)
    rows = (
        Confirmation.objects.filter(where, state=ConfirmationState.OPEN, expires_at__gt=Now())
        .exclude(proposed_by=person)
        .select_related(
            "proposed_by",
            "publication__account",
            "publication__release__revision",
            "freeze__account",
        )
        .order_by("expires_at", "pk")
    )
    rights = rights_on(roles)
    fetch_together(rows, rights)
    reviewers = reviewers_among(rights, roles)
    awaited = []
    for proposal in rows:
        account = _account_of(proposal)
        if account is not None:
            proposer = reviewers[account.pk].get(proposal.proposed_by_id)
            if not two_agree(roles[account.pk], proposer.role if proposer else None):
                continue
        awaited.append(_shown(proposal, account))
    return awaited


def _account_of(proposal: Confirmation) -> Account | None:
    if proposal.publication is not None:
        return proposal.publication.account
    return proposal.freeze.account if proposal.freeze is not None else None


def _shown(proposal: Confirmation, account: Account | None) -> AwaitedAnswer:
    publication = proposal.publication
    if publication is not None:
        path = reverse("confirmation", args=[proposal.pk])
    else:
        path = reverse("account", args=[account.handle]) if account else reverse("freezes")
    return AwaitedAnswer(
        proposal=proposal,
        account=account,
        # What is of all accounts is told in the zone of the service itself.
        place=account or Account(time_zone=settings.TIME_ZONE),
        text=" ".join(publication.release.revision.texts) if publication is not None else "",
        path=path,
    )
