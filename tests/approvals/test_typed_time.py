"""Dates and hours are read as people type them; what is not says how to write it."""

import datetime as dt

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.timefmt import format_date
from approvals.typed_time import TypedDay, Unreadable, parse_day, parse_hour, parse_past_day

# A Friday.
TODAY = dt.date(2026, 11, 27)
LAST = dt.date(2026, 12, 31)
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "31.12.2026",
        "31/12/2026",
        "31-12-2026",
        "31/12/26",
        "31/12",
        "31 12 2026",
        "2026-12-31",
        "31 décembre",
        "31 Décembre 2026",
        "31 decembre",
        "le 31 déc. 2026",
        "31\u00a0décembre",
        "jeudi 31 décembre",
        "31 December 2026",
        "December 31, 2026",
        "31st of December",
        "Thursday 31/12",
        " 31 / 12 / 2026 ",
    ],
)
def test_a_date_however_it_is_written(typed):
    assert parse_day(typed, TODAY).day == LAST


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("aujourd’hui", "2026-11-27"),
        ("aujourd'hui", "2026-11-27"),
        ("today", "2026-11-27"),
        ("Demain", "2026-11-28"),
        ("tomorrow", "2026-11-28"),
        ("après-demain", "2026-11-29"),
        ("samedi", "2026-11-28"),
        ("jeudi", "2026-12-03"),
        ("Monday", "2026-11-30"),
        ("1er janvier", "2027-01-01"),
        ("1 er mars", "2027-03-01"),
        ("27 novembre", "2026-11-27"),
        ("26 novembre", "2027-11-26"),
    ],
)
def test_a_day_counted_from_today(typed, day):
    assert parse_day(typed, TODAY) == TypedDay(dt.date.fromisoformat(day), None, True)


@pytest.mark.parametrize(
    ("typed", "day", "hour"),
    [
        ("demain 8h", "2026-11-28", "08:00"),
        ("demain à 8h30", "2026-11-28", "08:30"),
        ("tomorrow at 8pm", "2026-11-28", "20:00"),
        ("31 décembre 20:30", "2026-12-31", "20:30"),
        ("31/12 20h", "2026-12-31", "20:00"),
        ("31.12.2026, 8 h 30", "2026-12-31", "08:30"),
        ("December 31 20:30", "2026-12-31", "20:30"),
        ("lundi midi", "2026-11-30", "12:00"),
    ],
)
def test_the_hour_may_follow_the_date(typed, day, hour):
    read = parse_day(typed, TODAY)
    assert (read.day, read.hour) == (dt.date.fromisoformat(day), dt.time.fromisoformat(hour))


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("18:00", "18:00"),
        ("18:00:00", "18:00"),
        ("8h30", "08:30"),
        ("20h", "20:00"),
        ("20:30", "20:30"),
        ("8 h 30", "08:30"),
        ("8\u00a0h\u00a030", "08:30"),
        ("8H", "08:00"),
        ("8 heures 30", "08:30"),
        ("à 8h", "08:00"),
        ("midi", "12:00"),
        ("Noon", "12:00"),
        ("0h05", "00:05"),
        ("12 pm", "12:00"),
        ("12am", "00:00"),
        ("8:30 p.m.", "20:30"),
    ],
)
def test_an_hour_however_it_is_written(typed, hour):
    assert parse_hour(typed) == dt.time.fromisoformat(hour)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/02", "Cette date n’existe pas au calendrier."),
        ("29 février 2027", "Cette date n’existe pas au calendrier."),
        ("31 novembre", "Cette date n’existe pas au calendrier."),
        ("00/12/2026", "Cette date n’existe pas au calendrier."),
        ("31/12/20260", "Cette date n’existe pas au calendrier."),
        ("12/31/2026", "le jour avant le mois, comme 31/12/2026"),
        ("vendredi 31 décembre 2026", "c’est un jeudi 31 décembre 2026"),
        ("vendredi", "écrivez « aujourd’hui » ou « 4 décembre »"),
        ("bientôt", "Écrivez la date comme 31/12/2026"),
        ("lundi prochain", "Écrivez la date comme 31/12/2026"),
        ("31/12/2026/1", "Écrivez la date comme 31/12/2026"),
        ("demain 25h", "Écrivez l’heure comme 18 h"),
        ("31 décembre minuit", "Minuit se comprend de deux façons"),
        ("demain" + " " * 100, "Écrivez la date comme 31/12/2026"),
    ],
)
def test_a_date_that_cannot_be_read_says_why_or_how_to_write_it(typed, sentence):
    with pytest.raises(Unreadable) as error:
        parse_day(typed, TODAY)
    assert sentence in str(error.value)


@pytest.mark.parametrize("typed", ["25:00", "8h60", "8", "1830", "tôt", "13 pm", "0 am", "8h5"])
def test_an_hour_that_cannot_be_read_says_how_to_write_it(typed):
    with pytest.raises(Unreadable, match="Écrivez l’heure comme 18 h, 18:00, 8 h 30 ou midi"):
        parse_hour(typed)


@pytest.mark.parametrize("language", ["fr", "en"])
@given(day=DATES)
def test_every_date_that_the_pages_write_is_read_again(language, day):
    with override(language):
        for pattern in ("j F Y", "l j F Y", "d/m/Y", "d.m.Y", "Y-m-d"):
            assert parse_day(format_date(day, pattern), TODAY) == TypedDay(day)


@given(day=DATES, hour=st.times().map(lambda time: time.replace(second=0, microsecond=0)))
def test_an_hour_after_any_date_is_read_with_it(day, hour):
    written = (f"{hour:%H:%M}", f"{hour:%Hh%M}", f"{hour.hour} h {hour:%M}")
    for typed in written:
        assert parse_hour(typed) == hour
        assert parse_day(f"{day:%d/%m/%Y} à {typed}", TODAY) == TypedDay(day, hour)


@given(st.text(max_size=70) | st.from_regex(r"[\d ./:h-]{1,20}", fullmatch=True))
def test_whatever_is_typed_is_read_or_answered_with_a_sentence(text):
    for read in (lambda: parse_day(text, TODAY), lambda: parse_hour(text)):
        try:
            read()
        except Unreadable as error:
            assert str(error)


MONDAY = dt.date(2026, 1, 5)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("hier", dt.date(2026, 1, 4)),
        ("Avant-hier", dt.date(2026, 1, 3)),
        ("aujourd’hui", MONDAY),
        ("vendredi", dt.date(2026, 1, 2)),
        ("10 janvier", dt.date(2025, 1, 10)),
        ("31/12", dt.date(2025, 12, 31)),
        ("3 janvier 2026", dt.date(2026, 1, 3)),
    ],
)
def test_a_past_day_is_the_last_that_came(typed, day):
    assert parse_past_day(typed, MONDAY) == day


@pytest.mark.parametrize("typed", ["demain", "10 janvier 2026", "un jour", "29/02/2026"])
def test_what_is_no_past_day_is_said(typed):
    with pytest.raises(Unreadable):
        parse_past_day(typed, MONDAY)
