"""The pages about departments, as an administrator uses them."""

import datetime as dt

import pytest

from accounts.clock import db_now
from accounts.models import Account, AuditEntry, Credential, Seat, Supervision
from tests.cast import account, person, queries_of, seat, signed_in, supervise

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast):
    return signed_in(cast.ada)


def test_the_list_shows_places_rule_and_connection(cast, ada):
    page = ada.get("/departements").text
    for words in ("Claire", "siège libre", "Règle applicable", "jamais connecté"):
        assert words in page


def test_the_home_of_an_administrator_says_what_departments_lack(cast, ada):
    page = ada.get("/").text
    assert "un siège libre, connexion à X : jamais connecté" in page
    Supervision.objects.filter(account=cast.rennes).update(ended_at=db_now())
    assert "la règle d’accord n’est pas applicable" in ada.get("/").text


def test_adding_a_department_then_appointing(cast, ada):
    form = {"code": "2a", "name": "Corse-du-Sud", "handle": "pn2a", "time_zone": "Europe/Paris"}
    page = ada.post("/departements/ajouter", form, follow=True).text
    assert "Corse-du-Sud est ajouté" in page
    assert page.count("Siège libre") == 3
    assert Account.objects.get(code="2A").approvals_required == 2
    page = ada.post(
        "/departements/2A/sieges/2/attribuer", {"person": cast.nadia.pk}, follow=True
    ).text
    assert "Nadia tient désormais le siège 2" in page
    assert page.count("Siège libre") == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "44"}, "Ce département est déjà enregistré."),
        ({"code": "999"}, "Saisissez une valeur valide."),
        ({"handle": "PNATIONALE44"}, "Ce compte X est déjà enregistré."),
        ({"handle": "pn-62"}, "15 signes au plus"),
        ({"time_zone": "Paris"}, "Ce fuseau horaire n’existe pas."),
    ],
)
def test_what_is_wrong_with_a_new_department_is_said(cast, ada, changes, sentence):
    form = {"code": "62", "name": "Pas-de-Calais", "handle": "pn62", "time_zone": "Europe/Paris"}
    response = ada.post("/departements/ajouter", {**form, **changes})
    assert sentence in response.text
    assert "Pas-de-Calais" in response.text
    assert Account.objects.count() == 2


def test_a_taken_seat_is_refused_with_a_sentence(cast, ada):
    response = ada.post("/departements/44/sieges/1/attribuer", {"person": cast.nadia.pk})
    assert response.status_code == 409
    assert "vient d’être attribué" in response.text
    response = ada.post("/departements/44/sieges/4/attribuer", {"person": cast.nadia.pk})
    assert response.status_code == 404


@pytest.mark.parametrize("who", ["claire", "helene", "ada"])
def test_only_the_eligible_can_be_chosen(cast, ada, who):
    chosen = getattr(cast, who)
    page = ada.get("/departements/44/superviseurs/nommer").text
    assert f'value="{chosen.pk}"' not in page
    response = ada.post("/departements/44/superviseurs/nommer", {"person": chosen.pk})
    assert response.status_code == 200
    assert "Sélectionnez un choix valide" in response.text


def test_vacating_asks_first_then_leaves_a_free_seat_and_a_line_of_history(cast, ada):
    held = Seat.objects.get(person=cast.claire)
    address = f"/departements/44/sieges/{held.pk}/liberer"
    assert "Claire" in ada.get(address).text
    page = ada.post(address, follow=True).text
    assert "Siège libre" in page
    assert "Sièges et supervisions qui ont pris fin" in page
    response = ada.post(address)
    assert response.status_code == 409
    assert "Ce droit a déjà pris fin" in response.text


def test_a_seat_is_vacated_at_its_own_department_only(cast, ada):
    held = Seat.objects.get(person=cast.claire)
    assert ada.post(f"/departements/35/sieges/{held.pk}/liberer").status_code == 404
    held.refresh_from_db()
    assert held.ended_at is None


def test_supervisors_are_named_and_taken_back(cast, ada):
    page = ada.post(
        "/departements/44/superviseurs/nommer", {"person": cast.nadia.pk}, follow=True
    ).text
    assert "Nadia supervise désormais ce compte" in page
    given = Supervision.objects.get(person=cast.nadia)
    page = ada.post(f"/departements/44/superviseurs/{given.pk}/retirer", follow=True).text
    assert "Nadia n’a plus ce droit" in page


def test_the_sentence_of_the_rule_follows_what_is_typed(ada):
    def sentence(n):
        return ada.get("/departements/44/regle/phrase", {"approvals_required": n}).text

    assert "quand un superviseur, qui n’y a rien écrit" in sentence(1)
    assert "3 personnes différentes" in sentence(3)
    assert "4 personnes peuvent aujourd’hui donner leur accord" in sentence(4)
    assert "5 accords demandés, mais 4 personnes seulement" in sentence(5)
    assert "supérieure ou égale à 1" in sentence(0)


