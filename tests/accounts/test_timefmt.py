"""Times in words: the day as people say it, the distance, the exact time with its offset."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.translation import override

from accounts.timefmt import (
    distance,
    format_date,
    format_day_and_hour,
    format_exact,
    format_hour,
    format_relative,
    format_seconds,
    offset,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 30, 15, 50, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-30T18:00", "aujourd’hui à 18 h"),
        ("2026-12-01T08:05", "demain à 8 h 05"),
        ("2026-11-29T23:59", "hier à 23 h 59"),
        ("2026-12-02T18:00", "le 2 décembre à 18 h"),
        ("2027-01-02T18:00", "le 2 janvier 2027 à 18 h"),
        ("2027-01-01T18:00", "le 1er janvier 2027 à 18 h"),
        ("2026-11-01T18:00", "le 1er novembre à 18 h"),
        ("2026-11-11T18:00", "le 11 novembre à 18 h"),
    ],
)
def test_the_day_as_people_say_it(moment, words):
    assert (
        format_relative(dt.datetime.fromisoformat(moment).replace(tzinfo=PARIS), PARIS, NOW)
        == words
    )


def test_the_day_is_the_accounts_own():
    evening = dt.datetime(2026, 11, 30, 23, 0, tzinfo=PARIS)
    assert format_relative(evening, ZoneInfo("Indian/Reunion"), NOW) == (
        "demain à 2 h (le 30 novembre à 23 h à Paris)"
    )


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Indian/Reunion", "aujourd’hui à 18 h 50 (15 h 50 à Paris)"),
        ("America/Martinique", "aujourd’hui à 10 h 50 (15 h 50 à Paris)"),
        ("America/Cayenne", "aujourd’hui à 11 h 50 (15 h 50 à Paris)"),
        ("Pacific/Noumea", "aujourd’hui à 1 h 50 (le 30 novembre à 15 h 50 à Paris)"),
        ("Europe/Madrid", "aujourd’hui à 15 h 50"),
    ],
)
def test_overseas_the_hour_of_paris_stands_beside_the_departments_own(zone, words):
    assert format_relative(NOW, ZoneInfo(zone), NOW) == words


def test_the_exact_time_overseas_ends_with_the_hour_of_paris():
    reunion = ZoneInfo("Indian/Reunion")
    assert format_exact(NOW, reunion) == "lundi 30 novembre 2026 à 18 h 50 (UTC+4), 15 h 50 à Paris"


@pytest.mark.parametrize(
    ("hour", "french", "english"),
    [
        ("00:00", "0 h", "00:00"),
        ("00:05", "0 h 05", "00:05"),
        ("08:00", "8 h", "08:00"),
        ("08:30", "8 h 30", "08:30"),
        ("12:00", "12 h", "12:00"),
        ("18:00", "18 h", "18:00"),
        ("20:52", "20 h 52", "20:52"),
        ("23:59", "23 h 59", "23:59"),
    ],
)
def test_hours_are_written_as_each_language_does(hour, french, english):
    time = dt.time.fromisoformat(hour)
    moment = dt.datetime.combine(dt.date(2026, 12, 2), time, tzinfo=PARIS)
    assert format_hour(time) == format_hour(moment) == french
    assert format_day_and_hour(moment) == f"2 décembre 2026 à {french}"
    assert format_relative(moment, PARIS, NOW) == f"le 2 décembre à {french}"
    assert format_exact(moment, PARIS) == f"mercredi 2 décembre 2026 à {french} (heure de Paris)"
    with override("en"):
        assert format_hour(time) == english
        exact = f"Wednesday 2 December 2026 at {english} (Paris time)"
        assert format_exact(moment, PARIS) == exact


def test_a_trail_says_the_seconds():
    moment = dt.datetime(2026, 12, 2, 18, 0, 9, tzinfo=PARIS)
    assert format_seconds(moment) == "18 h 00 min 09 s"
    with override("en"):
        assert format_seconds(moment) == "18:00:09"


def test_an_hour_that_exists_twice_is_said_with_its_season_in_paris():
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert format_relative(first, PARIS, NOW) == "le 25 octobre à 2 h 30 (heure d’été de Paris)"
    assert (
        format_relative(first + dt.timedelta(hours=1), PARIS, NOW)
        == "le 25 octobre à 2 h 30 (heure d’hiver de Paris)"
    )
    assert format_relative(first + dt.timedelta(hours=2), PARIS, NOW) == "le 25 octobre à 3 h 30"


def test_the_first_of_a_month_is_1er_in_french_only():
    first = dt.datetime(2027, 1, 1, 12, tzinfo=PARIS)
    assert format_exact(first, PARIS) == "vendredi 1er janvier 2027 à 12 h (heure de Paris)"
    assert format_date(first.date(), "j F Y") == "1er janvier 2027"
    page = Template(
        '{% load timefmt %}{{ at|long_date:"j F Y" }}, {{ at|long_moment }}{{ no|long_moment }}'
    )
    words = "1er janvier 2027, 1er janvier 2027 à 12 h"
    assert page.render(Context({"at": first, "no": None})) == words
    with override("en"):
        assert format_date(first, "j F Y") == "1 January 2027"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (7800, "dans 2 h 10"),
        (7300, "dans 2 h 01"),
        (7200, "dans 2 h"),
        (-720, "il y a 12 min"),
        (40, "dans moins d’une minute"),
        (-40, "à l’instant"),
        (3 * 86_400 + 5, "dans 3 jours"),
        (-1.5 * 86_400, "il y a 1 jour"),
    ],
)
def test_the_distance(seconds, words):
    assert distance(NOW + dt.timedelta(seconds=seconds), NOW) == words


def test_the_exact_time_names_its_zone():
    assert format_exact(NOW, PARIS) == "lundi 30 novembre 2026 à 15 h 50 (heure de Paris)"


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Paris", "UTC+1"), ("America/St_Johns", "UTC−3:30"), ("UTC", "UTC+0")],
)
def test_offsets_are_said_as_people_write_them(zone, words):
    assert offset(dt.datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))) == words
