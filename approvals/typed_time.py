"""Reads a date and an hour as people type them, in French or English; pure, without a clock."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.timefmt import format_date

MAX_LENGTH = 60
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin jun june",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi monday",
            "mardi tuesday",
            "mercredi wednesday",
            "jeudi thursday",
            "vendredi friday",
            "samedi saturday",
            "dimanche sunday",
        )
    )
    for name in names.split()
}
DAYS_AHEAD = {
    "aujourd'hui": 0,
    "aujourdhui": 0,
    "today": 0,
    "demain": 1,
    "tomorrow": 1,
    "apres-demain": 2,
    "apres demain": 2,
    "the day after tomorrow": 2,
}


DAYS_BACK = {"hier": 1, "yesterday": 1, "avant-hier": 2, "avant hier": 2}


def _any_of(names: dict[str, int]) -> str:
    """The longest first: « janv » must not be read as « jan »."""
    return "|".join(sorted(names, key=len, reverse=True))


END = r"(?![\w/.-])"
# After a month in words only four digits are a year: « 31 décembre 20:30 » names an hour.
YEAR = r"(?:,? (?P<year>\d{4,6})(?![\d:h]))?"
ORDINAL = r"(?: ?er|st|nd|rd|th)?"
WEEKDAY = re.compile(rf"(?:le )?(?P<weekday>{_any_of(WEEKDAYS)})\b,? ?")
RELATIVE = re.compile(rf"(?P<relative>{_any_of(DAYS_AHEAD)})\b")
DATES = [
    re.compile(pattern)
    for pattern in (
        rf"(?P<year>\d{{4,6}})-(?P<month>\d\d?)-(?P<day>\d\d?){END}",
        r"(?P<day>\d\d?) ?[./-] ?(?P<month>\d\d?)"
        rf"(?: ?[./-] ?(?P<year>\d{{4,6}}|\d\d))?{END}",
        rf"(?P<day>\d\d?) (?P<month>\d\d?) (?P<year>\d{{4,6}}){END}",
        rf"(?:the )?(?P<day>\d\d?){ORDINAL} (?:of )?(?P<month>{_any_of(MONTHS)})\b\.?{YEAR}",
        rf"(?P<month>{_any_of(MONTHS)})\b\.? (?P<day>\d\d?){ORDINAL}{YEAR}(?![\d:h])",
    )
]
NOON = {"midi": 12, "noon": 12}
MIDNIGHT = {"minuit", "midnight"}
HOUR = re.compile(
    r"(?:a |at )?(?P<hour>\d\d?) ?"
    r"(?:(?:h|heures?|:) ?(?P<minute>\d\d)(?: ?min)?(?::00(?:\.0+)?)?|h|heures?|(?= ?[ap]\.?m))"
    r"(?: ?(?P<half>[ap])\.?m\.?)?"
)


class Unreadable(ValueError):
    """What was typed names no date or no hour; the message says so, or how to write it."""


@dataclass(frozen=True)
class TypedDay:
    """A date, the hour typed after it if there was one, and whether it counts from today."""

    day: dt.date
    hour: dt.time | None = None
    counts_from_today: bool = False


def plain(text: str) -> str:
    """Without capitals, accents, doubled or special spaces, and with straight apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.replace("\u2010", "-").split())


def parse_hour(text: str) -> dt.time:
    """« 18:00 », « 18 h », « 8h30 », « 8 h 30 », « 20h », « midi », « 8:30 pm »"""
    words = plain(text)
    bare = words.removeprefix("a ").removeprefix("at ")
    if bare in NOON:
        return dt.time(NOON[bare])
    match = HOUR.fullmatch(words) if len(text) <= MAX_LENGTH else None
    hour, minute = (int(match["hour"]), int(match["minute"] or 0)) if match else (99, 0)
    if bare in MIDNIGHT or (hour, minute) == (24, 0):
        raise Unreadable(
            _("Minuit se comprend de deux façons : écrivez 0 h, où le jour commence, ou 23 h 59.")
        )
    if match and match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise Unreadable(_("Écrivez l’heure comme 18 h, 18:00, 8 h 30 ou midi."))
    return dt.time(hour, minute)


