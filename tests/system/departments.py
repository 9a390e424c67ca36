"""Departments of a whole system: three seats, two supervisors, two in reserve; how they release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from accounts.crypto import Secret
from accounts.models import Account, Person
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.message import Image, Message
from approvals.models import Revision
from publishing.actions.connect import connect
from publishing.models import Publication
from tests.approvals.writing import agree
from tests.cast import person, seat, supervise
from tests.sandbox import Sandbox


@dataclass
class Department:
    account: Account
    seats: list[Person]
    supervisors: list[Person]
    reserve: list[Person]
    said: int = field(default=0)

    def submitted(
        self,
        *texts: str,
        author: Person | None = None,
        images: tuple[Image, ...] = (),
        requested_at: dt.datetime | None = None,
    ) -> Revision:
        self.said += 1
        texts = texts or (f"Conseil {self.said} du {self.account.code}.",)
        first, *others = texts
        messages = (Message(first, images), *map(Message, others))
        author = author or self.seats[0]
        content = Content(messages, category="advice", requested_at=requested_at)
        draft = begin_draft(actor=author, account=self.account, content=content)
        return submit_draft(actor=author, draft_id=draft.pk, version=draft.version)

    def released(self, *texts: str, **content: Any) -> Publication:
        """Signed by the second seat and the first supervisor."""
        revision = self.submitted(*texts, **content)
        for signer in (self.seats[1], self.supervisors[0]):
            agree(signer, revision)
        return Publication.objects.get(release__revision=revision)


def make_administrators() -> list[Person]:
    return [person(name, is_administrator=True) for name in ("Ada", "Basile")]


def make_department(x: Sandbox, handle: str) -> Department:
    """Connected as an operator does it: X is asked whose tokens these are."""
    code = handle.removeprefix("pnationale")
    account = Account.objects.create(code=code, name=f"Département {code}", handle=handle)
    people = [person(f"{role}{code}") for role in ("a", "b", "c", "d", "e", "f", "g")]
    for number, one in enumerate(people[:3], start=1):
        seat(account, number, one)
    for one in people[3:5]:
        supervise(account, one)
    tokens = x.accounts[handle]
    connect(
        account=account,
        token=Secret(tokens["token"]),
        token_secret=Secret(tokens["token_secret"]),
    )
    return Department(account, people[:3], people[3:5], people[5:])
