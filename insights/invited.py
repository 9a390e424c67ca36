"""Whom an account invites, as a form or a line of a file gives them. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.names import clean_name

MAX_NAME, MAX_HANDLE, MAX_QUALITY = 120, 15, 200
# Nobody was on X before there was one.
FIRST_DAY = dt.date(2006, 3, 21)


@dataclass(frozen=True)
class Invited:
    name: str
    handle: str
    quality: str
    invited_on: dt.date

    @property
    def key(self) -> tuple[str, str]:
        """Who is the same person: it is invited once by an account."""
        return key_of(self.name, self.handle)


def key_of(name: str, handle: str) -> tuple[str, str]:
    return name.lower(), handle.lower()


def clean_invited(
    *, name: str, handle: str, quality: str, invited_on: dt.date, today: dt.date
) -> Invited:
    """Raises Invalid, which names the field."""
    name = clean_name(name)
    if len(name) > MAX_NAME:
        raise Invalid(_("Ce nom est trop long."), field="name")
    handle = handle.strip().removeprefix("@")
    if not re.fullmatch(rf"[A-Za-z0-9_]{{0,{MAX_HANDLE}}}", handle):
        sentence = _("Le compte X a 15 signes au plus : lettres sans accent, chiffres et _.")
        raise Invalid(sentence, field="handle")
    try:
        quality = clean_name(quality) if quality.strip() else ""
    except Invalid as refusal:
        sentence = _("La qualité contient un caractère invisible : tapez-la à nouveau.")
        raise Invalid(sentence, field="quality") from refusal
    if len(quality) > MAX_QUALITY:
        raise Invalid(_("Cette qualité est trop longue."), field="quality")
    require_day(invited_on, FIRST_DAY, today, field="invited_on")
    return Invited(name, handle, quality, invited_on)


def require_day(day: dt.date, first: dt.date, today: dt.date, *, field: str) -> None:
    """Raises Invalid for what is still to come, or came before it could."""
    if day > today:
        raise Invalid(_("Ce jour n’est pas encore venu."), field=field)
    if day < first:
        raise Invalid(_("Ce jour est trop tôt."), field=field)
