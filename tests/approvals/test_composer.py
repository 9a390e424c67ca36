"""The composer's form: hours of the clock change, limits of time, threads, what is left alone."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import Account
from approvals.message import Message
from approvals.models import Draft
from tests.approvals.writing import TEXT, a_draft, a_revision, typed
from tests.cast import signed_in
from tests.pictures import stored_image

pytestmark = pytest.mark.django_db(transaction=True)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def now(monkeypatch):
    """The form's clock stands at the moment that a test gives."""

    def stand(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment).replace(tzinfo=PARIS)
        for module in ("composer", "moment"):
            monkeypatch.setattr(f"approvals.forms.{module}.db_now", lambda: at)

    return stand


def post(cast, draft, **fields):
    url = reverse("compose", args=[draft.pk])
    response = signed_in(cast.claire).post(url, typed(draft, **{"text": TEXT, **fields}))
    draft.refresh_from_db()
    return response


def at(day, hour, **more):
    return {"when": "at", "day": day, "hour": hour, **more}


@pytest.mark.parametrize(
    ("today", "day", "hour", "sentence"),
    [
        ("2026-10-01T12:00", "2027-03-28", "02:30", "2 h 30 n’existe pas"),
        ("2026-10-01T12:00", "2027-03-28", "02:30", "ensuite est 3 h"),
        ("2026-10-01T12:00", "2026-10-25", "02:30", "Précisez laquelle"),
        ("2026-10-25T12:00", "2026-10-25", "11:59", "déjà passée"),
        ("2026-10-25T12:00", "2026-10-24", "18:00", "déjà passée"),
        ("2026-12-01T12:00", "2027-02-29", "18:00", "n’existe pas au calendrier"),
        ("2026-12-01T12:00", "20260-01-01", "18:00", "n’existe pas au calendrier"),
        ("2026-12-01T12:00", "0001-01-01", "00:10", "n’existe pas au calendrier"),
        ("2026-12-01T12:00", "9999-12-31", "23:50", "n’existe pas au calendrier"),
        ("2026-12-01T12:00", "2027-06-01", "12:01", "six mois à l’avance au plus"),
        ("2026-12-01T12:00", "2026-12-02", "25:00", "Écrivez l’heure comme 18 h"),
        ("2026-12-01T12:00", "", "18:00", "Choisissez une date"),
        ("2026-12-01T12:00", "31/02/2027", "18:00", "Cette date n’existe pas au calendrier."),
        ("2026-12-01T12:00", "bientôt", "18:00", "Écrivez la date comme 31/12/2026"),
        ("2026-12-01T12:00", "12/31/2026", "18:00", "le jour avant le mois, comme 31/12/2026"),
        ("2026-12-01T12:00", "demain 8h", "9h", "La date dit déjà une autre heure, 8 h"),
        ("2026-12-01T12:00", "demain", "tôt", "Écrivez l’heure comme 18 h, 18:00, 8 h 30 ou midi"),
        ("2026-12-01T12:00", "2026-12-02", "", "Choisissez une heure"),
    ],
)
def test_a_time_that_cannot_be_meant_is_said_beside_its_field(
    cast, now, today, day, hour, sentence
):
    # The six months before 28 March begin on 28 September.
    now(today)
    draft = a_draft(cast.claire, cast.nantes)
    answer = post(cast, draft, text="Texte gardé", **at(day, hour))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert "Texte gardé</textarea>" in page
    assert draft.requested_at is None


@pytest.mark.parametrize(("fold", "instant"), [("0", "00:30"), ("1", "01:30")])
def test_the_hour_that_exists_twice_is_asked_and_kept_as_answered(cast, now, fold, instant):
    now("2026-10-01T12:00")
    draft = a_draft(cast.claire, cast.nantes)
    asked = " ".join(post(cast, draft, **at("2026-10-25", "02:30")).text.split())
    assert "2 h 30, la première, à l’heure d’été" in asked
    assert "2 h 30, la seconde, à l’heure d’hiver" in asked
    assert 'value="0" id="id_fold_0" checked' in asked
    post(cast, draft, **at("2026-10-25", "02:30", fold=fold))
    assert f"{draft.requested_at.astimezone(dt.UTC):%d %H:%M}" == f"25 {instant}"
    again = " ".join(signed_in(cast.claire).get(reverse("compose", args=[draft.pk])).text.split())
    assert f'value="{fold}" id="id_fold_{fold}" checked' in again
    version = draft.version
    post(cast, draft, **at("2026-10-25", "02:30", fold=fold))
    assert draft.version == version


