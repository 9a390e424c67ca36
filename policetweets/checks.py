"""System checks that refuse a dangerous configuration, numbered policetweets.E001 and on.

`manage.py check --deploy` runs them all, `manage.py migrate` those that concern every process and
the database's. Web and workers run those and their own when they start, and do not start
against an error (`refuse_danger`).
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from publicsuffixlist import PublicSuffixList
from py_vapid import Vapid02, VapidException

from accounts.demo import DOMAIN
from accounts.models import Person
from policetweets.durations import DURATIONS

log = structlog.get_logger(__name__)

TAG = "policetweets"
# What concerns only the processes that call X, or that send mails: the others have not their keys.
CALLS_X, SENDS_MAIL = "policetweets.calls_x", "policetweets.sends_mail"
REAL_X = "https://api.x.com"
# Where a slip of the demo would be read by the public.
HOSTS_OF_X = ("x.com", "twitter.com")
MIN_SECRET = 50
MIN_TOKEN = 20
MIN_CHARACTERS = 10
# Reads the certificate of a database; `require` alone takes anybody's.
TLS_MODES = ("require", "verify-ca", "verify-full")
# What examples, generators and our own tests use.
KNOWN_SECRETS = ("django-insecure", "changeme", "change-me", "only-for-tests", "secret")


@register(TAG)
def check_x(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Production talks to X and to nothing else, the demo to anything but X."""
    url = settings.X_API_BASE_URL
    if settings.IS_DEMO:
        host = urlsplit(url).hostname or ""
        if any(host == name or host.endswith(f".{name}") for name in HOSTS_OF_X):
            return [
                Error(
                    "The demo must not reach the real X: its people's password is public.",
                    hint="Set X_API_BASE_URL to the sandbox of X.",
                    id="policetweets.E002",
                )
            ]
        return []
    errors: list[CheckMessage] = []
    if url != REAL_X:
        errors.append(
            Error(
                f"X_API_BASE_URL is not {REAL_X}: in production only X itself is talked to.",
                hint="Leave X_API_BASE_URL unset; the sandbox is for POLICETWEETS_ENV=demo.",
                id="policetweets.E001",
            )
        )
    return errors


