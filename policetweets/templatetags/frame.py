"""What stands around every page: the bell's count, and the bands above the content."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.db import DatabaseError, transaction

from accounts import notices
from accounts.fetching import fetch_together
from accounts.models import Notice, Person
from policetweets.health import Blocked, Problem, blocked, silent, stuck_of
from publishing.access import freezes_of
from publishing.heartbeat import beats
from publishing.models import Freeze

register = template.Library()


@dataclass(frozen=True)
class Frame:
    """`unread` notices, standing `freezes`, `problems` that keep everybody's posts from leaving,
    and posts of one's own that are `blocked`. Empty for who is not signed in.
    """

    unread: int = 0
    freezes: list[Freeze] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """`{% frame as around %}`: one query. Notices about the page that is being opened are read by
    that, unless it is an error's. A database that takes no writes hides no page.
    """
    request = context.get("request")
    person = getattr(request, "user", None)
    if request is None or not isinstance(person, Person):
        return Frame()
    unread = notices.unread_of(person, request.path)
    freezes, heard, stuck = freezes_of(person), beats(), stuck_of(person)
    fetch_together(unread, freezes, heard, stuck)
    counted = dict(unread)
    if counted.get(True) and request.method == "GET" and "status" not in context:
        del counted[True]
        with suppress(DatabaseError), transaction.atomic():
            notices.mark_read(Notice.objects.filter(person=person, path=request.path))
    return Frame(sum(counted.values()), list(freezes), silent(heard), blocked(stuck, person))
