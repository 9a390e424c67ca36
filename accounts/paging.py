"""Pages of a long list without counting it: one row more than shown says that there is a next."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

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
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


def keyset_page(
    queryset: QuerySet[M], request: HttpRequest, *keys: str, size: int = 25, moment: str = ""
) -> KeysetPage[M]:
    """The rows that follow those of `?after=`, by these keys, the highest first; the last of them
    is unique. All are numbers but `moment`. Nonsense asks for the first page.
    """
    given = request.GET.get("after", "").split("_")
    cursor: list[Any] = [int(part) for part in given if CURSOR.fullmatch(part)]
    is_first = len(cursor) != len(keys) or len(given) != len(keys)
    if not is_first and moment:
        try:
            cursor[keys.index(moment)] = EPOCH + cursor[keys.index(moment)] * MICROSECOND
        except OverflowError:
            is_first = True
    if not is_first:
        # Said twice, so that an index finds where the page begins.
        queryset = queryset.filter(_below(keys, cursor), **{f"{keys[0]}__lte": cursor[0]})
    rows = list(queryset.order_by(*(f"-{key}" for key in keys))[: size + 1])
    more = len(rows) > size
    last = "_".join(_number(getattr(rows[size - 1], key)) for key in keys) if more else ""
    return KeysetPage(rows[:size], last, is_first)


def _number(value: Any) -> str:
    return str((value - EPOCH) // MICROSECOND if isinstance(value, dt.datetime) else value)


def _below(keys: tuple[str, ...], cursor: list[Any]) -> Q:
    (key, *others), (value, *values) = keys, cursor
    below = Q(**{f"{key}__lt": value})
    if others:
        below |= Q(**{key: value}) & _below(tuple(others), values)
    return below
