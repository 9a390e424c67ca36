"""Secrets at rest: Fernet keys from the environment, the first one encrypts, all decrypt.

A secret is sealed for one owner: moved to another row, it does not open.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class NotSealedForThis(Exception):
    """The secret was sealed for another owner, by an unknown key, or altered since."""


def fernet(keys: list[str] | None = None) -> MultiFernet:
    """Of X_TOKEN_KEYS unless others are given. Raises ImproperlyConfigured without a key."""
    keys = settings.X_TOKEN_KEYS if keys is None else keys
    if not keys:
        raise ImproperlyConfigured("There is no key: X_TOKEN_KEYS or NOTICE_KEYS is empty.")
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: Secret, *, owner: str, keys: list[str] | None = None) -> bytes:
    """Encrypted and authenticated, the owner's name with it."""
    return fernet(keys).encrypt(f"{owner}\n{secret.reveal()}".encode())


def unseal(sealed: bytes | memoryview[int], *, owner: str, keys: list[str] | None = None) -> Secret:
    """Raises NotSealedForThis unless it was sealed for this very owner."""
    try:
        named, separator, secret = fernet(keys).decrypt(bytes(sealed)).decode().partition("\n")
    except (InvalidToken, UnicodeDecodeError) as error:
        raise NotSealedForThis from error
    if not separator or named != owner:
        raise NotSealedForThis
    return Secret(secret)


class Secret:
    """A string that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        self._value: str = value._value if isinstance(value, Secret) else value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
