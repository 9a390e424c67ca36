"""Every refusal as a page: a title, a sentence that says what to do, a way back."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import ReadOnlySqlTransaction

from accounts.errors import Forbidden, NotFound, Sentence

PAGES: dict[int, tuple[Sentence, Sentence]] = {
    400: (
        _("Demande incomprise"),
        _("Cette demande n’a pas pu être lue. Revenez en arrière et recommencez."),
    ),
    403: (_("Accès refusé"), Forbidden.sentence),
    404: (_("Page introuvable"), NotFound.sentence),
    405: (
        _("Action impossible à cette adresse"),
        _("Cette adresse ne fait pas ce qui lui est demandé. Revenez à la page précédente."),
    ),
    409: (_("Action impossible"), _("Cette action n’est pas possible.")),
    413: (
        _("Envoi trop volumineux"),
        _("Ce qui a été envoyé est trop volumineux. Réduisez les images et recommencez."),
    ),
    429: (_("Trop d’essais"), _("Trop d’essais en peu de temps. Patientez quelques minutes.")),
    500: (
        _("Erreur inattendue"),
        _(
            "Une erreur est survenue de notre côté. Rien n’a été publié par cette action. "
            "Réessayez ; si l’erreur persiste, prévenez un administrateur."
        ),
    ),
    503: (
        _("Service momentanément indisponible"),
        _(
            "La base de données ne répond pas. Ce que vous avez saisi est encore dans la page "
            "précédente : revenez-y et réessayez dans un instant."
        ),
    ),
}

READ_ONLY = _(
    "La base de données n’accepte pour l’instant que la lecture : rien n’a été enregistré. "
    "Gardez ce que vous avez saisi, et réessayez dans un instant."
)


def refuse(
    request: HttpRequest,
    status: int,
    sentence: Sentence | None = None,
    typed: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """The page, with what was typed; or for htmx an alert that takes the place of the messages."""
    title, usual = PAGES.get(status, PAGES[409])
    context = {
        "status": status,
        "title": title,
        "sentence": sentence or usual,
        "back": way_back(request),
        "typed": typed,
    }
    response = _rendered(request, status, context)
    if status == 429:
        response.headers["Retry-After"] = str(math.ceil(settings.DURATIONS.sign_in_pause))
    return response


def _rendered(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    # Who signed in and what is theirs is not asked again when something is broken.
    known = request if status < 500 and hasattr(request, "user") else None
    if request.headers.get("HX-Request"):
        body = render_to_string(
            "components/alert.html", {"type": "error", "text": context["sentence"]}
        )
        response = HttpResponse(body, status=status)
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML show:top"
        return response
    return HttpResponse(render_to_string("error.html", context, known), status=status)


# What people write in forms; never a password.
TYPED = {"text", "body", "reason", "link", "day", "hour"}
TYPED |= {"name", "email", "handle"}


def typed_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody wrote in the form that could not be stored, each text with its field's name:
    texts, reasons, descriptions.
    """
    if request.method != "POST":
        return []
    fields = [(name, texts) for name, texts in request.POST.lists() if isinstance(name, str)]
    kept = [
        (n, str(t))
        for n, texts in fields
        if n in TYPED or n.endswith("-reason") or n[:4] == "alt-"
        for t in texts
    ]
    return [(name, text) for name, text in kept if text.strip()]


def came_from(request: HttpRequest) -> str | None:
    """The page of ours that the request comes from; None when it is no page of ours."""
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    if referer.netloc != (request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME")):
        return None
    # Two strokes at its beginning would be another host's name.
    return "/" + referer.path.lstrip("/") + (f"?{referer.query}" if referer.query else "")


def way_back(request: HttpRequest) -> str:
    """The page one came from, when it is one of ours and not this very one."""
    page = came_from(request)
    return "/" if page is None or page.partition("?")[0] == request.path else page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled: an outage is told apart from a mistake of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction):
        return refuse(request, 503, READ_ONLY, typed_texts(request))
    outage = isinstance(error, OperationalError | InterfaceError)
    return refuse(request, 503, typed=typed_texts(request)) if outage else refuse(request, 500)
