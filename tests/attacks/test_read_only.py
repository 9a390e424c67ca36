"""A database that takes no writes: a page that says so, and keeps what was typed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Notice
from accounts.models.notice import NoticeKind
from accounts.notices import queue_notice
from approvals.models import Comment, Draft
from tests.approvals.writing import TEXT, a_draft, a_revision, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read_only():
    """What a stand-by, or a server out of room, answers to a write: this connection's default."""

    def turn(state):
        with connection.cursor() as cursor:
            cursor.execute(f"SET default_transaction_read_only = {state}")

    yield lambda: turn("on")
    turn("off")


def browser(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("path", "form", "kept"),
    [
        ("debattre", {"body": "Un <mot> du débat"}, "Un &lt;mot&gt; du débat"),
        ("demander", {"changes-reason": "Un motif précis"}, "Un motif précis"),
        ("approuver", {}, ""),
    ],
)
def test_a_verdict_is_not_lost(cast, read_only, path, form, kept):
    revision = a_revision(cast.claire, cast.nantes)
    client = browser(cast.helene)
    read_only()
    form |= {"revision": revision.pk, "digest": revision.digest}
    response = client.post(f"/brouillons/{revision.draft_id}/{path}", form)
    assert response.status_code == 503
    assert "que la lecture : rien n’a été enregistré" in response.text
    assert kept in response.text
    assert revision.digest not in response.text
    assert not Comment.objects.exists()


def test_a_text_is_not_lost(cast, read_only):
    draft = a_draft(cast.claire, cast.nantes)
    client = browser(cast.claire)
    read_only()
    response = client.post(f"/brouillons/{draft.pk}/rediger", typed(draft, "Un autre texte"))
    assert response.status_code == 503
    assert "Un autre texte" in response.text
    assert Draft.objects.get(pk=draft.pk).texts == [TEXT]


def test_a_page_is_shown_and_its_notice_stays_unread(cast, read_only):
    queue_notice([cast.claire], NoticeKind.AWAITS_YOU, path="/")
    client = browser(cast.claire)
    read_only()
    assert client.get("/").status_code == 200
    assert Notice.objects.get().read_at is None


def test_signing_in_is_told_and_shows_no_password(cast, read_only):
    read_only()
    response = Client(raise_request_exception=False).post(
        "/connexion", {"username": cast.claire.email, "password": "un-mot-de-passe"}
    )
    assert response.status_code == 503
    assert "un-mot-de-passe" not in response.text
