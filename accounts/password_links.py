"""One-time links: made from what the database knows, kept nowhere, always on our own address."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Person


class LinkTokens(PasswordResetTokenGenerator):
    """Django's, whose tokens also die when a newer link is made."""

    def _make_hash_value(self, user: Person, timestamp: int) -> str:
        suffix = f".{user.link_number}" if user.link_number else ""
        return f"{super()._make_hash_value(user, timestamp)}{suffix}"


link_tokens = LinkTokens()


def password_link(person: Person) -> str:
    """Opens once: it dies with the first password, sign-in or newer link."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = link_tokens.make_token(person)
    return absolute(reverse("set-password", args=[uid, token]))


def absolute(path: str) -> str:
    """Never the Host header's word: PUBLIC_URL's."""
    return f"{settings.PUBLIC_URL}{path}"
