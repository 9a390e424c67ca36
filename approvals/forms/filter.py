"""Which drafts to list."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from approvals.models import Category, DraftState

# What became of a released text; the values are the publication's, which is a layer above.
OUTCOMES = [
    ("published", gettext_lazy("diffusé")),
    ("retracted", gettext_lazy("retiré")),
    ("refused", gettext_lazy("refusé, ou abandonné après vérification")),
    ("missed", gettext_lazy("heure passée")),
]


class DraftFilterForm(forms.Form):
    """Which drafts to list."""

    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("État"),
        required=False,
        choices=[("", gettext_lazy("Tous")), *DraftState.choices, *OUTCOMES],
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        required=False,
        choices=[("", gettext_lazy("Toutes")), *Category.choices],
    )

    def __init__(self, accounts: list[Account], data: QueryDict) -> None:
        super().__init__(data)
        if len(accounts) < 2:  # nobody is asked which
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]
