"""The desk through HTTP: from « Nouveau message » to a release, and what each page says."""

import re

import pytest
from django.urls import reverse

from accounts.models import Seat
from approvals.models import Comment, Draft, Review
from tests.approvals.writing import TEXT, a_draft, a_revision, signed, typed, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def said(response) -> str:
    """The page in one line."""
    return " ".join(response.content.decode().split())


def test_from_a_new_tweet_to_a_release(cast):
    claire, marc, helene = (signed_in(p) for p in (cast.claire, cast.marc, cast.helene))
    claire.post(reverse("new-draft"), {"account": "pnationale44"})
    draft = Draft.objects.get()
    compose = reverse("compose", args=[draft.pk])
    assert "@pnationale44 · Loire-Atlantique" in said(claire.get(compose))
    answer = claire.post(compose, typed(draft, act="submit"), follow=True)
    assert "Texte soumis à la relecture" in said(answer)
    assert "il manque 2 accords" in said(answer).lower()
    revision = draft.revisions.get()
    url = reverse("approve", args=[draft.pk])
    answer = marc.post(url, verdict_form(cast.marc, revision), follow=True)
    assert "Accords : 1 sur 2" in said(answer)
    assert "Il manque l’accord d’un superviseur" in said(answer)
    answer = helene.post(url, verdict_form(cast.helene, revision), follow=True)
    assert "bon à diffuser" in said(answer)
    draft.refresh_from_db()
    assert draft.state == "released"
    assert draft.texts == [TEXT]


def test_a_new_draft_left_empty_is_taken_again(cast):
    claire = signed_in(cast.claire)
    for _ in range(2):
        claire.post(reverse("new-draft"), {"account": "pnationale44"})
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("who", ["claire", "marc", "helene"])
@pytest.mark.parametrize("state", ["writing", "in_review", "released", "rejected", "abandoned"])
def test_every_state_has_its_page_for_everybody_of_the_account(cast, who, state):
    revision = a_revision(cast.claire, cast.nantes)
    draft = revision.draft
    claire, helene = signed_in(cast.claire), signed_in(cast.helene)
    if state == "writing":
        claire.post(reverse("take-back", args=[draft.pk]))
    elif state == "abandoned":
        claire.post(reverse("abandon", args=[draft.pk]))
    elif state == "released":
        signed(revision, cast.marc, cast.helene)
    elif state == "rejected":
        form = verdict_form(cast.helene, revision, **{"reject-reason": "Trop précis"})
        helene.post(reverse("reject", args=[draft.pk]), form)
    draft.refresh_from_db()
    assert draft.state == state
    page = signed_in(getattr(cast, who)).get(reverse("draft", args=[draft.pk]))
    assert page.status_code == 200
    assert "Cambriolages : fermez vos volets" in said(page)


def test_the_count_the_preview_and_the_findings_come_as_one_types(cast):
    draft = a_draft(cast.claire, cast.nantes)
    text = "Rendez-vous #Loire-Atlantique " + "é" * 270
    answer = signed_in(cast.claire).post(reverse("preview", args=[draft.pk]), typed(draft, text))
    assert "20 signes de trop" in said(answer)
    assert "#LoireAtlantique" in said(answer)
    draft.refresh_from_db()
    assert draft.texts == [TEXT]


def test_it_saves_by_itself_and_says_when(cast):
    draft = a_draft(cast.claire, cast.nantes)
    claire = signed_in(cast.claire)
    answer = claire.post(reverse("autosave", args=[draft.pk]), typed(draft, "Deux\r\nlignes"))
    assert "Enregistré à" in said(answer)
    draft.refresh_from_db()
    assert (draft.texts, draft.version) == (["Deux\nlignes"], 2)
    assert 'name="version" value="2"' in said(answer)


