"""The dates of what is said each month or each year; pure, without a clock."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Every(TextChoices):
    """How often; empty is whenever it is needed."""

    MONTH = "month", _("chaque mois")
    YEAR = "year", _("chaque année")


def next_dates(every: str, first_on: dt.date, today: dt.date, count: int = 3) -> list[dt.date]:
    """The first of these from today on. A day that a month does not have is its last one."""
    return list(islice((day for day in _dates(every, first_on) if day >= today), count))


def _dates(every: str, first_on: dt.date) -> Iterator[dt.date]:
    step = {Every.MONTH: 1, Every.YEAR: 12}[Every(every)]
    month = first_on.year * 12 + first_on.month - 1
    while month < (dt.MAXYEAR + 1) * 12:
        year, index = divmod(month, 12)
        last = calendar.monthrange(year, index + 1)[1]
        yield dt.date(year, index + 1, min(first_on.day, last))
        month += step
