"""Requests as our views see them: a signed-in person, and whether htmx asks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from accounts.errors import Forbidden
from accounts.models import Person


class PersonRequest(HttpRequest):
    """What LoginRequiredMiddleware lets through."""

    user: Person
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def administrators_only(view: View) -> View:
    """Everybody else is told whose page this is."""

    @functools.wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise Forbidden
        return view(request, *args, **kwargs)

    return guarded
