"""Charts as numbers for a template to draw: attributes of SVG only, as the content policy wants.

Each stands beside a table of the same figures.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

WIDTH, HEIGHT = 480, 190
# Room for the labels of the axes.
LEFT, BOTTOM, TOP, RIGHT = 60, 28, 12, 12


@dataclass(frozen=True)
class Tick:
    """A label of an axis at its place."""

    at: float
    label: str


@dataclass(frozen=True)
class LineChart:
    """`lines` are runs of days without a gap, as the points of a polyline; `dots` days that stand
    alone.
    """

    lines: list[str]
    dots: list[tuple[float, float]]
    values: list[Tick]
    first: dt.date
    last: dt.date

    width, height, left, right = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT
    bottom = HEIGHT - BOTTOM


def line_chart(counts: Mapping[dt.date, int], first: dt.date, last: dt.date) -> LineChart:
    """Of what was counted on some of these days; a day without a count interrupts the line."""
    bottom, step, top = _scale(list(counts.values()))
    days = max((last - first).days, 1)

    def place(day: dt.date, value: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / days
        return round(across, 1), round(_height(value, bottom, top), 1)

    runs = _runs(sorted(day for day in counts if first <= day <= last))
    placed = [[place(day, counts[day]) for day in run] for run in runs]
    return LineChart(
        lines=[" ".join(f"{x},{y}" for x, y in run) for run in placed if len(run) > 1],
        dots=[run[0] for run in placed if len(run) == 1],
        values=_ticks(bottom, step, top),
        first=first,
        last=last,
    )


@dataclass(frozen=True)
class Bar:
    """One column: its label, its figure, where it stands and how high it is."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class BarChart:
    bars: list[Bar]
    values: list[Tick]

    width, height, left, right = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT
    bottom = HEIGHT - BOTTOM


def bar_chart(counts: Sequence[tuple[str, int]]) -> BarChart:
    """One column a figure, in the order given."""
    _zero, step, top = _scale([0, *(value for _label, value in counts)])
    slot = (WIDTH - LEFT - RIGHT) / max(len(counts), 1)
    bars = []
    for number, (label, value) in enumerate(counts):
        y = round(_height(value, 0, top), 1)
        bars.append(
            Bar(
                label=label,
                value=value,
                x=round(LEFT + slot * number + slot * 0.15, 1),
                y=y,
                width=round(slot * 0.7, 1),
                height=round(HEIGHT - BOTTOM - y, 1),
            )
        )
    return BarChart(bars=bars, values=_ticks(0, step, top))


def _runs(days: list[dt.date]) -> list[list[dt.date]]:
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _scale(values: list[int]) -> tuple[int, int, int]:
    """The lowest and the highest mark of the axis, and the step between two: round numbers."""
    lowest, highest = min(values, default=0), max(values, default=0)
    rough = max(highest - lowest, 1) / 4
    power = 10 ** max(math.floor(math.log10(rough)), 0)
    step = next((power * m for m in (1, 2, 5) if power * m >= rough), power * 10)
    bottom = lowest // step * step
    return bottom, step, max(-(-highest // step) * step, bottom + step)


def _height(value: float, bottom: int, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - bottom) / (top - bottom)


def _ticks(bottom: int, step: int, top: int) -> list[Tick]:
    return [
        Tick(round(_height(value, bottom, top), 1), number_format(value, force_grouping=True))
        for value in range(bottom, top + 1, step)
    ]
