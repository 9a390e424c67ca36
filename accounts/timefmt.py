"""Times in words, as people say them, in an account's own zone; pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

PARIS = ZoneInfo("Europe/Paris")


def _in_french() -> bool:
    return (get_language() or "").startswith("fr")


def format_date(value: dt.date, pattern: str) -> str:
    """A date by Django's `pattern`; in French the first of a month is « 1er »."""
    if value.day == 1 and _in_french():
        pattern = pattern.replace("j", "\\1\\e\\r")
    return date_format(value, pattern)


def offset(moment: dt.datetime) -> str:
    """« UTC+2 », « UTC−3:30 »"""
    minutes = round((moment.utcoffset() or dt.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def format_hour(local: dt.datetime | dt.time) -> str:
    """« 18 h », « 8 h 05 », « 0 h 30 »; « 18:00 » in English; in the zone of `local`."""
    if not _in_french():
        return f"{local:%H:%M}"
    if local.minute == 0:
        return _("%(hour)d h") % {"hour": local.hour}
    return _("%(hour)d h %(minutes)02d") % {"hour": local.hour, "minutes": local.minute}


def format_seconds(local: dt.datetime) -> str:
    """« 18 h 00 min 09 s », for a trail; « 18:00:09 » in English."""
    if not _in_french():
        return f"{local:%H:%M:%S}"
    words = {"hour": local.hour, "minutes": local.minute, "seconds": local.second}
    return _("%(hour)d h %(minutes)02d min %(seconds)02d s") % words


def format_day_and_hour(local: dt.datetime) -> str:
    """« 2 décembre 2026 à 18 h », in the zone of `local`."""
    day = format_date(local, "j F Y")
    return _("%(day)s à %(hour)s") % {"day": day, "hour": format_hour(local)}


def format_exact(moment: dt.datetime, zone: ZoneInfo) -> str:
    """« mercredi 2 décembre 2026 à 18 h (heure de Paris) »; overseas « … à 18 h (UTC+4), 15 h à
    Paris ».
    """
    local = moment.astimezone(zone)
    words = _("%(day)s à %(hour)s (%(zone)s)") % {
        "day": format_date(local, "l j F Y"),
        "hour": format_hour(local),
        "zone": zone_words(local),
    }
    paris = in_paris(local)
    return f"{words}, {paris}" if paris else words


def format_relative(moment: dt.datetime, zone: ZoneInfo, now: dt.datetime) -> str:
    """« aujourd’hui à 18 h », « demain à 8 h 05 », « le 2 décembre à 18 h (15 h à Paris) »"""
    local = moment.astimezone(zone)
    words = _relative(local, now.astimezone(zone).date())
    paris = in_paris(local)
    return f"{words} ({paris})" if paris else words


def zone_words(local: dt.datetime) -> str:
    """« heure de Paris », with the season where that hour exists twice; elsewhere « UTC+4 »."""
    if not _agrees_with_paris(local):
        return offset(local)
    if not exists_twice(local):
        return _("heure de Paris")
    return _("heure d’été de Paris") if local.dst() else _("heure d’hiver de Paris")


def exists_twice(local: dt.datetime) -> bool:
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def in_paris(local: dt.datetime) -> str:
    """« 15 h à Paris », with the day where it is another; empty where clocks agree with Paris."""
    if _agrees_with_paris(local):
        return ""
    paris = local.astimezone(PARIS)
    if paris.date() == local.date():
        return _("%(hour)s à Paris") % {"hour": format_hour(paris)}
    day = format_date(paris, "j F")
    return _("le %(day)s à %(hour)s à Paris") % {"day": day, "hour": format_hour(paris)}


def _agrees_with_paris(local: dt.datetime) -> bool:
    return local.astimezone(PARIS).utcoffset() == local.utcoffset()


def _relative(local: dt.datetime, today: dt.date) -> str:
    """The day as people say it, with the hour; its zone too where that hour exists twice."""
    hour = format_hour(local)
    if exists_twice(local):
        hour += f" ({zone_words(local)})"
    days = (local.date() - today).days
    if days == 0:
        return _("aujourd’hui à %(hour)s") % {"hour": hour}
    if days == 1:
        return _("demain à %(hour)s") % {"hour": hour}
    if days == -1:
        return _("hier à %(hour)s") % {"hour": hour}
    day = format_date(local, "j F" if local.year == today.year else "j F Y")
    return _("le %(day)s à %(hour)s") % {"day": day, "hour": hour}


def distance(moment: dt.datetime, now: dt.datetime) -> str:
    """« dans 2 h 10 », « il y a 12 min »"""
    seconds = (moment - now).total_seconds()
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return _("dans moins d’une minute") if seconds > 0 else _("à l’instant")
    if minutes < 60:
        length = _("%(minutes)d min") % {"minutes": minutes}
    elif minutes < 24 * 60 and minutes % 60 == 0:
        length = _("%(hours)d h") % {"hours": minutes // 60}
    elif minutes < 24 * 60:
        length = _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    else:
        days = minutes // (24 * 60)
        length = ngettext("%(days)d jour", "%(days)d jours", days) % {"days": days}
    return (_("dans %(length)s") if seconds > 0 else _("il y a %(length)s")) % {"length": length}