def test_the_second_tab_is_told_shown_both_texts_and_loses_neither(cast):
    draft = a_draft(cast.claire, cast.nantes)
    url = reverse("compose", args=[draft.pk])
    claire, marc = signed_in(cast.claire), signed_in(cast.marc)
    claire.post(url, typed(draft, "Premier texte"))
    late = typed(draft, "Second texte")
    told = marc.post(reverse("autosave", args=[draft.pk]), late)
    assert told.status_code == 409
    assert "modifié ailleurs" in said(told)
    both = marc.post(url, late)
    assert both.status_code == 409
    assert "Premier" in said(both)
    assert "Second texte" in said(both)
    draft.refresh_from_db()
    assert draft.texts == ["Premier texte"]
    theirs = marc.post(url, {**late, "act": "theirs"})
    assert "Premier texte</textarea>" in said(theirs)
    assert "Second texte" in said(theirs)
    marc.post(url, {**late, "version": draft.version})
    draft.refresh_from_db()
    assert draft.texts == ["Second texte"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("  ", "Le texte est vide"), ("a" * 300, "20 signes de trop"), ("a" * 4001, "4 000 signes")],
)
def test_a_text_that_cannot_be_submitted_says_why_beside_it_and_is_still_there(
    cast, text, sentence
):
    draft = a_draft(cast.claire, cast.nantes)
    url = reverse("compose", args=[draft.pk])
    answer = signed_in(cast.claire).post(url, typed(draft, text, act="submit"))
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert f"{text.strip()}" in said(answer)
    draft.refresh_from_db()
    assert draft.state == "writing"


def test_a_stale_page_approves_nothing_and_shows_what_changed(cast):
    old = a_revision(cast.claire, cast.nantes, "Texte un")
    draft = old.draft
    claire, helene = signed_in(cast.claire), signed_in(cast.helene)
    compose = reverse("compose", args=[draft.pk])
    draft.refresh_from_db()
    claire.post(compose, typed(draft, "Texte deux"))
    draft.refresh_from_db()
    claire.post(compose, typed(draft, "Texte deux", act="submit"))
    answer = helene.post(reverse("approve", args=[draft.pk]), verdict_form(cast.helene, old))
    assert answer.status_code == 409
    assert "rien n’a été approuvé" in said(answer)
    assert "<del>" in answer.content.decode()
    assert not Review.objects.exists()


def test_an_edit_in_review_takes_it_back_and_opening_it_does_nothing(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = signed(revision, cast.helene)
    claire = signed_in(cast.claire)
    url = reverse("compose", args=[draft.pk])
    claire.get(url)
    claire.post(url, typed(draft))
    assert claire.post(reverse("autosave", args=[draft.pk]), typed(draft, "x")).status_code == 409
    draft.refresh_from_db()
    revision.refresh_from_db()
    assert (draft.state, revision.closed_at) == ("in_review", None)
    claire.post(url, typed(draft, "Autre texte"))
    draft.refresh_from_db()
    revision.refresh_from_db()
    assert (draft.state, revision.closing) == ("writing", "edited")


def test_the_debate_is_read_as_text(cast):
    draft = a_draft(cast.claire, cast.nantes)
    marc = signed_in(cast.marc)
    marc.post(reverse("comment", args=[draft.pk]), {"body": "<script>alert(1)</script>"})
    page = marc.get(reverse("draft", args=[draft.pk]))
    assert "&lt;script&gt;alert(1)" in said(page)
    empty = marc.post(reverse("comment", args=[draft.pk]), {"body": " "})
    assert empty.status_code == 400
    assert "Écrivez d’abord votre message" in said(empty)


def test_live_parts_answer_304_until_something_changed(cast):
    draft = a_draft(cast.claire, cast.nantes)
    marc = signed_in(cast.marc)
    page = marc.get(reverse("draft", args=[draft.pk]))
    url = reverse("draft-live", args=[draft.pk])
    position = f"?position={page.context['position']}"
    etag = page.context["live_etag"]
    for known in (etag, f"W/{etag}", f'"another", {etag}'):
        assert marc.get(url + position, headers={"If-None-Match": known}).status_code == 304
    marc.post(reverse("comment", args=[draft.pk]), {"body": "Et le numéro ?"})
    changed = marc.get(url + position, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Et le numéro" in said(changed)
    a = typed(draft, "Autre")
    signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), a)
    told = said(marc.get(url + position))
    assert "a changé depuis que vous avez ouvert" in told
    assert 'id="moved-on"' in told


