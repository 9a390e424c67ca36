"""The first administrator, by whoever operates the machine: prints a link to choose a password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.people import create_first_administrator
from accounts.errors import Refusal
from accounts.password_links import password_link


class Command(BaseCommand):
    help = "Creates the first administrator; the others are created in the application."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            person = create_first_administrator(email, name)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(password_link(person))
