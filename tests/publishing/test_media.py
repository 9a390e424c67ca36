"""Images on their way to X: the approved bytes or nothing, described, never a text without them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from approvals import message as typed
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.images import path_of, stored_bytes
from approvals.models import Draft
from publishing.actions.apply_answer import close_stale
from publishing.actions.recall import recall
from publishing.actions.reconcile import reconcile_account
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import send_due
from publishing.models import Attempt, Lookup, Part, Publication, Throttle
from tests.approvals.writing import agree
from tests.pictures import SECRETS, picture, stored_image, told
from tests.sandbox import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(media_folder):
    return media_folder


def released(line, *messages, **content) -> Publication:
    """Each message a (text, pictures) pair, its descriptions « Image 1 »…"""
    cast, thread = line.cast, []
    for text, pictures in messages:
        shas = [stored_image(cast.nantes, raw) for raw in pictures]
        images = (typed.Image(sha, f"Image {n}") for n, sha in enumerate(shas, start=1))
        thread.append(typed.Message(text, tuple(images)))
    draft = begin_draft(
        actor=cast.claire,
        account=cast.nantes,
        content=Content(tuple(thread), **{"category": "advice", **content}),
    )
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    for signer in (cast.marc, cast.helene):
        agree(signer, revision)
    return Publication.objects.get(release__revision=revision)


def colours(count: int) -> list[bytes]:
    return [picture("PNG", colour=c) for c in ("red", "green", "blue", "white")[:count]]


def said_to(x) -> list[str]:
    """What was asked of X, but for who the accounts are."""
    return [row["operation"] for row in x.requests() if row["operation"] != "me"]


def digests(publication: Publication) -> list[str]:
    messages = publication.release.revision.messages
    return [image.sha256 for message in messages for image in message.images]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_fault_49_x_receives_the_stored_bytes_upright_and_without_metadata(line, x, kind):
    publication = released(line, ("Avec une photo.", [told(kind)]))

    send_due(publication.account_id)

    (post,) = x.posts()
    raw = x.media_bytes(post["media"][0]["id"])
    (sha256,) = digests(publication)
    assert raw == stored_bytes(sha256)
    assert hashlib.sha256(raw).hexdigest() == sha256
    assert not [secret for secret in SECRETS if secret in raw]
    with Image.open(io.BytesIO(raw)) as image:
        # 40 × 20, red on the left, turned a quarter: upright it is 20 × 40, red on top.
        assert image.size == (20, 40)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)
        red, _green, blue = image.convert("RGB").getpixel((10, 5))
    assert (red > 200, blue < 60) == (True, True)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_image_is_described_before_the_post_that_shows_it(line, x, count):
    publication = released(line, ("Des images.", colours(count)))

    send_due(publication.account_id)

    publication.refresh_from_db()
    assert publication.state == "published"
    (post,) = x.posts()
    assert [media["sha256"] for media in post["media"]] == digests(publication)
    assert [media["alt_text"] for media in post["media"]] == [
        f"Image {n}" for n in range(1, count + 1)
    ]
    assert said_to(x) == ["upload", "metadata"] * count + ["post"]


def test_a_thread_carries_its_images_message_by_message(line, x):
    first, second = colours(2)
    publication = released(line, ("Un.", [first]), ("Deux.", []), ("Trois.", [second]))
    send_due(publication.account_id)
    assert [len(post["media"]) for post in x.posts()] == [1, 0, 1]
    assert [m["sha256"] for post in x.posts() for m in post["media"]] == digests(publication)


def test_the_reply_setting_of_the_draft_goes_with_the_first_post(line, x):
    send_due(released(line, ("Un.", []), reply_settings="following").account_id)
    assert x.posts()[0]["reply_settings"] == "following"


def test_fault_5_a_worker_killed_during_an_upload_posts_nothing_and_the_next_one_does(
    line, x, media, backdate
):
    publication = released(line, ("Une image.", colours(1)))
    with x.hold(on="upload", when="after") as held:
        worker = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import django; django.setup()\n"
                "from publishing.actions.send import send_due\n"
                f"send_due({publication.account_id})",
            ],
            env=_worker_environment(x, media),
        )
        try:
            held.wait(timeout=30)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(30)
    attempt = Attempt.objects.get()
    assert attempt.phase == "preparing"
    assert not x.posts()

    backdate(attempt, 60, "renewed_at")
    close_stale(attempt.pk)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "worker_lost")
    Publication.objects.update(next_try_at=publication.due_at)
    send_due(publication.account_id)

    publication.refresh_from_db()
    (post,) = x.posts()
    assert publication.state == "published"
    assert len(post["media"]) == 1
    assert len(x.record()["media"]) == 2  # one of them an orphan that nobody sees


def _worker_environment(x, media) -> dict[str, str]:
    server = os.environ["DATABASE_URL"]
    path, query = server.partition("?")[::2]
    name = connection.settings_dict["NAME"]
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "policetweets.settings",
        "DATABASE_URL": f"{path.rpartition('/')[0]}/{name}" + (f"?{query}" if query else ""),
        "X_API_BASE_URL": x.base_url,
        "X_API_KEY": x.consumer["key"],
        "X_API_SECRET": x.consumer["secret"],
        "MEDIA_ROOT": str(media),
    }


def test_fault_28_an_upload_has_a_limit_of_its_own_and_posts_nothing(line, x, settings):
    """What takes longer than a POST may is still sent; then it is cut, and surely not sent."""
    settings.DURATIONS = replace(settings.DURATIONS, post_total=1.0, post_read=10, upload_total=30)
    x.switch("latency", on="upload", ms=1500)
    slow = released(line, ("Une image.", colours(1)))
    send_due(slow.account_id)
    slow.refresh_from_db()
    assert slow.state == "published"
    settings.DURATIONS = replace(settings.DURATIONS, upload_total=1)
    x.switch("slow_loris", on="upload", seconds=0.3)
    cut = released(line, ("Une autre.", [picture("PNG", colour="black")]))
    began = time.monotonic()
    send_due(cut.account_id)
    assert time.monotonic() - began < 5
    cut.refresh_from_db()
    assert (cut.state, cut.reason) == ("waiting", "unreachable")
    assert len(x.posts()) == 1


def test_fault_16_a_text_never_leaves_without_its_image(line, x):
    publication = released(line, ("Un.", []), ("Deux.", colours(2)))
    default_storage.delete(path_of(digests(publication)[1]))

    send_due(publication.account_id)

    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "altered")
    assert said_to(x) == []
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    assert "ce qui est enregistré n’est plus ce qui a été approuvé" in line.page(publication)
    settle_all()
    publication.refresh_from_db()
    assert publication.state == "held"  # until somebody recalls it
    recall(actor=line.cast.marc, publication_id=publication.pk, reason="L’image est perdue.")
    assert Draft.objects.get().state == "writing"


def settle_all() -> None:
    for pk in rows_to_reevaluate():
        reevaluate(pk)


def test_rule_5_bytes_altered_on_disk_are_never_sent(line, x):
    publication = released(line, ("Une image.", colours(1)))
    (sha256,) = digests(publication)
    default_storage.delete(path_of(sha256))
    default_storage.save(path_of(sha256), ContentFile(picture("PNG", colour="black")))

    send_due(publication.account_id)

    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "altered")
    assert said_to(x) == []


def test_a_storage_that_cannot_be_read_just_now_is_tried_again(line, x, monkeypatch):
    publication = released(line, ("Une image.", colours(1)))
    with monkeypatch.context() as broken:
        broken.setattr("publishing.actions.media.digest_of_stored", no_answer)
        send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "media_unreadable")
    assert said_to(x) == []
    Publication.objects.update(next_try_at=publication.due_at)
    send_due(publication.account_id)
    assert len(x.posts()) == 1


def no_answer(sha256: str, copy: object) -> str:
    raise TimeoutError


@pytest.mark.parametrize("operation", ["upload", "metadata"])
def test_x_says_no_to_an_image_and_it_is_refused_for_good(line, x, operation):
    publication = released(line, ("Une image.", colours(1)))
    x.switch("status", on=operation, status=400)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("refused", "media_refused")
    assert not x.requests("post")


@pytest.mark.parametrize("operation", ["upload", "metadata"])
@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ({"fault": "status", "status": 503}, "waiting", "unreachable"),
        ({"fault": "reset"}, "waiting", "unreachable"),
        ({"fault": "rate_limited", "reset": 60}, "waiting", "rate_limited"),
        ({"fault": "unauthorized"}, "waiting", "unauthorized"),
        ({"fault": "credits"}, "held", "no_credits"),
    ],
)
def test_an_upload_that_failed_is_surely_not_sent(line, x, operation, fault, state, reason):
    publication = released(line, ("Une image.", colours(1)))
    x.switch(on=operation, **fault)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == (state, reason)
    assert not x.requests("post")
    assert Attempt.objects.get().outcome == "not_sent"


def test_an_upload_is_used_again_until_it_is_nearly_over(line, x):
    publication = released(line, ("Une image.", colours(1)))
    x.switch("rate_limited", on="post", reset=60)
    send_due(publication.account_id)
    assert len(x.requests("upload")) == 1

    again(publication)
    assert len(x.requests("upload")) == 1
    (post,) = x.posts()
    assert len(post["media"]) == 1

    other = released(line, ("Une autre.", colours(1)))
    x.switch("rate_limited", on="post", reset=60)
    send_due(other.account_id)
    (part,) = Part.objects.filter(publication=other)
    ((sha256, upload),) = part.media.items()
    Part.objects.filter(pk=part.pk).update(media={sha256: upload | {"expires": "0"}})
    again(other)
    assert len(x.requests("upload")) == 3
    assert len(x.posts()) == 2


def again(publication: Publication) -> None:
    """The limit has opened."""
    Throttle.objects.all().delete()
    Publication.objects.filter(pk=publication.pk).update(next_try_at=publication.due_at)
    send_due(publication.account_id)


def test_what_x_keeps_for_a_moment_only_is_uploaded_anew(line, x):
    x.set(media_ttl=60)
    publication = released(line, ("Une image.", colours(1)))
    x.switch("rate_limited", on="post", reset=60)
    send_due(publication.account_id)
    again(publication)
    assert len(x.requests("upload")) == 2
    assert len(x.posts()) == 1


def test_a_slow_upload_is_not_taken_for_a_dead_worker(line, x, settings):
    settings.DURATIONS = replace(settings.DURATIONS, attempt_renew=0.05)
    publication = released(line, ("Une image.", colours(1)))
    with x.hold(on="upload") as held:
        sending = threading.Thread(target=in_a_thread(send_due), args=(publication.account_id,))
        sending.start()
        held.wait()
        first = renewed()
        until(lambda: renewed() > first)
        second = renewed()
        until(lambda: renewed() > second)
        held.release()
        sending.join(30)
    assert len(x.posts()) == 1


def renewed() -> dt.datetime:
    return Attempt.objects.values_list("renewed_at", flat=True).get()


def in_a_thread(function: Callable[..., object]) -> Callable[..., None]:
    """With a connection of its own, closed at the end."""

    def run(*args: object) -> None:
        try:
            function(*args)
        finally:
            connection.close()

    return run


def looked(publication: Publication, backdate: Callable[..., None]) -> str:
    """The publication's state after its first look."""
    backdate(Lookup.objects.filter(done_at=None).first(), 60, "due_at")
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    return publication.state


def test_an_uncertain_post_is_found_again_by_its_image(line, x, backdate):
    publication = released(line, ("Une image.", colours(1)))
    x.switch("status", status=500, when="after")
    send_due(publication.account_id)
    assert looked(publication, backdate) == "published"
    assert len(x.posts()) == 1


def test_the_same_text_without_its_image_is_not_taken_for_it(line, x, backdate):
    publication = released(line, ("Une image.", colours(1)))
    x.switch("status", status=500, when="before")
    send_due(publication.account_id)
    assert x.tweet("Une image.").status_code == 201
    assert looked(publication, backdate) == "uncertain"
