"""Requests as our views see them: a signed-in person, and whether htmx asks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from accounts.errors import Forbidden
from accounts.models import Person


class PersonRequest(HttpRequest):
    """What LoginRequiredMiddleware lets through."""

    user: Person
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)


def takes_up_to(size: int) -> Callable[[V], V]:
    """Lets a view have bodies larger than a form's; the middleware refuses what is larger yet."""

    def mark(view: V) -> V:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return mark


def administrators_only(view: View) -> View:
    """Everybody else is told whose page this is."""

    @functools.wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise Forbidden
        return view(request, *args, **kwargs)

    return guarded
