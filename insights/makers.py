"""What makes each kind of document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from insights.models import Export
from insights.progress import Progress


@dataclass(frozen=True)
class Maker:
    """`write` puts the document into the file, and tells how far it is. The same accounts and
    period give the same bytes, whoever asks and whenever: it reads one `snapshot()`, in an order of
    its own, and nothing that came after the period.
    """

    write: Callable[[Export, IO[bytes], Progress], None]
    suffix: str
    mime: str


# By ExportKind; people may ask for those that are here.
MAKERS: dict[str, Maker] = {}
