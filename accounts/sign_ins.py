"""Tries to sign in: counted before the password is looked at, and kept from trail and processor.

A try is reserved in a transaction of its own, so that tries at once cannot pass a limit together.
What slows is the pair of source and address; nobody shuts out an owner who is elsewhere.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import connection
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.devices import known_device
from accounts.errors import Refusal
from accounts.models import Person, SignInCount

log = structlog.get_logger("accounts.sign_in")

FAILED = "person.sign_in_failed"
# Within DURATIONS.sign_in_pause. A source is an IPv4 address or an IPv6 network of 64 bits.
MAX_BY_PAIR = 10
MAX_BY_SOURCE = 60
MAX_BY_DEVICE = 20
# An address that many sources try: each new one, the owner's too, has fewer tries, never none.
MANY_FOR_ADDRESS, MAX_BY_PAIR_THEN = 30, 4
# Rows that strangers can add to the trail, which is kept for ever.
MAX_TRAIL_ROWS = 20

RESERVE = """
INSERT INTO accounts_signincount AS counted (key, tries, ends_at)
VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN counted.ends_at <= clock_timestamp() THEN 1
        ELSE least(counted.tries + 1, 1000000) END,
    ends_at = CASE WHEN counted.ends_at <= clock_timestamp() THEN excluded.ends_at
        ELSE counted.ends_at END
RETURNING tries
"""


class TooManySignIns(Refusal):
    code = "too_many_sign_ins"
    status = 429
    sentence = _(
        "Trop d’essais de connexion depuis cet endroit. Patientez un quart d’heure, servez-vous "
        "d’un appareil où vous vous êtes déjà connecté, ou demandez un nouveau lien à un "
        "administrateur."
    )


def fingerprint(*parts: str) -> str:
    """Tells apart what is counted without naming it."""
    return salted_hmac("accounts.sign_ins", "\n".join(parts), algorithm="sha256").hexdigest()


def source_of(request: HttpRequest) -> str:
    """Where a request comes from, as the web server knows it: from the proxy, if there is one."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def count(key: str) -> int:
    """This try's number within the window, this one included."""
    values: dict[str, str | float] = {"key": key, "seconds": settings.DURATIONS.sign_in_pause}
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, values)
        return int(cursor.fetchone()[0])


def reserve_try(request: HttpRequest, address: str) -> list[str]:
    """Counts a try before it is made, and gives the keys it was counted under.

    Raises TooManySignIns, in the same way whether the address is somebody's or not.
    """
    source = source_of(request)
    if device := known_device(request, address):
        keys = [fingerprint("device", device)]
        allowed = count(keys[0]) <= MAX_BY_DEVICE
    else:
        keys = [fingerprint("source", source)]
        if allowed := count(keys[0]) <= MAX_BY_SOURCE:
            keys += [fingerprint("address", address), fingerprint("pair", source, address)]
            pressed = count(keys[1]) > MANY_FOR_ADDRESS
            allowed = count(keys[2]) <= (MAX_BY_PAIR_THEN if pressed else MAX_BY_PAIR)
    if not allowed:
        log.warning("sign-in refused unread", source=source, address=fingerprint(address)[:16])
        raise TooManySignIns
    return keys


def give_back(keys: list[str]) -> None:
    """A try that succeeded counts for nothing: many people may share one source."""
    SignInCount.objects.filter(key__in=keys, tries__gt=0).update(tries=F("tries") - 1)


@receiver(user_logged_in)
def note_signed_in(user: Person, request: HttpRequest | None = None, **kwargs: Any) -> None:
    audit.record("person.signed_in", actor=user, subject=user)
    log.info("signed in", person=user.pk, source=source_of(request) if request else "")


@receiver(user_logged_out)
def note_signed_out(user: Person | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record("person.signed_out", actor=user, subject=user)


@receiver(user_login_failed)
def note_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Each failure is in the log; the trail names an address once in a while, so many in all."""
    address = fingerprint(credentials.get("username") or "")[:16]
    log.warning("sign-in failed", source=source_of(request) if request else "", address=address)
    if count(fingerprint("trail", address)) == 1 and count("trail") <= MAX_TRAIL_ROWS:
        audit.record(FAILED, actor=None, address=address)
