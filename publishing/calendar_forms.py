"""What people type about the calendar: an event that they expect, the hour to which one moves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import db_now
from accounts.models import Account
from accounts.timefmt import format_date, format_hour
from approvals.forms.moment import MomentForm
from approvals.models import Draft
from approvals.schedule import candidate_instants
from approvals.typed_time import Unreadable, parse_day, parse_hour
from publishing.forms import NewTimeForm

TYPED = {"autocomplete": "off"}


class EventForm(forms.Form):
    """From a day and an hour to another, typed as for a message, in the account's zone."""

    title = forms.CharField(
        label=gettext_lazy("Événement"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : match au stade, grève, tempête annoncée."),
    )
    day = forms.CharField(
        label=gettext_lazy("Date"),
        help_text=gettext_lazy("Par exemple : 31/12/2026, 31 décembre, lundi, demain."),
        widget=forms.TextInput(attrs=TYPED),
    )
    hour = forms.CharField(
        label=gettext_lazy("Heure de début"),
        help_text=gettext_lazy("Par exemple : 18 h, 18:00, 8 h 30, midi."),
        widget=forms.TextInput(attrs=TYPED),
    )
    end_day = forms.CharField(
        label=gettext_lazy("Date de fin"),
        required=False,
        help_text=gettext_lazy("Le même jour si vous laissez vide."),
        widget=forms.TextInput(attrs=TYPED),
    )
    end_hour = forms.CharField(
        label=gettext_lazy("Heure de fin"), widget=forms.TextInput(attrs=TYPED)
    )

    def __init__(self, account: Account, data: Any = None) -> None:
        super().__init__(data)
        self.zone = account.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = self._read_day("day", cleaned.get("day", ""))
        end_day = self._read_day("end_day", cleaned.get("end_day", "")) or day
        starts = self._read_hour("hour", cleaned.get("hour", ""), day)
        ends = self._read_hour("end_hour", cleaned.get("end_hour", ""), end_day)
        if starts and ends and ends <= starts:
            self.add_error("end_hour", _("La fin vient avant le début."))
        return {"title": cleaned.get("title", ""), "starts_at": starts, "ends_at": ends}

    def _read_day(self, name: str, typed: str) -> dt.date | None:
        if not typed:
            return None
        try:
            read = parse_day(typed, db_now().astimezone(self.zone).date())
            if read.hour is not None:
                raise Unreadable(_("Écrivez la date seule, sans l’heure."))
        except Unreadable as error:
            self.add_error(name, str(error))
            return None
        return read.day

    def _read_hour(self, name: str, typed: str, day: dt.date | None) -> dt.datetime | None:
        """The first instant of that hour, where it exists twice."""
        if not typed or day is None:
            return None
        try:
            instants = candidate_instants(day, parse_hour(typed), self.zone)
        except Unreadable as error:
            self.add_error(name, str(error))
            return None
        if not instants:
            self.add_error(name, _("Cette nuit-là, cette heure n’existe pas."))
            return None
        return instants[0]


def _initial(draft: Draft, day: str) -> dict[str, str]:
    requested = draft.requested
    if requested is None:
        return {"day": day}
    return {"day": day or format_date(requested, "j F Y"), "hour": format_hour(requested)}


class MoveForm(MomentForm):
    """Another hour for a text that nobody has approved for good."""

    def __init__(self, draft: Draft, day: str, data: Any = None) -> None:
        super().__init__(data, initial=_initial(draft, day))
        self.zone = draft.account.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.clean_moment(cleaned)
        return cleaned


class MoveReleasedForm(NewTimeForm):
    """Another hour for what was approved: it wants its reason."""

    def __init__(self, draft: Draft, day: str, data: Any = None) -> None:
        super().__init__(draft.account, data)
        self.initial = _initial(draft, day)
