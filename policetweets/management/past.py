"""What is done now, as if it had been done then: for demonstrations, on a database of their own.

`at` notes from when to when; `move` then shifts the moments of all that was done since, past the
triggers that keep them, which only the owner of an embedded server may do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from accounts.clock import db_now
from accounts.hardening import OURS

# Moments still ahead, of lookups, follow the post that they are about.
LOOKUPS_AHEAD = """
UPDATE publishing_lookup l SET due_at = l.due_at - s.shift
FROM publishing_part p, LATERAL (
    SELECT shift FROM past WHERE began <= p.out_at ORDER BY began DESC LIMIT 1) s
WHERE p.id = l.part_id AND l.done_at IS NULL AND l.due_at > %(now)s AND p.out_at >= %(since)s
"""
SHIFT = """
UPDATE "{table}" SET "{column}" = "{column}" - (
    SELECT shift FROM past WHERE began <= "{column}" ORDER BY began DESC LIMIT 1)
WHERE "{column}" BETWEEN %(since)s AND %(now)s
"""


class Past:
    """Moments are given in any order; what is done after `at` happened then."""

    def __init__(self) -> None:
        self.marks: list[tuple[dt.datetime, dt.timedelta]] = []

    def at(self, moment: dt.datetime) -> None:
        now = db_now()
        self.marks.append((now, now - moment))

    def move(self) -> None:
        """From time to time: nothing of before the first mark is touched, nor what comes later."""
        if not self.marks:
            return
        given = {"since": self.marks[0][0], "now": db_now()}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "CREATE TEMPORARY TABLE past (began timestamptz PRIMARY KEY, shift interval)"
                " ON COMMIT DROP"
            )
            cursor.executemany(
                "INSERT INTO past VALUES (%s, make_interval(secs => %s))",
                [(began, shift.total_seconds()) for began, shift in self.marks],
            )
            cursor.execute("ANALYZE past")
            cursor.execute(LOOKUPS_AHEAD, given)
            for table, column in _moments():
                cursor.execute(SHIFT.format(table=table, column=column), given)
        self.marks.clear()


def _moments() -> Iterator[tuple[str, str]]:
    """Every column of ours that holds a moment."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            if model._meta.managed:
                for field in model._meta.local_fields:
                    if isinstance(field, models.DateTimeField):
                        yield model._meta.db_table, _column(field)


def _column(field: models.Field[Any, Any]) -> str:
    return str(field.column)
