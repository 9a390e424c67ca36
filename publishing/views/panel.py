"""The panel of a publication again, every few seconds while something may change."""

from __future__ import annotations

import hashlib

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from publishing.access import publication_for
from publishing.panel import Panel, panel_of

# htmx asks no more after this status.
NO_MORE = 286


def panel_body(panel: Panel, *, live: bool) -> tuple[str, str]:
    """The fragment and its ETag; it holds no form, so that it is the same until it changes."""
    body = render_to_string("publishing/_panel.html", {"panel": panel, "live": live})
    return body, quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])


@require_safe
def live(request: PersonRequest, publication_id: int) -> HttpResponse:
    """The panel as it now is, or 304 when the browser has it already."""
    publication, role = publication_for(request.user, publication_id)
    panel = panel_of(publication, request.user, role)
    body, etag = panel_body(panel, live=True)
    if not panel.is_live:
        response = HttpResponse(body, status=NO_MORE)
    elif request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
