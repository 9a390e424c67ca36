"""The one clock: PostgreSQL's, never the machine's."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import DateField, Func


def db_now() -> dt.datetime:
    """This moment by PostgreSQL's clock, aware; inside a transaction it still moves on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
    return now


class LocalDay(Func):
    """The day that a zone has at a moment: `LocalDay(F("time_zone"), Now())`."""

    template = "timezone(%(expressions)s)::date"
    output_field = DateField()


def in_seconds(seconds: float) -> dt.datetime:
    """So many seconds from now, by the same clock."""
    return db_now() + dt.timedelta(seconds=seconds)
