"""One request to an address that somebody gave: bounded, never redirected, its body hardly read."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid

# Seconds: to connect, and between two bytes.
TIMEOUTS = (5, 10)
MAX_URL = 1_000
MAX_ANSWER = 16_384
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotAllowed(Invalid):
    code = "address_not_allowed"
    sentence = _(
        "Cette adresse n’est pas admise : elle commence par https:// et mène à un serveur autorisé."
    )


def parse_url(url: str, hosts: list[str] | tuple[str, ...]) -> SplitResult:
    """An https address of one of these hosts (« .example.fr »: any below it), on the usual port;
    in the demo also of this machine. Raises NotAllowed.

    A request goes where this says and nowhere else: names are the operator's or the browsers' own,
    so that nobody makes the server ask its own network.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise NotAllowed from error
    if parts.username is not None or parts.fragment or "\\" in url:
        raise NotAllowed
    if settings.IS_DEMO and parts.scheme in ("http", "https") and host in LOOPBACK:
        return parts
    known = any(host.endswith(one) if one.startswith(".") else host == one for one in hosts)
    if parts.scheme != "https" or port not in (None, 443) or not known:
        raise NotAllowed
    return parts


class Unreachable(OSError):
    """This address gave no answer in time; another may."""


def request(method: str, url: str, **options: Any) -> tuple[int, bytes]:
    """The status, and the beginning of the body. Raises Unreachable."""
    try:
        with requests.request(
            method, url, timeout=TIMEOUTS, allow_redirects=False, stream=True, **options
        ) as response:
            body = next(response.iter_content(MAX_ANSWER), b"") if response.ok else b""
            return response.status_code, body
    except (requests.RequestException, UnicodeError) as error:
        raise Unreachable(type(error).__name__) from None
