"""Images of drafts: what is taken, how it is written anew, and how the composer handles it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image, ImageCms

from accounts.errors import Invalid
from accounts.models import AuditEntry
from approvals import images
from approvals.actions.drafts import Content, save_draft, submit_draft
from approvals.decode import MAX_BYTES
from approvals.diff import image_changes
from approvals.digest import digest_of
from approvals.images import MAX_ALT, Unfit, path_of
from approvals.message import Image as typed_image
from approvals.message import Message
from approvals.models import Draft, Revision, StoredImage
from tests.approvals.writing import TEXT, a_draft, typed
from tests.cast import signed_in
from tests.pictures import (
    SECRETS,
    animated,
    halves,
    photograph,
    picture,
    png_bomb,
    rewrite,
    stored_image,
    told,
    uploaded,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def media(media_folder):
    return media_folder


def said(response) -> str:
    return " ".join(response.content.decode().split())


# What is taken


def refusal(raw: bytes, name: str = "photo.jpg") -> str:
    with pytest.raises(Unfit) as refused:
        rewrite(raw, name)
    return str(refused.value)


def moving(kind: str) -> bytes:
    out = io.BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(out, kind, save_all=True, append_images=[second])
    return out.getvalue()


def test_fault_47_an_image_of_21_MB_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(Unfit) as refused:
        images.received(uploaded(picture() + bytes(21 * 1024 * 1024)))
    assert "20 Mo max" in str(refused.value)
    assert "21,0 Mo" in str(refused.value)


MEASURED = """
import resource, sys, time
import django; django.setup()
from approvals.images import Unfit, received
from tests.pictures import uploaded
raw = sys.stdin.buffer.read()
here, child = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
before, began = resource.getrusage(here).ru_maxrss, time.process_time()
try:
    answer = received(uploaded(raw, "photo")).mime
except Unfit:
    answer = "refused"
used = resource.getrusage(child)
print(answer, time.process_time() - began + used.ru_utime + used.ru_stime,
      resource.getrusage(here).ru_maxrss - before, used.ru_maxrss)
