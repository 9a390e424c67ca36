"""Tables that a spreadsheet opens without running anything: UTF-8, commas, a line a row."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import IO

# What makes a spreadsheet take a text for a formula.
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | bool | dt.datetime | dt.date | None


def cell(value: Cell) -> str:
    """A text that begins like a formula gets an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(BEGINS_FORMULA) else value
    return str(value)


class Table:
    """Rows written one after the other into a binary file; the mark in front says UTF-8."""

    def __init__(self, file: IO[bytes], header: Iterable[str]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._rows = csv.writer(self._text)
        self._rows.writerow(header)

    def add(self, *values: Cell) -> None:
        self._rows.writerow([cell(value) for value in values])

    def close(self) -> None:
        """The file itself stays open."""
        self._text.flush()
        self._text.detach()
