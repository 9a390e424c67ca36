"""What makes each kind of document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from insights.deposit import write_deposit
from insights.models import Export, ExportKind
from insights.progress import Progress
from insights.report import write_report


@dataclass(frozen=True)
class Maker:
    """`write` puts the document into the file, and tells how far it is. The same accounts and
    period give the same bytes, whoever asks and whenever, as long as nothing is added to what they
    hold: it reads one `snapshot()`, in an order of its own, and nothing of the present moment.
    """

    write: Callable[[Export, IO[bytes], Progress], None]
    suffix: str
    mime: str


# By ExportKind; people may ask for those that are here.
MAKERS: dict[str, Maker] = {
    ExportKind.DEPOSIT: Maker(write_deposit, ".zip", "application/zip"),
    ExportKind.REPORT: Maker(write_report, ".zip", "application/zip"),
}