def test_a_page_that_is_out_of_date_has_the_present_state_and_keeps_what_is_written(cast):
    revision = a_revision(cast.claire, cast.nantes)
    helene, url = signed_in(cast.helene), reverse("draft-live", args=[revision.draft_id])
    page = helene.get(reverse("draft", args=[revision.draft_id]))
    position = f"?position={page.context['position']}"
    assert 'id="state"' not in said(helene.get(url + position))
    signed_in(cast.claire).post(reverse("take-back", args=[revision.draft_id]))
    told = said(helene.get(url + position)).split('id="state"')[1].split('id="moved-on"')[0]
    assert "en rédaction" in told
    now = reverse("draft-now", args=[revision.draft_id])
    typed_there = {"revision": revision.pk, "body": "Un mot.", "changes-reason": "Trop précis."}
    shown = helene.post(now, typed_there)
    assert shown.status_code == 200
    assert shown.context["comment_form"].initial["body"] == "Un mot.\n\nTrop précis."
    assert not Comment.objects.exists()
    again = signed_in(cast.claire).post(
        reverse("compose", args=[revision.draft_id]),
        typed(Draft.objects.get(), "Autre texte", act="submit"),
    )
    assert again.status_code == 302
    shown = helene.post(now, typed_there)
    assert shown.context["comment_form"].initial["body"] == "Un mot."
    assert "Trop précis." in said(shown)
    assert shown.context["changed"].before == revision


def test_a_composer_left_open_learns_that_its_text_moved_on(cast):
    draft = a_draft(cast.claire, cast.nantes)
    marc, url = signed_in(cast.marc), reverse("is-current", args=[draft.pk])
    page = {"state": "writing", "version": draft.version}
    assert marc.get(url, page).status_code == 204
    claire = signed_in(cast.claire)
    claire.post(reverse("compose", args=[draft.pk]), typed(draft, "Autre"))
    told = marc.get(url, page)
    assert told.status_code == 286
    assert "Voir les deux textes" in said(told)
    claire.post(reverse("abandon", args=[draft.pk]))
    told = said(marc.get(url, page))
    assert "ne s’écrit plus : il est « abandonné »" in told
    assert "Voir les deux textes" not in told


def test_lists_filter_by_account_state_and_category(cast):
    a_draft(cast.claire, cast.nantes, 'Route "coupée" à Nantes', category="traffic")
    a_draft(cast.claire, cast.nantes, "Concours de gardien", category="recruitment")
    a_draft(cast.yann, cast.rennes, "Rennes seulement")
    claire = signed_in(cast.claire)
    url = reverse("drafts")

    def found(**asked):
        return [d.text[:5] for d in claire.get(url, asked).context["page"].rows]

    assert found() == ["Conco", "Route"]
    assert found(category="traffic") == ["Route"]
    assert found(account="pnationale44", state="writing") == ["Conco", "Route"]
    assert found(state="released") == []


def test_settings_that_changed_are_said_beside_the_text(cast):
    first = a_revision(cast.claire, cast.nantes)
    draft = first.draft
    draft.refresh_from_db()
    claire = signed_in(cast.claire)
    changed = typed(draft, category="traffic", reply_settings="everyone", act="submit")
    claire.post(reverse("compose", args=[draft.pk]), changed)
    page = said(claire.get(reverse("draft", args=[draft.pk])))
    assert "Le texte et les images sont les mêmes" in page
    assert "Catégorie : conseil de prévention, maintenant circulation" in page
    assert "Réponses sur X : personne, sauf les comptes cités, maintenant tout le monde" in page


def test_what_changed_is_told_since_the_version_that_one_last_read(cast):
    draft = a_revision(cast.claire, cast.nantes, "Texte un").draft
    claire, helene, marc = (signed_in(who) for who in (cast.claire, cast.helene, cast.marc))
    page, compose = reverse("draft", args=[draft.pk]), reverse("compose", args=[draft.pk])

    def resubmitted(text):
        draft.refresh_from_db()
        claire.post(compose, typed(draft, text, act="submit"))

    helene.get(page)
    resubmitted("Texte deux")
    resubmitted("Texte trois")
    for _ in range(2):
        since = said(helene.get(page))
        assert "depuis la version 1, la dernière que vous avez lue" in since
        assert re.search(r"<del>.*un.*</del><ins>.*trois.*</ins>", since)
    never = said(marc.get(page))
    assert "depuis la version 2 </h2>" in never
    resubmitted("Texte quatre")
    assert "depuis la version 3, la dernière" in said(helene.get(page))


def test_all_drafts_come_in_pages(cast):
    for number in range(27):
        a_draft(cast.claire, cast.nantes, f"Texte {number}")
    claire = signed_in(cast.claire)
    first = claire.get(reverse("drafts")).context["page"]
    a_draft(cast.marc, cast.nantes, "Venu entretemps")
    second = claire.get(reverse("drafts"), {"after": first.after}).context["page"]
    assert [draft.text for draft in first.rows + second.rows] == [
        f"Texte {number}" for number in reversed(range(27))
    ]
    assert (first.is_first, second.is_first, second.after) == (True, False, "")


