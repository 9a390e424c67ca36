"""What a category asks for beyond the account's rule: set by administrators, copied at submit, told
where people write and judge, and asked again when somebody's function changes.
"""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Supervision
from approvals.actions.category_rules import set_category_rule
from approvals.models import CategoryRule, Draft, DraftState
from approvals.quorum import quorum_of
from tests.approvals.writing import a_draft, a_revision, signed, typed, verdict_form
from tests.cast import lent, queries_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/departements/44/regles"


@pytest.fixture
def ada(cast):
    return signed_in(cast.ada)


@pytest.fixture
def judicial_adviser(cast):
    """Helene, by a form: the only one of 44."""
    given = Supervision.objects.get(person=cast.helene)
    address = f"/departements/44/superviseurs/{given.pk}/fonction"
    page = signed_in(cast.ada).post(address, {"function": "judicial"}, follow=True).text
    assert "La fonction de Helene est enregistrée" in page
    assert "référent judiciaire" in page
    return address


def rule(**typed_in):
    return {"category": "advice", "required": 2, "function": "judicial", **typed_in}


def test_an_administrator_asks_more_of_a_category_and_takes_it_back(cast, ada, judicial_adviser):
    page = ada.post(ADDRESS, rule(required=3), follow=True).text
    assert "3 accords, dont celui d’un référent judiciaire." in page
    assert a_revision(cast.claire, cast.nantes).function == "judicial"
    ada.post(ADDRESS, rule(required=4))  # in its place
    first, second = CategoryRule.objects.order_by("pk")
    assert (first.ended_by, second.ended_at) == (cast.ada, None)
    page = ada.post(f"{ADDRESS}/{second.pk}/fin", follow=True).text
    assert "Aucune : la règle du compte vaut pour tous les textes." in page
    assert a_revision(cast.claire, cast.nantes).required == 2
    acts = AuditEntry.objects.filter(act__startswith="category_rule").order_by("pk")
    assert [entry.act.split(".")[1] for entry in acts] == ["set", "set", "ended"]
    assert acts[0].details == {"category": "advice", "required": 3, "function": "judicial"}
    assert ada.post(f"{ADDRESS}/{second.pk}/fin").status_code == 409


@pytest.mark.parametrize(
    ("typed_in", "sentence"),
    [
        ({"function": ""}, "Le compte demande déjà 2 accords"),
        ({"required": 1}, "Le compte demande déjà 2 accords"),
        ({"required": 5}, "5 accords demandés, mais 4 personnes seulement"),
        ({"function": "head"}, "Aucun superviseur n’a la fonction « chef de service »"),
        ({"category": ""}, "Ce champ est obligatoire"),
        ({"function": "mayor"}, "Sélectionnez un choix valide"),
    ],
)
def test_a_rule_that_adds_nothing_or_that_nobody_can_meet_is_refused(
    cast, ada, judicial_adviser, typed_in, sentence
):
    page = ada.post(ADDRESS, rule(**typed_in)).text.replace("\xa0", " ")
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert not CategoryRule.objects.exists()


def test_a_rule_of_another_department_is_not_ended_here(cast, ada):
    set_category_rule(cast.nantes.pk, "advice", 3, actor=cast.ada)
    row = CategoryRule.objects.get()
    assert ada.post(f"/departements/35/regles/{row.pk}/fin").status_code == 404


def test_the_text_waits_for_the_function_and_says_so(cast, ada, judicial_adviser):
    ada.post(ADDRESS, rule())
    draft = a_draft(cast.claire, cast.nantes, category="traffic")
    claire = signed_in(cast.claire)
    asked = claire.post(f"/brouillons/{draft.pk}/apercu", typed(draft, category="advice")).text
    assert "2 accords, dont celui d’un référent judiciaire." in asked
    assert "Helene (supervision, référent judiciaire)" in asked
    asked = claire.post(f"/brouillons/{draft.pk}/apercu", typed(draft)).text
    assert "2 accords, dont celui d’un superviseur." in asked

    revision = a_revision(cast.claire, cast.nantes)
    page = claire.get(f"/brouillons/{revision.draft_id}/").text
    assert "Il manque 2 accords, dont celui d’un référent judiciaire." in page
    assert signed(revision, cast.paul, cast.marc).state == DraftState.IN_REVIEW
    page = claire.get(f"/brouillons/{revision.draft_id}/").text
    assert "Il manque l’accord d’un référent judiciaire." in page
    helene = signed_in(cast.helene)
    page = helene.post(
        f"/brouillons/{revision.draft_id}/approuver",
        verdict_form(cast.helene, revision),
        follow=True,
    ).text
    assert Draft.objects.get(pk=revision.draft_id).state == DraftState.RELEASED
    assert "Helene (supervision, référent judiciaire" in " ".join(page.split())


