"""Videos of drafts: what is taken, how it comes piece by piece, and how players get it."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.errors import NotFound
from approvals import videos
from approvals.actions.drafts import Content, save_draft
from approvals.actions.videos import (
    add_piece,
    begin_video,
    delete_abandoned_uploads,
    store_video,
    upload_of,
)
from approvals.errors import PieceOutOfStep
from approvals.history import entries_of, history_of
from approvals.images import Unfit, path_of, poster_path_of, stored_bytes
from approvals.message import Image, Message
from approvals.models import Draft, StoredImage, VideoUpload
from tests.approvals.writing import a_draft
from tests.cast import signed_in
from tests.clock import backdate_row
from tests.films import film, stored_video

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_pieces(media_folder, monkeypatch):
    monkeypatch.setattr(videos, "PIECE", 1000)


@pytest.fixture
def draft(cast) -> Draft:
    return a_draft(cast.claire, cast.nantes)


def sent(draft: Draft, raw: bytes, name: str = "film.mp4") -> StoredImage:
    """As a browser sends it."""
    upload = begin_video(actor=draft.author, draft_id=draft.pk, name=name, size=len(raw))
    for at in range(upload.received, len(raw), videos.PIECE):
        upload.refresh_from_db()
        add_piece(upload=upload, offset=at, raw=raw[at : at + videos.PIECE])
    upload.refresh_from_db()
    return store_video(actor=draft.author, upload=upload)


def test_a_video_is_stored_as_it_is_but_for_what_it_tells(draft):
    raw = film(title="Nantes secret", location="+47.2183-001.5536/")
    assert b"Nantes secret" in raw
    assert b"x264" in raw

    stored = sent(draft, raw)

    assert (stored.mime, stored.kind, stored.width, stored.height) == ("video/mp4", "video", 64, 48)
    bare = stored_bytes(stored.sha256)
    assert hashlib.sha256(bare).hexdigest() == stored.sha256
    assert stored.size == len(bare)
    assert not [word for word in (b"secret", b"x264", b"47.2183", b"-001.5536") if word in bare]
    with default_storage.open(poster_path_of(stored.sha256)) as still:
        assert still.read(2) == b"\xff\xd8"
    assert videos.tokens_with_pieces() == []
    assert history_of(entries_of(draft))[0].words == "a ajouté une vidéo"


def test_what_an_iphone_calls_mov_is_taken_too(draft):
    assert sent(draft, film(form="mov"), "IMG_0001.MOV").mime == "video/mp4"


REFUSED = {
    "hevc": ({"codec": "libx265", "size": (64, 64)}, "H.264"),
    "mpeg-4": ({"codec": "mpeg4"}, "H.264"),
    "mp3": ({"sound": "libmp3lame"}, "AAC"),
    "5.1": ({"layout": "5.1"}, "deux voies"),
    "short": ({"seconds": 0.3}, "trop courte"),
    "long": ({"seconds": 141, "rate": 1, "sound": ""}, "trop longue"),
    "fast": ({"rate": 70}, "60 au plus"),
    "wide": ({"size": (1922, 640)}, "1920 × 1200"),
    "narrow": ({"size": (200, 48)}, "trois fois"),
    "4:4:4": ({"pixels": "yuv444p"}, "H.264"),
}


@pytest.mark.parametrize(("made", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_x_would_not_take_is_refused_with_the_way_out(draft, made, sentence):
    with pytest.raises(Unfit, match=sentence):
        sent(draft, film(**made))
    assert not VideoUpload.objects.exists()
    assert videos.tokens_with_pieces() == []


@pytest.mark.parametrize(
    "raw",
    [film()[:1500], b"\0" * 3000, b"#EXTM3U\n/etc/passwd\n", b"\x89PNG\r\n\x1a\n" + bytes(900)],
    ids=["cut", "nothing", "playlist", "picture"],
)
def test_what_is_no_video_is_refused(draft, raw):
    with pytest.raises(Unfit, match="ne peut pas être lue"):
        sent(draft, raw)


def test_a_piece_comes_next_or_not_at_all(cast, draft):
    upload = begin_video(actor=cast.claire, draft_id=draft.pk, name="a.mp4", size=1500)
    for offset, raw in ((1000, b"x" * 500), (0, b""), (0, b"x" * 1001), (-1, b"x")):
        with pytest.raises(PieceOutOfStep):
            add_piece(upload=upload, offset=offset, raw=raw)
    add_piece(upload=upload, offset=0, raw=b"x" * 1000)
    with pytest.raises(PieceOutOfStep):
        add_piece(upload=upload, offset=0, raw=b"y" * 1000)  # two windows at once
    upload.refresh_from_db()
    with pytest.raises(PieceOutOfStep):
        store_video(actor=cast.claire, upload=upload)
    with pytest.raises(PieceOutOfStep):
        add_piece(upload=upload, offset=1000, raw=b"x" * 501)
    assert upload.received == 1000


def test_the_same_file_chosen_again_goes_on_where_it_was(cast, draft):
    raw = film()
    upload = begin_video(actor=cast.claire, draft_id=draft.pk, name="film.mp4", size=len(raw))
    add_piece(upload=upload, offset=0, raw=raw[:1000])
    stored = sent(draft, raw)
    assert VideoUpload.objects.get().token == upload.token
    # The answer was lost: the browser asks again.
    assert store_video(actor=cast.claire, upload=VideoUpload.objects.get()) == stored


def test_a_person_sends_one_video_at_a_time_to_an_account(cast, draft):
    first = begin_video(actor=cast.claire, draft_id=draft.pk, name="a.mp4", size=2000)
    add_piece(upload=first, offset=0, raw=b"x" * 1000)
    begin_video(actor=cast.claire, draft_id=draft.pk, name="b.mp4", size=2000)
    begin_video(actor=cast.marc, draft_id=draft.pk, name="a.mp4", size=2000)
    assert VideoUpload.objects.count() == 2
    for who in (cast.claire, cast.marc):
        with pytest.raises(NotFound):
            upload_of(actor=who, draft_id=draft.pk, token=str(first.token))
    assert videos.tokens_with_pieces() == [str(first.token)]
    delete_abandoned_uploads()
    assert videos.tokens_with_pieces() == []


def test_what_nobody_finished_is_gone_after_a_day(cast, draft):
    upload = begin_video(actor=cast.claire, draft_id=draft.pk, name="a.mp4", size=2000)
    add_piece(upload=upload, offset=0, raw=b"x" * 1000)
    delete_abandoned_uploads()
    assert videos.tokens_with_pieces() == [str(upload.token)]
    backdate_row(upload, dt.timedelta(days=1).total_seconds() + 1, "renewed_at")
    delete_abandoned_uploads()
    assert not VideoUpload.objects.exists()
    assert videos.tokens_with_pieces() == []


@pytest.mark.parametrize("size", [0, 512_000_001])
def test_too_heavy_is_said_before_anything_is_sent(cast, draft, size):
    answer = signed_in(cast.claire).post(
        reverse("begin-video", args=[draft.pk]), {"name": "a.mp4", "size": size}
    )
    assert answer.status_code == 400
    assert ("512 Mo max" if size else "vide") in answer.json()["sentence"]


def test_a_browser_sends_pieces_and_gets_the_video_for_its_message(cast, draft):
    raw, claire = film(), signed_in(cast.claire)
    begun = claire.post(
        reverse("begin-video", args=[draft.pk]), {"name": "film.mp4", "size": len(raw)}
    ).json()
    path = reverse("video-piece", args=[draft.pk, begun["token"]])
    while (at := claire.get(path).json()["received"]) < len(raw):
        body = raw[at : at + begun["piece"]]
        claire.post(f"{path}?from={at}", body, content_type="application/octet-stream")
    late = claire.post(f"{path}?from=0", b"x", content_type="application/octet-stream")
    assert (late.status_code, late.json()["code"]) == (409, "piece_out_of_step")
    answer = claire.post(reverse("finish-video", args=[draft.pk, begun["token"]]), {"part": "0"})
    stored = StoredImage.objects.get()
    assert f'name="image-0" value="{stored.sha256}.video"' in answer.text


def test_players_get_ranges_and_only_the_people_of_the_account(cast, draft, monkeypatch):
    monkeypatch.setattr("approvals.views.films.MAX_RANGE", 700)
    sha256 = stored_video(draft)
    raw, path = stored_bytes(sha256), reverse("image", args=[sha256])
    claire = signed_in(cast.claire)

    def ranged(asked: str):
        return claire.get(path, headers={"Range": asked})

    whole = claire.get(path)
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, raw)
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Type"]) == ("bytes", "video/mp4")
    first = ranged("bytes=0-")
    assert (first.status_code, first.content) == (206, raw[:700])
    assert first.headers["Content-Range"] == f"bytes 0-699/{len(raw)}"
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert ranged("bytes=700-704").content == raw[700:705]
    assert ranged(f"bytes={len(raw) - 1}-{len(raw) + 5}").content == raw[-1:]
    assert ranged(f"bytes={len(raw)}-").status_code == 416
    for outsider in (cast.yann, cast.gwen, cast.ada):
        assert signed_in(outsider).get(path, headers={"Range": "bytes=0-"}).status_code == 404

    default_storage.delete(path_of(sha256))
    default_storage.save(path_of(sha256), ContentFile(raw[:-1] + b"!"))
    assert ranged("bytes=0-").status_code == 404, "what nobody approved is not played"


def test_a_reviewer_has_a_player_and_the_words(cast, draft):
    sha256 = stored_video(draft)
    content = Content((Message("Regardez.", (Image(sha256, "Un agent parle", "video"),)),))
    save_draft(actor=cast.claire, draft_id=draft.pk, version=1, content=content)
    page = signed_in(cast.helene).get(reverse("draft", args=[draft.pk])).text
    assert f'<video src="{reverse("image", args=[sha256])}"' in page
    assert "Un agent parle" in page
