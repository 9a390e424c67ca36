"""What a check finds in a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Severity(StrEnum):
    """BLOCK stops a submission, WARN wants the author's reason, ADVICE asks for nothing."""

    BLOCK = "block"
    WARN = "warn"
    ADVICE = "advice"


# Of one kind, the first are enough for anybody.
MAX_OF_ONE_KIND = 20
ORDER = {severity: position for position, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is the id of a check; start and end say where the words stand in the text, 0 and 0
    of what concerns the whole of it.
    """

    check: str
    severity: Severity
    start: int
    end: int
    words: str
    sentence: StrOrPromise
    suggestion: str = ""  # what to write instead of the words, where that is known
    also: tuple[int, ...] = ()  # where else the one character stands
    reason: str = ""  # why the author keeps the words, once asked
