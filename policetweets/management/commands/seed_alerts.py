"""Many alerts for the demonstration: released texts that all stand still under a freeze."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Account, Person, Seat, Supervision
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.message import Message
from approvals.models import Category
from policetweets.management.demo_messages import agree
from publishing.actions.freeze import freeze
from publishing.actions.scan import reevaluate_account
from publishing.models import Freeze


class Command(BaseCommand):
    help = "Freezes the demonstration's accounts and releases so many texts, which are held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", nargs="?", type=int, default=60)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("seed_alerts only runs with POLICETWEETS_ENV=demo.")
        accounts = list(Account.objects.order_by("pk"))
        if not accounts:
            raise CommandError("There is no demonstration yet: run seed_demo first.")
        teams = {account.pk: team_of(account) for account in accounts}
        for account in accounts:
            if not Freeze.objects.filter(account=account, lifted_at=None).exists():
                freeze(actor=teams[account.pk][2], account=account, reason="Démonstration.")
        for number in range(1, options["count"] + 1):
            account = accounts[number % len(accounts)]
            release(account, *teams[account.pk], text=f"Conseil de prévention no {number}.")
        for account in accounts:
            with transaction.atomic():
                reevaluate_account(account.pk)
        self.stdout.write(f"{options['count']} texts are held by a freeze of each account.")


def team_of(account: Account) -> tuple[Person, Person, Person]:
    """Who writes, and the two who sign."""
    seats = Seat.objects.filter(account=account, ended_at=None).order_by("number")
    supervision = Supervision.objects.filter(account=account, ended_at=None).order_by("pk")[0]
    author, colleague = (seat.person for seat in seats.select_related("person")[:2])
    return author, colleague, supervision.person


def release(
    account: Account, author: Person, colleague: Person, supervisor: Person, *, text: str
) -> None:
    content = Content(messages=(Message(text),), category=Category.ADVICE)
    draft = begin_draft(actor=author, account=account, content=content)
    revision = submit_draft(actor=author, draft_id=draft.pk, version=draft.version)
    for signer in (colleague, supervisor):
        agree(signer, revision)
