"""Home: the proposals that await an answer, and what others stopped of what one wrote."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.clock import db_now
from approvals.actions.drafts import use_again
from approvals.actions.reviews import reject
from publishing.actions.decide import decline, propose, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import Publication, Retraction
from tests.approvals.writing import as_read
from tests.cast import queries_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def home(person) -> str:
    return " ".join(signed_in(person).get("/").text.split())


def missed(line, text: str) -> Publication:
    publication = line.released(text, requested_at=db_now() + dt.timedelta(hours=1))
    Publication.objects.filter(pk=publication.pk).update(state="missed")
    return publication


def proposed(line, text: str, actor=None):
    return propose(
        actor=actor or line.cast.claire,
        publication_id=missed(line, text).pk,
        kind="new_time",
        reason="Encore utile.",
    )


def rejected(line, text: str):
    revision = line.submitted(text)
    reject(**as_read(line.cast.helene, revision), reason="L’enquête l’interdit.")
    return revision.draft


def retracted(line, text: str, actor=None) -> Retraction:
    publication = line.released(text)
    send_due(publication.account_id)
    return retract(
        actor=actor or line.cast.helene, publication_id=publication.pk, reason="Faux numéro."
    )


def test_a_proposal_awaits_those_who_can_confirm_it_and_says_what_who_why_and_until_when(line):
    proposal = proposed(line, "Trop tard.")
    page = home(line.cast.helene)
    assert "À confirmer (1)" in page
    section = page.split('id="to-confirm"')[1].split("</section>")[0]
    for words in ("donner un nouvel horaire", "Trop tard.", "Claire : « Encore utile. »"):
        assert words in section
    assert reverse("confirmation", args=[proposal.pk]) in section
    assert "dans 59 min</time>)" in section
    # Not whoever proposed it, nor a second seat holder, whose word is not enough.
    for person in (line.cast.claire, line.cast.marc, line.cast.gwen, line.cast.ada):
        assert "À confirmer" not in home(person)


def test_a_supervisor_s_proposal_awaits_seat_holders_too(line):
    proposed(line, "Trop tard.", actor=line.cast.helene)
    assert "À confirmer (1)" in home(line.cast.marc)
    assert "À confirmer (1)" in home(line.cast.paul)


def test_a_proposal_answered_or_expired_awaits_nobody(line, backdate):
    answered, late = proposed(line, "Un."), proposed(line, "Deux.")
    decline(actor=line.cast.marc, confirmation_id=answered.pk)
    backdate(late, 4000, "expires_at")
    assert "À confirmer" not in home(line.cast.helene)


def test_lifting_a_freeze_awaits_its_account_and_of_all_the_other_administrators(line):
    of_account = freeze(actor=line.cast.helene, account=line.cast.nantes, reason="Un doute.")
    propose_lift(actor=line.cast.claire, freeze_id=of_account.pk, reason="C’est clair.")
    of_all = freeze(actor=line.cast.ada, account=None, reason="Exercice.")
    propose_lift(actor=line.cast.ada, freeze_id=of_all.pk, reason="Terminé.")
    supervisor, administrator = home(line.cast.helene), home(line.cast.basile)
    assert "À confirmer (1)" in supervisor
    assert "C’est clair." in supervisor
    assert reverse("account", args=["pnationale44"]) in supervisor
    assert "À confirmer (1)" in administrator
    assert "Terminé." in administrator
    assert "C’est clair." not in administrator
    assert "À confirmer" not in home(line.cast.ada)


def test_a_rejected_text_stays_a_week_with_its_reason(line, settings, backdate):
    rejected(line, "Trop précis.")
    page = home(line.cast.claire)
    assert "Rejetés ou retirés (1)" in page
    assert "Helene : « L’enquête l’interdit. »" in page
    assert "Rejetés ou retirés" not in home(line.cast.marc)  # not theirs
    settings.DURATIONS = settings.DURATIONS.scaled(1e-9)
    assert "Rejetés ou retirés" not in home(line.cast.claire)


def test_a_rejected_text_taken_up_again_is_no_longer_news(line):
    draft = rejected(line, "Trop précis.")
    use_again(actor=line.cast.marc, draft=draft)
    assert "Rejetés ou retirés" not in home(line.cast.claire)


def test_what_others_took_off_x_is_told_with_its_reason(line, x):
    retraction = retracted(line, "Appelez le 01.")
    page = home(line.cast.claire)
    assert "Rejetés ou retirés (1)" in page
    assert "Retrait de X demandé" in page
    assert "Helene : « Faux numéro. »" in page
    run(retraction.pk)
    assert "Retiré de X" in home(line.cast.claire)


def test_what_one_took_off_x_oneself_is_no_news(line, x):
    retracted(line, "Appelez le 01.", actor=line.cast.claire)
    assert "Rejetés ou retirés" not in home(line.cast.claire)


def test_a_recalled_text_comes_back_with_the_reason(line):
    publication = line.released("Pas encore.", requested_at=db_now() + dt.timedelta(hours=1))
    recall(actor=line.cast.helene, publication_id=publication.pk, reason="Le procureur le demande.")
    page = home(line.cast.claire)
    assert "À reprendre (1)" in page
    assert "Helene : « Le procureur le demande. »" in page


def test_the_number_of_queries_of_home_does_not_grow(line, x):
    def one_of_each(number: int) -> None:
        proposed(line, f"Manqué {number}.", actor=line.cast.helene)
        rejected(line, f"Rejeté {number}.")
        retracted(line, f"Retiré {number}.")
        recalled = line.released(
            f"Rappelé {number}.", requested_at=db_now() + dt.timedelta(hours=1)
        )
        recall(actor=line.cast.marc, publication_id=recalled.pk, reason="Non.")

    client = signed_in(line.cast.claire)
    one_of_each(1)
    few = queries_of(client, "/")
    one_of_each(2)
    one_of_each(3)
    assert queries_of(client, "/") == few
