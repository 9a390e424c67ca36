"""What an administrator typed for a list, as the checks look for it; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid, Sentence
from approvals.checks.links import host_of

_HOST = re.compile(r"(?=.{4,80}\Z)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_NOT_A_HOST = _("Écrivez le nom du site seul : service-public.fr.")

# Of each list: how it is read, the form of what is read, and what is said of another form.
_FORMS: dict[str, tuple[Callable[[str], str], re.Pattern[str], Sentence]] = {
    "shorteners": (host_of, _HOST, _NOT_A_HOST),
    "domains": (host_of, _HOST, _NOT_A_HOST),
    "accounts": (
        lambda typed: typed.removeprefix("@"),
        re.compile(r"[a-z0-9_]{1,15}"),
        _("Écrivez le nom du compte sur X, quinze signes au plus : @prefet44."),
    ),
    "units": (
        lambda typed: typed,
        re.compile(r"[a-z]{3,5}"),
        _("Écrivez le sigle de l’unité, trois à cinq lettres : RAID."),
    ),
    "words": (
        lambda typed: typed,
        re.compile(r"(?=.{3,50}\Z)\w+(?:[ '’-]\w+)*"),
        _("Écrivez un mot ou quelques-uns, de trois à cinquante signes, sans ponctuation."),
    ),
}


def clean_value(name: str, typed: str) -> str:
    """In lower case, without what people type around it. Raises Invalid."""
    read, form, sentence = _FORMS[name]
    value = read(" ".join(unicodedata.normalize("NFC", typed).lower().split()))
    if not form.fullmatch(value):
        raise Invalid(sentence, field="value")
    return value
