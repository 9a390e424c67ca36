"""What administrators type about the lists of the checks, and about electoral reserves."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class EntryForm(forms.Form):
    """`approvals.list_values` reads the value when it is added or tried."""

    value = forms.CharField(
        label=_("À ajouter ou à essayer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, hint: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = hint


class ReserveForm(forms.Form):
    label = forms.CharField(
        label=_("Élection"), max_length=80, help_text=_("Par exemple : municipales 2026.")
    )
    starts_on = forms.DateField(
        label=_("Premier jour"), widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=_("Dernier jour"), widget=forms.DateInput(attrs={"type": "date"})
    )
    departments = forms.CharField(
        label=_("Départements"),
        required=False,
        max_length=500,
        help_text=_("Leurs numéros : 44, 35. Laissez vide pour tous."),
    )

    def clean_departments(self) -> list[str]:
        asked = {code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data["departments"])}
        asked.discard("")
        known = set(Account.objects.filter(code__in=asked).values_list("code", flat=True))
        if unknown := sorted(asked - known):
            raise ValidationError(
                _("Aucun compte de ce département : %(codes)s."),
                params={"codes": ", ".join(unknown)},
            )
        return sorted(asked)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Le dernier jour vient avant le premier."))
        return cleaned
