"""Search: what one may read, by its words, whatever their accents and number."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
from django.db import connection

from accounts.models import Seat
from approvals.actions.debate import comment
from approvals.actions.drafts import save_draft, submit_draft
from approvals.actions.objections import lift_objection, raise_objection
from approvals.actions.reviews import ask_for_changes
from approvals.message import Image, Message
from approvals.models import SearchEntry
from approvals.views import search as page_of_search
from policetweets import health
from publishing import heartbeat
from tests.approvals.writing import a_draft, a_revision, as_read, content
from tests.cast import queries_of, signed_in, supervise
from tests.pictures import stored_image

pytestmark = pytest.mark.django_db(transaction=True)


def page(reader, **asked) -> str:
    answer = signed_in(reader).get("/recherche", asked)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def found(reader, words: str, **asked) -> list[str]:
    """What is found, with the words that are marked in brackets."""
    answer = page(reader, q=words, **asked)
    rows = re.findall(r'<p class="fr-mb-0" lang="fr">(.*?)</p>', answer)
    marked = [re.sub(r"</?mark>", lambda tag: "]" if "/" in tag[0] else "[", row) for row in rows]
    return [html.unescape(row).strip() for row in marked]


def test_accents_case_and_plurals_are_folded_and_the_words_marked(cast):
    a_draft(cast.claire, cast.nantes, "Disparition inquiétante à Rezé : l’œuvre d’une sœur.")
    for words in ("reze", "REZÉ", "Reze\u0301", "rézè"):
        assert found(cast.helene, words) == [
            "Disparition inquiétante à [Rezé] : l’œuvre d’une sœur."
        ]
    assert found(cast.helene, "disparitions rezé") == [
        "[Disparition] inquiétante à [Rezé] : l’œuvre d’une sœur."
    ]
    assert found(cast.helene, "oeuvres soeurs")[0].endswith("l’[œuvre] d’une [sœur].")
    assert found(cast.helene, "reze saint-nazaire") == []


PLURALS = """
vélo vélos, photo photos, menu menus, individu individus, lieu lieux, feu feux, cheval chevaux,
travail travaux, disparition disparitions, témoin témoins, blessé blessés, ami amis, mineur mineurs,
enquête enquêtes, policier policiers, policière policières, dangereux dangereuse, panneau panneaux,
retrouvé retrouvées, perdu perdues, arrêté arrêtée, bijou bijoux, tribunal tribunaux, accès acces
"""


def test_plurals_and_feminines_are_the_same_word(cast):
    folded = "to_tsvector('pg_catalog.french', search_folded(%s))"
    with connection.cursor() as cursor:
        for pair in PLURALS.split(","):
            cursor.execute(f"SELECT {folded}, {folded}", pair.split())
            one, other = cursor.fetchone()
            assert one == other != "", pair


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Appelez le 02.40.12.34.56.", "02 40 12 34 56"),
        ("#AlerteEnlèvement en cours", "alerteenlevement"),
        ("Merci à @pnationale35 !", "@pnationale35"),
        ("Voir https://www.interieur.gouv.fr/conseils", "interieur"),
        ("Route coupée à Saint-Nazaire", "saint nazaire"),
        ("Aujourd’hui", "aujourd'hui"),
    ],
)
def test_numbers_hashtags_links_and_hyphens_are_words(cast, text, words):
    a_draft(cast.claire, cast.nantes, text)
    assert len(found(cast.claire, words)) == 1


def test_everything_that_was_written_of_a_message_is_found(cast):
    image = Image(stored_image(cast.nantes), "Un vélo bleu")
    revision = a_revision(cast.claire, cast.nantes, category="disappearance")
    comment(actor=cast.marc, draft_id=revision.draft_id, body="Je trouve ce mot maladroit")
    objection = raise_objection(
        actor=cast.paul, draft_id=revision.draft_id, reason="Enquête ouverte"
    )
    lift_objection(actor=cast.helene, objection_id=objection.pk, reason="Parquet prévenu")
    ask_for_changes(**as_read(cast.helene, revision), reason="Retirez l’adresse")
    draft = revision.draft
    draft.refresh_from_db()
    new = content("Second", category="disappearance", reasons={"tone": "Citation voulue"})
    new = dataclasses.replace(new, messages=(Message("Second", (image,)),))
    save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=new)
    labels = {
        "cambriolages": "Version 1",
        "second": "Texte en cours",
        "velos": "Texte en cours",
        "citation": "Texte en cours",
        "0417": "Version 1",
        "maladroits": "Message du débat",
        "enquete": "Motif d’une opposition",
        "prevenu": "Levée d’une opposition",
        "adresses": "Motif d’un avis",
    }
    for words, label in labels.items():
        assert label in page(cast.marc, q=words), words


def test_a_text_is_found_once_whatever_its_revisions_and_as_it_is_now(cast):
    revision = a_revision(cast.claire, cast.nantes, "Un texte")
    draft = revision.draft
    for text in ("Autre chose", "Un texte"):
        draft.refresh_from_db()
        save_draft(
            actor=cast.claire, draft_id=draft.pk, version=draft.version, content=content(text)
        )
    assert found(cast.claire, "texte") == ["Un [texte]"]
    assert found(cast.claire, "autre chose") == []
    draft.refresh_from_db()
    submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    assert "Version 2" in page(cast.claire, q="texte")
    assert found(cast.claire, "texte") == ["Un [texte]"]


def test_what_is_not_one_s_own_is_never_found(cast):
    a_draft(cast.claire, cast.nantes, "Secret de Nantes")
    for person in (cast.yann, cast.gwen, cast.nadia):
        for asked in ({}, {"account": "pnationale44"}, {"person": str(cast.claire.pk)}):
            assert found(person, "secret", **asked) == []
    assert "Claire" not in page(cast.yann)
    Seat.objects.filter(person=cast.claire).update(ended_at="2026-01-01T00:00Z")
    assert found(cast.claire, "secret") == []
    assert signed_in(cast.ada).get("/recherche?q=secret").status_code == 404
    assert 'action="/recherche"' not in signed_in(cast.ada).get("/").text
    assert 'action="/recherche"' in signed_in(cast.claire).get("/").text


def test_account_person_category_state_and_date_narrow_it(cast):
    supervise(cast.rennes, cast.helene)
    a_draft(cast.claire, cast.nantes, "Route coupée", category="traffic")
    a_draft(cast.marc, cast.nantes, "Route barrée")
    a_revision(cast.yann, cast.rennes, "Route fermée")
    SearchEntry.objects.filter(body="Route barrée").update(written_at="2026-11-01T23:30Z")
    everything = ["[Route] fermée", "[Route] barrée", "[Route] coupée"]
    assert found(cast.helene, "route") == everything
    one = {
        "[Route] fermée": [{"account": "pnationale35"}, {"state": "in_review"}],
        "[Route] coupée": [{"category": "traffic"}, {"person": str(cast.claire.pk)}],
        # The day of the account: half past midnight in Paris.
        "[Route] barrée": [{"since": "2026-11-02", "until": "2026-11-02"}],
    }
    for row, filters in one.items():
        for asked in filters:
            assert found(cast.helene, "route", **asked) == [row], asked
    assert found(cast.helene, "route", state="published") == []
    for nonsense in ({"account": "x"}, {"state": "x"}, {"person": "9' OR 1"}, {"since": "hier"}):
        assert found(cast.helene, "route", **nonsense) == everything
        assert "fr-input-group--error" in page(cast.helene, since="hier")


def test_pages_follow_each_other_and_a_new_row_moves_nothing(cast, monkeypatch):
    monkeypatch.setattr(page_of_search.search, "PAGE", 2)
    for number in range(5):
        a_draft(cast.claire, cast.nantes, f"Route {number}")
    client, address, seen = signed_in(cast.claire), "/recherche?q=route", []
    while address:
        answer = client.get(address).text
        seen += re.findall(r"</mark> (\d)", answer)
        a_draft(cast.claire, cast.nantes, "Route 9")
        link = re.search(r'href="(\?[^"]*after=\d+[^"]*)"', answer)
        address = "/recherche" + html.unescape(link[1]) if link else ""
    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "Que cherchez-vous"),
        ("le de la", "trop courants"),
        ("!!! & | () <-> ''", "trop courants"),
        ("x" * 100_000, "Rien n’a été cherché"),
        ("a:* & !b | 'c", "ne contient tous ces mots"),
        ("'); DROP TABLE approvals_draft; --", "ne contient tous ces mots"),
        ("/a1 /b0", "ne contient tous ces mots"),
        ("\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "trop courants"),
        ("%s %(x)s {block}", "ne contient tous ces mots"),
    ],
)
def test_hostile_words_get_a_sentence(cast, words, sentence):
    a_draft(cast.claire, cast.nantes, "Route coupée")
    assert sentence in page(cast.claire, q=words)


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "1_2"])
def test_a_page_that_does_not_exist_is_shown_all_the_same(cast, after):
    a_draft(cast.claire, cast.nantes, "Route coupée")
    assert len(found(cast.claire, "route", after=after)) == 1


def test_what_people_typed_is_never_markup(cast):
    a_draft(cast.claire, cast.nantes, "<script>alert(1)</script> route")
    assert "<script>alert" not in page(cast.claire, q="route")
    assert found(cast.claire, "alert") == ["<script>[alert](1)</script> route"]


def test_a_long_text_is_shown_around_the_first_word_found(cast):
    a_draft(cast.claire, cast.nantes, "mot " * 60 + "aiguille " + "mot " * 200)
    (excerpt,) = found(cast.claire, "aiguilles")
    assert excerpt.startswith("… mot")
    assert "[aiguille]" in excerpt
    assert excerpt.endswith("mot …")
    assert len(excerpt) < 320


def test_the_number_of_queries_is_constant_and_small(cast):
    heartbeat.beat(*health.QUEUES, heartbeat.BEAT, heartbeat.CLOCK)
    client = signed_in(cast.claire)
    a_draft(cast.claire, cast.nantes, "Route")
    first = queries_of(client, "/recherche?q=route")
    for number in range(8):
        revision = a_revision(cast.claire, cast.nantes, f"Route {number}")
        comment(actor=cast.marc, draft_id=revision.draft_id, body=f"Route, dis-je {number}")
    assert queries_of(client, "/recherche?q=route") == first <= 12
