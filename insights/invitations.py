"""The invitations of accounts over a period, to be read by reports: figures, nobody's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Account
from insights.models import Invitation, InvitationAnswer


@dataclass(frozen=True)
class Invitations:
    """How many an account invited in a period, and how many answered in it: whoever answered may
    have been invited before, and those who were forgotten count as they did.
    """

    account: Account
    invited: int
    accepted: int
    declined: int


def invitations_of(
    accounts: Collection[Account], first: dt.date, last: dt.date
) -> list[Invitations]:
    """By department, both days included: one query."""
    answered = Q(answered_on__range=(first, last))
    counts = (
        Invitation.objects.filter(account__in=accounts)
        .order_by()
        .values_list("account_id")
        .annotate(
            invited=Count("pk", filter=Q(invited_on__range=(first, last))),
            accepted=Count("pk", filter=answered & Q(answer=InvitationAnswer.ACCEPTED)),
            declined=Count("pk", filter=answered & Q(answer=InvitationAnswer.DECLINED)),
        )
    )
    found = {account_id: figures for account_id, *figures in counts}
    return [
        Invitations(account, *found.get(account.pk, (0, 0, 0)))
        for account in sorted(accounts, key=lambda account: account.code)
    ]
