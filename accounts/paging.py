"""Pages of a long list without counting it: one row more than shown says that there is a next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.requests import whole_number

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
    number = min(max(whole_number(request.GET.get("page", "")) or 1, 1), 10_000)
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    return Page(rows=rows[:size], number=number, has_next=len(rows) > size)