@register(CALLS_X, deploy=True)
def check_keys_of_x(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO:
        return []
    errors: list[CheckMessage] = []
    if not settings.X_API_KEY or not settings.X_API_SECRET:
        errors.append(
            Error(
                "X_API_KEY or X_API_SECRET is empty: nothing can be posted.",
                hint="Give both, as X's developer portal shows them.",
                id="policetweets.E003",
            )
        )
    if not settings.X_TOKEN_KEYS or not all(map(_is_fernet_key, settings.X_TOKEN_KEYS)):
        errors.append(
            Error(
                "X_TOKEN_KEYS is empty or holds something that is no Fernet key.",
                hint="docs/settings.md shows how to make one.",
                id="policetweets.E005",
            )
        )
    return errors


@register(TAG)
def check_secrets(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO:
        return []
    errors: list[CheckMessage] = []
    secret = settings.SECRET_KEY
    if (
        len(secret) < MIN_SECRET
        or len(set(secret)) < MIN_CHARACTERS
        or secret.lower().startswith(KNOWN_SECRETS)
    ):
        errors.append(
            Error(
                "SECRET_KEY can be guessed: whoever does so signs in as anybody.",
                hint=f"Give {MIN_SECRET} random characters or more: openssl rand -base64 48",
                id="policetweets.E004",
            )
        )
    return errors


def _is_fernet_key(key: str) -> bool:
    """And one that chance made: not the same letter again and again."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return len(set(base64.urlsafe_b64decode(key))) >= MIN_CHARACTERS


@register(TAG)
def check_tokens(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Those that somebody typed: too short is a slip, or a guess away."""
    if settings.IS_DEMO:
        return []
    return [
        Error(
            f"{name} can be guessed: under {MIN_TOKEN} characters, or few different ones.",
            hint="openssl rand -hex 24" if name == "METRICS_TOKEN" else "Copy it from X's portal.",
            id="policetweets.E011",
        )
        for name in ("METRICS_TOKEN", "X_API_KEY", "X_API_SECRET")
        if (token := getattr(settings, name))
        and (len(token) < MIN_TOKEN or len(set(token)) < MIN_CHARACTERS)
    ]


def is_elsewhere(host: str) -> bool:
    """Whether what is said to this host crosses a network that is not this machine's, or that of
    its containers, whose names have no dot.
    """
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." in host.rstrip(".") and not host.endswith(".localhost")


def is_public(host: str) -> bool:
    """Whether anybody on the Internet may reach it by this name."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return is_elsewhere(host)


@register(TAG)
def check_servers(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """What is elsewhere is spoken to by TLS: drafts and sessions would be read on the way."""
    if settings.IS_DEMO:
        return []
    database = settings.DATABASES["default"]
    broker = urlsplit(settings.REDIS_URL)
    options = database.get("OPTIONS", {})
    bucket = urlsplit(
        settings.STORAGES["default"].get("OPTIONS", {}).get("endpoint_url") or "https://x"
    )
    host = str(database.get("HOST") or "")
    in_clear = {
        "DATABASE_URL": not host.startswith("/")
        and is_elsewhere(host)
        and options.get("sslmode") not in TLS_MODES,
        "REDIS_URL": broker.scheme == "redis" and is_elsewhere(broker.hostname or ""),
        "MEDIA_S3_ENDPOINT": bucket.scheme != "https" and is_elsewhere(bucket.hostname or ""),
    }
    how = {
        "DATABASE_URL": "Add ?sslmode=verify-full to it.",
        "REDIS_URL": "Begin it with rediss://.",
        "MEDIA_S3_ENDPOINT": "Begin it with https://.",
    }
    return [
        Error(
            f"{name} leads to another machine without TLS.", hint=how[name], id="policetweets.E012"
        )
        for name, errors in in_clear.items()
        if errors
    ]


@register(TAG)
def check_public_url(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails are made of it, in the demo too; and the demo's passwords are known to all."""
    public = urlsplit(settings.PUBLIC_URL)
    apart = public.path or public.query or public.fragment or "@" in public.netloc
    errors: list[CheckMessage] = []
    if public.scheme not in ("http", "https") or not public.hostname or apart:
        errors.append(
            Error(
                "PUBLIC_URL is not the address of a site, such as https://tweets.example.fr.",
                hint="Give scheme and host, a port if need be, and nothing else.",
                id="policetweets.E013",
            )
        )
    elif settings.IS_DEMO and is_public(public.hostname):
        errors.append(
            Error(
                "The demo has a public address, and everybody knows its passwords.",
                hint="Keep it on this machine, or use POLICETWEETS_ENV=production.",
                id="policetweets.E014",
            )
        )
    return errors


@register(TAG)
def check_web(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO:
        return []
    errors: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https" and public.hostname:
        errors.append(
            Error(
                "PUBLIC_URL is not an https:// address: passwords and sessions could be read.",
                hint="Put a proxy with TLS in front and give its address.",
                id="policetweets.E006",
            )
        )
    if any(host.strip(".*") == "" or _is_whole_domain(host) for host in settings.ALLOWED_HOSTS):
        errors.append(
            Error(
                "ALLOWED_HOSTS holds « * », or a whole domain such as « .com »: a form could be "
                "sent from elsewhere.",
                hint="Name the hosts; that of PUBLIC_URL is allowed already.",
                id="policetweets.E007",
            )
        )
    return errors


def _is_whole_domain(host: str) -> bool:
    """`.com`, `.gouv.fr`: everybody's. A name with a dot before it allows all below it."""
    return host.startswith(".") and PublicSuffixList().is_public(host.strip("."))


@register(TAG)
def check_durations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO or settings.DURATIONS == DURATIONS:
        return []
    return [
        Error(
            "DURATIONS_FACTOR is not 1: the durations that keep a post single are not kept.",
            hint="Leave it unset; it is for tests.",
            id="policetweets.E008",
        )
    ]


@register(SENDS_MAIL, deploy=True)
def check_mail(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO:
        return []
    if settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend"):
        return [
            Warning(
                "EMAIL_URL is not set: nobody is told by mail what awaits them.",
                hint="docs/settings.md shows the address of a mail server.",
                id="policetweets.W001",
            )
        ]
    if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend") and (
        settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    ):
        return []
    return [
        Error(
            "EMAIL_URL sends mails in clear: they hold links that set a password.",
            hint="Use smtp+tls:// or smtps://, never smtp:// nor consolemail:.",
            id="policetweets.E010",
        )
    ]


@register(TAG)
def check_notices(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """What keeps and signs the ways to people beside mail; without both there is none."""
    messages: list[CheckMessage] = []
    if settings.VAPID_PRIVATE_KEY and not _is_vapid_key(settings.VAPID_PRIVATE_KEY):
        messages.append(
            Error(
                "VAPID_PRIVATE_KEY is not 32 bytes in base64url: no browser could be subscribed.",
                hint="docs/settings.md shows how to make one.",
                id="policetweets.E015",
            )
        )
    if not all(map(_is_fernet_key, settings.NOTICE_KEYS)):
        messages.append(
            Error(
                "NOTICE_KEYS holds something that is no Fernet key.",
                hint="docs/settings.md shows how to make one.",
                id="policetweets.E016",
            )
        )
    if any("." not in one.strip(".") or _is_whole_domain(one) for one in settings.NOTICE_HOSTS):
        messages.append(
            Error(
                "NOTICE_HOSTS holds a whole domain such as « .fr », or a name of the own network.",
                hint="Name the hosts of Matrix and of webhooks.",
                id="policetweets.E017",
            )
        )
    return messages


@register(SENDS_MAIL, deploy=True)
def check_phones(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_DEMO or (settings.VAPID_PRIVATE_KEY and settings.NOTICE_KEYS):
        return []
    return [
        Warning(
            "VAPID_PRIVATE_KEY or NOTICE_KEYS is empty: no notice reaches a phone.",
            hint="docs/settings.md shows how to make both.",
            id="policetweets.W002",
        )
    ]


def _is_vapid_key(key: str) -> bool:
    """32 bytes that are a private key of P-256, and that chance made."""
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        Vapid02.from_raw(key.encode())
    except (ValueError, VapidException):
        return False
    return len(raw) == 32 and len(set(key)) >= MIN_CHARACTERS


@register(TAG, Tags.database)
def check_demo_people(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Ended ones too: a database that served the demo holds more of it than its people."""
    if settings.IS_DEMO:
        return []
    errors: list[CheckMessage] = []
    for alias in databases or []:
        if (
            Person._meta.db_table in connections[alias].introspection.table_names()
            and Person.objects.using(alias).filter(email__iendswith=f"@{DOMAIN}").exists()
        ):
            errors.append(
                Error(
                    "The database holds people of the demo, whose password everybody knows.",
                    hint="Begin production with an empty database.",
                    id="policetweets.E009",
                )
            )
    return errors


def refuse_danger(*does: str) -> None:
    """For the doors that Django opens without its checks: WSGI and workers; `does` is what this
    process does that others do not: CALLS_X, SENDS_MAIL. Raises ImproperlyConfigured.
    """
    try:
        messages = run_checks(
            tags=[TAG, *does], databases=["default"], include_deployment_checks=True
        )
    except OperationalError as error:
        raise ImproperlyConfigured(
            "policetweets does not start: the database does not answer, what it holds is unknown."
        ) from error
    # The thread that starts a process needs it no more.
    connections.close_all()
    errors = [message for message in messages if message.is_serious()]
    for message in messages:
        if message not in errors:
            log.warning(str(message.msg), id=message.id, hint=message.hint)
    if errors:
        raise ImproperlyConfigured(
            "policetweets does not start: " + " ".join(f"({e.id}) {e.msg} {e.hint}" for e in errors)
        )
