"""Pages of a long list without counting it: one row more than shown says that there is a next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts.requests import parse_int

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """What components/pagination.html shows; `rows` are this page's."""

    rows: list[M]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1


def page_of(queryset: QuerySet[M], request: HttpRequest, size: int = 25) -> Page[M]:
    """The page that `?page=` asks for; nonsense asks for the first."""
    number = min(max(parse_int(request.GET.get("page", "")) or 1, 1), 10_000)
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    return Page(rows=rows[:size], number=number, has_next=len(rows) > size)


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """A page that begins after a row: what comes and goes meanwhile moves nothing out of sight."""

    rows: list[M]
    after: str
    is_first: bool


CURSOR = re.compile(r"-?[0-9]{1,18}")


def keyset_page(
    queryset: QuerySet[M], request: HttpRequest, *keys: str, size: int = 25
) -> KeysetPage[M]:
    """The rows that follow those of `?after=`, by these numbers, the highest first; the last of
    them is unique. Nonsense asks for the first page.
    """
    given = request.GET.get("after", "").split("_")
    cursor = [int(part) for part in given if CURSOR.fullmatch(part)]
    is_first = len(cursor) != len(keys) or len(given) != len(keys)
    if not is_first:
        queryset = queryset.filter(_below(keys, cursor))
    rows = list(queryset.order_by(*(f"-{key}" for key in keys))[: size + 1])
    more = len(rows) > size
    last = "_".join(str(getattr(rows[size - 1], key)) for key in keys) if more else ""
    return KeysetPage(rows[:size], last, is_first)


def _below(keys: tuple[str, ...], cursor: list[int]) -> Q:
    (key, *others), (value, *values) = keys, cursor
    below = Q(**{f"{key}__lt": value})
    if others:
        below |= Q(**{key: value}) & _below(tuple(others), values)
    return below
