"""What the clock finds each second: it looks at rows, never at what woke it."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.actions.base import action
from accounts.clock import db_now
from publishing import rules
from publishing.actions.claim import due
from publishing.actions.moves import hold, lock_publication, move
from publishing.models import Attempt, Phase, Publication, PublicationState, Reason

STATE = PublicationState


def due_accounts() -> list[int]:
    """Accounts that have something to send now and no POST under way, first due first."""
    busy = Attempt.objects.filter(account=OuterRef("account"), phase=Phase.POSTING)
    rows = due().filter(~Exists(busy)).values_list("account_id", flat=True)
    return list(dict.fromkeys(rows[:2000]))


def suspects() -> list[int]:
    """Waiting rows against which a rule stands, held rows that may go on or whose cause changed,
    and rows whose time has passed: each is looked at again under its lock, by `rules`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pub.id FROM publishing_publication pub
            JOIN accounts_account a ON a.id = pub.account_id
            JOIN approvals_release re ON re.id = pub.release_id
            JOIN approvals_revision r ON r.id = re.revision_id
            JOIN approvals_draft d ON d.id = r.draft_id
            LEFT JOIN accounts_credential c ON c.account_id = a.id
            LEFT JOIN LATERAL (
                SELECT CASE
                    WHEN (reviewer_role(a.id, d.author_id) = 'seat') IS NOT TRUE
                        THEN 'author_left'
                    WHEN quorum_met(r.id) IS NOT TRUE THEN 'signer_left'
                    WHEN EXISTS (SELECT 1 FROM publishing_freeze f WHERE f.lifted_at IS NULL
                                 AND (f.account_id IS NULL OR f.account_id = a.id)) THEN 'frozen'
                    WHEN c.state IS NULL OR c.state = 'reconnect' THEN 'reconnect'
                    WHEN c.state = 'suspended' THEN 'suspended'
                    WHEN EXISTS (SELECT 1 FROM publishing_creditstop s WHERE s.ended_at IS NULL
                                 AND (s.restored_at IS NULL OR s.probe_id <> pub.id))
                        THEN 'no_credits'
                    ELSE '' END AS broken
            ) rules ON true
            WHERE (pub.state = 'waiting' AND rules.broken <> '')
               OR (pub.state = 'held' AND pub.reason NOT IN ('altered', rules.broken))
               OR (pub.state IN ('waiting', 'held') AND pub.reason <> 'altered'
                   AND pub.due_at + make_interval(secs => a.tolerance_minutes * 60 * %s)
                       < clock_timestamp())
            ORDER BY pub.due_at LIMIT 500
            """,
            [settings.DURATIONS.tolerance / 900],
        )
        return [row[0] for row in cursor.fetchall()]


@action
def settle(publication_id: int) -> None:
    """Moves one waiting or held row where the rules now say: held, waiting or missed."""
    publication = lock_publication(publication_id)
    if publication.state not in (STATE.WAITING, STATE.HELD):
        return
    reason = rules.obstacle(publication)
    late = db_now() > rules.closes_at(publication, publication.account)
    if late and reason != Reason.ALTERED:
        move(publication, STATE.MISSED, reason=Reason.TOO_LATE)
    elif reason is not None:
        hold(publication, reason)
    elif publication.state == STATE.HELD:
        move(publication, STATE.WAITING, next_try_at=max(publication.due_at, db_now()))


def settle_account(account_id: int) -> None:
    """In the transaction in which a right ended: every waiting row that rests on it is held."""
    rows = Publication.objects.filter(account=account_id, state=STATE.WAITING)
    for publication_id in rows.order_by("pk").values_list("pk", flat=True):
        publication = lock_publication(publication_id)
        reason = rules.obstacle(publication)
        if reason is not None:
            hold(publication, reason)