def test_a_rule_that_cannot_be_met_is_refused_beside_its_field(cast, ada):
    response = ada.post("/departements/44/regle", {"approvals_required": 5})
    assert response.status_code == 400
    assert "5 accords demandés" in response.text
    assert 'aria-invalid="true"' in response.text
    cast.nantes.refresh_from_db()
    assert cast.nantes.approvals_required == 2
    page = ada.post("/departements/44/regle", {"approvals_required": 4}, follow=True).text
    assert "La règle est enregistrée" in page


def test_settings_are_changed_and_the_handle_of_a_connected_account_is_not(cast, ada):
    form = {
        "name": "Loire-Atlantique",
        "handle": "autre44",
        "time_zone": "Europe/Paris",
        "tolerance_minutes": 30,
        "reply_settings": "everyone",
    }
    Credential.objects.create(
        account=cast.nantes,
        token=b"secret-token",
        token_secret=b"secret",
        x_user_id="1",
        connected_at=db_now(),
        checked_at=db_now(),
        checked_by=cast.ada,
    )
    response = ada.post("/departements/44/reglages", form)
    assert response.status_code == 409
    assert "il ne change plus ici" in response.text
    form["handle"] = "pnationale44"
    page = ada.post("/departements/44/reglages", form, follow=True).text
    assert "Les réglages sont enregistrés" in page
    assert "connecté" in page
    assert "secret-token" not in page
    cast.nantes.refresh_from_db()
    assert (cast.nantes.tolerance_minutes, cast.nantes.reply_settings) == (30, "everyone")


def test_an_overseas_department_s_hours_are_its_own_with_those_of_paris_beside(cast, ada):
    cast.nantes.time_zone = "Pacific/Noumea"
    cast.nantes.save()
    at = dt.datetime(2025, 3, 9, 20, 30, tzinfo=dt.UTC)
    Seat.objects.filter(person=cast.claire).update(started_at=at, ended_at=at)
    Seat.objects.filter(person=cast.marc).update(started_at=at)
    Credential.objects.create(
        account=cast.nantes,
        token=b"secret-token",
        token_secret=b"secret",
        x_user_id="1",
        connected_at=at,
        checked_at=at,
    )
    page = ada.get("/departements/44").text
    hour = "le 10 mars 2025 à 7 h 30 (le 9 mars à 21 h 30 à Paris)</time>"
    assert page.count(hour) == 4
    assert "Clés enregistrées <time" in page
    assert "depuis le 10 mars 2025" in page


@pytest.mark.parametrize("address", ["/", "/departements", "/departements/44", "/personnes"])
def test_queries_do_not_grow_with_what_is_shown(cast, ada, address):
    ada.get(address)
    few = queries_of(ada, address)
    for code in ("62", "67", "06"):
        more = account(code, code)
        for number in (1, 2, 3):
            seat(more, number, person(f"p{code}{number}"), appointed_by=cast.ada)
        supervise(more, person(f"s{code}"), appointed_by=cast.ada)
    supervise(cast.nantes, person("Another"), appointed_by=cast.ada)
    assert queries_of(ada, address) == few


def test_an_unknown_department_is_a_404(ada):
    for path in ("", "/reglages", "/sieges/1/attribuer", "/superviseurs/nommer"):
        assert ada.get(f"/departements/999{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "sieges/4/attribuer",
        "sieges/0/attribuer",
        "sieges/99999/attribuer",
        "sieges/99999/liberer",
        f"sieges/{10**18}/attribuer",
        f"sieges/{10**30}/liberer",
        f"superviseurs/{10**30}/retirer",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_seat_or_a_supervision_that_is_not_there_is_a_404(cast, path, method):
    client = signed_in(cast.ada)
    before = AuditEntry.objects.count()
    response = getattr(client, method)(f"/departements/44/{path}", {"person": cast.nadia.pk})
    assert response.status_code == 404
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("kind", ["vacate", "end"])
def test_a_right_of_another_department_than_the_url_names_is_a_404(cast, kind):
    if kind == "vacate":
        right = Seat.objects.get(person=cast.claire)
        path = f"/departements/35/sieges/{right.pk}/liberer"
    else:
        right = Supervision.objects.get(person=cast.helene)
        path = f"/departements/35/superviseurs/{right.pk}/retirer"
    assert signed_in(cast.ada).post(path).status_code == 404
    right.refresh_from_db()
    assert right.ended_at is None


@pytest.mark.parametrize("path", ["/departements/ajouter", "/departements/44/reglages"])
def test_a_time_zone_is_chosen_from_a_list_of_french_ones_first(cast, ada, path):
    page = ada.get(path).text
    select = page.partition('<select name="time_zone"')[2].partition("</select>")[0]
    assert '<option value="Europe/Paris" selected>' in select
    assert select.index("Indian/Reunion") < select.index("Africa/Abidjan")
    assert '"EST"' not in select
