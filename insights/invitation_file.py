"""Invitations in a CSV file, as spreadsheets write it: read whole, or refused by its lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from insights.invited import Invited, clean_invited
from insights.spreadsheet import BEGINS_FORMULA

MAX_FILE = 200_000
MAX_LINES = 1000

# What the first line may call a column, without case, accents or signs, in French or English.
COLUMNS = {
    "nom": "name",
    "name": "name",
    "compte x": "handle",
    "x account": "handle",
    "qualite": "quality",
    "position": "quality",
    "invite le": "invited_on",
    "date": "invited_on",
    "invited on": "invited_on",
}
DAYS = ((r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "%Y-%m-%d"), (r"[0-9]{2}/[0-9]{2}/[0-9]{4}", "%d/%m/%Y"))


@dataclass
class Reading:
    """What a file holds: those it invites, or why its lines cannot be taken."""

    invited: list[Invited] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def decode(raw: bytes) -> str:
    """A file as text, with one kind of line end. Raises Invalid."""
    if len(raw) > MAX_FILE:
        raise Invalid(_too_heavy(), field="file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _not_text() from error
    if "\0" in text:
        raise _not_text()
    return re.sub(r"\r\n?", "\n", text)


def _too_heavy() -> str:
    return _("Ce fichier est trop lourd : 200 ko au plus.")


def _not_text() -> Invalid:
    sentence = _("Ce fichier n’est pas un CSV en UTF-8 ou en Windows-1252.")
    return Invalid(sentence, field="file")


def read_invitations(text: str, today: dt.date) -> Reading:
    """Whoever stands there twice is read once. A line without a day is of today."""
    if len(text) > MAX_FILE:
        return Reading(errors=[_too_heavy()])
    reading = Reading()
    lines = _lines(text, reading.errors)
    number, header = next(lines, (1, []))
    columns = [COLUMNS.get(_plain(title)) for title in header]
    if "name" not in columns:
        titles = _("La première ligne doit nommer les colonnes, dont « nom ».")
        return Reading(errors=[_numbered(number, titles)])
    seen: set[tuple[str, str]] = set()
    for count, (number, cells) in enumerate(lines, start=1):
        if count > MAX_LINES:
            reading.errors.append(
                _("Ce fichier a trop de lignes : 1 000 au plus, sans la première.")
            )
            break
        try:
            invited = _read_line(columns, cells, today)
        except Invalid as refusal:
            reading.errors.append(_numbered(number, str(refusal)))
            continue
        if invited.key not in seen:
            seen.add(invited.key)
            reading.invited.append(invited)
    if not reading.invited and not reading.errors:
        reading.errors.append(_("Ce fichier n’a aucune invitation."))
    return reading


def _lines(text: str, errors: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Those that are not empty, with the number at which each begins."""
    text = re.sub(r"\r\n?", "\n", text)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            errors.append(_numbered(begins, _("Elle ne se lit pas, à cause d’un guillemet.")))
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = rows.line_num + 1


def _plain(title: str) -> str:
    """« Qualité », « invité_le »: as COLUMNS has them."""
    letters = unicodedata.normalize("NFKD", title.casefold())
    return " ".join(
        re.findall(r"[a-z]+", "".join(c for c in letters if not unicodedata.combining(c)))
    )


def _read_line(columns: list[str | None], cells: list[str], today: dt.date) -> Invited:
    if len(cells) > len(columns):
        raise Invalid(_("Il y a plus de cases que de colonnes."))
    typed = {
        name: _typed(cell) for name, cell in zip(columns, cells, strict=False) if name is not None
    }
    if not typed.get("name"):
        raise Invalid(_("Le nom manque."))
    day = typed.get("invited_on", "")
    return clean_invited(
        name=typed["name"],
        handle=typed.get("handle", ""),
        quality=typed.get("quality", ""),
        invited_on=_day(day) if day else today,
        today=today,
    )


def _typed(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from running a text."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(BEGINS_FORMULA) else cell


def _day(typed: str) -> dt.date:
    for pattern, written in DAYS:
        if re.fullmatch(pattern, typed):
            try:
                return dt.datetime.strptime(typed, written).date()
            except ValueError:
                break
    raise Invalid(_("La date s’écrit 2014-01-31 ou 31/01/2014."))


def _numbered(number: int, sentence: str) -> str:
    return _("Ligne %(number)d : %(sentence)s") % {"number": number, "sentence": sentence}
