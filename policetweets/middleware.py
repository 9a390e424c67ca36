"""What every request goes through: its log line, its headers, its language, and refusals."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.requests import parse_int
from policetweets.errors import refuse, typed_texts
from policetweets.signed_out import method_not_allowed

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("policetweets.request")

# What a form may carry, unless its view says `max_body_size`.
MAX_FORM_BYTES = 256 * 1024


class RequestLogMiddleware:
    """One line a request, without texts or tokens."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        # Set by AuthenticationMiddleware once somebody asked who it is; asking here could fail.
        person = getattr(request, "_cached_user", None)
        log.info(
            "request",
            method=request.method,
            route=match.view_name if match else None,
            status=response.status_code,
            ms=round((time.monotonic() - began) * 1000),
            person=getattr(person, "pk", None),
        )
        return response


class PrivacyMiddleware:
    """Pages are kept by no cache, and use nothing of the device; refusals too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers["Permissions-Policy"] = settings.PERMISSIONS_POLICY
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages and fragments; images are compressed already.

    Django adds a random number of bytes to each, so that its length betrays no secret (BREACH).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/"):
            return response
        return super().process_response(request, response)


class EarlyRefusalMiddleware:
    """What cannot be read, stored or held in memory is refused before any view sees it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.refuse_early(request) or self.get_response(request)

    def refuse_early(self, request: HttpRequest) -> HttpResponse | None:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return refuse(request, 400, _("L’adresse contient un caractère impossible."))
        # Quoted, a cookie may hold one too, and that of the session is looked for as it comes.
        if any("\0" in cookie for cookie in request.COOKIES.values()):
            return refuse(request, 400)
        if parse_int(request.META.get("CONTENT_LENGTH") or "0") is None:
            return refuse(request, 400)
        # Browsers send the encoding of the page, which is UTF-8; Python knows some that are no
        # encoding of texts at all.
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            return refuse(request, 400)
        return None

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # More is refused before any of it is read: forms are small, few views take more.
        largest = getattr(view, "largest_body", MAX_FORM_BYTES)
        if int(request.META.get("CONTENT_LENGTH") or 0) > largest:
            return refuse(request, 413)
        if request.method != "POST":
            return None
        try:
            fields = list(request.POST.lists())
        except (ValueError, LookupError, OSError):
            return refuse(request, 400)
        if any("\0" in text for name, values in fields for text in (name, *values)):
            return refuse(request, 400, _("Un champ contient un caractère impossible."))
        return None


class LanguageMiddleware:
    """French, unless somebody chose otherwise: what a browser prefers does not decide."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen in dict(settings.LANGUAGES)
        translation.activate(chosen if known else settings.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Cookie",))
        return response


class SentenceMiddleware:
    """A Refusal raised by a view becomes its status and its sentence; so does a method that an
    address does not know.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return method_not_allowed(request, response) if response.status_code == 405 else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        log.info("refused", code=exception.code, status=exception.status)
        # The page of what is not yours is the same whatever was sent to it.
        typed = typed_texts(request) if exception.status != 404 else []
        return refuse(request, exception.status, exception.sentence, typed)