"""


def measured(raw: bytes) -> tuple[str, float, int, int]:
    """The answer, the seconds of processor, and the kilobytes of the server and of the decode."""
    said = (
        subprocess.run(
            [sys.executable, "-c", MEASURED],
            input=raw,
            capture_output=True,
            cwd=ROOT,
            check=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "policetweets.settings"},
        )
        .stdout.decode()
        .splitlines()[-1]
    )
    answer, seconds, server, decode = said.split()
    return answer, float(seconds), int(server), int(decode)


def gif_of_many_frames(count: int = 10_000) -> bytes:
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * count + b";"


def webp_bomb() -> bytes:
    small = io.BytesIO()
    Image.new("RGB", (16, 16)).save(small, "WEBP")
    side = (16_383 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X\x0a\0\0\0\0\0\0\0" + side + side + small.getvalue()[12:]
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize("bomb", [png_bomb, gif_of_many_frames, webp_bomb])
def test_fault_48_a_bomb_is_refused_within_a_second_and_with_stable_memory(bomb):
    answer, seconds, server, decode = measured(bomb())
    assert answer == "refused"
    assert seconds < 1
    assert server < 20_000
    assert decode < 150_000  # it counts as its own what it was started from


def test_fault_93_who_comes_while_too_many_wait_is_told_to_try_again(cast, monkeypatch):
    draft = a_draft(cast.claire, cast.nantes)
    form = typed(draft, "Un texte neuf", **{"files-0": [uploaded(picture())]})
    claire, url = signed_in(cast.claire), reverse("add-images", args=[draft.pk])
    with images.alone_on_this_machine(), monkeypatch.context() as hurried:
        hurried.setattr(images, "WAIT_SECONDS", 0)
        answer = claire.post(url, form)
    assert answer.status_code == 400
    assert "photo.jpg : Trop d’images arrivent en même temps. Réessayez" in said(answer)
    assert "Un texte neuf</textarea>" in said(answer)
    form["files-0"] = [uploaded(picture())]
    assert claire.post(url, form).status_code == 302


def test_a_decode_that_takes_too_long_is_ended_and_refused(monkeypatch):
    monkeypatch.setattr(images, "DECODE_SECONDS", 0.001)
    assert "inhabituelle" in refusal(picture())


@pytest.mark.parametrize("how", [{"lossless": True, "method": 0}, {"quality": 60, "method": 0}])
def test_the_heaviest_webp_fits_the_memory_of_a_decode(how):
    flat = io.BytesIO()
    Image.new("RGBA", (9000, 5500), (9, 9, 9, 9)).save(flat, "WEBP", **how)
    assert rewrite(flat.getvalue()).width == 4096


def test_a_jpeg_of_many_scans_is_refused():
    progressive = picture(progressive=True, size=(64, 64))
    scan = progressive[progressive.index(b"\xff\xda") : -2]
    assert "inhabituelle" in refusal(progressive[:-2] + scan * 2 + b"\xff\xd9")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_fault_49_nothing_that_tells_where_or_by_whom_is_kept(kind):
    raw = told(kind)
    assert any(secret in raw for secret in SECRETS)
    clean = rewrite(raw)
    assert not [secret for secret in SECRETS if secret in clean.raw]
    for marker in (
        b"Exif",
        b"ICC_PROFILE",
        b"iCCP",
        b"eXIf",
        b"tEXt",
        b"iTXt",
        b"XMP ",
        b"EXIF",
        b"ICCP",
        b"8BIM",
        b"http://ns.adobe.com",
    ):
        assert marker not in clean.raw
    assert (clean.width, clean.height) == (20, 40)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied(orientation):
    turned = {
        1: None,
        2: "FLIP_LEFT_RIGHT",
        3: "ROTATE_180",
        4: "FLIP_TOP_BOTTOM",
        5: "TRANSPOSE",
        6: "ROTATE_90",
        7: "TRANSVERSE",
        8: "ROTATE_270",
    }[orientation]
    upright = halves((40, 20))
    upright.putpixel((0, 0), (0, 255, 0))
    stored = upright.transpose(Image.Transpose[turned]) if turned else upright
    exif = Image.Exif()
    exif[274] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    with Image.open(io.BytesIO(rewrite(out.getvalue()).raw)) as image:
        assert image.convert("RGB").tobytes() == upright.tobytes()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "IMG_0001.HEIC"),
        (b"SIMPLE  =                    T" + bytes(2880), "a.fits"),
        (b"8BPS\0\1" + bytes(64), "a.psd"),
        (b"II*\0\x08\0\0\0" + bytes(64), "a.tiff"),
        (b"MM\0*\0\0\0\x08" + bytes(64), "b.tiff"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "b.svg"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(64), "a.avif"),
        (b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + bytes(64), "a.ico"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64), "a.jp2"),
        (b"BM" + bytes(64), "a.bmp"),
        (b"%PDF-1.7\n" + picture(), "a.pdf"),
        (b"<html><script>alert(1)</script>" + picture(), "a.html"),
    ],
)
def test_fault_50_only_four_formats_are_ever_decoded(raw, name, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert "JPEG, PNG, WEBP ou GIF" in refusal(raw, name)
    assert "JPEG, PNG, WEBP ou GIF" in refusal(raw, "photo.jpg")


@pytest.mark.parametrize(
    "hidden", [b"<script>alert(1)</script>", b"<HTML>", b"<?php ", b"%PDF-1.4"]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_fault_50_a_picture_that_is_a_page_as_well_is_refused(kind, hidden):
    assert "autre chose qu’une image" in refusal(picture(kind) + hidden, "")


def test_fault_51_an_empty_file_says_so():
    assert "vide" in refusal(b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_fault_51_a_truncated_file_says_so(kind, kept):
    noise = Image.effect_noise((120, 90), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, kind)
    raw = out.getvalue()
    assert "abîmée ou incomplète" in refusal(raw[: int(len(raw) * kept)], "")


@pytest.mark.parametrize(
    ("raw", "name", "sentence"),
    [
        (b"Bonjour, ceci est un texte.", "photo.jpg", "n’est pas une image"),
        (picture("PNG"), "photo.jpg", "annonce une image JPEG, mais c’est une image PNG"),
        (picture("JPEG"), "dessin.png", "annonce une image PNG, mais c’est une image JPEG"),
    ],
)
def test_fault_51_a_renamed_file_says_so(raw, name, sentence):
    assert sentence in refusal(raw, name)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_refused(kind):
    assert "animées" in refusal(moving(kind), "")


def test_a_phone_s_jpeg_of_several_pictures_is_its_first():
    out = io.BytesIO()
    halves().save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 20), "green")])
    clean = rewrite(out.getvalue(), "photo.jpg")
    with Image.open(io.BytesIO(clean.raw)) as image:
        assert image.format == "JPEG"
        assert getattr(image, "n_frames", 1) == 1
        red, green, _blue = image.getpixel((5, 10))
        assert (red > 200, green < 60) == (True, True)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_film_behind_a_phone_s_photograph_is_left_out(progressive):
    film = b"\0\0\0\x18ftypmp42" + b"\xff\xda\xff\xd8" * 500
    clean = rewrite(told("JPEG") + film, "PXL_0001.MP.jpg")
    assert (clean.mime, clean.width) == ("image/jpeg", 20)
    assert b"ftypmp42" not in clean.raw
    plain = picture(progressive=progressive)
    assert rewrite(plain + film).sha256 == rewrite(plain).sha256


def test_a_photograph_over_5_MB_is_made_smaller():
    out = io.BytesIO()
    Image.effect_noise((3600, 3000), 90).convert("RGB").save(out, "JPEG", quality=95)
    assert 5_000_000 < len(out.getvalue()) < images.MAX_UPLOAD
    assert len(rewrite(out.getvalue()).raw) <= MAX_BYTES


@pytest.mark.parametrize("size", [(3, 40), (40, 3), (1, 1), (6000, 5), (5, 6000)])
def test_what_x_finds_too_small_is_refused_also_once_made_smaller(size):
    assert "4 points" in refusal(picture("PNG", size=size), "a.png")


def test_what_is_just_large_enough_is_taken():
    assert rewrite(picture("PNG", size=(4, 4))).width == 4
    assert rewrite(picture("PNG", size=(4097, 4))).height == 4


def test_more_than_50_million_points_are_refused():
    assert "50 millions" in refusal(photograph(size=(10_001, 5000)))


def test_what_x_would_not_take_is_made_smaller_and_the_same_twice():
    out = io.BytesIO()
    Image.effect_noise((5200, 1000), 90).convert("RGB").save(out, "JPEG", quality=60)
    clean = rewrite(out.getvalue())
    assert (clean.width, clean.height) == (4096, 788)
    assert len(clean.raw) <= MAX_BYTES
    assert rewrite(out.getvalue()).sha256 == clean.sha256


def test_a_png_stays_one_unless_too_heavy():
    assert rewrite(picture("PNG")).mime == "image/png"
    out = io.BytesIO()
    Image.effect_noise((2400, 2200), 90).save(out, "PNG", compress_level=1)
    clean = rewrite(out.getvalue()[: 5 * 1024 * 1024 + 10**7])
    assert clean.mime == "image/jpeg"
    assert len(clean.raw) <= MAX_BYTES


def test_what_shows_through_is_kept_or_becomes_white():
    clear = picture("PNG", colour=(255, 0, 0, 0))
    with Image.open(io.BytesIO(rewrite(clear).raw)) as image:
        assert image.getpixel((0, 0)) == (255, 0, 0, 0)


def see_through(mode: str) -> tuple[Image.Image, dict]:
    """The left half clear, the right half blue or grey."""
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((0, 0, 255, 255), (20, 0, 40, 20))
    if mode == "P":
        palette = halves().convert("P", palette=Image.Palette.ADAPTIVE, colors=2)
        return palette, {"transparency": palette.getpixel((0, 0))}
    if mode in ("RGB", "L"):
        opaque = halves().convert(mode)
        return opaque, {"transparency": opaque.getpixel((0, 0))}
    return image.convert(mode), {}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L"])
@pytest.mark.parametrize("width", [40, 8000])
def test_what_shows_through_survives_a_colour_profile_and_a_reduction(mode, width):
    image, how = see_through(mode)
    image = image.resize((width, 20), Image.Resampling.NEAREST)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    image.save(out, "PNG", icc_profile=profile, **how)
    with Image.open(io.BytesIO(rewrite(out.getvalue()).raw)) as clean:
        left, right = (clean.getpixel((clean.width * n // 8, 4)) for n in (1, 7))
    assert (left[3], right[3]) == (0, 255)


# Where it is stored


def test_a_file_broken_by_a_crash_is_written_again(media):
    image = rewrite(picture())
    default_storage.save(path_of(image.sha256), ContentFile(image.raw[:10]))
    image.put()
    image.put()
    assert [p.name for p in (media / "images").iterdir()] == [image.sha256]
    assert images.stored_bytes(image.sha256) == image.raw


# In the composer


def with_images(cast, *pictures: bytes, alt: str = "Une patrouille") -> tuple[Draft, list[str]]:
    draft = a_draft(cast.claire, cast.nantes)
    shas = [stored_image(cast.nantes, raw) for raw in pictures or (picture(),)]
    message = Message(TEXT, tuple(typed_image(sha, alt) for sha in shas))
    content = Content((message,), category="advice")
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=1, content=content)
    return draft, shas


def form_of(draft: Draft, **more) -> dict:
    """The whole form as the composer shows it."""
    fields = typed(draft, draft.texts)
    for i, part in enumerate(draft.parts):
        fields[f"image-{i}"] = [image["sha256"] for image in part["images"]]
        fields[f"alt-{i}"] = [image["alt"] for image in part["images"]]
    return fields | more


def test_without_javascript_an_upload_saves_all_that_was_typed(cast):
    draft = a_draft(cast.claire, cast.nantes)
    form = typed(draft, ["Un texte neuf", "Suite"])
    form["files-1"] = [uploaded(picture()), uploaded(picture("PNG"), "b.png")]
    answer = signed_in(cast.claire).post(reverse("add-images", args=[draft.pk]), form)
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.texts == ["Un texte neuf", "Suite"]
    assert [image["alt"] for image in draft.parts[1]["images"]] == ["", ""]
    assert set(StoredImage.objects.values_list("mime", flat=True)) == {"image/jpeg", "image/png"}
    added = AuditEntry.objects.filter(act="image.added", draft_id=draft.pk, actor=cast.claire)
    assert {row.details["sha256"] for row in added} == {
        image["sha256"] for image in draft.parts[1]["images"]
    }


def test_a_refused_file_is_said_by_its_field_and_nothing_typed_is_lost(cast):
    draft = a_draft(cast.claire, cast.nantes)
    form = typed(
        draft,
        "Un texte neuf",
        **{"files-0": [uploaded(b"Bonjour", "lettre.docx"), uploaded(picture(), "bonne.jpg")]},
    )
    answer = signed_in(cast.claire).post(reverse("add-images", args=[draft.pk]), form)
    assert answer.status_code == 400
    page = said(answer)
    assert "lettre.docx : Ce fichier n’est pas une image JPEG, PNG, WEBP ou GIF" in page
    assert "Un texte neuf</textarea>" in page
    (good,) = StoredImage.objects.all()
    assert f'name="image-0" value="{good.sha256}"' in page


def test_with_htmx_only_the_new_images_come_back(cast):
    draft, (first,) = with_images(cast)
    form = {"part": 0, "image-0": first, "files-0": uploaded(picture("PNG"), "b.png")}
    answer = signed_in(cast.claire).post(
        reverse("add-images", args=[draft.pk]), form, headers={"HX-Request": "true"}
    )
    page = said(answer)
    assert answer.status_code == 200
    assert page.count("data-image>") == 1
    assert "Description de l’image 2" in page
    assert 'id="files-0-group" hx-swap-oob="true"' in page
    assert first not in page


def test_four_images_at_most_and_none_twice(cast):
    draft, shas = with_images(cast, *(picture("PNG", size=(8, n)) for n in (8, 9, 10)))
    files = [uploaded(picture("PNG", size=(8, n)), f"{n}.png") for n in (8, 11, 12, 13)]
    form = {"part": 0, "image-0": shas, "files-0": files}
    answer = signed_in(cast.claire).post(
        reverse("add-images", args=[draft.pk]), form, headers={"HX-Request": "true"}
    )
    page = said(answer)
    assert page.count("data-image>") == 1
    assert "Cette image est déjà dans ce message." in page
    assert "4 images au plus par message : 2 n’ont pas été ajoutées." in page


def test_an_image_without_description_cannot_be_submitted_and_says_so_beside_it(cast):
    draft, (sha,) = with_images(cast, alt="  ")
    url = reverse("compose", args=[draft.pk])
    answer = signed_in(cast.claire).post(url, form_of(draft, act="submit"))
    assert answer.status_code == 400
    field = said(answer).split(f'id="alt-0-{sha[:12]}-error">')[1].lstrip()
    assert field.startswith('<p class="fr-message fr-message--error">Décrivez cette image')
    draft.refresh_from_db()
    assert draft.state == "writing"


def test_a_description_too_long_is_said_beside_it_and_still_there(cast):
    draft, _ = with_images(cast)
    url = reverse("compose", args=[draft.pk])
    long = "é" * (MAX_ALT + 1)
    for act in ("save", "submit"):
        answer = signed_in(cast.claire).post(url, form_of(draft, act=act, **{"alt-0": long}))
        assert answer.status_code == 400
        assert "1 000 signes au plus.</p>" in said(answer)
        assert long in said(answer)
    saved = signed_in(cast.claire).post(
        reverse("autosave", args=[draft.pk]),
        form_of(draft, text="Autre texte", **{"alt-0": long}),
    )
    assert "sauf ce qui est signalé" in said(saved)
    draft.refresh_from_db()
    assert draft.texts == ["Autre texte"]
    assert draft.parts[0]["images"][0]["alt"] == "Une patrouille"


@pytest.mark.parametrize(
    ("alt", "fits"), [("é" * 1000, True), ("🚓" * 500, True), ("🚓" * 501, False)]
)
def test_a_description_has_a_thousand_signs_at_most_however_they_are_counted(cast, alt, fits):
    if fits:
        draft, _ = with_images(cast, alt=alt)
        assert submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    else:
        with pytest.raises(Invalid):
            with_images(cast, alt=alt)


def test_an_image_goes_by_its_button_even_while_its_description_is_wrong(cast):
    draft, (sha,) = with_images(cast)
    url = reverse("compose", args=[draft.pk])
    form = form_of(draft, act=f"drop-0-{sha}", **{"alt-0": "é" * 1001})
    assert signed_in(cast.claire).post(url, form).status_code == 302
    draft.refresh_from_db()
    assert draft.parts == [{"text": TEXT, "images": []}]


def test_the_second_save_is_shown_what_differs_in_the_images(cast):
    draft, _ = with_images(cast)
    url = reverse("compose", args=[draft.pk])
    late = form_of(draft, **{"alt-0": "Deux policiers"})
    signed_in(cast.marc).post(url, form_of(draft, **{"alt-0": "Une voiture"}))
    answer = signed_in(cast.claire).post(url, late)
    assert answer.status_code == 409
    assert "description d’une image modifiée" in said(answer)
    assert "Deux policiers</textarea>" in said(answer)


def test_reviewers_see_the_images_and_what_changed_of_them(cast):
    draft, (sha,) = with_images(cast)
    first = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    draft.refresh_from_db()
    claire, marc = signed_in(cast.claire), signed_in(cast.marc)
    claire.post(reverse("compose", args=[draft.pk]), form_of(draft, **{"alt-0": "Deux policiers"}))
    draft.refresh_from_db()
    second = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    page = said(marc.get(reverse("draft", args=[draft.pk])))
    assert f'src="/images/{sha}"' in page
    assert "Deux policiers" in page
    assert "description d’une image modifiée" in page
    assert first.digest != second.digest
    row = said(marc.get(reverse("drafts")))
    assert "1 image" in row


def test_what_changed_is_told_image_by_image():
    def thread(*parts):
        return [Message(images=tuple(typed_image(*pair) for pair in part)) for part in parts]

    def told_of(before, after):
        return [(c.position, c.kind, c.alt) for c in image_changes(before, after)]

    a, b = ("a", "A"), ("b", "B")
    assert told_of(thread([a]), thread([a])) == []
    assert told_of(thread([a]), thread([a, b])) == [(0, "added", "B")]
    assert told_of(thread([a, b]), thread([b])) == [(0, "removed", "A")]
    assert told_of(thread([a, b]), thread([b, a])) == [(0, "moved", "")]
    assert told_of(thread([a]), thread([("a", "C")])) == [(0, "described", "C")]
    assert told_of(thread([a]), thread([], [a])) == [(0, "removed", "A"), (1, "added", "A")]


# What the database says last


def test_images_of_account_is_the_database_s_own_rule(cast):
    draft, (sha,) = with_images(cast)
    others = stored_image(cast.rennes, picture("PNG"))
    one = {"sha256": sha, "alt": "a"}
    for wrong in ([{"sha256": others, "alt": "a"}], [one] * 5, [{"sha256": "0" * 64, "alt": "a"}]):
        with pytest.raises(IntegrityError, match="images"), transaction.atomic():
            Draft.objects.filter(pk=draft.pk).update(parts=[{"text": "x", "images": wrong}])


def test_images_described_is_the_database_s_own_rule(cast):
    draft, _ = with_images(cast)
    content = '{"parts": [{"images": [{"alt": " "}]}]}'
    with pytest.raises(IntegrityError, match="described"), transaction.atomic():
        Revision.objects.create(
            draft=draft,
            number=1,
            content=content,
            digest=digest_of(content),
            required=2,
            submitted_by=cast.claire,
        )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("image_once_an_account", {}),
        ("image_by_its_digest", {"sha256": "x" * 64}),
        ("image_of_known_kind", {"sha256": "0" * 64, "mime": "image/bmp"}),
        ("image_within_limits", {"sha256": "0" * 64, "size": 5_000_001}),
    ],
)
def test_a_stored_image_keeps_its_constraints(cast, name, wrong):
    sha256 = stored_image(cast.nantes)
    row = StoredImage.objects.get(sha256=sha256)
    row.pk = None
    for field, value in wrong.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


def test_an_animated_gif_keeps_its_frames_and_nothing_else():
    raw = animated(4) + b"behind its end, Nantes secret"
    taken = rewrite(raw, "sourire.gif")
    assert (taken.mime, taken.width, taken.height) == ("image/gif", 40, 30)
    assert b"Nantes secret" not in taken.raw
    assert rewrite(taken.raw, "sourire.gif").raw == taken.raw
    with Image.open(io.BytesIO(taken.raw)) as image:
        assert (image.n_frames, image.info["loop"], image.info["duration"]) == (4, 0, 100)
    with Image.open(io.BytesIO(taken.poster)) as still:
        assert (still.format, still.size) == ("JPEG", (40, 30))


def test_a_gif_that_does_not_move_is_an_image():
    taken = rewrite(picture("GIF"), "carré.gif")
    assert (taken.mime, taken.poster) == ("image/png", b"")


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (animated(351, (4, 4)), "350 vues"),
        (animated(2, (1281, 4)), "1280 × 1080"),
        (animated(4)[:-60], "abîmée"),
        (b"GIF89a", "abîmée"),
    ],
    ids=["frames", "wide", "cut", "nothing"],
)
def test_a_gif_that_x_would_not_take_is_refused(raw, sentence):
    with pytest.raises(images.Unfit, match=sentence):
        rewrite(raw, "trop.gif")


def test_a_gif_stands_alone_in_its_message(cast, media_folder):
    draft = a_draft(cast.claire, cast.nantes)
    gif = typed_image(stored_image(cast.nantes, animated()), "Un clin d’œil", "gif")
    still = typed_image(stored_image(cast.nantes), "Un carré")
    claimed = typed_image(still.sha256, "Un carré", "gif")

    def saved(*shown):
        content = Content((Message("Texte", shown),), category="advice")
        version = Draft.objects.get().version
        save_draft(actor=cast.claire, draft_id=draft.pk, version=version, content=content)

    with pytest.raises(Invalid, match="est seul dans son message"):
        saved(gif, still)
    with pytest.raises(Invalid, match="n’est pas à ce compte"):
        saved(claimed)
    saved(gif)
    assert Draft.objects.get().messages == (Message("Texte", (gif,)),)
    client = signed_in(cast.claire)
    add = reverse("add-images", args=[draft.pk])
    answer = client.post(
        add,
        {"part": "0", "image-0": gif.reference, "files-0": uploaded(picture())},
        headers={"HX-Request": "true"},
    )
    assert "est seul dans son message" in answer.text
    page = client.get(reverse("draft", args=[draft.pk])).text
    assert reverse("poster", args=[gif.sha256]) in page
    assert f'src="{reverse("image", args=[gif.sha256])}"' not in page, "it moves only when asked"
    poster = client.get(reverse("poster", args=[gif.sha256]))
    assert (poster.status_code, poster.headers["Content-Type"]) == (200, "image/jpeg")
