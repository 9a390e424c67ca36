"""What the checks find in texts of a file: for measuring them from outside, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.checks import Context, Severity, check_text
from approvals.models import Category

# What a text is called from outside, and the category that it has here.
CATEGORIES = {
    "prevention": Category.ADVICE,
    "operation": Category.OPERATION,
    "recrutement": Category.RECRUITMENT,
    "circulation": Category.TRAFFIC,
    "pedagogie": Category.SERVICE,
    "appel_a_temoins": Category.WITNESSES,
    "controle": Category.OPERATION,
    "disparition": Category.DISAPPEARANCE,
}


class Text(msgspec.Struct):
    """One line of the file."""

    id: str | int
    text: str
    category: str | None = ""
    has_image: bool = False


def found_in(text: Text) -> dict[str, Any]:
    """The ids of the checks that found something, without any field of the message filled."""
    context = Context(
        category=CATEGORIES.get(text.category or "", ""), image_count=int(text.has_image)
    )
    findings = check_text(text.text, context)
    named = {
        severity: sorted({f.check.upper() for f in findings if f.severity == severity})
        for severity in (Severity.BLOCK, Severity.WARN)
    }
    return {"id": text.id, "block": named[Severity.BLOCK], "warn": named[Severity.WARN]}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="one {id, text, category, has_image} a line, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        self._check(number, line)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error

    def _check(self, number: int, line: str) -> None:
        try:
            text = msgspec.json.decode(line, type=Text)
        except msgspec.MsgspecError as error:
            raise CommandError(f"line {number}: {error}") from error
        self.stdout.write(json.dumps(found_in(text), ensure_ascii=False))
