"""Long lists by pieces, so that no query and no call of X has them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def batches(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """In their order; the last may be shorter."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
