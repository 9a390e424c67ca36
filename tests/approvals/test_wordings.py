"""Proposed wordings: another text for a message in review, which the author accepts or declines."""

import pytest
from django.urls import reverse

from accounts.errors import Invalid, NotFound
from accounts.models import AuditEntry, Notice
from approvals.actions.drafts import Content, save_draft, submit_draft, take_back
from approvals.actions.wordings import decline_wording, propose_wordings, take_wording
from approvals.errors import OnlyAuthor, OnlySeatHolders, WordingDecided, WordingOutdated
from approvals.message import Message
from approvals.models import Category, Comment, Draft, Wording
from tests.approvals.test_desk import said
from tests.approvals.writing import TEXT, a_revision, agree, content, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = TEXT.replace("fermez", "verrouillez")


@pytest.fixture
def revision(cast):
    return a_revision(cast.claire, cast.nantes)


def propose(person, revision, text=OTHER, position=0):
    (wording,) = propose_wordings(
        actor=person,
        draft_id=revision.draft_id,
        revision_id=revision.pk,
        texts={position: text},
    )
    return wording


def page(person, revision):
    return said(signed_in(person).get(reverse("draft", args=[revision.draft_id])))


def post(name, person, revision, *args, **fields):
    form = {"revision": revision.pk, **fields}
    return signed_in(person).post(reverse(name, args=[revision.draft_id, *args]), form)


def take(person, wording):
    return take_wording(actor=person, draft_id=wording.revision.draft_id, wording_id=wording.pk)


@pytest.mark.parametrize(
    ("decide", "act"), [(take_wording, "wording_taken"), (decline_wording, "wording_declined")]
)
def test_who_proposed_a_wording_is_told_what_its_author_made_of_it(cast, revision, decide, act):
    wording = propose(cast.marc, revision)
    decide(actor=cast.claire, draft_id=revision.draft_id, wording_id=wording.pk)
    (told,) = Notice.objects.filter(act=act)
    assert (told.person, told.kind) == (cast.marc, "news")
    assert told.path == reverse("draft", args=[revision.draft_id])


def test_a_wording_is_proposed_with_what_it_costs_said_before_and_shown_as_a_difference(
    cast, revision
):
    assert "vous ne pourrez plus l’approuver" in page(cast.helene, revision)
    assert "Proposer une autre formulation" not in page(cast.claire, revision)
    fields = {"wording-0": f" {OTHER}\r\n", "body": "Plus clair ?"}
    answer = post("propose-wording", cast.helene, revision, **fields)
    wording = Wording.objects.get()
    assert (wording.before, wording.after, wording.author) == (TEXT, OTHER, cast.helene)
    assert answer.headers["Location"].endswith(f"#wording-{wording.pk}")
    assert Comment.objects.get().body == "Plus clair ?"
    told = Notice.objects.filter(act="wording").values_list("person", "kind")
    assert list(told) == [(cast.claire.pk, "awaits_you")]
    shown = page(cast.marc, revision)
    assert "autre formulation proposée (version 1)" in shown
    assert '<span class="fr-sr-only">[retiré : </span>fermez<span' in shown
    assert '<span class="fr-sr-only">[ajouté : </span>verrouillez<span' in shown
    assert f'href="#wording-{wording.pk}"' in shown  # not resolved, where one approves
    assert "Accepter cette formulation" not in shown
    assert "Accepter cette formulation" in page(cast.claire, revision)


def test_the_author_takes_it_with_one_click_and_stays_the_author(cast, revision):
    agree(cast.marc, revision)
    wording = propose(cast.helene, revision)
    answer = post("take-wording", cast.claire, revision, wording.pk, body="Merci.")
    assert answer.headers["Location"].endswith(f"#wording-{wording.pk}")
    draft = Draft.objects.get()
    assert (draft.author, draft.state, draft.text) == (cast.claire, "writing", OTHER)
    revision.refresh_from_db()
    assert (revision.closing, revision.closed_by) == ("edited", cast.claire)
    wrote = draft.contributors.values_list("person", flat=True)
    assert sorted(wrote) == sorted([cast.claire.pk, cast.helene.pk])
    acts = AuditEntry.objects.filter(draft_id=draft.pk).values_list("act", flat=True)
    assert list(acts.order_by("-id")[:2]) == ["draft.wording_taken", "draft.saved"]
    assert "Acceptée par Claire" in page(cast.marc, revision)
    again = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    shown = page(cast.helene, again)
    assert "Vous avez écrit ou modifié ce texte" in shown
    assert "J’approuve ce texte tel quel" not in shown
    # Whoever wrote already is told of no price.
    assert "vous ne pourrez plus l’approuver" not in shown


