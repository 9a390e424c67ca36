"""What people ask for: a document about their accounts over a period."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clock import db_now
from accounts.errors import Refusal
from accounts.forms import DayInput
from accounts.models import Account
from insights.makers import MAKERS
from insights.models import ExportKind


class ExportForm(forms.Form):
    """Who has one account is not asked which. The last month that is over stands there already."""

    kind = forms.ChoiceField(
        label=_("Document"),
        error_messages={"required": _("Choisissez un document.")},
    )
    accounts = forms.MultipleChoiceField(
        label=_("Comptes"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un compte.")},
    )
    since = forms.DateField(label=_("Du"), widget=DayInput)
    until = forms.DateField(
        label=_("Au"), help_text=_("Ce jour compris ; hier au plus tard."), widget=DayInput
    )

    def __init__(self, own: list[Account], data: Any = None) -> None:
        last = db_now().date().replace(day=1) - dt.timedelta(days=1)
        super().__init__(data, initial={"since": last.replace(day=1), "until": last})
        self.own = own
        kinds = cast(forms.ChoiceField, self.fields["kind"])
        kinds.choices = [(kind.value, kind.label) for kind in ExportKind if kind in MAKERS]
        if len(own) == 1:
            del self.fields["accounts"]
        else:
            field = cast(forms.MultipleChoiceField, self.fields["accounts"])
            field.choices = [(account.handle, f"@{account.handle}") for account in own]

    @property
    def chosen(self) -> list[Account]:
        handles = self.cleaned_data.get("accounts", [])
        return [a for a in self.own if a.handle in handles or "accounts" not in self.fields]

    def refuse(self, refusal: Refusal) -> None:
        """What the action says, beside the field that it names."""
        field = refusal.details.get("field")
        self.add_error(field if field in self.fields else None, str(refusal))
