"""The captions of a video: what is taken, as it is kept, signed, read and shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.errors import Invalid
from approvals.actions.drafts import Content, save_draft, submit_draft
from approvals.captions import (
    BadCaptions,
    Cue,
    as_srt,
    as_webvtt,
    decode,
    kept_cues,
    read_captions,
    spoken_words,
)
from approvals.diff import image_changes
from approvals.digest import SignedContent, digest_of
from approvals.message import Image, Message
from approvals.models import Draft, StoredImage
from tests.approvals.writing import a_draft
from tests.cast import signed_in
from tests.films import stored_video
from tests.pictures import picture, stored_image

KEPT = """1
00:00:00,000 --> 00:00:00,400
Bonjour.

2
00:00:00,400 --> 00:00:01,000
Ne laissez rien
en vue & fermez.
"""
WEB = """WEBVTT - conseils

STYLE
::cue { color: red }

NOTE pour le montage

premier
00:00.000 --> 00:00.400 align:start position:0%
Bonjour.

00:00.400 --> 00:00:01.000
Ne laissez rien
en vue &amp; fermez.
"""
CUES = [Cue(0, 400, "Bonjour."), Cue(400, 1000, "Ne laissez rien\nen vue & fermez.")]


@pytest.mark.parametrize(
    "typed", [KEPT, "\ufeff" + KEPT.replace("\n", "\r\n"), WEB, KEPT.replace("1\n", "", 1)]
)
def test_srt_and_webvtt_are_read_once_and_kept_as_plain_srt(typed):
    cues = read_captions(typed, 1000)
    assert cues == CUES
    assert as_srt(cues) == KEPT
    assert list(kept_cues(KEPT)) == CUES
    assert read_captions(as_srt(cues), 1000) == cues
    assert read_captions(as_webvtt(KEPT), 1000) == cues
    assert spoken_words(KEPT) == ["Bonjour. Ne laissez rien en vue & fermez."]


def srt(*times: tuple[str, str], text: str = "Bonjour.") -> str:
    return "\n\n".join(f"{start} --> {end}\n{text}" for start, end in times)


REFUSED = {
    "empty": ("", "temps manquent"),
    "no times": ("Bonjour à tous", "Sous-titre 1 : ses temps manquent"),
    "only a header": ("WEBVTT", "aucun sous-titre"),
    "words missing": (srt(("00:00.000", "00:01.000"), text=""), "son texte manque"),
    "tag": (srt(("00:00.000", "00:01.000"), text="<b>Non</b>"), "balises"),
    "hidden tag": (
        "WEBVTT\n\n" + srt(("00:00.000", "00:01.000"), text="&lt;b&gt;"),
        "texte manque",
    ),
    "place": (srt(("00:00.000", "00:01.000"), text=r"{\an8}Non"), "balises"),
    "backwards": (srt(("00:01.000", "00:00.500")), "finit avant de commencer"),
    "nothing": (srt(("00:01.000", "00:01.000")), "finit avant de commencer"),
    "order": (srt(("00:00.500", "00:00.900"), ("00:00.100", "00:00.400")), "Sous-titre 2 : il com"),
    "beyond": (srt(("00:00.500", "00:01.001")), "la vidéo à 00:00:01,000"),
    "long": (srt(("00:00.000", "00:01.000"), text="x" * 10_000), "10 000 signes"),
}


@pytest.mark.parametrize(("typed", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_with_captions_is_said(typed, sentence):
    with pytest.raises(BadCaptions, match=sentence):
        read_captions(typed, 1000)


def test_a_file_is_utf_8_and_no_larger_than_captions_are():
    assert decode("\ufeffété".encode()) == "été"
    with pytest.raises(BadCaptions, match="UTF-8"):
        decode("été".encode("latin-1"))
    with pytest.raises(BadCaptions, match="10 000"):
        decode(b"x" * 65_537)


def test_captions_that_changed_are_told_apart_from_a_description():
    before = Message("Un", (Image("a" * 64, "Un agent", "video", KEPT),))
    (image,) = before.images
    after = Message("Un", (replace(image, captions=KEPT.replace("Bonjour", "Bonsoir")),))
    (change,) = image_changes([before], [after])
    assert (change.kind, change.media) == ("captioned", "video")
    assert [s.text for s in change.words[0] if s.kind != "same"] == ["Bonjour", "Bonsoir"]


@pytest.fixture
def draft(cast, media_folder, transactional_db) -> Draft:
    return a_draft(cast.claire, cast.nantes)


def shown(draft: Draft, captions: str) -> tuple[Message, ...]:
    return (Message("Regardez.", (Image(stored_video(draft), "Un agent", "video", captions),)),)


def saved(draft: Draft, messages: tuple[Message, ...]) -> Draft:
    content = Content(messages, category="advice")
    return save_draft(actor=draft.author, draft_id=draft.pk, version=draft.version, content=content)


def test_captions_are_signed_and_shown_to_reviewers_over_the_video_and_as_text(cast, draft):
    draft = saved(draft, shown(draft, KEPT))
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    assert revision.signed.schema == 4
    assert revision.messages[0].images[0].captions == KEPT
    assert json.loads(revision.content)["parts"][0]["images"][0]["captions"] == KEPT
    changed = revision.content.replace("Bonjour", "Bonsoir")
    assert digest_of(changed) != revision.digest
    assert SignedContent.read(changed).canonical() == changed

    page = signed_in(cast.helene).get(reverse("draft", args=[draft.pk])).text
    assert '<track kind="captions" srclang="fr"' in page
    assert "Ne%20laissez%20rien%0Aen%20vue%20%26amp%3B%20fermez." in page
    assert "en vue &amp; fermez." in page
    assert "2 sous-titres" in page


def test_what_was_signed_before_captions_came_is_what_it_was():
    content = (
        '{"account":"pnationale44","category":"advice","fields":{},"in_reply_to":null,'
        '"parts":[{"images":[{"alt":"Un agent","kind":"video","sha256":"' + "a" * 64 + '"}],'
        '"text":"Regardez."}],"reply_settings":"everyone","requested_at":null,"schema":3}'
    )
    assert SignedContent.read(content).canonical() == content


def test_no_draft_holds_captions_that_are_not_those_of_its_video(cast, draft):
    still = Image(stored_image(cast.nantes, picture()), "Un plan", captions=KEPT)
    late = KEPT.replace("01,000", "02,000")
    film = Image(stored_video(draft), "Un agent", "video")
    for image, sentence in (
        (still, "Seule une vidéo"),
        (replace(film, captions=late), "finit à 00:00:02,000"),
        (replace(film, captions=WEB), "enregistrés comme il faut"),
    ):
        with pytest.raises(Invalid, match=sentence):
            saved(draft, (Message("Un", (image,)),))


def test_what_blocks_in_a_text_blocks_in_captions(cast, draft):
    draft = saved(draft, shown(draft, KEPT.replace("Bonjour.", "Appelez le 06 12 34 56 78.")))
    with pytest.raises(Invalid, match="Sous-titres de la vidéo"):
        submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)


def read(cast, draft: Draft, raw: bytes, kept: str = "") -> str:
    (image,) = draft.messages[0].images
    file = SimpleUploadedFile("film.vtt", raw)
    typed = {"part": "0", "image-0": image.reference, "captions-0": kept, "captions-file-0": file}
    answer = signed_in(cast.claire).post(reverse("read-captions", args=[draft.pk]), typed)
    assert answer.status_code == 200
    return answer.text


def test_a_file_stands_in_the_field_or_what_was_there_stays(cast, draft):
    draft = saved(draft, shown(draft, ""))
    good = read(cast, draft, WEB.encode())
    assert "00:00:00,400 --&gt; 00:00:01,000" in good
    assert "Fichier lu : 2 sous-titres." in good
    bad = read(cast, draft, WEB.encode("utf-16"), kept="1\nà moi")
    assert "à moi" in bad
    assert "n’est pas en UTF-8" in bad
    assert Draft.objects.get(pk=draft.pk).messages[0].images[0].captions == ""


def test_the_composer_saves_captions_and_keeps_what_it_cannot(cast, draft):
    draft = saved(draft, shown(draft, KEPT))
    claire, path = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    (image,) = draft.messages[0].images

    def post(captions: str, version: int):
        return claire.post(
            path,
            {
                "act": "save",
                "version": version,
                "when": "approved",
                "category": "advice",
                "reply_settings": "everyone",
                "text": "Regardez.",
                "origin": "0",
                "image-0": image.reference,
                "alt-0": "Un agent",
                "captions-0": captions,
            },
        )

    refused = post("00:00:09,000 --> 00:00:10,000\nTrop tard", draft.version)
    assert refused.status_code == 400
    assert "Trop tard" in refused.text
    assert "la vidéo à 00:00:01,0" in refused.text
    draft.refresh_from_db()
    assert draft.messages[0].images[0].captions == KEPT
    assert post(WEB.replace("Bonjour", "Bonsoir"), draft.version).status_code == 302
    draft.refresh_from_db()
    assert draft.messages[0].images[0].captions == KEPT.replace("Bonjour", "Bonsoir")


def test_of_a_video_that_does_not_say_how_long_it_lasts_the_limit_is_x_s(cast, draft):
    sha256 = stored_video(draft)
    assert 900 <= StoredImage.objects.get(sha256=sha256).milliseconds <= 1100
    StoredImage.objects.bulk_create(
        [
            StoredImage(
                account=cast.rennes, sha256=sha256, mime="video/mp4", width=64, height=48, size=9
            )
        ]
    )
    other = a_draft(cast.yann, cast.rennes)
    late = as_srt([Cue(0, 140_000, "Bonjour.")])
    saved(other, (Message("Un", (Image(sha256, "Un agent", "video", late),)),))
    with pytest.raises(Invalid, match="la vidéo à 00:02:20"):
        later = as_srt([Cue(0, 140_001, "Bonjour.")])
        saved(other, (Message("Deux", (Image(sha256, "Un agent", "video", later),)),))