def parse_day(text: str, today: dt.date) -> TypedDay:
    """« 31/12/2026 », « 31.12.2026 », « 31 décembre », « lundi », « demain 8h »"""
    words = plain(text) if len(text) <= MAX_LENGTH else ""
    if relative := RELATIVE.match(words):
        day = today + dt.timedelta(days=DAYS_AHEAD[relative["relative"]])
        return TypedDay(day, _hour_after(words, relative), counts_from_today=True)
    weekday = WEEKDAY.match(words)
    start = weekday.end() if weekday else 3 if words.startswith("le ") else 0
    for pattern in DATES:
        if match := pattern.match(words, start):
            day, without_year = _calendar_day(match, today)
            if weekday and day.weekday() != WEEKDAYS[weekday["weekday"]]:
                raise Unreadable(
                    _("Ce jour de la semaine n’est pas celui de cette date : c’est un %(day)s.")
                    % {"day": format_date(day, "l j F Y")}
                )
            return TypedDay(day, _hour_after(words, match), counts_from_today=without_year)
    if weekday:
        days = (WEEKDAYS[weekday["weekday"]] - today.weekday()) % 7
        hour = _hour_after(words, weekday)
        if days == 0:
            raise Unreadable(
                _("Nous sommes justement %(weekday)s : écrivez « aujourd’hui » ou « %(next)s ».")
                % {
                    "weekday": format_date(today, "l"),
                    "next": format_date(today + dt.timedelta(days=7), "j F"),
                }
            )
        return TypedDay(today + dt.timedelta(days=days), hour, counts_from_today=True)
    raise _unknown()


def parse_past_day(text: str, today: dt.date) -> dt.date:
    """« hier », « lundi », « 10 janvier »: the last time that this day came, today included."""
    words = plain(text) if len(text) <= MAX_LENGTH else ""
    if words in DAYS_BACK:
        return today - dt.timedelta(days=DAYS_BACK[words])
    read = parse_day(text, today)
    if read.day <= today:
        return read.day
    if not read.counts_from_today or RELATIVE.match(words):
        raise Unreadable(_("Cette date n’est pas encore venue."))
    if WEEKDAY.fullmatch(words):
        return read.day - dt.timedelta(days=7)
    try:
        return read.day.replace(year=read.day.year - 1)
    except ValueError:
        raise Unreadable(_("Cette date n’existe pas au calendrier.")) from None


def _unknown() -> Unreadable:
    return Unreadable(_("Écrivez la date comme 31/12/2026, 31 décembre, lundi ou demain."))


def _hour_after(words: str, match: re.Match[str]) -> dt.time | None:
    rest = words[match.end() :].strip()
    if link := re.match(r"(?:, ?|(?:a|at|vers) )", rest):
        rest = rest[link.end() :]
    if not rest:
        return None
    if not re.match(r"\d|a |at |midi|minuit|noon|midnight", rest):
        raise _unknown()
    return parse_hour(rest)


def _calendar_day(match: re.Match[str], today: dt.date) -> tuple[dt.date, bool]:
    """The date, and whether its year had to be found: the next time that this day comes."""
    month = MONTHS.get(match["month"]) or int(match["month"])
    day, year = int(match["day"]), match["year"]
    if month > 12:
        raise Unreadable(
            _(
                "Cette date n’existe pas au calendrier : "
                "écrivez le jour avant le mois, comme 31/12/2026."
            )
        )
    if year is None:
        number = today.year if (month, day) >= (today.month, today.day) else today.year + 1
    else:
        number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        if not dt.date.min.year < number < dt.date.max.year:
            raise ValueError
        return dt.date(number, month, day), year is None
    except ValueError:
        raise Unreadable(_("Cette date n’existe pas au calendrier.")) from None
