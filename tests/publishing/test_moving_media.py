"""GIFs and videos on their way to X: piece by piece, in steps, worked on by X."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from approvals import message as typed
from approvals.actions.drafts import Content, save_draft, submit_draft
from approvals.captions import Cue, as_srt
from approvals.images import stored_bytes
from publishing.actions.apply_answer import close_stale
from publishing.actions.reconcile import reconcile_account
from publishing.actions.send import claim, media, send_due
from publishing.models import Attempt, Lookup, Part, Publication
from tests.approvals.writing import a_draft, agree
from tests.films import stored_video
from tests.pictures import animated, stored_image

pytestmark = pytest.mark.django_db(transaction=True)
ALT = "Une voiture qui clignote"


@pytest.fixture(autouse=True)
def small_pieces(media_folder, monkeypatch):
    monkeypatch.setattr("publishing.actions.pieces.PIECE", 100)


@pytest.fixture
def publication(line) -> Publication:
    return released(line)


def released(line, kind: typed.MediaKind = "gif", captions: str = "") -> Publication:
    cast = line.cast
    draft = a_draft(cast.claire, cast.nantes)
    sha256 = stored_video(draft) if kind == "video" else stored_image(cast.nantes, animated())
    shown = (typed.Message("Ça bouge.", (typed.Image(sha256, ALT, kind, captions),)),)
    content = Content(shown, category="advice")
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=1, content=content)
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    for signer in (cast.marc, cast.helene):
        agree(signer, revision)
    return Publication.objects.get(release__revision=revision)


def asked(x) -> list[str]:
    return [row["operation"] for row in x.requests() if row["operation"] != "me"]


def state(publication: Publication) -> tuple[str, str]:
    publication.refresh_from_db()
    return publication.state, publication.reason


def next_step(publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(next_try_at=publication.due_at)
    send_due(publication.account_id)


def test_a_gif_reaches_x_piece_by_piece_as_it_was_signed(x, publication):
    send_due(publication.account_id)
    assert state(publication)[0] == "published"
    (post,) = x.posts()
    (image,) = publication.release.revision.messages[0].images
    assert [(m["sha256"], m["alt_text"]) for m in post["media"]] == [(image.sha256, ALT)]
    raw = stored_bytes(image.sha256)
    assert x.media_bytes(post["media"][0]["id"]) == raw
    pieces = -(-len(raw) // 100)
    assert pieces > 1
    assert asked(x) == ["initialize", *["append"] * pieces, "finalize", "metadata", "post"]


def test_a_video_reaches_x_as_a_video_and_is_found_again_by_its_key(line, x, backdate):
    publication = released(line, "video")
    x.switch("status", status=500, when="after")
    send_due(publication.account_id)
    assert state(publication)[0] == "uncertain"
    backdate(Lookup.objects.filter(done_at=None).first(), 60, "due_at")
    reconcile_account(publication.account_id)
    assert state(publication)[0] == "published"
    (media_row,) = x.record()["media"]
    (image,) = publication.release.revision.messages[0].images
    assert (media_row["kind"], media_row["sha256"]) == ("video", image.sha256)
    assert len(x.posts()) == 1


def test_while_x_works_on_it_the_worker_is_free_and_asks_again(x, publication):
    x.set(media_processing=1)
    send_due(publication.account_id)
    assert state(publication) == ("waiting", "media_on_its_way")
    assert not x.posts()
    next_step(publication)
    assert state(publication) == ("waiting", "media_on_its_way")
    x.wait_for(lambda record: record["media"][0]["ready_at"] < time.time())
    next_step(publication)
    assert state(publication)[0] == "published"
    assert asked(x).count("initialize") == 1
    assert asked(x)[-4:] == ["status", "status", "metadata", "post"]


def test_a_long_upload_goes_on_where_its_step_ended(x, publication, settings):
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=0)
    send_due(publication.account_id)
    assert state(publication) == ("waiting", "media_on_its_way")
    assert asked(x) == ["initialize"]
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=60)
    next_step(publication)
    assert state(publication)[0] == "published"
    assert asked(x).count("initialize") == 1


def test_after_a_worker_that_died_among_the_pieces_the_upload_begins_again(
    x, publication, settings, backdate
):
    """The second piece is held while the worker is killed: here, its attempt is never ended."""
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=0)
    send_due(publication.account_id)
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=60)
    Publication.objects.update(next_try_at=publication.due_at)
    claimed = claim(publication.account_id)
    x.switch("status", on="append", status=503, skip=1)
    assert not isinstance(media.prepare(claimed), tuple)
    assert Part.objects.get().media == {}

    attempt = Attempt.objects.get(phase="preparing")
    backdate(attempt, 60, "renewed_at")
    close_stale(attempt.pk)
    next_step(publication)
    assert state(publication)[0] == "published"
    assert len(x.posts()) == 1
    assert asked(x).count("initialize") == 2


def test_what_x_cannot_make_anything_of_is_refused(x, publication):
    x.switch("processing_failed")
    send_due(publication.account_id)
    assert state(publication) == ("refused", "media_unusable")
    assert not x.requests("post")


CAPTIONS = as_srt([Cue(0, 900, "Bonjour, d’où que vous soyez.")])


def test_captions_reach_x_before_the_post_as_they_were_signed(line, x):
    publication = released(line, "video", CAPTIONS)
    send_due(publication.account_id)
    assert state(publication)[0] == "published"
    (row,) = x.posts()[0]["media"]
    assert x.media_bytes(row["captions"]).decode() == CAPTIONS
    way = ["initialize", "append", "finalize"]
    assert asked(x)[-6:] == ["metadata", *way, "subtitles", "post"]


@pytest.mark.parametrize("body", ["errors", "html", "empty"])
def test_without_x_s_word_for_the_captions_no_video_leaves(line, x, body):
    publication = released(line, "video", CAPTIONS)
    x.switch("captions_ignored", body=body)
    send_due(publication.account_id)
    assert state(publication) == ("waiting", "captions_not_set")
    assert not x.requests("post")
    next_step(publication)
    assert state(publication)[0] == "published"
    assert x.posts()[0]["media"][0]["captions"]


def test_captions_that_x_refuses_are_said_to_be_what_it_refuses(line, x):
    publication = released(line, "video", CAPTIONS)
    x.set(media_processing=1)
    send_due(publication.account_id)  # the video is one of some time ago when its captions come
    x.wait_for(lambda record: record["media"][0]["ready_at"] < time.time())
    x.switch("refused", on="subtitles", why="captions_refused")
    next_step(publication)
    assert state(publication) == ("refused", "captions_refused")
    assert not x.requests("post")


FAULTS = {
    "503": ({"fault": "status", "status": 503}, "unreachable"),
    "reset": ({"fault": "reset"}, "unreachable"),
    "429": ({"fault": "rate_limited", "reset": 60}, "rate_limited"),
    "html": ({"fault": "body", "body": "html"}, "unreachable"),
}
# Of the answer to a piece nothing is read.
FAILURES = [
    pytest.param(operation, *fault, id=f"{operation}-{name}")
    for operation in ("initialize", "append", "finalize", "status")
    for name, fault in FAULTS.items()
    if (operation, name) != ("append", "html")
]


@pytest.mark.parametrize(("operation", "fault", "reason"), FAILURES)
def test_what_fails_on_the_way_is_surely_not_sent(x, publication, operation, fault, reason):
    if operation == "status":
        x.set(media_processing=1)
        send_due(publication.account_id)
    x.switch(on=operation, **fault)
    next_step(publication)
    assert state(publication) == ("waiting", reason)
    assert not x.requests("post")


def test_x_s_no_to_what_it_had_long_ago_begins_it_again(x, publication, settings):
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=0)
    send_due(publication.account_id)
    settings.DURATIONS = replace(settings.DURATIONS, upload_step=60)
    x.switch("status", on="append", status=400)
    next_step(publication)
    assert state(publication) == ("waiting", "media_gone")
    next_step(publication)
    assert state(publication)[0] == "published"
    assert asked(x).count("initialize") == 2
