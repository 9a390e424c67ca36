"""How far a document is, and that somebody is at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import OperationalError, connection

from accounts.clock import in_seconds
from insights.models import Export, ExportState

log = structlog.get_logger(__name__)


class Lost(Exception):
    """Another worker has taken it up: this one was believed dead."""


class Progress:
    """A maker calls it with how many of how many are done. Raises Lost."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.done = self.total = 0
        self.lost = False

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self.lost:
            raise Lost

    def write(self) -> None:
        """The row says it, and is this worker's for a while more."""
        mine = Export.objects.filter(
            pk=self.export.pk, state=ExportState.WORKING, tries=self.export.tries
        )
        self.lost = not mine.update(
            done=self.done,
            total=self.total,
            lease_until=in_seconds(settings.DURATIONS.export_lease),
        )


@contextmanager
def kept_alive(export: Export) -> Iterator[Progress]:
    """A thread with a connection of its own writes it down: the maker may read one snapshot, or set
    a hundred pages, for minutes.
    """
    progress = Progress(export)
    ended = threading.Event()

    def go_on() -> None:
        try:
            while not ended.wait(settings.DURATIONS.export_renew):
                try:
                    progress.write()
                except OperationalError as error:
                    log.warning("export lease", error=type(error).__name__)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        ended.set()
        thread.join()
