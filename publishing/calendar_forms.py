"""What people type about the calendar: an event that they expect, the hour to which one moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.timefmt import format_date, format_hour
from approvals.forms.moment import MomentForm
from approvals.models import Draft
from publishing.forms import NewTimeForm


class MomentInput(forms.DateTimeInput):
    """A day and an hour as browsers ask for them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class EventForm(forms.Form):
    """Its hours are those of the account's zone."""

    title = forms.CharField(
        label=gettext_lazy("Événement"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : match au stade, grève, tempête annoncée."),
    )
    starts_at = forms.DateTimeField(label=gettext_lazy("Début"), widget=MomentInput)
    ends_at = forms.DateTimeField(label=gettext_lazy("Fin"), widget=MomentInput)

    def __init__(self, account: Account, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.account = account

    def full_clean(self) -> None:
        with timezone.override(self.account.zone):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("La fin vient avant le début."))
        return cleaned


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
