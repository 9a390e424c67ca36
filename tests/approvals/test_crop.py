"""The crop of an image: a part of it takes its place, as an image of its own."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEntry
from approvals import images
from approvals.actions.drafts import submit_draft
from approvals.models import Draft, StoredImage
from tests.approvals.test_images import with_images
from tests.cast import signed_in
from tests.pictures import halves, stored_image

pytestmark = pytest.mark.django_db(transaction=True)

LEFT_HALF = {"left": 0, "top": 0, "width": 20, "height": 20}


@pytest.fixture(autouse=True)
def media(media_folder):
    return media_folder


def two_colours() -> bytes:
    out = io.BytesIO()
    halves((40, 20)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def draft(cast) -> Draft:
    """Its one image is red on its left, blue on its right."""
    return with_images(cast, two_colours())[0]


def shown(draft: Draft) -> list[dict]:
    draft.refresh_from_db()
    return draft.parts[0]["images"]


def post(person, draft: Draft, **fields):
    path = reverse("crop-image", args=[draft.pk, draft.parts[0]["images"][0]["sha256"]])
    return signed_in(person).post(path, {"version": draft.version, **LEFT_HALF, **fields})


def test_the_part_takes_the_place_of_the_image_and_keeps_its_description(cast, draft):
    [whole] = shown(draft)
    answer = post(cast.claire, draft)
    [part] = shown(draft)
    assert answer.url == f"{reverse('compose', args=[draft.pk])}#image-{part['sha256'][:12]}"
    assert part["alt"] == whole["alt"]
    stored = StoredImage.objects.get(sha256=part["sha256"])
    assert (stored.width, stored.height) == (20, 20)
    raw = images.shown_bytes(part["sha256"])
    assert Image.open(io.BytesIO(raw)).convert("RGB").getcolors() == [(400, (255, 0, 0))]
    assert images.shown_bytes(whole["sha256"])  # who signed it still sees it
    entry = AuditEntry.objects.get(act="image.added", draft_id=draft.pk)
    assert entry.details["cropped_from"] == whole["sha256"]


def test_a_crop_is_undone_by_a_button_and_what_was_typed_since_stays(cast, draft):
    claire, path = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    [whole] = shown(draft)
    crop = reverse("crop-image", args=[draft.pk, whole["sha256"]])
    page = claire.post(crop, {"version": draft.version, **LEFT_HALF}, follow=True)
    assert "Reprendre l’image entière" in page.text
    [part] = shown(draft)
    typed = {
        "act": "undo",
        "version": draft.version,
        "when": "approved",
        "reply_settings": "everyone",
        "text": draft.text,
        "origin": "0",
        "image-0": part["sha256"],
        "alt-0": "Mieux dit",
    }
    page = claire.post(path, typed, follow=True)
    assert shown(draft) == [{"sha256": whole["sha256"], "alt": "Mieux dit"}]
    assert "Reprendre l’image entière" not in page.text


def test_what_is_signed_is_the_part_and_a_crop_ends_a_review(cast, draft):
    first = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    draft.refresh_from_db()
    post(cast.claire, draft)
    draft.refresh_from_db()
    assert draft.state == "writing"
    second = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    assert [i.sha256 for i in second.messages[0].images] == [shown(draft)[0]["sha256"]]
    assert second.digest != first.digest


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        ("16-9", ["2", "0", "35", "20"]),
        ("1-1", ["10", "0", "20", "20"]),
        ("3-4", ["12", "0", "15", "20"]),
        ("8-9", ["11", "0", "17", "20"]),
    ],
)
def test_a_shape_is_the_largest_of_it_in_the_middle_and_crops_nothing_yet(cast, draft, shape, box):
    before = shown(draft)
    answer = post(cast.claire, draft, shape=shape)
    form = answer.context["form"]
    assert [form[name].value() for name in ("left", "top", "width", "height")] == box
    assert answer.status_code == 200
    assert shown(draft) == before


@pytest.mark.parametrize(
    "fields",
    [{"width": 41}, {"left": 30, "width": 11}, {"height": 3}, {"top": -1}, {"width": ""}],
    ids=["too wide", "beyond the edge", "too low", "before the edge", "nothing"],
)
def test_what_is_not_in_the_image_is_said_beside_its_field(cast, draft, fields):
    before = shown(draft)
    answer = post(cast.claire, draft, **fields)
    assert answer.status_code == 400
    assert "fr-message--error" in answer.text
    assert shown(draft) == before


def test_the_whole_image_stays_the_same_image(cast, draft):
    before = shown(draft)
    assert post(cast.claire, draft, width=40).status_code == 302
    assert shown(draft) == before
    assert StoredImage.objects.count() == 1


def test_the_second_of_two_who_change_the_draft_is_told(cast, draft):
    before = shown(draft)
    Draft.objects.filter(pk=draft.pk).update(version=draft.version + 1)
    assert post(cast.claire, draft).status_code == 409
    assert shown(draft) == before


def test_only_an_image_of_the_draft_is_cropped_by_who_writes_it(cast, draft):
    other = stored_image(cast.nantes)
    path = reverse("crop-image", args=[draft.pk, other])
    assert signed_in(cast.claire).get(path).status_code == 404
    assert post(cast.helene, draft).status_code == 403
    assert post(cast.yann, draft).status_code == 404
