"""Threads of the debate: pinned to a version and to its words, answered, resolved, reopened."""

import pytest
from django.urls import reverse

from accounts.errors import Invalid, NotFound
from accounts.models import AuditEntry
from approvals.actions.debate import comment, reopen, resolve
from approvals.actions.drafts import save_draft, submit_draft, take_back
from approvals.models import Comment, Resolution
from approvals.passage import About, Passage, find_passage
from tests.approvals.test_desk import said
from tests.approvals.writing import TEXT, a_revision, content, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "fermez vos volets"
START = TEXT.index(WORDS)


@pytest.fixture
def revision(cast):
    return a_revision(cast.claire, cast.nantes)


def quoting(person, revision, body="Et les fenêtres ?", quote=WORDS, **about):
    about = About(revision_id=revision.pk, quote=quote, **about)
    return comment(actor=person, draft_id=revision.draft_id, body=body, about=about)


def page(person, revision):
    return said(signed_in(person).get(reverse("draft", args=[revision.draft_id])))


def post(person, revision, **fields):
    form = {"revision": revision.pk, **fields}
    return signed_in(person).post(reverse("comment", args=[revision.draft_id]), form)


def test_a_comment_on_words_keeps_their_place_and_marks_them_in_the_text(cast, revision):
    answer = post(cast.marc, revision, body="Et les fenêtres ?", quote=WORDS, start=str(START))
    written = Comment.objects.get()
    assert answer.headers["Location"].endswith(f"#comment-{written.pk}")
    assert (written.position, written.quote_start, written.quote_end, written.quote) == (
        *(0, START, START + len(WORDS)),
        WORDS,
    )
    shown = page(cast.helene, revision)
    assert f'<mark class="tweet-quote">{WORDS}</mark>' in shown
    assert f'href="#comment-{written.pk}" aria-label="Commentaire 1, de Marc"' in shown
    assert f"{WORDS}</blockquote>" in shown
    assert "sur la version" not in shown


def test_of_an_older_version_it_says_which_and_marks_nothing(cast, revision):
    quoting(cast.marc, revision)
    draft = take_back(actor=cast.claire, draft_id=revision.draft_id)
    other = content("Un autre texte, sans volets.")
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=other)
    submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    shown = page(cast.helene, revision)
    assert "sur la version 1" in shown
    assert f"{WORDS}</blockquote>" in shown
    assert "tweet-quote" not in shown
    # Whoever still reads the first version writes about that one.
    late = quoting(cast.helene, revision, "Trop tard ?")
    assert late.revision_id == revision.pk


@pytest.mark.parametrize("quote", ["fermez les volets", "e", "x" * 300])
def test_words_that_are_not_there_once_are_refused_and_kept(cast, revision, quote):
    answer = post(cast.marc, revision, body="Un avis précieux", quote=quote)
    assert answer.status_code == 400
    assert "Un avis précieux" in said(answer)
    assert quote in said(answer)
    assert not Comment.objects.exists()
    with pytest.raises(Invalid):
        quoting(cast.marc, revision, quote=quote)


def test_of_several_places_the_selected_one_or_the_chosen_message_is_meant():
    texts = ["Le 17. Le 17.", "Le 17."]
    assert find_passage(texts, About(position=0, quote="17", start=10)) == Passage(0, 10, 12, "17")
    assert find_passage(texts, About(position=1, quote="17")) == Passage(1, 3, 5, "17")
    assert find_passage(texts, About(position=1)) == Passage(1)
    assert find_passage(texts, About()) is None
    with pytest.raises(Invalid):
        find_passage(texts, About(position=0, quote="17", start=5))
    with pytest.raises(Invalid):
        find_passage(texts, About(position=2))


def test_a_word_given_with_a_verdict_keeps_what_it_is_about(cast, revision):
    form = verdict_form(cast.marc, revision, body="Et les fenêtres ?", quote=WORDS)
    signed_in(cast.marc).post(reverse("approve", args=[revision.draft_id]), form)
    assert revision.reviews.exists()
    assert Comment.objects.get().quote == WORDS


