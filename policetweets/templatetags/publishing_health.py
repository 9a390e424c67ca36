"""The band that says that nothing leaves, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from accounts.timefmt import format_relative
from policetweets.health import STOPS_POSTING, Blocked, Problem, blocked, stopped

register = template.Library()


@register.simple_tag(takes_context=True)
def publishing_problems(context: dict[str, Any]) -> list[Problem]:
    """For those who are signed in; nothing is asked for the others."""
    person = getattr(context.get("request"), "user", None)
    return stopped() if isinstance(person, Person) else []


@register.simple_tag(takes_context=True)
def blocked_posts(context: dict[str, Any]) -> list[Blocked]:
    """Those that concern this person."""
    person = getattr(context.get("request"), "user", None)
    return blocked(person) if isinstance(person, Person) else []


@register.filter
def interruption(problems: list[Problem]) -> Problem | None:
    """The oldest of those that stop every post; none where posting goes on."""
    stopping = [problem for problem in problems if problem.name in STOPS_POSTING]
    return min(stopping, key=lambda one: one.since or timezone.now(), default=None)


@register.filter
def since_when(moment: dt.datetime) -> str:
    """« aujourd’hui à 10 h 45 », in the zone of the service itself."""
    return format_relative(moment, ZoneInfo(settings.TIME_ZONE), timezone.now())