def test_an_hour_is_the_departments_own(cast, now):
    now("2026-12-01T12:00")
    Account.objects.filter(pk=cast.nantes.pk).update(time_zone="Indian/Reunion")
    draft = a_draft(cast.claire, cast.nantes)
    post(cast, draft, **at("2026-12-02", "18:00"))
    assert draft.requested_at == dt.datetime(2026, 12, 2, 14, 0, tzinfo=dt.UTC)
    assert (draft.requested_local, draft.requested_zone) == ("2026-12-02T18:00", "Indian/Reunion")
    page = signed_in(cast.claire).get(reverse("compose", args=[draft.pk])).content.decode()
    assert 'value="18 h"' in page
    assert 'value="2 décembre 2026"' in page
    assert "mercredi 2 décembre 2026 à 18 h (UTC+4), 15 h à Paris" in page


def test_a_time_that_has_passed_meanwhile_can_stay_while_one_writes_but_not_be_submitted(cast):
    draft = a_draft(cast.claire, cast.nantes)
    Draft.objects.filter(pk=draft.pk).update(
        requested_at=dt.datetime(2026, 1, 5, 17, 0, tzinfo=dt.UTC), requested_zone="Europe/Paris"
    )
    fields = at("2026-01-05", "18:00")
    assert post(cast, draft, text="Encore", **fields).status_code == 302
    answer = post(cast, draft, text="Encore", act="submit", **fields)
    assert answer.status_code == 400
    assert "déjà passée" in answer.content.decode()


def test_saving_by_itself_keeps_the_text_even_when_another_field_is_wrong(cast):
    draft = a_draft(cast.claire, cast.nantes)
    data = typed(draft, "Texte gardé", **at("2027-02-29", "18:00"))
    answer = signed_in(cast.claire).post(reverse("autosave", args=[draft.pk]), data)
    assert "sauf ce qui est signalé" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.texts, draft.requested_at) == (["Texte gardé"], None)


def test_a_thread_grows_and_shrinks_and_images_stay_with_their_message(cast):
    draft = a_draft(cast.claire, cast.nantes)
    image = {"sha256": stored_image(cast.nantes), "alt": "Une carte"}
    theirs = {"image-0": image["sha256"], "alt-0": image["alt"]}
    Draft.objects.filter(pk=draft.pk).update(parts=[{"text": TEXT, "images": [image]}])
    draft.refresh_from_db()
    post(cast, draft, act="add", **theirs)
    assert [p["text"] for p in draft.parts] == [TEXT, ""]
    post(cast, draft, text=["Un", "Deux"], **theirs)
    assert draft.parts == [{"text": "Un", "images": [image]}, {"text": "Deux", "images": []}]
    post(cast, draft, text=["Un", "Deux"], act="down-0", **theirs)
    assert draft.parts == [{"text": "Deux", "images": []}, {"text": "Un", "images": [image]}]
    moved = {"image-1": image["sha256"], "alt-1": image["alt"]}
    post(cast, draft, text=["Deux", "Un"], act="up-1", **moved)
    assert draft.parts == [{"text": "Un", "images": [image]}, {"text": "Deux", "images": []}]
    post(cast, draft, text=["Un", "Deux"], act="remove-0", **theirs)
    assert draft.messages == (Message("Deux"),)
    post(cast, draft, text="Deux", act="remove-0")
    assert draft.messages == (Message("Deux"),)


def test_an_empty_message_of_a_thread_is_named(cast):
    draft = a_draft(cast.claire, cast.nantes)
    answer = post(cast, draft, text=["Un", ""], act="submit")
    assert answer.status_code == 400
    said = 'id="text-1-error"> <p class="fr-message fr-message--error">Le texte est vide.'
    assert said in " ".join(answer.text.split())


def test_a_colleague_who_changes_the_text_becomes_a_contributor(cast):
    draft = a_draft(cast.claire, cast.nantes)
    url = reverse("compose", args=[draft.pk])
    marc = signed_in(cast.marc)
    assert "votre accord ne comptera pas" in marc.get(url).content.decode()
    marc.post(url, typed(draft))
    assert set(draft.contributors.values_list("person__name", flat=True)) == {"Claire"}
    marc.post(url, typed(draft, "Autre"))
    assert set(draft.contributors.values_list("person__name", flat=True)) == {"Claire", "Marc"}


def test_a_supervisor_does_not_write(cast):
    draft = a_draft(cast.claire, cast.nantes)
    helene = signed_in(cast.helene)
    for name in ("compose", "autosave", "preview"):
        url = reverse(name, args=[draft.pk])
        assert helene.post(url, typed(draft, "Autre")).status_code == 403
    draft.refresh_from_db()
    assert draft.texts == [TEXT]


