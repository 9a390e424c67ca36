"""What every channel answers for a delivery, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum

from accounts.models import Delivery


class Result(Enum):
    TAKEN = "taken"  # the server has it
    LATER = "later"  # it may take it another time
    REFUSED = "refused"  # it never will
    GONE = "gone"  # nor anything else at this address


@dataclass(frozen=True)
class Answer:
    """What came of one try; `code` is the server's own."""

    result: Result
    code: int | None = None


Send = Callable[[Delivery], Answer]


@dataclass(frozen=True)
class Way:
    """One channel. `open` raises OSError when it can be used for nobody: then no try is spent."""

    is_usable: Callable[[], bool]
    open: Callable[[], AbstractContextManager[Send]]
    # Seconds: what is older is given up.
    max_age: float
