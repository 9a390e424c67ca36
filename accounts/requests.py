"""Requests as our views see them: who asks, what was typed as a number, what is known already."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django_htmx.middleware import HtmxDetails

from accounts.models import Person
from accounts.roles import Capability

# htmx asks no more after this status.
STOP_POLLING = 286


class PersonRequest(HttpRequest):
    """What LoginRequiredMiddleware lets through."""

    user: Person
    htmx: HtmxDetails


def parse_int(text: str) -> int | None:
    """A number that a form or an address gives; None for nonsense, or more than any row has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def etag_of(body: str) -> str:
    return quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])


def unless_known(request: HttpRequest, body: str, etag: str, status: int = 200) -> HttpResponse:
    """A fragment that a page asks for again and again, or 304 when the browser has this very one;
    another status is always said.
    """
    response = HttpResponse(body, status=status, headers={"ETag": etag})
    if status != 200:
        return response
    known = get_conditional_response(request, etag=etag, response=response)
    return known or response


View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)


def max_body_size(size: int) -> Callable[[V], V]:
    """Lets a view have bodies larger than a form's; the middleware refuses what is larger yet."""

    def mark(view: V) -> V:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return mark


def by_office(capability: Capability) -> Callable[[View], View]:
    """Lets in those whose office allows it; everybody else is told whose page this is."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            capability.require(request.user.office)
            return view(request, *args, **kwargs)

        return guarded

    return guard