def test_submitting_again_what_is_in_review_changes_nothing(cast):
    revision = a_revision(cast.claire, cast.nantes)
    draft = revision.draft
    draft.refresh_from_db()
    url = reverse("compose", args=[draft.pk])
    answer = signed_in(cast.claire).post(url, typed(draft, act="submit"), follow=True)
    assert "déjà en relecture" in answer.content.decode()
    assert draft.revisions.count() == 1


def test_a_save_from_before_the_submit_does_not_silently_take_it_back(cast):
    draft = a_draft(cast.claire, cast.nantes)
    early = typed(draft, "Autre texte")
    post(cast, draft, act="submit")
    answer = signed_in(cast.marc).post(reverse("compose", args=[draft.pk]), early)
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "in_review"


def test_saving_nothing_changed_keeps_the_instant_after_the_zone_of_the_account_changed(cast, now):
    now("2026-12-01T12:00")
    draft = a_draft(cast.claire, cast.nantes)
    post(cast, draft, **at("2026-12-02", "18:00"))
    version, instant = draft.version, draft.requested_at
    Account.objects.filter(pk=cast.nantes.pk).update(time_zone="Indian/Reunion")
    post(cast, draft, **at("2026-12-02", "18:00"))
    assert (draft.version, draft.requested_at) == (version, instant)


@pytest.mark.parametrize(
    ("day", "hour"),
    [("demain 8h", ""), ("demain", "8h"), ("2.12.2026", "8:00"), ("mercredi", "8 h 00")],
)
def test_a_date_is_read_as_people_type_it(cast, now, day, hour):
    now("2026-12-01T12:00")
    draft = a_draft(cast.claire, cast.nantes)
    assert post(cast, draft, **at(day, hour)).status_code == 302
    assert draft.requested_at == dt.datetime(2026, 12, 2, 7, 0, tzinfo=dt.UTC)


def test_tomorrow_stays_the_day_it_named_when_the_page_is_sent_again_after_midnight(cast, now):
    now("2026-12-01T23:50")
    draft = a_draft(cast.claire, cast.nantes)
    path = reverse("preview", args=[draft.pk])
    answer = signed_in(cast.claire).post(path, typed(draft, **at("demain 8h", "")))
    assert 'name="read_as" value="2026-12-02"' in answer.content.decode()
    kept = {"read_from": "demain 8h", "read_as": "2026-12-02"}
    now("2026-12-02T00:10")
    draft.refresh_from_db()
    post(cast, draft, **at("demain 8h", "", **kept))
    assert draft.requested_local == "2026-12-02T08:00"
    post(cast, draft, **at("demain 9h", "", **kept))
    assert draft.requested_local == "2026-12-03T09:00"
    post(cast, draft, **at("demain 9h", "", read_from="demain 9h", read_as="jamais"))
    assert draft.requested_local == "2026-12-03T09:00"


def test_the_first_of_a_month_is_shown_as_french_writes_it_and_read_again(cast, now):
    now("2026-11-20T12:00")
    draft = a_draft(cast.claire, cast.nantes)
    post(cast, draft, **at("1er décembre", "18h"))
    page = signed_in(cast.claire).get(reverse("compose", args=[draft.pk])).content.decode()
    assert "mardi 1er décembre 2026 à 18 h" in page
    version = draft.version
    post(cast, draft, **at("1er décembre 2026", "18:00"))
    assert draft.version == version


def test_a_removal_is_undone_in_what_is_typed_now(cast):
    draft = a_draft(cast.claire, cast.nantes)
    client = signed_in(cast.claire)
    address = reverse("compose", args=[draft.pk])
    client.post(address, typed(draft, ["Un", "Deux"]))
    draft.refresh_from_db()
    page = client.post(address, typed(draft, ["Un", "Deux"], act="remove-1"), follow=True)
    assert "Message 2 retiré." in page.text
    draft.refresh_from_db()
    assert draft.texts == ["Un"]
    page = client.post(address, typed(draft, ["Un, mieux dit"], act="undo"), follow=True)
    draft.refresh_from_db()
    assert draft.texts == ["Un, mieux dit", "Deux"]
    assert "retiré." not in page.text
    client.post(address, typed(draft, draft.texts, act="undo"))
    draft.refresh_from_db()
    assert draft.texts == ["Un, mieux dit", "Deux"]  # once


def test_what_was_removed_from_one_draft_is_not_put_into_another(cast):
    one, other = (a_draft(cast.claire, cast.nantes, text) for text in ("Premier", "Autre"))
    client = signed_in(cast.claire)
    client.post(reverse("compose", args=[one.pk]), typed(one, ["Un", "Deux"], act="remove-1"))
    client.post(reverse("compose", args=[other.pk]), typed(other, "Autre", act="undo"))
    other.refresh_from_db()
    assert other.texts == ["Autre"]
