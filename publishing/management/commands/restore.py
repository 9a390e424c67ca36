"""restore FILE: a backup into an empty database, frozen until X was looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.actions.restored import freeze_restored
from publishing.backup import CannotBackUp, restore


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty database, with every worker stopped. All posts are then"
        " frozen, and what may have left since the backup is looked for on X."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            made_at = restore(file)
        except CannotBackUp as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0)
        doubted = freeze_restored(made_at)
        self.stdout.write(
            f"Restored as of {made_at:%Y-%m-%d %H:%M:%S %Z}. All posts are frozen;"
            f" {doubted} that may have left since are being looked for on X."
            " Start the workers; two administrators lift the freeze when the looks are made."
        )
