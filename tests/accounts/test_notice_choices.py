"""« Mes avis »: each chooses by channel what about, and in which hours nothing leaves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError

from accounts import tasks
from accounts.models import AuditEntry, ChannelChoice, Delivery
from accounts.models.notice import Channel, NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.tasks import deliver_mails
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
MIDNIGHT = dt.datetime(2026, 12, 2, 0, 0, tzinfo=dt.UTC)


def chosen(person, **more) -> ChannelChoice:
    values = {"kinds": list(NoticeKind.values), "channel": Channel.MAIL, **more}
    return ChannelChoice.objects.create(person=person, **values)


def tell(person, kind=NoticeKind.AWAITS_YOU, **more):
    queue_notice([person], kind, path="/brouillons/", act=NoticeAct.REVIEW, **more)


NIGHT = {"quiet_from": dt.time(22, 0), "quiet_until": dt.time(7, 0)}
NOON = {"quiet_from": dt.time(12, 0), "quiet_until": dt.time(14, 0)}


@pytest.mark.parametrize(
    ("hours", "zone", "utc", "ends"),
    [
        (NIGHT, "Europe/Paris", (22, 30), "2026-12-03T07:00:00+01:00"),
        (NIGHT, "Europe/Paris", (5, 59), "2026-12-02T07:00:00+01:00"),
        (NIGHT, "Europe/Paris", (6, 0), None),
        (NIGHT, "Europe/Paris", (20, 59), None),
        (NIGHT, "Indian/Reunion", (18, 0), "2026-12-03T07:00:00+04:00"),
        (NOON, "Europe/Paris", (11, 0), "2026-12-02T14:00:00+01:00"),
        (NOON, "Europe/Paris", (13, 0), None),
        ({}, "Europe/Paris", (2, 0), None),
    ],
)
def test_quiet_hours_are_those_where_the_person_is(hours, zone, utc, ends):
    choice = ChannelChoice(time_zone=zone, **hours)
    found = choice.quiet_until_after(MIDNIGHT + dt.timedelta(hours=utc[0], minutes=utc[1]))
    assert (found and found.isoformat()) == ends


@pytest.fixture
def at_night(monkeypatch):
    """It is half past ten in the evening in Paris for whoever asks about quiet hours."""
    monkeypatch.setattr(tasks, "db_now", lambda: MIDNIGHT + dt.timedelta(hours=21, minutes=30))


def test_in_quiet_hours_nothing_leaves_and_no_try_is_spent(cast, at_night):
    chosen(cast.claire, **NIGHT)
    tell(cast.claire)
    assert deliver_mails() == 0
    owed = Delivery.objects.get()
    assert (owed.tries, owed.next_try_at.isoformat()) == (0, "2026-12-03T06:00:00+00:00")


@pytest.mark.parametrize("passes", [True, False])
def test_an_urgent_one_passes_if_they_said_so(cast, at_night, passes):
    chosen(cast.claire, urgent_passes=passes, **NIGHT)
    tell(cast.claire, urgent=True)
    assert deliver_mails() == passes


def test_a_link_that_sets_a_password_passes_whatever_was_chosen(cast, at_night):
    chosen(cast.claire, kinds=[], **NIGHT)
    queue_notice([cast.claire], NoticeKind.PASSWORD, path="/")
    assert deliver_mails() == 1


def test_what_was_not_chosen_is_in_the_bell_alone(cast):
    chosen(cast.claire, kinds=["alert"])
    tell(cast.claire)
    tell(cast.claire, NoticeKind.ALERT)
    assert deliver_mails() == 1
    assert "app-bell__count" in signed_in(cast.claire).get("/avis").text


def form(**more) -> dict:
    return {
        "mail-kinds": ["awaits_you", "alert"],
        "mail-quiet_from": "21:30",
        "mail-quiet_until": "06:00",
        "push-kinds": ["awaits_you"],
        "push-urgent_passes": "on",
        "chat-kinds": [],
        **more,
    }


def test_the_page_shows_everything_chosen_at_first_and_then_what_one_chose(cast):
    client = signed_in(cast.claire)
    before = client.get("/avis/reglages").text
    assert before.count(" checked") == 3 * (len(NoticeKind) - 2) + 3
    response = client.post("/avis/reglages", form(), follow=True)
    assert "C’est enregistré." in response.text
    assert response.text.count(" checked") == 2 + 1 + 1
    assert 'value="21:30"' in response.text
    of_mail = ChannelChoice.objects.get(person=cast.claire, channel="mail")
    assert of_mail.kinds == ["awaits_you", "alert"]
    assert (of_mail.quiet_from, of_mail.urgent_passes) == (dt.time(21, 30), False)
    assert AuditEntry.objects.get(act="notices.chosen").details == {}
    assert not ChannelChoice.objects.filter(person=cast.marc).exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"mail-quiet_until": ""}, "Donnez les deux heures, ou aucune."),
        ({"mail-quiet_until": "21:30"}, "Les deux heures sont les mêmes."),
        ({"mail-quiet_from": "25 h"}, "Saisissez une heure valide"),
        ({"mail-kinds": ["everything"]}, "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_taken_is_said_and_loses_nothing(cast, given, says):
    response = signed_in(cast.claire).post("/avis/reglages", form(**given))
    assert response.status_code == 422
    assert says in response.text
    assert not ChannelChoice.objects.exists()


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        ("salons", {"room-server": "https://matrix.example.fr"}, "Ce champ est obligatoire."),
        (
            "salons",
            {"room-server": "http://x", "room-room": "!a:b", "room-token": "12345678"},
            "n’est pas admise",
        ),
        (
            "salons",
            {"room-server": "http://127.0.0.1:1", "room-room": "a", "room-token": "12345678"},
            "Le salon s’écrit",
        ),
        ("webhooks", {"webhook-url": "ftp://127.0.0.1"}, "n’est pas admise"),
    ],
)
def test_an_address_that_is_none_is_said_beside_its_field(cast, path, given, says):
    response = signed_in(cast.claire).post(f"/avis/{path}", given)
    assert response.status_code == 422
    assert says in response.text


def test_without_keys_the_page_offers_mail_alone(cast, settings):
    settings.NOTICE_KEYS, settings.VAPID_PRIVATE_KEY = [], ""
    page = signed_in(cast.claire).get("/avis/reglages").text
    assert "Courriel" in page
    assert "push-form" not in page
    assert "webhook" not in page


def test_half_a_pair_of_quiet_hours_is_refused_by_the_database(cast):
    with pytest.raises(IntegrityError, match="quiet_begins_and_ends"):
        chosen(cast.claire, quiet_from=dt.time(22, 0))


def test_the_demo_shows_what_a_phone_and_a_room_would_have_said(cast):
    tell(cast.claire, account=cast.nantes, urgent=True)
    page = " ".join(signed_in(cast.claire).get("/courriels").text.split())
    assert "À relire · @pnationale44" in page
    assert "policetweets · À relire : @pnationale44, urgent" in page
    assert mail.outbox == []
