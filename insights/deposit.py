"""A deposit for the archives: the tweets of some accounts over a period, as a SEDA 2.3
ArchiveTransfer in a ZIP. docs/archives.md says what is in it.

Files first, as they are read; what the manifest says of them grows beside, in two temporary files,
and the manifest comes last. Nothing but the list of what is to come is whole in memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO, Any

import msgspec
from django.core.files.storage import default_storage
from django.db.models import Min, Q
from django.utils import translation

from accounts.models import Account
from approvals.digest import SignedContent
from approvals.images import path_of
from approvals.models import StoredImage
from insights.batches import batches
from insights.fixed_zip import new_file
from insights.history import History, read_history
from insights.manifest import DataObject, Manifest, Signer, account_unit, month_unit, tweet_unit
from insights.models import Export
from insights.progress import Progress
from insights.signers import Functions
from insights.snapshot import snapshot
from publishing.models import Part, RetractionState

# Raised with any change of the history's JSON.
VERSION = 1
BATCH = 500
PIECE = 1024 * 1024
FORMATS = {
    "image/jpeg": ("jpg", "fmt/43"),
    "image/png": ("png", "fmt/11"),
    "image/webp": ("webp", "fmt/567"),
    "image/gif": ("gif", "fmt/4"),
    "video/mp4": ("mp4", "fmt/199"),
    "application/json": ("json", "fmt/817"),
}


class Altered(Exception):
    """A stored image is no longer what was signed: no deposit without it, nor with another."""


@dataclass(frozen=True)
class Tweet:
    """A draft of which something was on X, and since when."""

    draft_id: int
    at: dt.datetime


def end_of(account: Account, day: dt.date) -> dt.datetime:
    """When the day is over in the account's zone."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=account.zone)


def tweets_of(account: Account, since: dt.date, until: dt.date) -> list[Tweet]:
    """What came to X in the period, and what came earlier and was taken off it in the period; in
    the order in which it came.
    """
    begin, end = end_of(account, since - dt.timedelta(days=1)), end_of(account, until)
    retracted = Q(
        publication__retractions__state=RetractionState.VERIFIED,
        publication__retractions__ended_at__gte=begin,
        publication__retractions__ended_at__lt=end,
    )
    rows = (
        Part.objects.filter(publication__account=account, out_at__lt=end)
        .filter(Q(out_at__gte=begin) | retracted)
        .values("publication__release__revision__draft")
        .annotate(first=Min("out_at"))
        .order_by("first", "publication__release__revision__draft")
    )
    return [Tweet(row["publication__release__revision__draft"], row["first"]) for row in rows]


def write_deposit(export: Export, file: IO[bytes], progress: Progress) -> None:
    """French, whoever asks: so are the archives."""
    accounts = sorted(export.accounts.all(), key=lambda account: account.code)
    with translation.override("fr"), snapshot(), _Deposit(export, file) as deposit:
        found = [(a, tweets_of(a, export.since, export.until)) for a in accounts]
        total, done = sum(len(tweets) for _account, tweets in found), 0
        progress(0, total)
        for account, tweets in found:
            for count in deposit.add_account(account, tweets):
                done += count
                progress(done, total)
        deposit.finish(accounts)


class _Deposit:
    """The archive as it grows."""

    def __init__(self, export: Export, file: IO[bytes]) -> None:
        self.export = export
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.manifest = Manifest(tempfile.TemporaryFile(), tempfile.TemporaryFile())  # noqa: SIM115
        self.stored: set[str] = set()

    def __enter__(self) -> _Deposit:
        return self

    def __exit__(self, *error: object) -> None:
        self.manifest.close()
        self.archive.close()

    def add_account(self, account: Account, tweets: Sequence[Tweet]) -> Iterator[int]:
        """How many tweets came with each batch."""
        self.manifest.open(account_unit(account, self.export.since, self.export.until))
        functions = Functions([account.pk])
        by_month = groupby(
            tweets, lambda tweet: tweet.at.astimezone(account.zone).date().replace(day=1)
        )
        for month, of_month in by_month:
            self.manifest.open(month_unit(account, month))
            for batch in batches(list(of_month), BATCH):
                self._add_batch(account, batch, functions)
                yield len(batch)
            self.manifest.shut()
        self.manifest.shut()

    def _add_batch(self, account: Account, tweets: Sequence[Tweet], functions: Functions) -> None:
        end = end_of(account, self.export.until)
        histories = read_history([tweet.draft_id for tweet in tweets], end)
        signed = {tweet.draft_id: _signed(histories[tweet.draft_id]) for tweet in tweets}
        named = {i.sha256 for one in signed.values() for m in one.messages for i in m.images}
        rows = StoredImage.objects.filter(account=account, sha256__in=named, purged_at=None)
        images = {row.sha256: row for row in rows}
        for tweet in tweets:
            history = histories[tweet.draft_id]
            text = msgspec.json.encode(
                {
                    "format": "policetweets history",
                    "version": 1,
                    "draft": tweet.draft_id,
                    **history,
                },
                order="sorted",
            )
            objects = [self._add_json(tweet, text)]
            for message in signed[tweet.draft_id].messages:
                objects += [self._add_image(images[image.sha256]) for image in message.images]
            signers = [_signer(row, account, functions) for row in history["reviews"]]
            unit = tweet_unit(account, tweet.draft_id, signed[tweet.draft_id], history, signers)
            self.manifest.add(unit, list(dict.fromkeys(objects)))

    def _add_json(self, tweet: Tweet, text: bytes) -> str:
        return self._add(
            f"T{tweet.draft_id}", "application/json", [text], len(text), zipfile.ZIP_DEFLATED
        )

    def _add_image(self, row: StoredImage) -> str:
        """Once, however many tweets show it."""
        name = f"M{row.sha256}"
        if name not in self.stored:
            self.stored.add(name)
            with default_storage.open(path_of(row.sha256)) as stored:
                pieces = _checked(stored.chunks(PIECE), row.sha256)
                self._add(name, row.mime, pieces, row.size, zipfile.ZIP_STORED)
        return name

    def _add(self, name: str, mime: str, pieces: Iterable[bytes], size: int, method: int) -> str:
        suffix, pronom = FORMATS[mime]
        path = f"content/{name}.{suffix}"
        digest = hashlib.sha512()
        with new_file(self.archive, path, size, method) as entry:
            for piece in pieces:
                digest.update(piece)
                entry.write(piece)
        self.manifest.add_object(DataObject(name, path, digest.hexdigest(), size, mime, pronom))
        return name

    def finish(self, accounts: list[Account]) -> None:
        end = max(end_of(account, self.export.until) for account in accounts)
        with new_file(self.archive, "manifest.xml", 1 << 31) as entry:
            for piece in self.manifest.whole(accounts, self.export.since, self.export.until, end):
                if isinstance(piece, bytes):
                    entry.write(piece)
                else:
                    shutil.copyfileobj(piece, entry, PIECE)


def _checked(pieces: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Altered(sha256)


def _signed(history: History) -> SignedContent:
    """What was released last: that is on X."""
    number = history["releases"][-1]["revision__number"]
    content = next(row["content"] for row in history["revisions"] if row["number"] == number)
    return SignedContent.read(content)


def _signer(row: dict[str, Any], account: Account, functions: Functions) -> Signer:
    """Of a review, whose row then says the function too."""
    row["function"] = functions.words(
        account.pk, row.pop("reviewer"), row["role"], row["created_at"]
    )
    return Signer(
        name=row["reviewer__name"],
        function=row["function"],
        verdict=row["verdict"],
        digest=row["digest"],
        at=row["created_at"],
        reason=row["reason"],
    )
