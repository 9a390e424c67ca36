"""Brings the catalogues up to date with the code (`make messages`), and compiles them.

The French sentences are the msgids. locale/en translates them; locale/fr holds the counted ones
alone, for without a catalogue Django would count as English does, and say « 0 brouillons ». What is
compiled for French has every sentence with its non-breaking spaces: `typeset` is the only place
that adds them, and it never sees what people typed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

PLAIN = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "lazy"))
COUNTED = dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
IN_CONTEXT = dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
BOTH = dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))
KEYWORDS: dict[str, Any] = {**PLAIN, **COUNTED, **IN_CONTEXT, **BOTH}

NARROW, WIDE = "\u202f", "\u00a0"
NON_BREAKING = (
    (re.compile(r" (?=[;!?»])"), NARROW),
    (re.compile(r"(?<=«) "), NARROW),
    (re.compile(r" (?=:(?!\w))"), WIDE),
    # Between a number, or what will be one, and what it counts; « 2 h 10 ».
    (re.compile(r"(?<![\w.-])(\d+|%\(\w+\)0?\d*d) (?=[^\W\d_]|%)"), r"\1" + WIDE),
    (re.compile(r"(?<=\bh) (?=\d|%\()"), WIDE),
)

# The sandbox of X is no part of the application and has a catalogue of its own, English only.
SANDBOX = "x_sandbox"
APPS = ("accounts", "approvals", "insights", "policetweets", "publishing")


def sources(owner: str = "") -> Iterator[tuple[Path, str]]:
    """Every file with sentences, as Python: relative path and content."""
    root = Path(settings.BASE_DIR)
    apps = (owner,) if owner else APPS
    code = [path for app in apps for path in (root / app).rglob("*.py")]
    pages = [
        path for path in (root / owner / "templates").rglob("*") if path.suffix in (".html", ".txt")
    ]
    for path in sorted(code + pages):
        relative, text = path.relative_to(root), path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What templatize gives has a page's indentation, which means nothing in brackets.
            text = f"({templatize(text, str(relative))}\n)"
        yield relative, text


def extracted(owner: str = "") -> Catalog:
    """Every sentence of the code and where it is said."""
    catalog = Catalog()
    for path, text in sources(owner):
        stream = io.BytesIO(text.encode())
        for line, ids, _comments, context in extract("python", stream, keywords=KEYWORDS):
            catalog.add(ids, locations=[(path.as_posix(), line)], context=context)
    return catalog


def folder(language: str, owner: str = "") -> Path:
    return Path(settings.BASE_DIR) / owner / "locale" / language / "LC_MESSAGES"


def kept(language: str, owner: str = "") -> Catalog:
    """The catalogue as it is on disk."""
    with (folder(language, owner) / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def typeset(french: str) -> str:
    """The sentence with the spaces of French typography, none of which breaks a line."""
    for place, space in NON_BREAKING:
        french = place.sub(space, french)
    return french


def to_compile(language: str, template: Catalog, owner: str = "") -> Catalog:
    """What is on disk; in French, every sentence of the template as it is printed."""
    catalog = kept(language, owner)
    if language == settings.LANGUAGE_CODE:
        for message in template:
            if not message.id:
                continue  # the header
            forms = [message.id] if isinstance(message.id, str) else message.id
            printed = tuple(typeset(form) for form in forms)
            catalog.delete(message.id, context=message.context)
            catalog.add(
                message.id,
                printed if message.pluralizable else printed[0],
                context=message.context,
            )
    return catalog


def compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def counted(template: Catalog) -> Catalog:
    """The counted sentences alone, as they are."""
    catalog = Catalog()
    for message in template:
        if message.pluralizable:
            catalog.add(message.id, message.id, message.locations, context=message.context)
    return catalog


def updated(language: str, template: Catalog, owner: str = "") -> Catalog:
    """The sentences of the template, with the translations that they already had."""
    catalog = kept(language, owner)
    if language == settings.LANGUAGE_CODE:
        template = counted(template)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def untranslated(catalog: Catalog) -> list[Message]:
    def empty(message: Message) -> bool:
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        return not all(words)

    return [message for message in catalog if message.id and (message.fuzzy or empty(message))]


class Command(BaseCommand):
    help = "Updates and compiles the catalogues; lists what is not translated."

    def handle(self, *args: Any, **options: Any) -> None:
        template = extracted()
        for language, _name in settings.LANGUAGES:
            self.update(language, template)
        self.update("en", extracted(SANDBOX), SANDBOX)

    def update(self, language: str, template: Catalog, owner: str = "") -> None:
        catalog = updated(language, template, owner)
        with (folder(language, owner) / "django.po").open("wb") as file:
            # A line's number or an obsolete sentence would only be noise in every change.
            write_po(file, catalog, width=100, include_lineno=False, ignore_obsolete=True)
        printed = compiled(to_compile(language, template, owner))
        (folder(language, owner) / "django.mo").write_bytes(printed)
        for message in untranslated(catalog):
            self.stdout.write(f"{language}: {message.locations[0][0]}: {message.id}")
