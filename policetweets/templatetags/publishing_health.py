"""How the band that says that nothing leaves tells since when."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone

from accounts.timefmt import format_relative
from policetweets.health import STOPS_POSTING, Problem

register = template.Library()


@register.filter
def interruption(problems: list[Problem]) -> Problem | None:
    """The oldest of those that stop every post; none where posting goes on."""
    stopping = [problem for problem in problems if problem.name in STOPS_POSTING]
    return min(stopping, key=lambda one: one.since or timezone.now(), default=None)


@register.filter
def since_when(moment: dt.datetime) -> str:
    """« aujourd’hui à 10 h 45 », in the zone of the service itself."""
    return format_relative(moment, ZoneInfo(settings.TIME_ZONE), timezone.now())
