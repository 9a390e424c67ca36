"""Who is told of what became of a text, and that no mail holds a word of it."""

from __future__ import annotations

import re

import pytest

from accounts.channels import chat, push
from accounts.channels.mail import mail_of
from accounts.models import Notice
from approvals.actions.reviews import ask_for_changes, reject
from approvals.notices import notify_mentioned
from publishing.actions.decide import confirm, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.actions.stops import stop_account
from publishing.models import Reason
from publishing.notices import notify_account
from tests.approvals.writing import as_read
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Prudence sur le pont."
WORDS_OF_TEXT = {"Prudence", "pont"}


def notice_page(person) -> str:
    """« Avis », as this person reads it."""
    return signed_in(person).get("/avis").text


def told(person) -> list[str]:
    """The acts that this person's notices say, the newest last; by no channel do they hold a word
    of the text, nor anything else that is not ours.
    """
    notices = Notice.objects.filter(person=person).select_related("person", "account")
    for notice in notices:
        sent = mail_of(notice)
        pushed, chatted = push.message_of(notice), chat.message_of(notice)
        for said in (sent.subject, sent.body, pushed, chatted, notice_page(person)):
            assert not WORDS_OF_TEXT & set(re.findall(r"\w+", str(said)))
        assert "@pnationale44" in sent.subject + sent.body
        assert set(pushed) == {"kind", "account", "urgent", "path", "tag"}
        assert set(chatted) == {"text", "account", "link"}
    return [notice.act for notice in notices.order_by("pk")]


def test_reviewers_are_told_until_when_and_the_author_that_it_was_approved(line):
    publication = line.released(TEXT, urgent=True)
    assert told(line.cast.marc) == ["review"]
    assert Notice.objects.get(person=line.cast.marc).urgent
    assert told(publication.release.revision.draft.author) == ["approved"]


def test_the_author_is_told_of_publication_and_of_retraction(line, x):
    publication = line.released(TEXT)
    send_due(publication.account_id)
    author = publication.release.revision.draft.author
    assert told(author)[-1] == "published"
    run(retract(actor=line.cast.marc, publication_id=publication.pk, reason="Erreur.").pk)
    assert told(author)[-1] == "retracted"


def test_everybody_is_told_of_a_refusal_by_x(line, x):
    publication = line.released(TEXT)
    x.switch("not_permitted")
    send_due(publication.account_id)
    assert told(line.cast.claire)[-1] == "refused"
    assert told(line.cast.paul)[-1] == "refused"


def test_the_author_is_told_of_a_recall_by_somebody_else_only(line):
    publication = line.released(TEXT)
    author = publication.release.revision.draft.author
    recall(actor=line.cast.marc, publication_id=publication.pk, reason="Attendre.")
    assert told(author)[-1] == "recalled"
    own = line.released(TEXT + " Bis.")
    before = Notice.objects.filter(act="recalled").count()
    recall(actor=author, publication_id=own.pk, reason="Attendre.")
    assert Notice.objects.filter(act="recalled").count() == before


@pytest.mark.parametrize(
    ("state", "reason", "act"),
    [
        ("refused", "given_up", "given_up"),
        ("refused", "bad_request", "refused"),
        ("uncertain", "no_answer", "uncertain"),
        ("published", "", ""),
        ("sending", "", ""),
    ],
)
def test_an_alert_says_what_happened_and_never_what_did_not(line, state, reason, act):
    publication = line.released(TEXT)
    publication.state, publication.reason = state, reason
    notify_account(publication)
    assert told(line.cast.paul)[-1] == act


@pytest.mark.parametrize(("turn_down", "act"), [(ask_for_changes, "changes"), (reject, "rejected")])
def test_the_author_is_told_that_the_text_was_sent_back_or_rejected(line, turn_down, act):
    revision = line.submitted(TEXT)
    turn_down(**as_read(line.cast.helene, revision), reason="Préciser.")
    assert told(revision.draft.author) == [act]


def acts(person, kind) -> list[tuple[str, str]]:
    notices = Notice.objects.filter(person=person, kind=kind).order_by("pk")
    return list(notices.values_list("act", "path"))


def test_a_freeze_and_its_end_are_told_to_everybody_else_whose_posts_stop(line):
    cast = line.cast
    standing = freeze(actor=cast.helene, account=cast.nantes, reason="Vérification.")
    page = "/comptes/pnationale44"
    assert acts(cast.claire, "freeze") == [("frozen", page)]
    assert (
        acts(cast.helene, "freeze") == acts(cast.yann, "freeze") == acts(cast.ada, "freeze") == []
    )
    proposal = propose_lift(actor=cast.claire, freeze_id=standing.pk, reason="Corrigé.")
    confirm(actor=cast.paul, confirmation_id=proposal.pk)
    assert acts(cast.claire, "freeze") == [("frozen", page), ("unfrozen", page)]


def test_a_freeze_of_all_is_told_to_all(line):
    freeze(actor=line.cast.ada, account=None, reason="Exercice.")
    assert acts(line.cast.yann, "freeze") == [("frozen", "/comptes")]
    assert acts(line.cast.basile, "freeze") == [("frozen", "/gel")]
    assert acts(line.cast.nadia, "freeze") == acts(line.cast.ada, "freeze") == []


def test_a_disconnected_account_is_told_to_its_people_and_to_administrators(line):
    stop_account(line.cast.nantes, Reason.SUSPENDED)
    told = [("account_stopped", "/comptes/pnationale44")]
    assert acts(line.cast.claire, "connection") == acts(line.cast.paul, "connection") == told
    assert acts(line.cast.ada, "connection") == [("account_stopped", "/departements/44")]
    assert acts(line.cast.yann, "connection") == []


def test_who_is_named_in_a_debate_is_told_if_they_can_see_it(line):
    draft = line.submitted(TEXT).draft
    cast = line.cast
    notify_mentioned(draft, [cast.marc.pk, cast.yann.pk, cast.ada.pk])
    assert acts(cast.marc, "mention") == [("mentioned", f"/brouillons/{draft.pk}/")]
    assert acts(cast.yann, "mention") == acts(cast.ada, "mention") == []