def test_an_answer_stands_under_its_thread(cast, revision):
    thread = quoting(cast.marc, revision)
    answer = post(cast.claire, revision, body="Oui, aussi.", about=f"t{thread.pk}")
    assert answer.headers["Location"].endswith(f"#comment-{thread.pk}")
    assert list(thread.answers.values_list("body", flat=True)) == ["Oui, aussi."]
    assert page(cast.helene, revision).count("Oui, aussi.") == 1
    refused = post(cast.claire, revision, body="Non", about=f"t{thread.pk}", quote=WORDS)
    assert refused.status_code == 400
    other = a_revision(cast.marc, cast.nantes)
    assert post(cast.claire, other, body="Ailleurs", about=f"t{thread.pk}").status_code == 400
    with pytest.raises(NotFound):
        comment(
            actor=cast.claire,
            draft_id=other.draft_id,
            body="Ailleurs",
            about=About(thread_id=thread.pk),
        )


def test_unresolved_threads_are_shown_where_one_approves_and_block_nothing(cast, revision):
    first, second = quoting(cast.marc, revision), quoting(cast.leila, revision, "Bien.", quote="")
    shown = page(cast.helene, revision)
    assert "2 points du débat ne sont pas résolus" in shown
    assert f'href="#comment-{first.pk}"' in shown
    resolve(actor=cast.helene, draft_id=revision.draft_id, thread_id=first.pk)
    shown = page(cast.helene, revision)
    assert "1 point du débat n’est pas résolu" in shown
    assert "Résolu par Helene" in shown
    assert "tweet-quote" not in shown
    approved = signed_in(cast.helene).post(
        reverse("approve", args=[revision.draft_id]), verdict_form(cast.helene, revision)
    )
    assert approved.status_code == 302
    assert not second.resolutions.exists()


def test_anybody_of_the_account_resolves_and_reopens_with_what_they_were_writing(cast, revision):
    thread = quoting(cast.marc, revision)
    urls = [
        reverse(name, args=[revision.draft_id, thread.pk])
        for name in ("resolve-thread", "reopen-thread")
    ]
    for url in [*urls, urls[1]]:
        signed_in(cast.helene).post(url, {"body": ""})
    row = Resolution.objects.get()
    assert (row.resolved_by, row.reopened_by) == (cast.helene, cast.helene)
    assert "Rouvert par Helene" in page(cast.claire, revision)
    signed_in(cast.claire).post(urls[0], {"body": "C’est fait.", "about": f"t{thread.pk}"})
    assert thread.answers.get().body == "C’est fait."
    assert thread.resolutions.count() == 2
    acts = AuditEntry.objects.filter(act__startswith="draft.thread").values_list("act", flat=True)
    assert sorted(acts) == ["draft.thread_reopened", *["draft.thread_resolved"] * 2]


def test_nobody_resolves_what_is_not_theirs_or_no_thread(cast, revision):
    thread = quoting(cast.marc, revision)
    answer = comment(
        actor=cast.claire,
        draft_id=revision.draft_id,
        body="Oui",
        about=About(thread_id=thread.pk),
    )
    for act in (resolve, reopen):
        for actor, pk in ((cast.yann, thread.pk), (cast.ada, thread.pk), (cast.claire, answer.pk)):
            with pytest.raises(NotFound):
                act(actor=actor, draft_id=revision.draft_id, thread_id=pk)


def test_asking_for_the_page_again_keeps_what_was_being_written_and_about_what(cast, revision):
    form = {"revision": revision.pk, "body": "Je commence", "quote": WORDS, "start": str(START)}
    shown = said(signed_in(cast.marc).post(reverse("draft-now", args=[revision.draft_id]), form))
    assert "Je commence" in shown
    assert f"> {WORDS}</textarea>" in shown
