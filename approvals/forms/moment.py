"""A date and an hour as people type them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import db_now
from accounts.timefmt import PARIS, format_exact, format_hour, in_paris
from approvals.schedule import candidate_instants, latest, next_that_exists
from approvals.typed_time import TypedDay, Unreadable, parse_day, parse_hour


class MomentForm(forms.Form):
    """A date and an hour said in `zone`, and which of the two where that hour exists twice."""

    day = forms.CharField(
        label=gettext_lazy("Date"),
        help_text=gettext_lazy("Par exemple : 31/12/2026, 31 décembre, lundi, demain."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    hour = forms.CharField(
        label=gettext_lazy("Heure"),
        help_text=gettext_lazy("Par exemple : 18 h, 18:00, 8 h 30, midi."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # What was typed when « demain » was last read, and the date that it named: it does not
    # become another date when the page is sent again after midnight.
    read_from = forms.CharField(required=False, widget=forms.HiddenInput)
    read_as = forms.CharField(required=False, widget=forms.HiddenInput)
    fold = forms.ChoiceField(
        label=gettext_lazy("Cette heure existe deux fois cette nuit-là : laquelle ?"),
        choices=[("", ""), ("0", ""), ("1", "")],
        required=False,
        widget=forms.RadioSelect,
    )

    zone: ZoneInfo
    moment: dt.datetime | None = None
    # Set when the hour exists twice: the question is shown then, and only then.
    asks_which: Sequence[dt.datetime] = ()
    # The date as typed and as read, which the page sends back with it.
    reading: tuple[str, str] | None = None

    def clean_moment(self, cleaned: dict[str, Any], *, kept: dt.datetime | None = None) -> None:
        """Sets `moment`, or says beside the field what is wrong; `kept` may be past."""
        self.moment, self.asks_which = None, ()
        day, hour = self._typed_day_and_hour(cleaned)
        if day is None or hour is None:
            return
        instants = candidate_instants(day, hour, self.zone)
        if not instants:
            proposed = next_that_exists(day, hour, self.zone)
            self.add_error(
                "hour",
                _(
                    "Cette nuit-là on passe à l’heure d’été : %(hour)s n’existe pas. "
                    "La première heure qui existe ensuite est %(next)s."
                )
                % {"hour": format_hour(hour), "next": format_hour(proposed)},
            )
            return
        self.ask_which(instants)
        fold = cleaned.get("fold", "")
        self.moment = instants[1] if fold == "1" and len(instants) > 1 else instants[0]
        if len(instants) > 1 and fold == "":
            self.add_error("fold", _("Précisez laquelle de ces deux heures vous voulez."))
        self._clean_limits(self.moment, kept)

    def _typed_day_and_hour(self, cleaned: dict[str, Any]) -> tuple[dt.date | None, dt.time | None]:
        """What the two fields say; the date may carry its hour, as in « demain 8h »."""
        day, hour = self._read_day(cleaned), None
        if typed := cleaned.get("hour", "").strip():
            try:
                hour = parse_hour(typed)
            except Unreadable as error:
                self.add_error("hour", str(error))
                return None, None
        if day is None:
            return None, None
        if hour is None and day.hour is None and "hour" not in self.errors:
            self.add_error("hour", _("Choisissez une heure."))
        elif hour is not None and day.hour not in (None, hour):
            self.add_error(
                "hour",
                _("La date dit déjà une autre heure, %(hour)s : n’en gardez qu’une.")
                % {"hour": format_hour(day.hour)},
            )
            return None, None
        return day.day, hour or day.hour

    def _read_day(self, cleaned: dict[str, Any]) -> TypedDay | None:
        typed = cleaned.get("day", "").strip()
        if not typed:
            if "day" not in self.errors:
                self.add_error("day", _("Choisissez une date."))
            return None
        try:
            read = parse_day(typed, db_now().astimezone(self.zone).date())
            if read.counts_from_today and cleaned.get("read_from") == typed:
                kept = dt.date.fromisoformat(cleaned.get("read_as", ""))
                read = dataclasses.replace(read, day=kept)
        except Unreadable as error:
            self.add_error("day", str(error))
            return None
        except ValueError:
            pass
        self.reading = (typed, f"{read.day:%Y-%m-%d}")
        return read

    def _clean_limits(self, moment: dt.datetime, kept: dt.datetime | None) -> None:
        now = db_now().astimezone(self.zone)
        if moment <= now and moment.astimezone(dt.UTC) != kept:
            self.add_error(
                "hour" if moment.date() == now.date() else "day",
                _("Cette heure est déjà passée : choisissez-en une autre."),
            )
        elif moment > latest(now):
            self.add_error("day", _("C’est trop loin : six mois à l’avance au plus."))

    def ask_which(self, instants: list[dt.datetime]) -> None:
        if len(instants) < 2:
            return
        self.asks_which = instants
        words = [_("la première, à l’heure d’été"), _("la seconde, à l’heure d’hiver")]
        field = cast(forms.ChoiceField, self.fields["fold"])
        field.choices = [
            (str(i), f"{format_hour(moment)}, {words[i]}{_paris_too(moment)}")
            for i, moment in enumerate(instants)
        ]
        field.initial = "0"

    @property
    def zone_hint(self) -> str:
        """Whose hours are typed here."""
        if self.zone == PARIS:
            return _("Heure de Paris.")
        return _("Heure du département (%(zone)s).") % {"zone": self.zone}

    @property
    def moment_words(self) -> str:
        """« mercredi 2 décembre 2026 à 18 h (heure de Paris) »"""
        if self.moment is None:
            return ""
        return format_exact(self.moment, self.zone)


def _paris_too(moment: dt.datetime) -> str:
    paris = in_paris(moment)
    return f" ({paris})" if paris else ""
