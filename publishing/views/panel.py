"""The panel of a publication again, every few seconds while something may change."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest, etag_of, unless_known
from publishing.access import publication_for
from publishing.panel import Panel, panel_of

# htmx asks no more after this status.
NO_MORE = 286


def panel_body(panel: Panel, *, live: bool) -> tuple[str, str]:
    """The fragment and its ETag; it holds no form, so that it is the same until it changes."""
    body = render_to_string("publishing/_panel.html", {"panel": panel, "live": live})
    return body, etag_of(body)


@require_safe
def live(request: PersonRequest, publication_id: int) -> HttpResponse:
    """The panel as it now is, or 304 when the browser has it already."""
    publication, role = publication_for(request.user, publication_id)
    panel = panel_of(publication, request.user, role)
    body, etag = panel_body(panel, live=True)
    return unless_known(request, body, etag, status=200 if panel.is_live else NO_MORE)
