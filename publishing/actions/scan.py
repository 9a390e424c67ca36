"""What the clock finds each second: it looks at rows, never at what woke it."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.actions.base import action
from accounts.errors import Conflict
from approvals.models import Draft
from publishing import rules
from publishing.actions.send import due
from publishing.actions.transitions import hold, lock_publication, transition
from publishing.models import Attempt, CreditStop, Phase, Publication, PublicationState, Reason
from publishing.models.states import FINAL, FOR_GOOD


class NothingToHold(Conflict):
    code = "nothing_to_hold"
    sentence = _(
        "Il n’y a plus rien à retenir : ce message est parti, ou ne partira plus. Ce qui est sur X "
        "se retire."
    )


# What was claimed longer ago and does not post yet is sending images, which takes no turn.
JUST_CLAIMED = dt.timedelta(seconds=2)


def due_accounts() -> list[int]:
    """Accounts that have something to send now, first due first; but for those that a worker has
    in hand, for it goes on with the rest by itself.
    """
    in_hand = Attempt.objects.filter(account=OuterRef("account")).filter(
        Q(phase=Phase.POSTING) | Q(phase=Phase.PREPARING, preparing_at__gt=Now() - JUST_CLAIMED)
    )
    rows = due().filter(~Exists(in_hand)).values_list("account_id", flat=True)
    return list(dict.fromkeys(rows[:2000]))


def rows_to_reevaluate() -> list[int]:
    """Waiting rows against which a rule stands, held rows that may go on or whose cause changed,
    and rows whose time has passed: each is looked at again under its lock, by `rules`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pub.id FROM publishing_publication pub
            JOIN accounts_account a ON a.id = pub.account_id
            CROSS JOIN LATERAL (SELECT first_violation(pub.id) AS violation) rules
            WHERE (pub.state = 'waiting' AND rules.violation <> '')
               OR (pub.state = 'held' AND pub.reason NOT IN (%s, %s, rules.violation))
               OR (pub.state IN ('waiting', 'held') AND pub.reason NOT IN (%s, %s)
                   AND pub.due_at + make_interval(mins => a.tolerance_minutes)
                       < clock_timestamp())
            ORDER BY pub.due_at LIMIT 500
            """,
            [*FOR_GOOD, *FOR_GOOD],
        )
        return [row[0] for row in cursor.fetchall()]


@action
def reevaluate(publication_id: int) -> None:
    """Moves one waiting or held row where the rules now say: held, waiting or missed."""
    _reevaluate(lock_publication(publication_id))


def _reevaluate(publication: Publication) -> None:
    if publication.state not in (PublicationState.WAITING, PublicationState.HELD):
        return
    conditions = rules.load_conditions(publication)
    reason = conditions.violation
    if rules.too_late(publication, conditions) and reason not in FOR_GOOD:
        transition(publication, PublicationState.MISSED, reason=Reason.TOO_LATE)
    elif reason is not None:
        hold(publication, reason)
    elif publication.state == PublicationState.HELD:
        transition(
            publication,
            PublicationState.WAITING,
            next_try_at=max(publication.due_at, conditions.now),
        )


def follow_objection(draft: Draft, *, raised: bool) -> None:
    """In the transaction in which somebody objected, or lifted their objection: what waits is held,
    or goes on. Raises NothingToHold for an objection to what has left, or never will.
    """
    rows = Publication.objects.filter(
        release__revision__draft=draft, release__revision__closed_at=None
    )
    publication_id = rows.values_list("pk", flat=True).first()
    if publication_id is None:
        return
    publication = lock_publication(publication_id)
    if raised and not can_object(publication):
        raise NothingToHold
    _reevaluate(publication)


def can_object(publication: Publication) -> bool:
    """Whether something of it may still leave, by itself or by a decision."""
    return publication.state not in {*FINAL, PublicationState.REFUSED}


def free_probe() -> None:
    """The send that was let through first after « crédits rétablis » is not on its way any more,
    and X has said nothing of it: another one may go first.
    """
    probed = CreditStop.objects.filter(ended_at=None, probe__isnull=False)
    probed.exclude(probe__state__in=[PublicationState.WAITING, PublicationState.SENDING]).update(
        probe=None
    )


def reevaluate_account(account_id: int) -> None:
    """In the transaction in which a right ended: every waiting row that rests on it is held."""
    rows = Publication.objects.filter(account=account_id, state=PublicationState.WAITING)
    for publication_id in rows.order_by("pk").values_list("pk", flat=True):
        publication = lock_publication(publication_id)
        reason = rules.load_conditions(publication).violation
        if reason is not None:
            hold(publication, reason)
