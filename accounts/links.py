"""One-time links: made from what the database knows, kept nowhere, always on our own address."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Person


def password_link(person: Person) -> str:
    """Opens once: it dies with the first password or sign-in after it was made."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return absolute(reverse("set-password", args=[uid, token]))


def absolute(path: str) -> str:
    """Never the Host header's word: PUBLIC_URL's."""
    return f"{settings.PUBLIC_URL}{path}"
