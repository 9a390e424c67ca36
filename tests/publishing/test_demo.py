"""The demonstration's five accounts are connected to the sandbox of X, as an operator would."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, Credential
from publishing.models import Publication
from publishing.models.publication import ALERTS

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_five_accounts_are_connected_once_and_no_token_is_shown(x, monkeypatch, capsys):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo")
    printed = capsys.readouterr().out
    assert Credential.objects.filter(state="connected").count() == 5
    assert not any(row["token"] in printed for row in x.accounts.values())
    asked = len(x.requests())
    acts = AuditEntry.objects.count()
    call_command("seed_demo")
    assert (len(x.requests()), AuditEntry.objects.count()) == (asked, acts)


def test_tokens_that_x_refuses_are_not_kept(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    x.switch("unauthorized", on="me", times="always")
    with pytest.raises(CommandError, match="rien n’a été enregistré"):
        call_command("seed_demo")
    assert not Credential.objects.exists()


def test_more_alerts_than_a_page_holds_can_be_made(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo")
    call_command("seed_alerts", "52")
    assert Publication.objects.filter(ALERTS).count() == 52
    assert x.posts() == []
