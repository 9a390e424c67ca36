"""The pilot report: a zip of a PDF, a summary and open data, written message by message."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

import msgspec

from accounts.timefmt import PARIS
from insights.audience import followers_of
from insights.batches import batches
from insights.fixed_zip import new_file
from insights.invitations import invitations_of
from insights.lessons import lessons_by_theme
from insights.models import Export
from insights.progress import Progress
from insights.records import (
    BATCH,
    Counted,
    Fired,
    MessageRecord,
    Setback,
    message_ids,
    read_records,
    trail_digest,
)
from insights.report_text import MAX_PRINTED, document_of
from insights.snapshot import snapshot
from insights.spreadsheet import Cell, Table
from insights.summary import Gathering, LessonSaid, Summary, to_json
from publishing.pdf import pdf_of

PDF, SUMMARY = "rapport.pdf", "summary.json"
TABLES: dict[str, tuple[str, ...]] = {
    "messages.csv": (
        *("id", "account", "department", "category", "urgent", "state", "begun_at"),
        *("submitted_at", "released_at", "due_at", "published_at", "revisions", "signed_by"),
        *("text", "links"),
    ),
    "debate.csv": ("message", "kind", "function", "at", "text"),
    "checks.csv": ("message", "check", "severity", "words", "reason", "outcome"),
    "setbacks.csv": ("message", "act", "at", "reason"),
    "metrics.csv": (
        *("message", "post", "age", "impressions", "likes", "reposts", "replies", "quotes"),
        *("bookmarks", "link_clicks", "profile_clicks"),
    ),
    "followers.csv": ("account", "day", "followers"),
    "lessons.csv": ("account", "theme", "state", "note", "instruction"),
}


def write_report(export: Export, file: IO[bytes], progress: Progress) -> None:
    """One state of the database, read by batches; the PDF is set once nothing more is read."""
    accounts = sorted(export.accounts.all(), key=lambda account: account.code)
    with ExitStack() as stack:
        data = _Data(stack)
        with snapshot():
            ids = message_ids(accounts, export.since, export.until)
            gathering = Gathering(accounts)
            printed: list[MessageRecord] = []
            for number, batch in enumerate(batches(ids, BATCH)):
                for record in read_records(batch):
                    gathering.add(record)
                    data.add(record)
                    if len(printed) < MAX_PRINTED:
                        printed.append(record)
                progress((number + 1) * len(batch), len(ids))
            followers = followers_of(accounts, export.since, export.until)
            lessons = lessons_by_theme(accounts, *_moments(export))
            invitations = invitations_of(accounts, export.since, export.until)
            trail = trail_digest(ids)
        summary = gathering.summary(
            export.since, export.until, trail, followers, lessons, invitations
        )
        data.add_totals(summary)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, PDF, io.BytesIO(pdf_of(document_of(summary, printed))))
            _add(archive, SUMMARY, io.BytesIO(to_json(summary)))
            data.write(lambda name, content: _add(archive, name, content))


def _moments(export: Export) -> tuple[dt.datetime, dt.datetime]:
    """From the first midnight to that which ends the last day, in Paris."""
    first = dt.datetime.combine(export.since, dt.time.min, PARIS)
    return first, dt.datetime.combine(export.until + dt.timedelta(days=1), dt.time.min, PARIS)


class _Data:
    """The files of data, as they grow."""

    def __init__(self, stack: ExitStack) -> None:
        names = ("messages.jsonl", *TABLES)
        self.files: dict[str, IO[bytes]] = {}
        for name in names:
            self.files[name] = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self.tables = {name: Table(self.files[name], header) for name, header in TABLES.items()}

    def add(self, record: MessageRecord) -> None:
        self.files["messages.jsonl"].write(msgspec.json.encode(record, order="sorted") + b"\n")
        self.tables["messages.csv"].add(
            *(record.id, record.account, record.department, record.category, record.urgent),
            *(record.state, record.begun_at, record.submitted_at, record.released_at),
            *(record.due_at, record.published_at, record.revisions),
            *(" ; ".join(record.signed_by), "\n\n".join(record.texts), " ".join(record.links)),
        )
        for said in record.debate:
            self.tables["debate.csv"].add(record.id, said.kind, said.function, said.at, said.text)
        for fired in record.findings:
            self.tables["checks.csv"].add(record.id, *_values(fired))
        for setback in record.setbacks:
            self.tables["setbacks.csv"].add(record.id, *_values(setback))
        for counted in record.metrics:
            self.tables["metrics.csv"].add(record.id, *_values(counted))

    def add_totals(self, summary: Summary) -> None:
        for lesson in summary.lessons:
            self.tables["lessons.csv"].add(*_values(lesson))
        for row in summary.followers:
            for day, count in row.days:
                self.tables["followers.csv"].add(row.account, day, count)

    def write(self, add: Callable[[str, IO[bytes]], None]) -> None:
        for table in self.tables.values():
            table.close()
        for name, file in self.files.items():
            add(name, file)


def _values(row: Fired | Setback | Counted | LessonSaid) -> list[Cell]:
    return list(vars(row).values())


def _add(archive: zipfile.ZipFile, name: str, file: IO[bytes]) -> None:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    with new_file(archive, name, size) as target:
        shutil.copyfileobj(file, target)


def read_summary(file: IO[bytes]) -> Summary:
    """Of a report that was made."""
    with zipfile.ZipFile(file) as archive:
        return msgspec.json.decode(archive.read(SUMMARY), type=Summary)