def test_only_the_text_of_its_message_changes(cast):
    draft_of = a_revision(cast.claire, cast.nantes, urgent=True).draft
    draft_of = take_back(actor=cast.claire, draft_id=draft_of.pk)
    thread = Content.of(draft_of, messages=(Message("Un."), Message("Deux."), Message("Trois.")))
    saved = save_draft(
        actor=cast.claire, draft_id=draft_of.pk, version=draft_of.version, content=thread
    )
    revision = submit_draft(actor=cast.claire, draft_id=saved.pk, version=saved.version)
    first, second = propose(cast.marc, revision, "2.", 1), propose(cast.paul, revision, "3.", 2)
    assert "À propos du message 2" in page(cast.claire, revision)
    take(cast.claire, first)
    draft = take(cast.claire, second)  # its own message still reads as it did
    assert draft.texts == ["Un.", "2.", "3."]
    assert (draft.urgent, draft.category) == (True, Category.ADVICE)


def test_of_a_text_that_has_moved_on_it_says_so_and_is_not_taken(cast, revision):
    first, second = propose(cast.marc, revision), propose(cast.helene, revision, "Tout autre.")
    take(cast.claire, first)
    with pytest.raises(WordingOutdated):
        take(cast.claire, second)
    answer = post("take-wording", cast.claire, revision, second.pk, body="Je garde ceci")
    assert answer.status_code == 409
    shown = said(answer)
    assert shown.count("Le texte a changé depuis : cette formulation ne peut plus être") == 2
    assert "Je garde ceci" in shown
    assert Draft.objects.get().text == OTHER
    assert not Draft.objects.get().contributors.filter(person=cast.helene).exists()
    with pytest.raises(WordingDecided):
        take(cast.claire, first)
    decline_wording(actor=cast.claire, draft_id=revision.draft_id, wording_id=second.pk)
    assert "Déclinée par Claire" in page(cast.marc, revision)


def test_a_wording_stays_when_the_same_text_is_taken_back_and_submitted_again(cast, revision):
    wording = propose(cast.marc, revision)
    draft = take_back(actor=cast.claire, draft_id=revision.draft_id)
    submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    assert take(cast.claire, wording).text == OTHER


def test_nobody_but_the_author_decides_and_nobody_decides_what_is_not_theirs(cast, revision):
    wording = propose(cast.paul, revision)
    for act in (take_wording, decline_wording):
        for actor, error in (
            (cast.marc, OnlyAuthor),
            (cast.helene, OnlySeatHolders),
            (cast.yann, NotFound),
            (cast.ada, NotFound),
        ):
            with pytest.raises(error):
                act(actor=actor, draft_id=revision.draft_id, wording_id=wording.pk)
    other = a_revision(cast.claire, cast.nantes)
    with pytest.raises(NotFound):
        take_wording(actor=cast.claire, draft_id=other.draft_id, wording_id=wording.pk)
    with pytest.raises(NotFound):
        propose(cast.yann, revision)


@pytest.mark.parametrize("text", [TEXT, "  ", "x" * 4001], ids=["same", "empty", "too-long"])
def test_what_cannot_be_proposed_is_said_beside_its_field_and_kept(cast, revision, text):
    fields = {"wording-0": text, "position": "0", "body": "Un mot"}
    answer = post("propose-wording", cast.marc, revision, **fields)
    assert answer.status_code == 400
    shown = said(answer)
    assert "Un mot" in shown
    assert 'id="id_wording-0_error"' in shown
    assert text.strip() in shown
    assert not Wording.objects.exists()
    if text != TEXT:
        with pytest.raises(Invalid):
            propose(cast.marc, revision, text)


def test_what_is_typed_stays_whatever_button_is_pressed(cast, revision):
    marc = signed_in(cast.marc)
    form = {"revision": revision.pk, "wording-0": "Je commence", "ticked": ["account"]}
    marc.post(reverse("comment", args=[revision.draft_id]), {**form, "body": "Un mot"})
    shown = said(marc.get(reverse("draft", args=[revision.draft_id])))
    assert "> Je commence</textarea>" in shown
    assert "Je commence" not in said(marc.get(reverse("draft", args=[revision.draft_id])))
    # The text has changed meanwhile: it goes to the debate's field.
    draft = Draft.objects.get()
    save_draft(
        actor=cast.claire, draft_id=draft.pk, version=draft.version, content=content("Autre.")
    )
    answer = marc.post(reverse("propose-wording", args=[revision.draft_id]), form)
    assert answer.status_code == 409
    assert "rien n’a été proposé" in said(answer)
    body = said(answer).split('id="id_body"')[1]
    assert "> Je commence</textarea>" in body
    late = verdict_form(cast.helene, revision, **{"wording-0": "Trop tard"})
    answer = signed_in(cast.helene).post(reverse("approve", args=[revision.draft_id]), late)
    assert "> Trop tard</textarea>" in said(answer).split('id="id_body"')[1]
