"""backup FILE: the database and the images in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from publishing.backup import CannotBackUp, back_up


class Command(BaseCommand):
    help = "Writes the database and the images into one file. X tokens in it stay encrypted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} exists already: name another file.")
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}.")
        try:
            manifest = back_up(file.absolute())
        except CannotBackUp as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{file}: made at {manifest['made_at']}.")
