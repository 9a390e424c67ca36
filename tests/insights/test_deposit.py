"""A deposit for the archives: read back, its digests and references, and the same bytes again."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from lxml import etree

from accounts.actions.rights import change_function
from accounts.clock import db_now
from accounts.models import Supervision
from approvals.images import path_of
from approvals.message import Image, Message
from approvals.models import StoredImage
from insights.deposit import Altered, write_deposit
from insights.history import read_history
from insights.manifest import NAMESPACE
from insights.models import Export
from insights.signers import Functions
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from tests.pictures import picture, stored_image

pytestmark = pytest.mark.django_db(transaction=True)
S = f"{{{NAMESPACE}}}"


def deposit(cast, since: dt.date, until: dt.date) -> bytes:
    export = Export.objects.create(
        kind="deposit", asked_by=cast.claire, language="en", since=since, until=until
    )
    export.accounts.set([cast.nantes])
    file = io.BytesIO()
    write_deposit(export, file, lambda done, total: None)
    return file.getvalue()


def manifest_of(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read("manifest.xml")


def today(cast) -> dt.date:
    return db_now().astimezone(cast.nantes.zone).date()


@pytest.fixture
def published(line, x):
    """A thread with an image that two of its messages show, on X."""
    image = Image(stored_image(line.cast.nantes, picture(colour="red")), "Un carré rouge.")
    messages = (Message("Premier & <seul>.", (image,)), Message("Second.", (image,)))
    publication = line.released(messages=messages)
    send_due(publication.account_id)
    return publication


def test_every_file_is_as_the_manifest_says_and_every_reference_leads_to_one(line, published):
    day = today(line.cast)
    archive = zipfile.ZipFile(io.BytesIO(deposit(line.cast, day, day)))
    root = etree.fromstring(archive.read("manifest.xml"))
    assert [child.tag.removeprefix(S) for child in root] == [
        *("Comment", "Date", "MessageIdentifier", "ArchivalAgreement", "CodeListVersions"),
        *("DataObjectPackage", "ArchivalAgency", "TransferringAgency"),
    ]
    objects = {one.get("id"): one for one in root.iter(f"{S}BinaryDataObject")}
    assert {one.findtext(f"{S}Uri") for one in objects.values()} | {"manifest.xml"} == set(
        archive.namelist()
    )
    for one in objects.values():
        content = archive.read(one.findtext(f"{S}Uri"))
        assert one.findtext(f"{S}MessageDigest") == hashlib.sha512(content).hexdigest()
        assert int(one.findtext(f"{S}Size")) == len(content)
    references = [one.text for one in root.iter(f"{S}DataObjectReferenceId")]
    assert sorted(references) == sorted(objects)
    assert len(objects) == 2
    levels = [one.text for one in root.iter(f"{S}DescriptionLevel")]
    assert levels == ["RecordGrp", "File", "Item"]


def test_it_says_who_signed_which_digest_as_what_and_where_it_is_on_x(line, published):
    day = today(line.cast)
    root = etree.fromstring(manifest_of(deposit(line.cast, day, day)))
    description = next(root.iter(f"{S}Description")).text
    assert "Premier & <seul>.\n\nSecond." in description
    assert "Un carré rouge." in description
    events = list(root.iter(f"{S}Event"))
    reviews = [e for e in events if e.findtext(f"{S}EventTypeCode") == "REVIEW"]
    assert {e.findtext(f"{S}EventDetail") for e in reviews} == {
        "Marc, titulaire",
        "Helene, supervision",
    }
    assert {e.findtext(f"{S}OutcomeDetail") for e in reviews} == {
        f"SHA-256 {published.release.digest}"
    }
    posts = [e for e in events if e.findtext(f"{S}EventTypeCode") == "POST"]
    assert [e.findtext(f"{S}EventIdentifier") for e in posts] == [
        part.x_id for part in published.parts.order_by("position")
    ]


def test_twice_the_same_bytes_and_nothing_of_what_came_after_the_period(line, published):
    day = today(line.cast)
    assert deposit(line.cast, day, day) == deposit(line.cast, day, day)

    ids, moment = [published.draft_id], db_now()
    before = read_history(ids, moment)
    retract(actor=line.cast.paul, publication_id=published.pk, reason="Une erreur.")
    run(published.retractions.get().pk)
    assert read_history(ids, moment) == before
    assert read_history(ids, db_now()) != before


def test_an_image_that_is_no_longer_what_was_signed_stops_the_deposit(line, published):
    (row,) = StoredImage.objects.all()
    default_storage.delete(path_of(row.sha256))
    default_storage.save(path_of(row.sha256), ContentFile(b"x" * row.size))
    day = today(line.cast)
    with pytest.raises(Altered):
        deposit(line.cast, day, day)


def test_a_function_is_the_one_of_the_moment_of_the_verdict(line):
    published = line.released("Un conseil.")
    send_due(published.account_id)
    helene = Supervision.objects.get(person=line.cast.helene)
    change_function(helene.pk, "head", actor=line.cast.ada)
    nantes = line.cast.nantes.pk
    functions = Functions([nantes])
    review = published.release.revision.reviews.get(reviewer=line.cast.helene)
    helene, role = line.cast.helene.pk, review.role
    assert functions.words(nantes, helene, role, review.created_at) == "supervision"
    assert functions.words(nantes, helene, role, db_now()).endswith("chef de service")


def test_another_period_or_account_has_none_of_it(line, published):
    day = today(line.cast)
    long_ago = deposit(line.cast, day - dt.timedelta(days=9), day - dt.timedelta(days=2))
    root = etree.fromstring(manifest_of(long_ago))
    assert list(root.iter(f"{S}BinaryDataObject")) == []


def test_what_is_taken_off_x_in_the_period_is_there_with_the_reason(line, published):
    retract(actor=line.cast.paul, publication_id=published.pk, reason="Une erreur.")
    run(published.retractions.get().pk)
    day = today(line.cast)
    root = etree.fromstring(manifest_of(deposit(line.cast, day, day)))
    details = [one.text for one in root.iter(f"{S}EventDetail")]
    assert "Paul : Une erreur." in details
