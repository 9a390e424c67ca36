"""What people give with an act on a publication, or with a freeze: a reason, a link, an hour."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.forms import DayInput
from accounts.models import Account
from approvals.forms.moment import MomentForm
from publishing.actions.point_to import post_id
from publishing.lists import KINDS


class AccountForm(forms.Form):
    """What is asked for one account."""

    def __init__(self, account: Account, data: Any = None) -> None:
        super().__init__(data)
        self.account = account


class ActForm(AccountForm):
    """Every act wants its reason."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        help_text=gettext_lazy("Il reste dans l’historique ; vos collègues le lisent."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Dites pourquoi, en une phrase.")},
    )


class UpdateForm(AccountForm):
    """What its readers in the debate should know first."""

    comment = forms.CharField(
        label=gettext_lazy("Pour vos relecteurs (facultatif)"),
        help_text=gettext_lazy("Ce qui a changé. Cette phrase ouvre le débat."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectForm(AccountForm):
    """What was wrong: those who read the correction need to know."""

    comment = forms.CharField(
        label=gettext_lazy("Ce qui était faux"),
        help_text=gettext_lazy("Cette phrase ouvre le débat du rectificatif."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Dites ce qui était faux, en une phrase.")},
    )


class LinkForm(AccountForm):
    """A post of the account on X, by its link: that is reason enough."""

    link = forms.CharField(
        label=gettext_lazy("Lien du tweet sur X"),
        max_length=300,
        error_messages={"required": gettext_lazy("Collez ici le lien du tweet.")},
    )

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        try:
            self.x_id = post_id(link, self.account)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error
        return link


class FoundForm(ActForm, LinkForm):
    """A link that nobody but people can vouch for."""

    field_order = ["link", "reason"]


class NewTimeForm(MomentForm, ActForm):
    """A date and an hour in the account's time zone, by the rules of the composer."""

    field_order = ["day", "hour", "fold", "reason"]

    def __init__(self, account: Account, data: Any = None) -> None:
        super().__init__(account, data)
        self.zone = account.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.clean_moment(cleaned)
        return cleaned


class FreezeForm(forms.Form):
    """One reason, which everybody concerned will read."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        help_text=gettext_lazy("Une phrase : tous ceux que cela concerne la liront."),
        max_length=1000,
        widget=forms.TextInput,
        error_messages={"required": gettext_lazy("Dites pourquoi, en une phrase.")},
    )


class OwnAccountsForm(forms.Form):
    """A filter over one's accounts: who has one is not asked which."""

    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)

    def __init__(self, accounts: list[Account], data: QueryDict) -> None:
        super().__init__(data)
        if len(accounts) < 2:
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]


class PublishedFilterForm(OwnAccountsForm):
    """Which published messages to list: by account and day."""

    since = forms.DateField(label=gettext_lazy("Du"), required=False, widget=DayInput)
    until = forms.DateField(label=gettext_lazy("Au"), required=False, widget=DayInput)


class AlertFilterForm(OwnAccountsForm):
    """Which alerts to list."""

    state = forms.ChoiceField(
        label=gettext_lazy("État"),
        required=False,
        choices=[
            ("", gettext_lazy("Tous")),
            *((kind, label) for kind, (label, _rows) in KINDS.items()),
        ],
    )
