"""What follows a message is posted on X as a reply to it, if that was signed, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.errors import Invalid
from approvals.actions.drafts import submit_draft
from approvals.digest import SCHEMA
from approvals.models import Draft, Revision
from publishing.actions import send as sending
from publishing.actions.follow_up import end_search
from publishing.actions.reconcile import reconcile_account
from publishing.actions.retract import retract, run
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.models import Part, Publication
from tests.approvals.writing import agree, typed
from tests.cast import signed_in
from tests.publishing.test_follow_up import begun, out, plain, search_out, sent
from tests.publishing.test_reconcile import look_now

pytestmark = pytest.mark.django_db(transaction=True)

WRONG, RIGHT = "Réunion mardi.", "Rectificatif : réunion jeudi."


@pytest.fixture
def followed(line) -> Publication:
    return out(line, WRONG)


def correction(line, followed, text: str = RIGHT) -> Revision:
    draft = begun(followed, "correct", line.cast.claire, "C’est jeudi.")
    Draft.objects.filter(pk=draft.pk).update(parts=[{"text": text, "images": []}])
    return submit_draft(actor=line.cast.claire, draft_id=draft.pk, version=draft.version)


def approved(line, followed) -> Publication:
    """The correction, due now and not yet sent."""
    revision = correction(line, followed)
    for signer in (line.cast.marc, line.cast.helene):
        agree(signer, revision)
    return Publication.objects.get(release__revision=revision)


def first(publication) -> Part:
    return publication.parts.order_by("position")[0]


def as_it_stands(publication) -> tuple[str, str]:
    publication.refresh_from_db()
    return publication.state, publication.reason


def test_it_is_signed_and_posted_as_a_reply_to_the_first_post_of_what_it_follows(line, x):
    followed = out(line, WRONG, "Salle des fêtes.")
    draft = begun(followed, "correct", line.cast.claire, "C’est jeudi.")
    revision = sent(line, draft, RIGHT).release.revision
    assert json.loads(revision.content)["schema"] == SCHEMA
    assert revision.signed.in_reply_to == followed.release_id
    head, _second, reply = x.posts()
    assert reply["parent"] == head["id"]
    assert reply["text"] == RIGHT
    # X takes who may reply from the conversation.
    assert (head["reply_settings"], reply["reply_settings"]) == ("mentionedUsers", "everyone")


def test_its_page_says_under_what_it_will_stand_before_it_is_submitted_and_approved(line, followed):
    draft = begun(followed, "correct", line.cast.claire, "C’est jeudi.")
    said = f"Sera publié en réponse à @pnationale44 : « {WRONG} »"
    claire, path = signed_in(line.cast.claire), reverse("compose", args=[draft.pk])
    assert said in plain(claire.get(path).text)
    form = typed(draft, RIGHT)
    assert said in plain(claire.post(reverse("preview", args=[draft.pk]), form).text)
    del form["in_reply"]
    assert said not in plain(claire.post(reverse("preview", args=[draft.pk]), form).text)
    revision = correction(line, followed)
    page = plain(signed_in(line.cast.marc).get(reverse("draft", args=[revision.draft_id])).text)
    assert said in page
    assert "Réponses sur X celles du message auquel il répond" in page


def test_its_author_may_have_it_stand_alone_which_takes_it_out_of_review(line, x, followed):
    revision = correction(line, followed)
    form = typed(Draft.objects.get(pk=revision.draft_id), RIGHT, act="save")
    del form["in_reply"]
    signed_in(line.cast.claire).post(reverse("compose", args=[revision.draft_id]), form)
    draft = Draft.objects.get(pk=revision.draft_id)
    assert (draft.state, draft.in_reply) == ("writing", False)
    publication = sent(line, draft)
    assert publication.release.revision.signed.in_reply_to is None
    assert x.posts()[-1]["parent"] is None


def test_a_message_that_follows_none_has_nothing_to_reply_to(line):
    draft = line.submitted("Un conseil.").draft
    page = signed_in(line.cast.claire).get(reverse("compose", args=[draft.pk])).text
    assert "in_reply" not in page


@pytest.mark.parametrize(("withdraw", "replies"), [("now", False), ("after", True)])
def test_the_thanks_answer_a_search_that_stays_until_they_are_on_x(line, x, withdraw, replies):
    search = search_out(line)
    draft = end_search(
        actor=line.cast.claire,
        publication_id=search.pk,
        withdraw=withdraw,
        chosen=[search.pk],
        reason="Retrouvée.",
    )
    assert draft.in_reply is replies


def test_what_is_off_x_is_not_replied_to(line, followed):
    draft = begun(followed, "correct", line.cast.claire, "C’est jeudi.")
    Draft.objects.filter(pk=draft.pk).update(parts=[{"text": RIGHT, "images": []}])
    retract(actor=line.cast.claire, publication_id=followed.pk, reason="Faux.")
    with pytest.raises(Invalid) as refused:
        submit_draft(actor=line.cast.claire, draft_id=draft.pk, version=draft.version)
    assert refused.value.details["field"] == "in_reply"
    form = typed(draft, RIGHT, act="submit")
    page = signed_in(line.cast.claire).post(reverse("compose", args=[draft.pk]), form)
    assert page.status_code == 400
    assert "publiez-le seul" in plain(page.text)


def test_it_is_held_and_people_are_told_when_what_it_answers_is_taken_off_x(line, x, followed):
    publication = approved(line, followed)
    retraction = retract(actor=line.cast.claire, publication_id=followed.pk, reason="Faux.")
    assert publication.pk in rows_to_reevaluate()
    reevaluate(publication.pk)
    assert as_it_stands(publication) == ("held", "parent_gone")
    assert "Claire" in line.alerted(publication)
    assert "n’est plus sur X, ou en est retiré" in line.page(publication)
    run(retraction.pk)
    reevaluate(publication.pk)
    assert as_it_stands(publication) == ("held", "parent_gone")
    assert len(x.posts()) == 1


def test_a_retraction_between_the_claim_and_the_post_stops_the_post(line, x, followed):
    publication = approved(line, followed)
    claimed = sending.claim(publication.account_id)
    retract(actor=line.cast.claire, publication_id=followed.pk, reason="Faux.")
    sending.send(claimed)
    assert as_it_stands(publication) == ("held", "parent_gone")
    assert len(x.requests("post")) == 1


def test_the_database_refuses_a_reply_to_what_is_no_longer_on_x(line, followed):
    publication = approved(line, followed)
    claimed = sending.claim(publication.account_id)
    retract(actor=line.cast.claire, publication_id=followed.pk, reason="Faux.")
    with (
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE publishing_attempt SET phase = 'posting' WHERE id = %s", [claimed.attempt_id]
        )
    constraint = refused.value.__cause__.diag.constraint_name
    assert constraint == "posting_in_reply_to_what_stands"
    assert as_it_stands(publication)[0] == "sending"


def test_what_somebody_deleted_on_x_itself_is_asked_about_and_the_reply_held(line, x, followed):
    publication = approved(line, followed)
    x.call("DELETE", f"/2/tweets/{first(followed).x_id}")
    sending.send_due(publication.account_id)
    assert as_it_stands(publication) == ("waiting", "parent_invisible")
    reconcile_account(publication.account_id)
    followed.refresh_from_db()
    assert followed.reading == "gone"
    reevaluate(publication.pk)
    assert as_it_stands(publication) == ("held", "parent_gone")
    assert x.posts(live=True) == []


def test_an_unanswered_reply_is_found_on_x_by_what_it_answers(
    line, x, backdate, followed, settings
):
    settings.DURATIONS = replace(settings.DURATIONS, post_read=0.5, post_total=8)
    publication = approved(line, followed)
    x.switch("reset", when="after")
    sending.send_due(publication.account_id)
    look_now(publication, backdate)
    assert publication.state == "published"
    assert first(publication).x_id == x.posts()[-1]["id"]


def test_the_rest_of_a_thread_that_began_goes_on_when_what_it_answers_goes(line, x, followed):
    draft = begun(followed, "update", line.cast.claire)
    two = [{"text": RIGHT, "images": []}, {"text": "Salle 2.", "images": []}]
    Draft.objects.filter(pk=draft.pk).update(parts=two)
    revision = submit_draft(actor=line.cast.claire, draft_id=draft.pk, version=draft.version)
    for signer in (line.cast.marc, line.cast.helene):
        agree(signer, revision)
    publication = Publication.objects.get(release__revision=revision)
    sending.send(sending.claim(publication.account_id))
    retract(actor=line.cast.claire, publication_id=followed.pk, reason="Faux.")
    sending.send_due(publication.account_id)
    assert as_it_stands(publication)[0] == "published"
    _followed, head, rest = x.posts()
    assert rest["parent"] == head["id"]
