"""The ground of every action: one durable transaction, the account's lock, the audit row."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from accounts.constraints import in_sentences
from accounts.errors import Invalid, NotYours
from accounts.models import Account, Notice, Person
from accounts.models.notice import NoticeKind

ADD_ENTRY = """
INSERT INTO accounts_auditentry
    (actor_id, act, account_id, subject_type, subject_id, draft_id, details)
VALUES (%(actor_id)s, %(act)s, %(account_id)s, %(subject_type)s, %(subject_id)s, %(draft_id)s,
    %(details)s)
"""
P = ParamSpec("P")
R = TypeVar("R")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a verb in one durable transaction: what it returns is committed, or it never was.

    What a named constraint refuses is said in its sentence.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_sentences(), transaction.atomic(durable=True):
            return function(*args, **kwargs)

    return run


def lock_account(account_id: int) -> Account:
    """The lock that orders acts on an account: always taken before its drafts and publications.

    It does not stand in the way of foreign keys. Raises NotYours when there is no such account.
    """
    account = lock_one(Account.objects.filter(pk=account_id))
    if account is None:
        raise NotYours
    return account


def lock_one(accounts: models.QuerySet[Account]) -> Account | None:
    """The same lock, for whichever account this finds."""
    return accounts.select_for_update(of=("self",), no_key=True).first()


def record(
    act: str,
    *,
    actor: Person | None,
    account: Account | int | None = None,
    subject: models.Model | None = None,
    draft_id: int | None = None,
    **details: Any,
) -> None:
    """Adds the audit row of an act, in the transaction of the act. Never pass a text."""
    row = {
        "actor_id": actor.pk if actor is not None else None,
        "act": act,
        "account_id": account.pk if isinstance(account, Account) else account,
        "subject_type": (subject._meta.model_name or "") if subject is not None else "",
        "subject_id": subject.pk if subject is not None else None,
        "draft_id": draft_id,
        "details": json.dumps(details),
    }
    with connection.cursor() as cursor:  # by hand: each act does it, each send five times
        cursor.execute(ADD_ENTRY, row)


def owe(
    people: list[Person] | list[int], kind: NoticeKind, *, path: str, account: Account | None = None
) -> None:
    """Owes each of them one mail; a mail already owed for the same page is not owed twice."""
    ids = [p.pk if isinstance(p, Person) else p for p in people]
    owed = set(
        Notice.objects.filter(
            person_id__in=ids, kind=kind, path=path, sent_at=None, next_try_at__isnull=False
        ).values_list("person_id", flat=True)
    )
    Notice.objects.bulk_create(
        Notice(person_id=i, kind=kind, path=path, account=account) for i in ids if i not in owed
    )


def said(words: str, *, field: str = "reason", at_most: int = 1000) -> str:
    """What somebody wrote, without blanks around. Raises Invalid for nothing, or far too much."""
    words = words.replace("\r\n", "\n").strip()
    if not words:
        sentence = _("Dites pourquoi, en une phrase.") if field == "reason" else None
        raise Invalid(sentence or _("Ce champ ne peut pas rester vide."), field=field)
    if len(words) > at_most:
        raise Invalid(
            _("C’est trop long : %(count)d signes au plus.") % {"count": at_most}, field=field
        )
    return words
