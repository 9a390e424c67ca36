"""Reads EMAIL_URL into Django's mail settings; what it does not know is an error at the start."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"
# Scheme: default port, STARTTLS, TLS from the first byte.
SERVERS = {
    "smtp": (25, False, False),
    "smtp+tls": (587, True, False),
    "smtps": (465, False, True),
}
WITHOUT_SERVER = {"consolemail": "console", "dummymail": "dummy"}
FORMS = (
    "smtp+tls://user:password@host:587 (STARTTLS), smtps://user:password@host:465 (TLS), "
    "smtp://host:25 (plain), consolemail: or dummymail:"
)


@dataclass(frozen=True)
class MailSettings:
    """Named as Django's settings are, without EMAIL_."""

    backend: str
    host: str = ""
    port: int = 0
    host_user: str = ""
    host_password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def parse_mail_url(url: str) -> MailSettings:
    """Without a URL no mail leaves. No error repeats the URL: it holds a password."""
    try:
        parts = urlsplit(url.strip() or "dummymail:")
        port = parts.port
    except ValueError:
        raise _error("its host or its port cannot be read") from None
    if parts.scheme in WITHOUT_SERVER:
        if parts.netloc or parts.path or parts.query or parts.fragment:
            raise _error(f"{parts.scheme}: stands alone")
        return MailSettings(f"{BACKENDS}.{WITHOUT_SERVER[parts.scheme]}.EmailBackend")
    if parts.scheme not in SERVERS:
        raise _error("its scheme is unknown")
    return _server(parts, port)


def _server(parts: SplitResult, port: int | None) -> MailSettings:
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _error("something follows the host; in a password write / as %2F, ? as %3F, # as %23")
    if not parts.hostname or port == 0:
        raise _error("it names no host, or port 0")
    if bool(parts.username) != bool(parts.password):
        raise _error("it has a user without a password, or a password without a user")
    usual, use_tls, use_ssl = SERVERS[parts.scheme]
    return MailSettings(
        backend=f"{BACKENDS}.smtp.EmailBackend",
        host=parts.hostname,
        port=port or usual,
        host_user=unquote(parts.username or ""),
        host_password=unquote(parts.password or ""),
        use_tls=use_tls,
        use_ssl=use_ssl,
    )


def _error(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"EMAIL_URL is not understood: {what}. It is one of {FORMS}.")
