"""What stands between an approved text and X, asked at the claim and again at the pre-send check.

One query answers for one publication.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from approvals.digest import digest_of
from publishing.models import Publication, Reason

# Rules are functions of the database (publishing/sql/functions.sql, approvals/sql/functions.sql),
# asked here, by the scan and by the trigger at « posting ».
CONDITIONS = """
SELECT first_violation(pub.id),
    clock_timestamp(),
    EXISTS (SELECT 1 FROM publishing_attempt t WHERE t.account_id = a.id AND t.phase = 'posting'),
    c.state = 'probing' OR EXISTS (SELECT 1 FROM publishing_throttle h
        WHERE h.account_id = a.id AND h.until > clock_timestamp()),
    EXISTS (SELECT 1 FROM publishing_retraction x
        WHERE x.publication_id = pub.id AND x.ended_at IS NULL),
    EXISTS (SELECT 1 FROM publishing_part p WHERE p.publication_id = pub.id
        AND p.state IN ('out', 'deleted')),
    EXISTS (SELECT 1 FROM publishing_creditstop s WHERE s.ended_at IS NULL),
    EXISTS (SELECT 1 FROM publishing_freeze l
        WHERE l.lifted_at > greatest(pub.due_at, re.released_at)
        AND (l.account_id IS NULL OR l.account_id = a.id))
FROM publishing_publication pub
JOIN accounts_account a ON a.id = pub.account_id
JOIN approvals_release re ON re.id = pub.release_id
LEFT JOIN accounts_credential c ON c.account_id = a.id
WHERE pub.id = %s
"""


@dataclass(frozen=True)
class Conditions:
    """What the database says of one publication at `now`, its own clock.

    `turn_taken`: another POST of the account is under way. `connection_busy`: a rate limit has not
    opened, or a 401 is being asked about. `credit_stop`: one stands, this row may be let through.
    `lifted_late`: a freeze was lifted after its hour, maybe while it was in a worker's hands.
    """

    violation: Reason | None
    now: dt.datetime
    turn_taken: bool
    connection_busy: bool
    retraction: bool
    any_part_out: bool
    credit_stop: bool
    lifted_late: bool

    @property
    def busy(self) -> bool:
        return self.turn_taken or self.connection_busy


def load_conditions(publication: Publication) -> Conditions:
    """One query; to be asked under the account's lock, so that no right ends meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(CONDITIONS, [publication.pk])
        broken, *rest = cursor.fetchone()
    reason = Reason(broken) if broken else None
    if not as_approved(publication):
        reason = Reason.ALTERED
    return Conditions(reason, *rest)


def as_approved(publication: Publication) -> bool:
    """What is stored is what was signed, and for the handle that was signed."""
    revision = publication.release.revision
    return (
        digest_of(revision.content) == publication.release.digest
        and revision.signed.account == publication.account.handle.lower()
    )


def stands_on_x(release_id: int) -> bool:
    """Whether one can reply on X to the first post of this release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stands_on_x(%s)", [release_id])
        return bool(cursor.fetchone()[0])


def closes_at(publication: Publication) -> dt.datetime:
    """After this moment a first part is too late."""
    return publication.due_at + dt.timedelta(seconds=publication.account.tolerance_seconds)


def too_late(publication: Publication, conditions: Conditions) -> bool:
    return conditions.now > closes_at(publication)


def since_last_out(publication: Publication) -> dt.datetime:
    """From when a thread's next part has waited: the part before it, or a confirmed new time."""
    out = [part.out_at for part in publication.parts.all() if part.out_at is not None]
    return max([publication.due_at, *out])


def thread_timed_out(publication: Publication, conditions: Conditions) -> bool:
    """A later part that has waited for the account's tolerance does not leave by itself."""
    patience = dt.timedelta(seconds=publication.account.tolerance_seconds)
    return conditions.any_part_out and conditions.now > since_last_out(publication) + patience


def missed(publication: Publication, conditions: Conditions) -> Reason | None:
    """Why it is not to leave any more by itself, while no part is out."""
    if conditions.any_part_out:
        return None
    if too_late(publication, conditions):
        return Reason.TOO_LATE
    return Reason.LIFTED_LATE if conditions.lifted_late else None
