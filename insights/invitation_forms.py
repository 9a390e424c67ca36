"""What people type of an invitation, of its answer, and to list some or read a file of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid, Refusal
from accounts.forms import DayInput
from accounts.models import Account, Person
from insights.invited import MAX_NAME, MAX_QUALITY, Invited, clean_invited
from insights.models import InvitationAnswer


class _ByForm(forms.Form):
    """Asks who of the account invited; whoever types unless they say another."""

    invited_by = forms.TypedChoiceField(label=gettext_lazy("Invité par"), coerce=int)

    def __init__(self, people: Mapping[int, Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        field = cast(forms.TypedChoiceField, self.fields["invited_by"])
        field.choices = [(pk, person.name) for pk, person in people.items()]

    @property
    def inviter(self) -> Person:
        return self.people[self.cleaned_data["invited_by"]]

    def refuse(self, refusal: Refusal) -> None:
        """What the action says, beside the field that it names."""
        name = refusal.details.get("field")
        self.add_error(name if name in self.fields else None, str(refusal))


class InvitationForm(_ByForm):
    """Somebody who was invited, or a mistake in what was noted; `invited` is what it came to."""

    invited: Invited
    field_order = ("name", "quality", "handle", "invited_on", "invited_by")

    name = forms.CharField(
        label=gettext_lazy("Nom"),
        max_length=MAX_NAME,
        help_text=gettext_lazy("D’une personne ou d’un organisme."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    quality = forms.CharField(
        label=gettext_lazy("Qualité (facultatif)"),
        max_length=MAX_QUALITY,
        required=False,
        help_text=gettext_lazy("Par exemple : maire de Nantes."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    handle = forms.CharField(
        label=gettext_lazy("Compte X (facultatif)"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Avec ou sans le @."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    invited_on = forms.DateField(label=gettext_lazy("Invité le"), widget=DayInput)

    def __init__(self, people: Mapping[int, Person], today: dt.date, *args: Any, **kw: Any) -> None:
        super().__init__(people, *args, **kw)
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = ("name", "handle", "quality", "invited_on")
        if not any(name in self.errors for name in names):
            try:
                self.invited = clean_invited(
                    **{name: cleaned[name] for name in names}, today=self.today
                )
            except Invalid as refusal:
                self.refuse(refusal)
        return cleaned


class FileForm(_ByForm):
    """A file, then what it held, which waits in the page and nowhere else."""

    field_order = ("file", "invited_by")

    file = forms.FileField(
        label=gettext_lazy("Fichier CSV"),
        help_text=gettext_lazy("200 ko et 1 000 lignes au plus."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv", "class": "fr-upload"}),
    )


class ConfirmFileForm(_ByForm):
    text = forms.CharField(widget=forms.HiddenInput, strip=False)

    def __init__(self, people: Mapping[int, Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(people, *args, **kwargs)
        self.fields["invited_by"].widget = forms.HiddenInput()


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Réponse"),
        choices=InvitationAnswer.choices,
        widget=forms.RadioSelect,
    )
    answered_on = forms.DateField(
        label=gettext_lazy("Répondu le"),
        required=False,
        help_text=gettext_lazy("Inutile sans réponse."),
        widget=DayInput,
    )


class InvitationFilterForm(forms.Form):
    """Which invitations to list."""

    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)
    answer = forms.ChoiceField(
        label=gettext_lazy("Réponse"),
        required=False,
        choices=[("", gettext_lazy("Toutes")), *InvitationAnswer.choices],
    )

    def __init__(self, accounts: list[Account], data: Any) -> None:
        super().__init__(data)
        if len(accounts) < 2:  # nobody is asked which
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]
