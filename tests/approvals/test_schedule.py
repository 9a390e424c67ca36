"""The hour that does not exist, the hour that exists twice, and how far ahead one may plan."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from approvals.schedule import candidate_instants, latest, next_that_exists

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


def at(zone, day, hour):
    return candidate_instants(dt.date.fromisoformat(day), dt.time.fromisoformat(hour), zone)


def utc(moments):
    return [m.astimezone(dt.UTC).strftime("%d %H:%M") for m in moments]


def test_an_ordinary_hour_is_one_instant():
    assert utc(at(PARIS, "2026-12-01", "18:00")) == ["01 17:00"]


@pytest.mark.parametrize(
    ("hour", "instants"),
    [
        ("01:59", ["24 23:59"]),
        ("02:00", ["25 00:00", "25 01:00"]),
        ("02:30", ["25 00:30", "25 01:30"]),
        ("02:59", ["25 00:59", "25 01:59"]),
        ("03:00", ["25 02:00"]),
    ],
)
def test_when_summer_time_ends_an_hour_exists_twice_the_first_one_first(hour, instants):
    assert utc(at(PARIS, "2026-10-25", hour)) == instants


def test_when_summer_time_begins_an_hour_does_not_exist_and_the_next_is_proposed():
    assert at(PARIS, "2027-03-28", "02:30") == []
    proposed = next_that_exists(dt.date(2027, 3, 28), dt.time(2, 30), PARIS)
    assert proposed.strftime("%H:%M") == "03:00"
    assert utc([proposed]) == ["28 01:00"]
    assert utc(at(PARIS, "2027-03-28", "03:00")) == ["28 01:00"]


def test_a_zone_without_summer_time_has_every_hour_once():
    assert utc(at(REUNION, "2026-10-25", "02:30")) == ["24 22:30"]
    assert utc(at(REUNION, "2027-03-28", "02:30")) == ["27 22:30"]


@pytest.mark.parametrize(
    ("now", "limit"),
    [("2026-11-10", "2027-05-10"), ("2026-08-31", "2027-02-28"), ("2027-08-31", "2028-02-29")],
)
def test_six_months_ahead_and_no_further(now, limit):
    start = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert latest(start).date().isoformat() == limit
