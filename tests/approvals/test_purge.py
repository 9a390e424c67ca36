"""Purging the images of drafts that came to nothing: by whom, of what, and that the bytes go."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from accounts.errors import Invalid
from accounts.models import AuditEntry
from approvals.actions.drafts import Content, abandon_draft, begin_draft, submit_draft, use_again
from approvals.actions.images import add_image
from approvals.actions.purge import purge_images
from approvals.actions.reviews import reject
from approvals.images import path_of, poster_path_of
from approvals.message import Image, MediaKind, Message
from approvals.models import Draft, StoredImage
from approvals.tasks import delete_purged_images, forget_unnamed_images
from publishing.backup import _images
from publishing.case_file import read_case_file
from tests.approvals.writing import as_read, signed
from tests.cast import make_cast, signed_in
from tests.pictures import animated, picture, stored_image, uploaded

RAW = picture(colour="purple")


def shows(author, account, sha256: str, kind: MediaKind = "image") -> Draft:
    message = Message("Avec une image.", (Image(sha256, "Un visage.", kind),))
    content = Content((message,), category="advice")
    return begin_draft(actor=author, account=account, content=content)


@pytest.fixture
def abandoned(cast, media_folder) -> Draft:
    draft = shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW))
    return abandon_draft(actor=cast.claire, draft_id=draft.pk)


def image_of(draft: Draft) -> StoredImage:
    sha256 = draft.parts[0]["images"][0]["sha256"]
    return StoredImage.objects.filter(account=draft.account_id, sha256=sha256).latest("pk")


def kept(image: StoredImage) -> bool:
    return default_storage.exists(path_of(image.sha256))


def purge(draft: Draft, person, reason: str = "Le visage d’une passante.") -> int:
    return purge_images(actor=person, draft_id=draft.pk, reason=reason)


def test_a_supervisor_purges_with_a_reason_and_every_page_says_so(cast, abandoned):
    image = image_of(abandoned)
    client = signed_in(cast.helene)
    page = reverse("case-file", args=[abandoned.pk])
    assert "Purger pour de bon" in client.get(page).text
    assert "Purger pour de bon" not in signed_in(cast.claire).get(page).text
    form = reverse("purge-images", args=[abandoned.pk])
    assert client.post(form, {"reason": " "}).status_code == 400
    assert image_of(abandoned).purged_at is None

    assert client.post(form, {"reason": "Le visage d’une passante."}).status_code == 302
    delete_purged_images()

    image.refresh_from_db()
    assert (image.purged_by, image.purge_reason) == (cast.helene, "Le visage d’une passante.")
    assert image.bytes_deleted_at is not None
    assert not kept(image)
    said = " ".join(client.get(reverse("draft", args=[abandoned.pk])).text.split())
    assert "Image 1 purgée le" in said
    assert "a purgé une image" in said
    assert "Le visage d’une passante." in said
    assert client.get(reverse("image", args=[image.sha256])).status_code == 404
    (facts,) = read_case_file(abandoned).images
    assert facts.purged is not None
    assert facts.purged.reason == "Le visage d’une passante."
    entry = AuditEntry.objects.get(act="image.purged")
    assert entry.details == {"sha256": image.sha256}
    again = client.post(form, {"reason": "Encore."})
    assert again.status_code == 409


def test_what_a_live_draft_or_a_version_of_it_shows_is_kept(cast, abandoned):
    image = image_of(abandoned)
    other = shows(cast.marc, cast.nantes, image.sha256)
    client = signed_in(cast.helene)
    path = reverse("purge-images", args=[abandoned.pk])
    assert client.post(path, {"reason": "Un visage."}).status_code == 409
    assert kept(image)

    abandon_draft(actor=cast.marc, draft_id=other.pk)

    assert purge(abandoned, cast.helene) == 1


def test_a_rejected_draft_is_purged_and_what_was_released_never(cast, media_folder):
    sha256 = stored_image(cast.nantes, RAW)
    draft = shows(cast.claire, cast.nantes, sha256)
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    reject(**as_read(cast.helene, revision), reason="Un visage.")
    released = shows(cast.claire, cast.nantes, stored_image(cast.nantes, picture(colour="pink")))
    signed(
        submit_draft(actor=cast.claire, draft_id=released.pk, version=released.version),
        cast.marc,
        cast.helene,
    )

    assert purge(draft, cast.paul) == 1

    path = reverse("purge-images", args=[released.pk])
    assert signed_in(cast.helene).post(path, {"reason": "Non."}).status_code == 409
    assert image_of(released).purged_at is None


PURGED = {"purged_at": Now(), "purge_reason": "Un visage."}


@pytest.mark.parametrize(
    ("name", "who", "change"),
    [
        ("purged_by_supervisor", "claire", PURGED),
        ("purged_by_supervisor", "ada", PURGED),
        ("purged_by_supervisor", "gwen", PURGED),
        ("purged_by_supervisor", "helene", {**PURGED, "purge_reason": ""}),
        ("purged_by_supervisor", "helene", {**PURGED, "purged_at": "2026-01-01T00:00:00Z"}),
        ("purged_by_supervisor", "helene", {"bytes_deleted_at": Now()}),
    ],
)
def test_purged_by_supervisor_is_the_database_s_own_rule(cast, abandoned, name, who, change):
    rows = StoredImage.objects.filter(pk=image_of(abandoned).pk)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows.update(purged_by=getattr(cast, who), **change)
    assert refused.value.__cause__.diag.constraint_name == name


def test_purged_when_unneeded_is_the_database_s_own_rule(cast, media_folder):
    draft = shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW))
    rows = StoredImage.objects.filter(pk=image_of(draft).pk)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows.update(purged_by=cast.helene, **PURGED)
    assert refused.value.__cause__.diag.constraint_name == "purged_when_unneeded"


def test_purged_stays_purged_is_the_database_s_own_rule(cast, abandoned):
    purge(abandoned, cast.helene)
    rows = StoredImage.objects.filter(pk=image_of(abandoned).pk)
    for change in ({"purged_at": None}, {"purge_reason": "Autre."}, {"purged_by": cast.paul}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            rows.update(**change)
        assert refused.value.__cause__.diag.constraint_name == "purged_stays_purged"
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        rows.update(sha256="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(
            account=cast.nantes, author=cast.claire, parts=abandoned.parts, category="advice"
        )


def test_a_storage_that_fails_is_asked_again(cast, abandoned, monkeypatch):
    purge(abandoned, cast.helene)
    image = image_of(abandoned)
    with monkeypatch.context() as patch:
        patch.setattr(type(default_storage._wrapped), "delete", fails)
        delete_purged_images()
    image.refresh_from_db()
    assert image.bytes_deleted_at is None
    assert kept(image)
    # A backup made meanwhile leaves them out.
    assert image.sha256 not in _images()

    delete_purged_images()

    image.refresh_from_db()
    assert image.bytes_deleted_at is not None
    assert not kept(image)


def test_the_still_of_what_moves_goes_with_it(cast, media_folder):
    sha256 = stored_image(cast.nantes, animated())
    draft = shows(cast.claire, cast.nantes, sha256, "gif")
    assert default_storage.exists(poster_path_of(sha256))
    purge(abandon_draft(actor=cast.claire, draft_id=draft.pk), cast.helene)
    assert _images() == []
    delete_purged_images()
    assert not default_storage.exists(path_of(sha256))
    assert not default_storage.exists(poster_path_of(sha256))


def fails(*args):
    raise OSError("no answer")


def test_the_bytes_stay_while_another_account_has_the_same_image(cast, abandoned):
    stored_image(cast.rennes, RAW)
    purge(abandoned, cast.helene)
    delete_purged_images()
    assert kept(image_of(abandoned))


def test_the_same_image_may_come_again_and_the_old_draft_still_says_purged(cast, abandoned):
    purge(abandoned, cast.helene)
    old = image_of(abandoned)
    delete_purged_images()
    fresh = use_again(actor=cast.claire, draft=abandoned)
    assert fresh.parts[0]["images"] == []
    with pytest.raises(Invalid, match="purgée"):
        shows(cast.claire, cast.nantes, old.sha256)

    new = add_image(actor=cast.claire, draft_id=fresh.pk, upload=uploaded(RAW, "a.jpg"))

    assert new.sha256 == old.sha256
    assert new.pk != old.pk
    assert kept(new)
    draft = shows(cast.claire, cast.nantes, new.sha256)
    client = signed_in(cast.claire)
    assert client.get(reverse("image", args=[new.sha256])).status_code == 200
    assert "purgée le" not in client.get(reverse("draft", args=[draft.pk])).text
    assert "purgée le" in client.get(reverse("draft", args=[abandoned.pk])).text
    (facts,) = read_case_file(draft).images
    assert facts.purged is None
    delete_purged_images()
    assert kept(new)


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_takes_the_image_meanwhile_and_a_purge_never_both_succeed(media_folder):
    """By plain SQL, past the lock of the account: the second waits, then is refused."""
    cast = make_cast()
    draft = shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW))
    abandon_draft(actor=cast.claire, draft_id=draft.pk)
    refused: list[str] = []

    def purges() -> None:
        try:
            StoredImage.objects.update(purged_by=cast.helene, **PURGED)
        except IntegrityError as error:
            refused.append(error.__cause__.diag.constraint_name)
        finally:
            connection.close()

    other = threading.Thread(target=purges)
    with transaction.atomic():
        Draft.objects.create(
            account=cast.nantes, author=cast.claire, parts=draft.parts, category="advice"
        )
        other.start()
        wait_for_a_waiting_lock()
    other.join()

    assert refused == ["purged_when_unneeded"]
    assert image_of(draft).purged_at is None


def wait_for_a_waiting_lock() -> None:
    with connection.cursor() as cursor:
        found = 0
        while not found:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            found = cursor.fetchone()[0]


def stored_long_ago(image: StoredImage) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        long_ago = F("created_at") - dt.timedelta(days=30, minutes=1)
        StoredImage.objects.filter(pk=image.pk).update(created_at=long_ago)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def look_at_all(monkeypatch) -> None:
    monkeypatch.setattr("approvals.actions.purge.SLICES", 1)
    forget_unnamed_images()


def test_the_clock_purges_what_no_draft_names_after_thirty_days(cast, media_folder, monkeypatch):
    named = image_of(shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW)))
    tried = StoredImage.objects.get(sha256=stored_image(cast.nantes, picture(colour="green")))
    look_at_all(monkeypatch)
    for image in (named, tried):
        stored_long_ago(image)
    look_at_all(monkeypatch)
    for image in (named, tried):
        image.refresh_from_db()
    assert (named.purged_at, tried.purged_by) == (None, None)
    assert tried.purged_at is not None
    entry = AuditEntry.objects.get(act="image.forgotten")
    assert (entry.account, entry.details["sha256"]) == (cast.nantes, tried.sha256)
    delete_purged_images()
    assert (kept(named), kept(tried)) == (True, False)


def test_what_was_added_lately_or_to_a_draft_that_changed_is_kept(cast, media_folder, monkeypatch):
    draft = shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW))
    image = add_image(
        actor=cast.claire, draft_id=draft.pk, upload=uploaded(picture(colour="green"))
    )
    stored_long_ago(image)
    look_at_all(monkeypatch)
    image.refresh_from_db()
    assert image.purged_at is None


def test_nobody_purges_by_the_clock_s_rule_what_is_young_or_named(cast, media_folder):
    named = image_of(shows(cast.claire, cast.nantes, stored_image(cast.nantes, RAW)))
    young = StoredImage.objects.get(sha256=stored_image(cast.nantes, picture(colour="green")))
    stored_long_ago(named)
    for image in (named, young):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            StoredImage.objects.filter(pk=image.pk).update(purged_at=Now())
        assert refused.value.__cause__.diag.constraint_name == "purged_by_supervisor"
