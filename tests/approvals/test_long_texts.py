"""A text too long to be kept is refused before any work is done on it, and nothing is lost."""

import time
from itertools import product

import pytest
from django.urls import reverse

from accounts.errors import Invalid
from approvals.actions.drafts import save_draft
from approvals.checks.finding import MAX_OF_ONE_KIND
from approvals.diff import word_diff
from approvals.message import Message
from approvals.models import Draft
from approvals.templatetags.tweet import tweet_preview
from approvals.tweet_text import MAX_CHARACTERS, MAX_THREAD_CHARACTERS
from tests.approvals.writing import TEXT, Content, a_draft, typed
from tests.cast import signed_in
from tests.checks.forms_of_text import form_findings as findings

# Each is what some part of the reading is slowest at.
SLOW = {
    "words": "Bonsoir à tous ",
    "links": "ex.fr ",
    "one endless host": "a.",
    "hashtags that are cut": "#a-b’c ",
    "mentions": "@a ",
    "combining marks in disorder": "\u0301\u0316\u0315",
    "hidden characters": "\u200b\u202e",
    "emoji": "👨‍👩‍👧‍👦",
    "links that are cut": "https://ex.fr/a’",
}


def seconds_of(ask) -> tuple[float, object]:
    """The processor's, the lesser of two: this machine may do something else beside."""
    spent = []
    for _attempt in range(2):
        start = time.thread_time()
        answer = ask()
        spent.append(time.thread_time() - start)
    return min(spent), answer


@pytest.mark.django_db(transaction=True)
def test_a_preview_of_400_kb_costs_less_than_a_full_thread_and_answers_in_words(cast):
    draft = a_draft(cast.claire, cast.nantes)
    client, url = signed_in(cast.claire), reverse("preview", args=[draft.pk])
    full = typed(draft, [(SLOW["words"] * 50)[: MAX_THREAD_CHARACTERS // 25]] * 25)
    allowed, answer = seconds_of(lambda: client.post(url, full))
    assert "beaucoup trop long" not in answer.content.decode()
    for piece, cut_into in product(SLOW.values(), (1, 25, 100)):
        whole = piece * (400_000 // len(piece.encode()))
        size = len(whole) // cut_into
        data = typed(draft, [whole[i * size : (i + 1) * size] for i in range(cut_into)])
        spent, answer = seconds_of(lambda data=data: client.post(url, data))
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "beaucoup trop long" in page or "25 messages au plus" in page
        assert len(page) < 60_000
        assert spent < allowed, (piece, cut_into)


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_is_too_long_keeps_no_old_counts(cast):
    draft = a_draft(cast.claire, cast.nantes)
    address = reverse("preview", args=[draft.pk])
    form = typed(draft, ["a" * 3_900] * 5)
    page = signed_in(cast.claire).post(address, form).text
    assert page.count("non compté : le fil est trop long") == 5
    assert 'id="count-4" hx-swap-oob="true"' in page


@pytest.mark.django_db(transaction=True)
def test_what_is_too_long_stays_in_the_page_that_refuses_it(cast):
    draft = a_draft(cast.claire, cast.nantes)
    text = "x" * (MAX_CHARACTERS + 1)
    for texts in ([text], ["y" * MAX_CHARACTERS] * 5):
        answer = signed_in(cast.claire).post(
            reverse("compose", args=[draft.pk]), typed(draft, texts)
        )
        assert answer.status_code == 400
        assert answer.content.decode().count(f"\n{texts[-1]}</textarea>") == len(texts)
    assert Draft.objects.get(pk=draft.pk).texts == [TEXT]


@pytest.mark.django_db(transaction=True)
def test_the_action_refuses_a_thread_that_is_too_long_as_the_form_does(cast):
    draft = a_draft(cast.claire, cast.nantes)
    messages = (Message("y" * MAX_CHARACTERS),) * 5
    with pytest.raises(Invalid, match="16 000"):
        save_draft(
            actor=cast.claire, draft_id=draft.pk, version=draft.version, content=Content(messages)
        )


@pytest.mark.parametrize("piece", SLOW.values(), ids=SLOW)
def test_every_reading_of_a_text_stops_at_the_cap(piece):
    text = piece * 50_000
    for read in (findings, tweet_preview, lambda text: word_diff(text, "autre " + text)):
        spent, _answer = seconds_of(lambda read=read: read(text))
        assert spent < 0.3
    assert [finding.check for finding in findings(text)] == ["unread"]


def test_of_one_kind_the_first_findings_are_enough():
    assert len(findings("@a " * 90)) == MAX_OF_ONE_KIND
