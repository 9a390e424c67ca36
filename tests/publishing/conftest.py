"""The ground of publishing's tests: the cast's accounts connected to a sandbox of X that really
answers, and releases made as people make them. Work is done by calling what the tasks call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from accounts.crypto import Secret
from accounts.models import Account, Notice, Person
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.message import Message
from approvals.models import Revision
from publishing.actions.connect import connect
from publishing.models import Publication
from tests.approvals.writing import agree
from tests.cast import Cast, make_cast, signed_in
from tests.clock import backdate_row
from tests.liar import Liar, lying
from tests.sandbox import CONSUMER, Sandbox, running


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def x(sandbox_process, settings) -> Sandbox:
    """The sandbox, empty, and the settings that lead there."""
    sandbox_process.reset()
    settings.X_API_BASE_URL = sandbox_process.base_url
    settings.X_API_KEY, settings.X_API_SECRET = CONSUMER["key"], CONSUMER["secret"]
    return sandbox_process


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[tuple[Any, ...]]:
    """No broker here: what a worker would have been asked."""
    asked: list[tuple[Any, ...]] = []
    for layer in ("accounts", "publishing"):
        monkeypatch.setattr(f"{layer}.wake.now", lambda *asks: asked.append(asks))
    return asked


@dataclass
class ConnectedCast:
    """The cast, connected; `release` takes a text from its author to its release."""

    cast: Cast
    x: Sandbox
    count: int = field(default=0)

    def submitted(
        self,
        *texts: str,
        author: Person | None = None,
        account: Account | None = None,
        **content: Any,
    ) -> Revision:
        account, author = account or self.cast.nantes, author or self.cast.claire
        self.count += 1
        messages = tuple(map(Message, texts or (f"Conseil {self.count}.",)))
        draft = begin_draft(
            actor=author,
            account=account,
            content=Content(**{"messages": messages, "category": "advice", **content}),
        )
        return submit_draft(actor=author, draft_id=draft.pk, version=draft.version)

    def released(
        self, *texts: str, signers: tuple[Person, ...] = (), **content: Any
    ) -> Publication:
        """A publication, signed by Marc and Hélène unless said otherwise."""
        revision = self.submitted(*texts, **content)
        for signer in signers or (self.cast.marc, self.cast.helene):
            agree(signer, revision)
        return Publication.objects.get(release__revision=revision)

    def page(self, publication: Publication, person: Person | None = None) -> str:
        """What one reads on the page of the message, Claire unless said otherwise."""
        path = reverse("draft", args=[publication.release.revision.draft_id])
        return " ".join(signed_in(person or self.cast.claire).get(path).text.split())

    def alerted(self, publication: Publication) -> set[str]:
        """Those who are owed a mail that says to look there."""
        path = reverse("draft", args=[publication.release.revision.draft_id])
        owed = Notice.objects.filter(kind="alert", path=path)
        return set(owed.values_list("person__name", flat=True))


@pytest.fixture
def line(transactional_db, x) -> ConnectedCast:
    cast = make_cast()
    for account in (cast.nantes, cast.rennes):
        tokens = x.accounts[account.handle]
        connect(
            account=account,
            token=Secret(tokens["token"]),
            token_secret=Secret(tokens["token_secret"]),
        )
    return ConnectedCast(cast, x)


@pytest.fixture
def backdate() -> Callable[..., None]:
    """Time is moved by backdating rows: `backdate(row, seconds, "field", ...)`."""
    return backdate_row


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as one:
        yield one


@pytest.fixture
def lies(liar, settings) -> Callable[[], Liar]:
    """From here on it is asked in place of X."""

    def start() -> Liar:
        settings.X_API_BASE_URL = liar.url
        return liar

    return start
