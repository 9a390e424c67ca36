"""Encrypted text: Fernet keys from the environment, the first one encrypts, all decrypt."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def fernet() -> MultiFernet:
    """Raises ImproperlyConfigured without a key; a wrong key raises InvalidToken on use."""
    if not settings.X_TOKEN_KEYS:
        raise ImproperlyConfigured("X_TOKEN_KEYS is empty: tokens cannot be kept.")
    return MultiFernet([Fernet(key) for key in settings.X_TOKEN_KEYS])


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """A short secret, kept encrypted at rest; `Secret` in Python, so that no repr shows it."""

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return fernet().encrypt(Secret(value).reveal().encode())

    def from_db_value(self, value: Any, *args: Any) -> Secret | None:
        if value is None:
            return None
        return Secret(fernet().decrypt(bytes(value)).decode())


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
