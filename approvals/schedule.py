"""A date and an hour said in a department's time zone, made an instant; pure, without a clock.

When summer time begins an hour does not exist: it is refused, and the next one that exists is
proposed. When it ends an hour exists twice: people are asked which, the first by default.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.timefmt import format_hour

MONTHS_AHEAD = 6
MINUTE = dt.timedelta(minutes=1)
EVENING, MORNING = dt.time(18), dt.time(8)
IN_AN_HOUR = "in-1h"


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


@dataclass(frozen=True)
class QuickHour:
    """An hour that one button chooses; `value` is what the button sends."""

    label: str
    value: str


def quick_hours(now: dt.datetime) -> list[QuickHour]:
    """In an hour, this evening, tomorrow morning, in the zone of `now`; none that is past."""
    evening = _at(now, EVENING)
    morning = _at(now + dt.timedelta(days=1), MORNING)
    hours = [QuickHour(_("dans 1 h"), IN_AN_HOUR)]
    if evening > now:
        label = _("ce soir %(hour)s") % {"hour": format_hour(evening)}
        hours.append(QuickHour(label, f"{evening:%Y-%m-%dT%H:%M}"))
    label = _("demain %(hour)s") % {"hour": format_hour(morning)}
    return [*hours, QuickHour(label, f"{morning:%Y-%m-%dT%H:%M}")]


def read_quick_hour(value: str, now: dt.datetime) -> dt.datetime | None:
    """What a button meant, in the zone of `now`: « in an hour » counts from the click, the others
    are the hours that the page showed. None for nonsense.
    """
    if value == IN_AN_HOUR:
        return (now.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(now.tzinfo)
    try:
        return dt.datetime.strptime(value, "%Y-%m-%dT%H:%M").replace(tzinfo=now.tzinfo)
    except ValueError:
        return None


def _at(day: dt.datetime, hour: dt.time) -> dt.datetime:
    return dt.datetime.combine(day.date(), hour, tzinfo=day.tzinfo)
