"""The bell in the header of every page: how many notices are not read yet."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import template
from django.db import DatabaseError, transaction

from accounts import notices
from accounts.models import Notice, Person
from accounts.notice_text import subject_of

register = template.Library()
register.filter("subject", subject_of)


@register.simple_tag(takes_context=True)
def count_unread(context: dict[str, Any]) -> int:
    """Those about the page that is being opened are read by that, unless it is an error's. A
    database that takes no writes hides no page.
    """
    request = context.get("request")
    person = getattr(request, "user", None)
    if request is None or not isinstance(person, Person):
        return 0
    here, elsewhere = notices.count_unread(person, request.path)
    if request.method != "GET" or "status" in context:
        return here + elsewhere
    if here:
        with suppress(DatabaseError), transaction.atomic():
            notices.mark_read(Notice.objects.filter(person=person, path=request.path))
    return elsewhere
