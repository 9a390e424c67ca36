"""Browsers that a person has signed in with: they are let through when others are slowed.

A signed cookie for each person, bound to the password: a new one, or the end of access, ends it.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Person

SALT = "accounts.devices"
MAX_AGE = 180 * 86_400


def cookie_name(address: str) -> str:
    return "device_" + salted_hmac(SALT, address, algorithm="sha256").hexdigest()[:12]


def bound_to(person: Person) -> str:
    key = f"{person.pk} {person.password}"
    return salted_hmac(f"{SALT}.person", key, algorithm="sha256").hexdigest()


def remember_device(response: HttpResponse, person: Person) -> None:
    response.set_cookie(
        cookie_name(person.email),
        signing.dumps([secrets.token_hex(16), bound_to(person)], salt=SALT),
        max_age=MAX_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def known_device(request: HttpRequest, address: str) -> str:
    """The device's own number, or "" when its person has not signed in there with this password."""
    cookie = request.COOKIES.get(cookie_name(address))
    if not cookie:
        return ""
    try:
        device, bound = signing.loads(cookie, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    person = Person.objects.filter(email=address, ended_at=None).first()
    if person is None or not constant_time_compare(bound, bound_to(person)):
        return ""
    return str(device)
