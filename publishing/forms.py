"""What people give with an act on a publication, or with a freeze: a reason, a link, an hour."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.forms import DayInput
from accounts.models import Account
from accounts.requests import parse_int
from approvals.forms.moment import MomentForm
from approvals.models import Category, FollowUp
from publishing.actions.follow_up import Withdraw
from publishing.actions.point_to import post_id
from publishing.family import Family, Member, withdrawable
from publishing.lists import KINDS
from publishing.models import Publication


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


class AnyOf(forms.MultipleChoiceField):
    """Boxes to tick. What was retracted by others since the page was shown refuses nothing: the
    action leaves it out.
    """

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: object) -> bool:
        return parse_int(str(value)) is not None


class LinkedForm(AccountForm):
    """An act that may reach messages that follow one another."""

    linked = AnyOf(label=gettext_lazy("Retirer aussi"), required=False)

    def offer(self, publication: Publication, family: Family) -> None:
        """What can be retracted with it; what follows it is ticked, what it follows is not."""
        after = {member.draft.pk for member in family.after}
        self._choose(
            [(pk, member, member.draft.pk in after) for pk, member in withdrawable(family).items()]
        )

    def _choose(self, rows: list[tuple[int, Member, bool]]) -> None:
        if not rows:
            del self.fields["linked"]
            return
        field = cast(forms.MultipleChoiceField, self.fields["linked"])
        field.choices = [(pk, _named(member)) for pk, member, _ticked in rows]
        field.initial = [pk for pk, _member, ticked in rows if ticked]

    @property
    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data.get("linked", [])]


def _named(member: Member) -> str:
    relation = str(member.relation or _("message d’origine"))
    text = Truncator(member.text).chars(90)
    return f"{relation[:1].upper()}{relation[1:]} : {text}"


class RetractForm(ActForm, LinkedForm):
    """The reason is the same for all that is retracted at once."""

    field_order = ["linked", "reason"]


class EndSearchForm(LinkedForm):
    """The portrait goes at once unless somebody says otherwise."""

    field_order = ["withdraw", "linked", "reason"]

    withdraw = forms.ChoiceField(
        label=gettext_lazy("Retirer de X les messages de recherche"),
        choices=Withdraw.choices,
        initial=Withdraw.NOW,
        widget=forms.RadioSelect,
    )
    linked = AnyOf(label=gettext_lazy("Messages à retirer"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Motif du retrait"),
        help_text=gettext_lazy("Il reste dans l’historique ; vos collègues le lisent."),
        max_length=1000,
        required=False,
    )

    def offer(self, publication: Publication, family: Family) -> None:
        """Everything of the search; thanks stay."""
        search = [
            (pk, member, True)
            for pk, member in withdrawable(family, whole=True).items()
            if member.draft.follow_up != FollowUp.END_OF_SEARCH
        ]
        self._choose(search)
        if not search:
            del self.fields["withdraw"], self.fields["reason"]
            return
        category = publication.release.revision.signed.category
        self.fields["reason"].initial = (
            _("Personne retrouvée.")
            if category == Category.DISAPPEARANCE
            else _("Appel à témoins terminé.")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("withdraw", Withdraw.NOTHING) != Withdraw.NOTHING:
            if not cleaned.get("linked"):
                self.add_error("linked", _("Cochez ce qui est à retirer, ou ne retirez rien."))
            if not cleaned.get("reason"):
                self.add_error("reason", _("Dites pourquoi, en une phrase."))
        return cleaned


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
