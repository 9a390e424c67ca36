"""Attacks on images: another department's, bodies too large, bytes that a browser might run."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.errors import Invalid
from accounts.models import Seat
from approvals.actions.drafts import Content, begin_draft, save_draft
from approvals.images import path_of, stored_bytes
from approvals.message import Image, Message
from approvals.models import Draft, StoredImage
from tests.approvals.writing import a_draft, a_revision, signed, typed
from tests.cast import signed_in
from tests.pictures import picture, stored_image, uploaded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(media_folder):
    return media_folder


def address(sha256: str) -> str:
    return reverse("image", args=[sha256])


def test_fault_64_another_department_s_image_is_not_there(cast):
    sha256 = stored_image(cast.nantes)
    for insider in (cast.claire, cast.leila, cast.helene):
        assert signed_in(insider).get(address(sha256)).status_code == 200
    for outsider in (cast.yann, cast.gwen, cast.ada, cast.nadia):
        for asked in (sha256, "0" * 64):
            answer = signed_in(outsider).get(address(asked))
            assert answer.status_code == 404
            assert "n’est pas dans vos comptes" in answer.text
    assert Client().get(address(sha256)).status_code == 302


def test_the_same_bytes_brought_by_two_departments_are_each_one_s_own(cast):
    sha256 = stored_image(cast.nantes)
    stored_image(cast.rennes)
    assert signed_in(cast.yann).get(address(sha256)).status_code == 200
    assert StoredImage.objects.filter(sha256=sha256).count() == 2


def test_a_known_digest_of_another_department_cannot_be_put_into_a_draft(cast):
    theirs = stored_image(cast.rennes)
    messages = (Message("Texte", (Image(theirs, "Volée"),)),)
    with pytest.raises(Invalid):
        begin_draft(
            actor=cast.claire, account=cast.nantes, content=Content(messages, category="advice")
        )
    draft = a_draft(cast.claire, cast.nantes)
    with pytest.raises(Invalid):
        save_draft(
            actor=cast.claire,
            draft_id=draft.pk,
            version=1,
            content=Content(messages, category="advice"),
        )
    form = typed(draft, "Texte", **{"image-0": theirs, "alt-0": "Volée"})
    answer = signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), form)
    assert answer.status_code == 400
    draft.refresh_from_db()
    assert draft.image_count == 0


@pytest.mark.parametrize("digest", ["../../secrets.json", "a" * 63, "A" * 64, '"><script>'])
def test_what_is_no_digest_is_no_image(cast, digest):
    draft = a_draft(cast.claire, cast.nantes)
    form = typed(draft, "Texte", **{"image-0": digest, "alt-0": "x"})
    claire = signed_in(cast.claire)
    for name in ("preview", "autosave"):
        assert claire.post(reverse(name, args=[draft.pk]), form).status_code == 200
    draft.refresh_from_db()
    assert draft.image_count == 0
    assert claire.get(f"/images/{digest}").status_code == 404


@pytest.mark.parametrize("who", ["yann", "gwen", "helene", "ada", "nadia"])
def test_only_seat_holders_of_the_account_add_images(cast, who):
    draft = a_draft(cast.claire, cast.nantes)
    answer = signed_in(getattr(cast, who)).post(
        reverse("add-images", args=[draft.pk]), {"text": "x", "files-0": uploaded(picture())}
    )
    assert answer.status_code == (403 if who == "helene" else 404)
    assert not StoredImage.objects.exists()
    assert not default_storage.exists("images")


def test_nothing_is_added_to_what_is_released(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.marc, cast.helene)
    answer = signed_in(cast.claire).post(
        reverse("add-images", args=[revision.draft_id]),
        {"text": "x", "files-0": uploaded(picture())},
    )
    assert answer.status_code == 409
    assert not StoredImage.objects.exists()


def test_fault_73_a_browser_takes_an_image_for_an_image_only(cast):
    sha256 = stored_image(cast.nantes, picture("PNG"))
    answer = signed_in(cast.claire).get(address(sha256))
    assert answer.content == stored_bytes(sha256)
    headers = answer.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("inline;")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "private, no-cache"


def test_a_right_that_ended_shows_nothing_more_even_from_the_cache(cast):
    sha256 = stored_image(cast.nantes)
    claire = signed_in(cast.claire)
    etag = claire.get(address(sha256)).headers["ETag"]
    again = claire.get(address(sha256), headers={"If-None-Match": f'"another", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    Seat.objects.filter(person=cast.claire).update(ended_at=Now())
    assert claire.get(address(sha256), headers={"If-None-Match": etag}).status_code == 404


def test_bytes_altered_on_disk_are_shown_to_nobody(cast):
    sha256 = stored_image(cast.nantes)
    default_storage.delete(path_of(sha256))
    default_storage.save(path_of(sha256), ContentFile(b"<script>alert(1)</script>"))
    answer = signed_in(cast.claire).get(address(sha256))
    assert answer.status_code == 404
    assert "plus lisible" in answer.text
    assert "alert(1)" not in answer.text


class Unread:
    """A body that nobody may read."""

    def read(self, *size) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize(
    ("name", "size", "status"),
    [
        ("add-images", 85 * 1024 * 1024, 413),
        ("compose", 2 * 1024 * 1024, 413),
        ("comment", 300 * 1024, 413),
    ],
)
def test_a_body_too_large_is_refused_before_it_is_read(cast, name, size, status):
    draft = a_draft(cast.claire, cast.nantes)
    answer = signed_in(cast.claire).post(
        reverse(name, args=[draft.pk]),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == status
    assert "trop volumineux" in answer.text


def test_a_whole_thread_with_all_its_images_fits_the_form(cast):
    draft = a_draft(cast.claire, cast.nantes)
    shas = [stored_image(cast.nantes, picture("PNG", size=(8, n))) for n in range(4, 8)]
    form = typed(draft, ["é" * 280] * 25)
    for i in range(25):
        form |= {f"image-{i}": shas, f"alt-{i}": ["é" * 1000] * 4}
    answer = signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), form)
    assert answer.status_code == 302
    assert Draft.objects.get().image_count == 100
