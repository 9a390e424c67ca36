"""A password that is little more than a name or an address is refused; a new one is told."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.models.notice import NoticeKind
from accounts.notices import queue_notice

MIN_OWN = 8


def fold(text: str) -> str:
    """Without accents, case and punctuation."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in bare if c.isalnum())


class NotOneselfValidator:
    """What remains without the parts of the name and the address, and without digits, must still
    be a secret; a long passphrase may hold a first name.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        words = re.split(r"[\W_]+", f"{user.name} {user.email}")
        parts = {fold(word) for word in words} | {fold(user.name), fold(user.email)}
        remains = folded = fold(password)
        for part in sorted(parts, key=len, reverse=True):
            if len(part) > 2:
                remains = remains.replace(part, " ").replace(part[::-1], " ")
        own = sum(c.isalpha() for c in remains)
        if remains != folded and own < MIN_OWN:
            raise ValidationError(
                _("Ce mot de passe ressemble trop à votre nom ou à votre adresse."), code="oneself"
            )

    def get_help_text(self) -> str:
        return _("Le mot de passe ne peut être ni votre nom, ni votre adresse.")


class OwnerIsTold:
    """Refuses nothing: Django tells validators of each new password, whatever way it was set."""

    def validate(self, password: str, user: Any = None) -> None:
        return None

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: Person | None = None) -> None:
        if user is not None:
            queue_notice([user], NoticeKind.PASSWORD_CHANGED, path="/")
