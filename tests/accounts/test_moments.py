"""Times in words: the day as people say it, the distance, the exact time with its offset."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from accounts.moments import distance, exactly, offset, said

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 30, 15, 50, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-30T18:00", "aujourd’hui à 18:00"),
        ("2026-12-01T08:05", "demain à 08:05"),
        ("2026-11-29T23:59", "hier à 23:59"),
        ("2026-12-02T18:00", "le 2 décembre à 18:00"),
        ("2027-01-02T18:00", "le 2 janvier 2027 à 18:00"),
    ],
)
def test_the_day_as_people_say_it(moment, words):
    assert said(dt.datetime.fromisoformat(moment).replace(tzinfo=PARIS), PARIS, NOW) == words


def test_the_day_is_the_accounts_own():
    evening = dt.datetime(2026, 11, 30, 23, 0, tzinfo=PARIS)
    assert said(evening, ZoneInfo("Indian/Reunion"), NOW) == "demain à 02:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (7800, "dans 2 h 10"),
        (-720, "il y a 12 min"),
        (40, "dans moins d’une minute"),
        (-40, "à l’instant"),
        (3 * 86_400 + 5, "dans 3 jours"),
        (-1.5 * 86_400, "il y a 1 jour"),
    ],
)
def test_the_distance(seconds, words):
    assert distance(NOW + dt.timedelta(seconds=seconds), NOW) == words


def test_the_exact_time_names_its_offset():
    assert exactly(NOW, PARIS) == "lundi 30 novembre 2026 à 15:50 (UTC+1)"


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Paris", "UTC+1"), ("America/St_Johns", "UTC−3:30"), ("UTC", "UTC+0")],
)
def test_offsets_are_said_as_people_write_them(zone, words):
    assert offset(dt.datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))) == words
