"""What stands between an approved text and X, asked at the claim and again at the last look."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Q

from accounts.models import Account, Credential
from accounts.models.credential import Connection
from approvals.digest import digest_of
from publishing.models import CreditStop, Freeze, Publication, Reason


def obstacle(publication: Publication) -> Reason | None:
    """The first rule that does not hold now, or None. Reads the database, writes nothing.

    To be asked under the account's lock, so that no right ends meanwhile.
    """
    revision = publication.release.revision
    if digest_of(revision.content) != publication.release.digest:
        return Reason.ALTERED
    author_stands, quorum_stands = _standing(publication)
    if not author_stands:
        return Reason.AUTHOR_LEFT
    if not quorum_stands:
        return Reason.SIGNER_LEFT
    if frozen(publication.account_id):
        return Reason.FROZEN
    return line_obstacle(publication)


def frozen(account_id: int) -> bool:
    """Whether a freeze of this account, or of all, stands."""
    of_it = Q(account=account_id) | Q(account=None)
    return Freeze.objects.filter(of_it, lifted_at=None).exists()


def line_obstacle(publication: Publication) -> Reason | None:
    """What stands in the way on X's side: the connection, the suspension, the credits."""
    credential = Credential.objects.filter(account_id=publication.account_id).first()
    if credential is None or credential.state == Connection.RECONNECT:
        return Reason.RECONNECT
    if credential.state == Connection.SUSPENDED:
        return Reason.SUSPENDED
    stop = CreditStop.objects.filter(ended_at=None).first()
    if stop is not None and (
        stop.restored_at is None or stop.probe_id not in (None, publication.pk)
    ):
        return Reason.NO_CREDITS
    return None


def _standing(publication: Publication) -> tuple[bool, bool]:
    """Whether the author still holds a seat, and the quorum its signers, by the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(reviewer_role(d.account_id, d.author_id) = 'seat', false),"
            "       coalesce(quorum_met(r.id), false)"
            " FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id"
            " WHERE r.id = %s",
            [publication.release.revision_id],
        )
        author, quorum = cursor.fetchone()
    return author, quorum


def closes_at(publication: Publication, account: Account) -> dt.datetime:
    """After this moment a first part is too late."""
    return publication.due_at + dt.timedelta(seconds=account.tolerance_seconds)
