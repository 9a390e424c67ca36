"""The manifest of a deposit: SEDA 2.3, written piece by piece.

Elements are made without a namespace; the root's is theirs once they stand below it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from lxml import etree

from accounts.models import Account
from approvals.digest import SignedContent
from approvals.models import Category, Verdict
from insights.history import History
from publishing.models import RetractionState
from publishing.status_badge import link_of

NAMESPACE = "fr:gouv:culture:archivesdefrance:seda:v2.3"
# What XML cannot hold; the JSON has every character.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_TITLE = 100
# Which lists the codes are of.
CODE_LISTS = (
    ("MessageDigestAlgorithmCodeListVersion", "SHA-512"),
    ("MimeTypeCodeListVersion", "IANA"),
    ("FileFormatCodeListVersion", "PRONOM"),
)


@dataclass(frozen=True)
class DataObject:
    """A file of the archive."""

    name: str
    path: str
    sha512: str
    size: int
    mime: str
    pronom: str


@dataclass(frozen=True)
class Signer:
    """Who said what of which digest, as what."""

    name: str
    function: str
    verdict: str
    digest: str
    at: dt.datetime
    reason: str


def element(name: str, *children: etree._Element | str | None, **attributes: str) -> etree._Element:
    """Of text or of children; what is None is left out."""
    made = etree.Element(name, attributes)
    for child in children:
        if isinstance(child, str):
            made.text = UNWRITABLE.sub("\ufffd", child)
        elif child is not None:
            made.append(child)
    return made


def as_line(made: etree._Element) -> bytes:
    text: bytes = etree.tostring(made, encoding="utf-8")
    return text + b"\n"


def moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat()


def account_unit(account: Account, since: dt.date, until: dt.date) -> etree._Element:
    return _unit(
        f"A{account.pk}",
        element("DescriptionLevel", "RecordGrp"),
        element("Title", f"@{account.handle}, police nationale, {account.name} ({account.code})"),
        element("Language", "fra"),
        element("StartDate", since.isoformat()),
        element("EndDate", until.isoformat()),
    )


def month_unit(account: Account, month: dt.date) -> etree._Element:
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return _unit(
        f"A{account.pk}-{month:%Y-%m}",
        element("DescriptionLevel", "File"),
        element("Title", f"@{account.handle}, {month:%Y-%m}"),
        element("Language", "fra"),
        element("StartDate", month.isoformat()),
        element("EndDate", last.isoformat()),
    )


def tweet_unit(
    account: Account,
    draft_id: int,
    signed: SignedContent,
    history: History,
    signers: Sequence[Signer],
) -> etree._Element:
    text = "\n\n".join(message.text for message in signed.messages)
    posts = history["posts"]
    return _unit(
        f"D{draft_id}",
        element("DescriptionLevel", "Item"),
        element("Title", " ".join(text.split())[:MAX_TITLE] or "Images"),
        element("OriginatingSystemId", str(draft_id)),
        element("Description", _description(signed, text)),
        element("DocumentType", "tweet"),
        element("Language", "fra"),
        element("CreatedDate", moment(history["revisions"][0]["submitted_at"])),
        element("SentDate", moment(posts[0]["out_at"])),
        element("StartDate", moment(history["revisions"][0]["submitted_at"])),
        element("EndDate", moment(posts[-1]["out_at"])),
        *map(_verdict, signers),
        *(_posted(account, post) for post in posts),
        *map(_retracted, history["retractions"]),
    )


def _description(signed: SignedContent, text: str) -> str:
    said = [text, f"Catégorie : {Category(signed.category).label}"]
    said += [f"Image : {i.alt}" for message in signed.messages for i in message.images]
    return "\n\n".join(said)


def _verdict(signer: Signer) -> etree._Element:
    """The signature: by whom, as what, of which digest."""
    return element(
        "Event",
        element("EventTypeCode", "REVIEW"),
        element("EventType", "Avis"),
        element("EventDateTime", moment(signer.at)),
        element("EventDetail", f"{signer.name}, {signer.function}"),
        element("Outcome", signer.verdict),
        element("OutcomeDetail", f"SHA-256 {signer.digest}"),
        element("OutcomeDetailMessage", _line(f"{Verdict(signer.verdict).label} {signer.reason}")),
        element(
            "LinkingAgentIdentifier",
            element("LinkingAgentIdentifierType", "Relecteur"),
            element("LinkingAgentIdentifierValue", signer.name),
            element("LinkingAgentRole", signer.function),
        ),
    )


def _posted(account: Account, post: dict[str, Any]) -> etree._Element:
    return element(
        "Event",
        element("EventIdentifier", str(post["x_id"])),
        element("EventTypeCode", "POST"),
        element("EventType", "Diffusion"),
        element("EventDateTime", moment(post["out_at"])),
        element("EventDetail", link_of(account, post["x_id"])),
    )


def _retracted(row: dict[str, Any]) -> etree._Element:
    verified = row["state"] == RetractionState.VERIFIED
    return element(
        "Event",
        element("EventTypeCode", "RETRACTION"),
        element("EventType", "Retrait"),
        element("EventDateTime", moment(row["ended_at"] or row["requested_at"])),
        element("EventDetail", f"{row['requested_by__name']} : {row['reason']}"),
        element("Outcome", "verified" if verified else "requested"),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _unit(name: str, *content: etree._Element) -> etree._Element:
    return element("ArchiveUnit", element("Content", *content), id=name)


class Manifest:
    """Grows in two files: what it says of the objects, and the units that refer to them."""

    def __init__(self, objects: IO[bytes], units: IO[bytes]) -> None:
        self.objects, self.units = objects, units
        self.digest = hashlib.sha256()

    def close(self) -> None:
        self.objects.close()
        self.units.close()

    def add_object(self, one: DataObject) -> None:
        self._write(
            self.objects,
            element(
                "BinaryDataObject",
                element("DataObjectVersion", "BinaryMaster_1"),
                element("Uri", one.path),
                element("MessageDigest", one.sha512, algorithm="SHA-512"),
                element("Size", str(one.size)),
                element(
                    "FormatIdentification",
                    element("MimeType", one.mime),
                    element("FormatId", one.pronom),
                ),
                element("FileInfo", element("Filename", one.path.rpartition("/")[2])),
                id=one.name,
            ),
        )

    def open(self, unit: etree._Element) -> None:
        """What follows is below it, until `shut`."""
        self._write(self.units, unit, len(b"</ArchiveUnit>"))

    def shut(self) -> None:
        self.units.write(b"</ArchiveUnit>\n")

    def add(self, unit: etree._Element, objects: list[str]) -> None:
        for name in objects:
            reference = element("DataObjectReferenceId", name)
            unit.append(element("DataObjectReference", reference))
        self._write(self.units, unit)

    def _write(self, file: IO[bytes], made: etree._Element, less: int = 0) -> None:
        text = as_line(made)[: -1 - less] + b"\n"
        self.digest.update(text)
        file.write(text)

    def whole(
        self, accounts: list[Account], since: dt.date, until: dt.date, end: dt.datetime
    ) -> Iterator[bytes | IO[bytes]]:
        """In the order of the schema; the identifier is the digest of all that it says."""
        handles = ", ".join(f"@{account.handle}" for account in accounts)
        head = [
            element("Comment", f"Tweets de {handles} du {since} au {until}"),
            element("Date", moment(end)),
            element("MessageIdentifier", self.digest.hexdigest()),
            element("ArchivalAgreement", settings.ARCHIVAL_AGREEMENT),
            element("CodeListVersions", *(element(name, said) for name, said in CODE_LISTS)),
        ]
        yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f'<ArchiveTransfer xmlns="{NAMESPACE}">\n'.encode()
        yield from map(as_line, head)
        yield b"<DataObjectPackage>\n"
        self.objects.seek(0)
        yield self.objects
        yield b"<DescriptiveMetadata>\n"
        self.units.seek(0)
        yield self.units
        yield b"</DescriptiveMetadata>\n"
        agency = settings.TRANSFERRING_AGENCY
        management = element(
            "ManagementMetadata",
            element("LegalStatus", "Public Archive"),
            element("OriginatingAgencyIdentifier", agency),
        )
        yield etree.tostring(management, encoding="utf-8") + b"\n</DataObjectPackage>\n"
        for name, said in (
            ("ArchivalAgency", settings.ARCHIVAL_AGENCY),
            ("TransferringAgency", agency),
        ):
            yield (
                etree.tostring(element(name, element("Identifier", said)), encoding="utf-8") + b"\n"
            )
        yield b"</ArchiveTransfer>\n"