@pytest.mark.parametrize(
    ("act", "field"),
    [("approve", ""), ("ask-for-changes", "changes-reason"), ("reject", "reject-reason")],
)
def test_what_was_being_written_in_the_debate_goes_with_the_verdict(cast, act, field):
    revision = a_revision(cast.claire, cast.nantes)
    helene = signed_in(cast.helene)
    page = reverse("draft", args=[revision.draft_id])
    # One form: the buttons of the verdicts send the debate's field too.
    assert f'form="debate" formaction="{reverse(act, args=[revision.draft_id])}"' in said(
        helene.get(page)
    )
    more = {field: "Trop précis"} if field else {}
    form = verdict_form(cast.helene, revision, body="Bonne tournure.", **more)
    assert helene.post(reverse(act, args=[revision.draft_id]), form).status_code == 302
    comment = Comment.objects.get()
    assert (comment.body, comment.author, comment.revision) == (
        "Bonne tournure.",
        cast.helene,
        revision,
    )
    assert Review.objects.get().reason == ("Trop précis" if field else "")
    assert "Bonne tournure." in said(helene.get(page))


@pytest.mark.parametrize("act", ["take-back", "abandon", "adopt", "use-again"])
def test_what_was_being_written_in_the_debate_goes_with_every_act(cast, act):
    revision = a_revision(cast.claire, cast.nantes)
    if act == "adopt":
        Seat.objects.filter(person=cast.claire).update(ended_at=revision.submitted_at)
    if act == "use-again":
        signed(revision, cast.marc, cast.helene)
    somebody = cast.claire if act == "abandon" else cast.marc
    client, url = signed_in(somebody), reverse(act, args=[revision.draft_id])
    page = said(client.get(reverse("draft", args=[revision.draft_id])))
    assert f'form="debate" formaction="{url}"' in page
    too_long = client.post(url, {"body": "é" * 4001})
    assert too_long.status_code == 400
    assert "é" * 4001 in too_long.content.decode()
    assert not Comment.objects.exists()

    assert client.post(url, {"body": "Il manque la date."}).status_code == 302
    comment = Comment.objects.get()
    assert (comment.body, comment.author) == ("Il manque la date.", somebody)
    assert comment.draft_id == revision.draft_id
    refused = client.post(url, {"body": "Encore un mot."})
    if refused.status_code != 302:
        assert "Encore un mot." in refused.content.decode()
        assert Comment.objects.count() == 1


def test_a_verdict_that_is_refused_keeps_the_comment_and_records_neither(cast):
    revision = a_revision(cast.claire, cast.nantes)
    helene = signed_in(cast.helene)
    url = reverse("approve", args=[revision.draft_id])
    too_long = helene.post(url, verdict_form(cast.helene, revision, body="é" * 4001))
    assert too_long.status_code == 400
    assert "é" * 4001 in too_long.content.decode()
    form = verdict_form(cast.helene, revision, body="Bonne tournure.", **{"reject-reason": ""})
    answer = helene.post(reverse("reject", args=[revision.draft_id]), form)
    assert answer.status_code == 400
    assert "Bonne tournure." in answer.content.decode()
    signed(revision, cast.marc, cast.paul)
    answer = helene.post(url, verdict_form(cast.helene, revision, body="Bonne tournure."))
    assert answer.status_code == 409
    assert "Bonne tournure." in answer.content.decode()
    assert not Comment.objects.exists()
    assert not Review.objects.filter(reviewer=cast.helene).exists()


def test_the_reason_of_a_verdict_stays_in_the_history(cast):
    revision = a_revision(cast.claire, cast.nantes)
    form = verdict_form(cast.helene, revision, **{"reject-reason": "Nomme <un> témoin"})
    helene = signed_in(cast.helene)
    helene.post(reverse("reject", args=[revision.draft_id]), form)
    page = said(helene.get(reverse("draft", args=[revision.draft_id])))
    history = page.split('id="history"')[1]
    assert f"<strong>{cast.helene.name}</strong> a rejeté le texte" in history
    assert "« Nomme &lt;un&gt; témoin »" in history
