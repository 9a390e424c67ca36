"""A verdict: given on a text that was read, and how it was given is in the debate."""

import pytest
from django.db import connection, transaction
from django.urls import reverse

from approvals.errors import NotOpened
from approvals.models import Comment, Review, RevisionView
from tests.approvals.test_desk import said
from tests.approvals.writing import a_revision, agree, as_read, points, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def opened_earlier(seconds):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE approvals_revisionview SET opened_at = opened_at - make_interval(secs => %s)",
            [seconds],
        )


def debate(person, revision):
    page = said(signed_in(person).get(reverse("draft", args=[revision.draft_id])))
    return page.split('id="live"')[1].split("</ol>")[0]


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("approve", {}),
        ("ask-for-changes", {"changes-reason": "Plus court"}),
        ("reject", {"reject-reason": "Plus court"}),
    ],
)
def test_a_verdict_before_the_text_was_opened_is_refused_and_shows_it(cast, act, more):
    revision = a_revision(cast.claire, cast.nantes)
    form = verdict_form(cast.paul, revision, body="Bonne tournure.", **more)
    helene, url = signed_in(cast.helene), reverse(act, args=[revision.draft_id])
    answer = helene.post(url, form)
    assert answer.status_code == 409
    assert "Vous n’aviez pas encore ouvert cette version" in said(answer)
    for typed in ("Bonne tournure.", *more.values(), "Cambriolages : fermez vos volets"):
        assert typed in said(answer)
    assert not Review.objects.exists()
    assert not Comment.objects.exists()
    # The answer showed it.
    assert helene.post(url, form).status_code == 302


def test_the_action_itself_refuses_a_verdict_on_what_was_not_opened(cast):
    from approvals.actions.reviews import approve

    revision = a_revision(cast.claire, cast.nantes)
    with pytest.raises(NotOpened):
        approve(
            actor=cast.helene,
            revision_id=revision.pk,
            digest=revision.digest,
            ticked=points(revision),
        )
    agree(cast.helene, revision)


def test_a_page_that_was_not_shown_is_not_read(cast):
    revision = a_revision(cast.claire, cast.nantes)
    signed_in(cast.helene).head(reverse("draft", args=[revision.draft_id]))
    assert not RevisionView.objects.exists()
    signed_in(cast.helene).get(reverse("draft", args=[revision.draft_id]))
    assert RevisionView.objects.get().person == cast.helene


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "approuvé (version 1), donné moins d’une seconde après l’ouverture"),
        (1, "approuvé (version 1), donné 1 s après l’ouverture"),
        (2, "approuvé (version 1), donné 2 s après l’ouverture"),
        (3, "approuvé (version 1) "),
    ],
)
def test_a_verdict_given_at_once_is_possible_and_the_debate_says_so(cast, seconds, words):
    revision = a_revision(cast.claire, cast.nantes)
    as_read(cast.helene, revision)
    opened_earlier(seconds)
    agree(cast.helene, revision)
    assert Review.objects.get().seconds_since_opened == seconds
    said_of_it = debate(cast.claire, revision)
    assert words in said_of_it
    assert ("après l’ouverture" in said_of_it) == (seconds <= 2)


@pytest.mark.parametrize("body", ["Je raccourcis la fin.", ""])
def test_a_comment_goes_along_to_the_composer(cast, body):
    revision = a_revision(cast.claire, cast.nantes)
    claire, draft_id = signed_in(cast.claire), revision.draft_id
    page = said(claire.get(reverse("draft", args=[draft_id])))
    assert f'formaction="{reverse("go-on-writing", args=[draft_id])}"' in page
    done = claire.post(reverse("go-on-writing", args=[draft_id]), {"body": body})
    assert done["Location"] == reverse("compose", args=[draft_id])
    assert [c.body for c in Comment.objects.all()] == [body] * bool(body)


def test_ticks_stay_on_the_page_that_follows_a_comment_and_on_it_alone(cast):
    revision = a_revision(cast.claire, cast.nantes)
    marc, address = signed_in(cast.marc), reverse("draft", args=[revision.draft_id])
    form = verdict_form(cast.marc, revision, body="Et la date ?", ticked=["facts", "x"])
    comment = reverse("comment", args=[revision.draft_id])
    page = marc.post(comment, form | {"together": "yes"}, follow=True)
    assert page.context["checklist_form"].ticked == {"facts"}
    assert 'name="together" value="yes"' in said(page)
    assert marc.get(address).context["checklist_form"].ticked == frozenset()
    assert not Review.objects.exists()
    marc.post(comment, form | {"revision": "0"})
    assert marc.get(address).context["checklist_form"].ticked == frozenset()
