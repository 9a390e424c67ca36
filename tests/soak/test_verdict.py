"""The verdict of the soak finds what is not so: « diffère », « retiré », another image."""

from __future__ import annotations

import pytest

from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import Publication, PublicationState
from tests.publishing.conftest import ConnectedCast, line, sandbox_process, woken, x
from tests.soak.verdict import Judge

__all__ = ["line", "sandbox_process", "woken", "x"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def published(line: ConnectedCast) -> Publication:
    publication = line.released("Voir www.service-public.fr")
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == PublicationState.PUBLISHED
    return publication


def test_a_publication_that_is_as_it_was_sent_is_no_complaint(line, x):
    published(line)
    assert Judge(x.posts()).judge().complaints() == []


def test_a_post_that_x_shows_as_sent_is_falsely_said_to_differ(line, x):
    Publication.objects.filter(pk=published(line).pk).update(reading="differs")
    verdict = Judge(x.posts()).judge()
    assert len(verdict.differs) == 1
    assert "false « diffère » 1" in verdict.line()
    altered = [post | {"altered": True} for post in x.posts()]
    assert Judge(altered).judge().differs == []


def test_a_live_post_is_falsely_said_to_be_retracted(line, x):
    publication = published(line)
    x.switch("delete_pretended")
    x.switch("partial", why="not_found")
    run(retract(actor=line.cast.claire, publication_id=publication.pk, reason="Une erreur.").pk)
    publication.refresh_from_db()
    assert publication.state == PublicationState.RETRACTED
    verdict = Judge(x.posts()).judge()
    assert len(verdict.retracted) == 1
    assert "false « retiré » 1" in verdict.line()


def test_a_post_with_another_image_than_was_approved_is_not_what_was_approved(line, x):
    published(line)
    [post] = x.posts()
    changed = post | {"media": [{"id": "1", "sha256": "0" * 64, "alt_text": ""}]}
    [complaint] = Judge([changed]).judge().unapproved
    assert "images" in complaint
