"""How many waiting publications would be held if a right ended: tried, counted, undone."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import Seat, Supervision
from publishing import rules

RESTING = f"""
SELECT count(*) FROM {rules.TABLES}
WHERE pub.account_id = %s AND pub.state = 'waiting'
  AND ({rules.BROKEN}) IN ('author_left', 'signer_left')
"""  # noqa: S608 - our own words, no one else's


def rests_on(account_id: int, person_id: int) -> int:
    """The rules themselves answer, so that the page foretells what will really happen."""
    with transaction.atomic():
        for right in (Seat, Supervision):
            right.objects.filter(account=account_id, person=person_id, ended_at=None).update(
                ended_at=Now()
            )
        with connection.cursor() as cursor:
            cursor.execute(RESTING, [account_id])
            count: int = cursor.fetchone()[0]
        transaction.set_rollback(True)
    return count
