"""Time is moved in tests by backdating rows, the signed hour with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

# The hour of a publication is what was signed, or what two people confirmed: the rows that say so
# move with it, past the triggers that keep them.
SIGNED_WITH_IT = (
    "UPDATE approvals_release re SET released_at = released_at - %(by)s"
    " FROM publishing_publication p WHERE p.id = %(pk)s AND re.id = p.release_id",
    "UPDATE approvals_revision r SET requested_at = requested_at - %(by)s"
    " FROM publishing_publication p JOIN approvals_release re ON re.id = p.release_id"
    " WHERE p.id = %(pk)s AND r.id = re.revision_id",
    "UPDATE publishing_confirmation SET due_at = due_at - %(by)s, decided_at = decided_at - %(by)s"
    " WHERE publication_id = %(pk)s AND state = 'confirmed'",
)


def backdate_row(row: Any, seconds: float, *fields: str) -> None:
    """Moves these moments of a row into the past."""
    by = dt.timedelta(seconds=seconds)
    row.refresh_from_db()
    changes = {field: getattr(row, field) - by for field in fields}
    type(row).objects.filter(pk=row.pk).update(**changes)
    if row._meta.model_name == "publication" and "due_at" in fields:
        backdate_signed_hour(row.pk, by)
    row.refresh_from_db()


def backdate_signed_hour(publication_id: int, by: dt.timedelta) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in SIGNED_WITH_IT:
            cursor.execute(statement, {"by": by, "pk": publication_id})
        # At once, for a test's own transaction may go on.
        cursor.execute("SET LOCAL session_replication_role = origin")
