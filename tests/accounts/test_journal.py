"""The trail's page: words, filters, pages; no texts."""

import re

import pytest

from accounts import audit
from accounts.actions import people, rights
from tests.approvals.writing import a_revision, agree
from tests.cast import queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast):
    return signed_in(cast.ada)


def test_acts_in_words_with_who_and_about_whom(cast, ada):
    rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.basile)
    people.make_link(cast.marc.pk, actor=cast.ada)
    page = ada.get("/journal").text
    assert "<strong>Basile</strong> a attribué un siège" in page
    assert "Nadia · siège 3" in page
    assert "a établi un lien pour choisir un mot de passe" in page


def test_filters_by_account_person_act_and_day(cast, ada):
    rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.basile)
    people.make_link(cast.marc.pk, actor=cast.ada)

    def shown(**asked):
        page = ada.get("/journal", asked)
        return {line.entry.act for line in page.context["lines"]}

    assert shown(account=cast.rennes.pk) == {"seat.appointed"}
    assert shown(person=cast.basile.pk) == {"seat.appointed"}
    assert shown(act="person.link_made") == {"person.link_made"}
    assert shown(until="2000-01-01") == set()
    assert "seat.appointed" in shown(since="2000-01-01")
    assert "seat.appointed" in shown(account="nonsense", since="31/02")


def test_details_in_words_too(cast, ada):
    revision = a_revision(cast.claire, cast.nantes)
    agree(cast.helene, revision)
    audit.record("publication.held", actor=None, before="waiting", reason="author_left")
    audit.record("account.checked", actor=None, before="connected", after="reconnect")
    audit.record("retraction.tried", actor=None, answers={"17": 200, "18": None}, gone=[])
    audit.record("attempt.preparing", actor=None, part=0)
    audit.record("backup.restored", actor=None, made_at="2026-07-01T22:30:00.5+00:00")
    page = ada.get("/journal").text
    assert "comme superviseur" in page
    assert f"empreinte {revision.digest[:12]}…" in page
    assert "auparavant : en attente · motif : l’auteur n’est plus titulaire de ce compte" in page
    assert "connecté → à reconnecter" in page
    assert "réponses de X : 17 (200), 18 (sans réponse)" in page
    assert "message 1" in page
    assert "sauvegarde du jeudi 2 juillet 2026 à 0 h 30 (heure de Paris)" in page
    assert not re.search(r"[a-z_]+=", re.sub(r"<[^>]+>", "", page))


def test_no_word_of_a_draft(cast, ada):
    a_revision(cast.claire, cast.nantes, "Un mot très secret")
    page = ada.get("/journal").text
    assert "brouillon n°" in page
    assert "secret" not in page


def test_pages_and_their_queries_do_not_grow(cast, ada):
    asked = f"/journal?person={cast.basile.pk}"
    audit.record("person.link_made", actor=cast.basile, subject=cast.marc, account=cast.nantes)
    ada.get(asked)
    few = queries_of(ada, asked)
    for _ in range(120):
        audit.record("person.link_made", actor=cast.basile, subject=cast.marc, account=cast.nantes)
    assert queries_of(ada, asked) == few
    first = ada.get(asked)
    assert len(first.context["lines"]) == 50
    assert f"person={cast.basile.pk}&amp;page=2" in first.text
    third = ada.get("/journal", {"person": cast.basile.pk, "page": "3"})
    assert len(third.context["lines"]) == 21
    for nonsense in ("-1", "²", "9" * 5000):
        assert ada.get("/journal", {"page": nonsense}).status_code == 200


def test_the_last_day_of_all_is_a_day_as_well(cast, ada):
    assert ada.get("/journal", {"since": "0001-01-01", "until": "9999-12-31"}).status_code == 200
