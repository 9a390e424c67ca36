"""A date and an hour said in a department's time zone, made an instant; pure, without a clock.

When summer time begins an hour does not exist: it is refused, and the next one that exists is
proposed. When it ends an hour exists twice: people are asked which, the first by default.
"""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

MONTHS_AHEAD = 6
MINUTE = dt.timedelta(minutes=1)


def candidate_instants(day: dt.date, hour: dt.time, zone: ZoneInfo) -> list[dt.datetime]:
    """The instants that this local time names: one, none, or two, the first one first."""
    instants: list[dt.datetime] = []
    for fold in (0, 1):
        said = dt.datetime.combine(day, hour, tzinfo=zone).replace(fold=fold)
        back = said.astimezone(dt.UTC).astimezone(zone)
        exists = back.replace(tzinfo=None) == said.replace(tzinfo=None)
        if exists and all(said.utcoffset() != other.utcoffset() for other in instants):
            instants.append(said)
    return instants


def next_that_exists(day: dt.date, hour: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The first local minute from here on that exists: never more than some hours away."""
    said = dt.datetime.combine(day, hour)
    while not (instants := candidate_instants(said.date(), said.time(), zone)):
        said += MINUTE
    return instants[0]


def latest(now: dt.datetime) -> dt.datetime:
    """How far ahead a message may be scheduled: six months, to the day where there is one."""
    months = now.month - 1 + MONTHS_AHEAD
    year, month = now.year + months // 12, months % 12 + 1
    day = min(now.day, calendar.monthrange(year, month)[1])
    return now.replace(year=year, month=month, day=day)
