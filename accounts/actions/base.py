"""The ground of every action: one durable transaction, the account's lock, the audit row."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.constraints import translate_integrity_errors
from accounts.errors import Invalid, NotFound
from accounts.models import Account

P = ParamSpec("P")
R = TypeVar("R")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a verb in one durable transaction: what it returns is committed, or it never was.

    What a named constraint refuses is said in its sentence.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with translate_integrity_errors(), transaction.atomic(durable=True):
            return function(*args, **kwargs)

    return run


def lock_account(account_id: int) -> Account:
    """The lock that orders acts on an account: always taken before its drafts and publications.

    It does not stand in the way of foreign keys. Raises NotFound when there is no such account.
    """
    account = lock_one(Account.objects.filter(pk=account_id))
    if account is None:
        raise NotFound
    return account


def lock_one(accounts: models.QuerySet[Account]) -> Account | None:
    """The same lock, for whichever account this finds."""
    return accounts.select_for_update(of=("self",), no_key=True).first()


def require_text(words: str, *, field: str = "reason", max_length: int = 1000) -> str:
    """What somebody wrote, without blanks around. Raises Invalid for nothing, or far too much."""
    words = words.replace("\r\n", "\n").strip()
    if not words:
        sentence = _("Dites pourquoi, en une phrase.") if field == "reason" else None
        raise Invalid(sentence or _("Ce champ ne peut pas rester vide."), field=field)
    if len(words) > max_length:
        raise Invalid(
            _("C’est trop long : %(count)d signes au plus.") % {"count": max_length}, field=field
        )
    return words
