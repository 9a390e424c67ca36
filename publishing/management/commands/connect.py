"""connect HANDLE: reads an account's X tokens and keeps them if X answers with that handle."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.crypto import Secret
from accounts.errors import Refusal
from accounts.models import Account
from publishing.actions.connect import connect


class Command(BaseCommand):
    help = "Connects a departmental account to X: token, then token secret, one a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle")

    def handle(self, *args: Any, handle: str, **options: Any) -> None:
        account = Account.objects.filter(handle__iexact=handle.removeprefix("@")).first()
        if account is None:
            raise CommandError(f"There is no account @{handle.removeprefix('@')}.")
        token, token_secret = (Secret(_ask(what)) for what in ("Token", "Token secret"))
        try:
            connect(account=account, token=token, token_secret=token_secret)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"@{account.handle} is connected.")


def _ask(what: str) -> str:
    """Never an argument of the command line, which other processes can read."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ").strip()
    return sys.stdin.readline().strip()