def test_a_later_rule_changes_nothing_of_what_is_submitted(cast, judicial_adviser):
    revision = a_revision(cast.claire, cast.nantes)
    set_category_rule(cast.nantes.pk, "advice", 3, "judicial", actor=cast.ada)
    assert signed(revision, cast.paul, cast.marc).state == DraftState.RELEASED


def test_who_signed_and_gets_the_function_later_approves_once_more(cast, ada, judicial_adviser):
    """An administrator releases nothing by an appointment."""
    ada.post(ADDRESS, rule())
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.paul, cast.marc)
    given = Supervision.objects.get(person=cast.paul)
    ada.post(f"/departements/44/superviseurs/{given.pk}/fonction", {"function": "judicial"})
    assert quorum_of(revision).met
    assert Draft.objects.get(pk=revision.draft_id).state == DraftState.IN_REVIEW
    paul = signed_in(cast.paul)
    assert f"/brouillons/{revision.draft_id}/" in paul.get("/").text
    page = paul.get(f"/brouillons/{revision.draft_id}/").text
    assert f"/brouillons/{revision.draft_id}/approuver" in page
    paul.post(f"/brouillons/{revision.draft_id}/approuver", verdict_form(cast.paul, revision))
    assert Draft.objects.get(pk=revision.draft_id).state == DraftState.RELEASED


def test_ending_the_last_of_a_function_says_what_becomes_impossible(cast, ada, judicial_adviser):
    ada.post(ADDRESS, rule())
    helene = Supervision.objects.get(person=cast.helene)
    paul = Supervision.objects.get(person=cast.paul)
    impossible = "Aucun superviseur n’a la fonction « référent judiciaire »"

    def said(address):
        page = ada.get(address).text.replace("\xa0", " ")
        return impossible in page and "Conseil de prévention" in page

    assert said(f"/departements/44/superviseurs/{helene.pk}/retirer")
    assert said(f"/personnes/{cast.helene.pk}/fin")
    assert said(judicial_adviser)
    assert not said(f"/departements/44/superviseurs/{paul.pk}/retirer")
    ada.post(f"/departements/44/superviseurs/{helene.pk}/retirer")
    assert said("/departements/44")
    assert "Une catégorie ne peut pas être approuvée" in ada.get("/departements").text
    assert ada.get(judicial_adviser).status_code == 409


def test_the_seats_that_a_number_needs_count_as_well(cast, ada):
    set_category_rule(cast.nantes.pk, "traffic", 4, actor=cast.ada)
    page = ada.get(f"/personnes/{cast.leila.pk}/fin").text
    assert "4 accords demandés, mais 3 personnes seulement" in page


def test_the_departments_cost_as_many_queries_with_rules(cast, ada):
    before = queries_of(ada, "/departements")
    for category in ("traffic", "judicial", "service"):
        set_category_rule(cast.nantes.pk, category, 3, actor=cast.ada)
    assert queries_of(ada, "/departements") == before


def test_who_covers_a_supervision_approves_with_its_function(cast, ada, judicial_adviser):
    ada.post(ADDRESS, rule())
    revision = a_revision(cast.claire, cast.nantes)
    lent(Supervision.objects.get(person=cast.helene), cast.nadia)
    assert quorum_of(revision).within_reach
    assert signed(revision, cast.marc, cast.nadia).state == DraftState.RELEASED
