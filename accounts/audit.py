"""The audit trail: one row an act, written in the transaction of the act."""

from __future__ import annotations

import json
from typing import Any, Protocol, cast

from django.db import connection, models

from accounts.models import Account, Person

ADD_ENTRY = """
INSERT INTO accounts_auditentry
    (actor_id, act, account_id, subject_type, subject_id, draft_id, details)
VALUES (%(actor_id)s, %(act)s, %(account_id)s, %(subject_type)s, %(subject_id)s, %(draft_id)s,
    %(details)s)
"""


class OfDraft(Protocol):
    """A draft, or what became of one."""

    @property
    def account_id(self) -> int: ...

    @property
    def draft_id(self) -> int: ...


def record(
    act: str,
    *,
    actor: Person | None,
    about: OfDraft | None = None,
    account: Account | int | None = None,
    subject: models.Model | None = None,
    draft_id: int | None = None,
    **details: Any,
) -> None:
    """Adds the audit row of an act, in the transaction of the act. Never pass a text.

    `about` gives the account and the draft, and is the subject when no other is named.
    """
    if about is not None:
        account, draft_id = about.account_id, about.draft_id
        subject = subject if subject is not None else cast(models.Model, about)
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
