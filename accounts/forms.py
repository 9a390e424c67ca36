"""What people enter about people and departments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.addresses import NotAnAddress, canonical_address
from accounts.audit_text import WORDS
from accounts.channels.chat import Room, Webhook
from accounts.clock import db_now
from accounts.departments import eligible
from accounts.errors import Invalid
from accounts.models import Account, ChannelChoice, Function, Person
from accounts.models.notice import BY_MAIL_ALONE, NoticeKind
from accounts.models.person import BY_FAMILY_NAME
from accounts.names import validate_name
from accounts.sign_ins import give_back, reserve_try
from accounts.time_zones import TIME_ZONES

MAX_YEAR = 2100


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AddressField(forms.EmailField):
    """Gives the canonical address."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        try:
            return canonical_address(typed) if typed else ""
        except NotAnAddress as refusal:
            raise ValidationError(str(refusal), code="invalid") from refusal


class SignInForm(AuthenticationForm):
    """By e-mail. A wrong address and a wrong password are told in the same words."""

    username = AddressField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        "invalid_login": _(
            "L’adresse électronique ou le mot de passe n’est pas le bon. Mot de passe oublié ? "
            "Demandez un nouveau lien à un administrateur."
        ),
        "inactive": _("Cet accès est fermé."),
    }

    def clean(self) -> dict[str, Any]:
        """A try is reserved before the password is looked at: that costs some processor."""
        address, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if self.request is None or not address or not password:
            return super().clean()
        reserved = reserve_try(self.request, address)
        cleaned = super().clean()
        give_back(reserved)
        return cleaned


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Django's, with its rules in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _(
            "Douze signes au moins, ni un mot de passe courant, ni votre nom ou votre adresse."
        )


class PersonForm(forms.Form):
    """Somebody new. That the address is free is asked here, and guarded by the database."""

    name = forms.CharField(
        label=_("Nom affiché"),
        max_length=120,
        validators=[validate_name],
        help_text=_("Prénom et nom, tels que les collègues les verront."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(
        label=_("Adresse électronique"),
        max_length=254,
        help_text=_("Elle sert à se connecter et à recevoir les courriels."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    administrator = forms.BooleanField(
        label=_("Administrateur"),
        required=False,
        help_text=_("N’a ni siège ni supervision, et ne lit aucun brouillon."),
    )


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both forms of a department ask of its name."""

    def clean_name(self) -> str:
        validate_name(self.cleaned_data["name"])
        return str(self.cleaned_data["name"])


class AccountForm(DepartmentForm):
    """A new department."""

    class Meta:
        model = Account
        fields = ["code", "name", "handle", "time_zone"]
        widgets = {"time_zone": forms.Select(choices=TIME_ZONES)}
        help_texts = {
            "code": _("Deux ou trois signes : 44, 2A, 974."),
            "name": _("Tel qu’on l’écrit : Loire-Atlantique."),
            "handle": _("Sans le @ : pnationale44."),
            "time_zone": _("Les horaires des brouillons se disent dans ce fuseau."),
        }

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()


class SettingsForm(DepartmentForm):
    class Meta:
        model = Account
        fields = ["name", "handle", "time_zone", "tolerance_minutes", "reply_settings"]
        widgets = {"time_zone": forms.Select(choices=TIME_ZONES)}
        help_texts = {
            "handle": _("Ne change plus une fois le compte connecté à X."),
            "time_zone": _("Les horaires des brouillons se disent dans ce fuseau."),
            "tolerance_minutes": _(
                "Un message qui ne peut partir dans ce délai après son heure n’est plus envoyé : "
                "des personnes décident."
            ),
            "reply_settings": _("Proposé à chaque nouveau brouillon."),
        }


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"


class AppointForm(forms.Form):
    """One person among those who may still be given a right on the account."""

    person = PersonChoice(
        label=_("Personne"), queryset=Person.objects.none(), empty_label=_("Choisir…")
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = eligible(account)  # type: ignore[attr-defined]


class FunctionForm(forms.Form):
    """What a supervisor is in their service."""

    function = forms.ChoiceField(
        label=_("Fonction"),
        required=False,
        choices=[("", _("aucune en particulier")), *Function.choices],
        help_text=_("La règle d’accord d’une catégorie peut demander l’accord d’une fonction."),
    )


class SupervisorForm(FunctionForm, AppointForm):
    """Somebody who is to supervise the account."""

    field_order = ("person", "function")


class CoverForm(AppointForm):
    """Who covers, from the first day to the last, both of them included."""

    first_day = forms.DateField(
        label=_("Premier jour"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=_("Dernier jour"),
        help_text=_("Le droit revient à la personne absente le lendemain à minuit."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.zone = account.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Le dernier jour vient avant le premier."))
        elif last and last < db_now().astimezone(self.zone).date():
            self.add_error("last_day", _("Le dernier jour est passé."))
        elif last and last.year > MAX_YEAR:
            self.add_error("last_day", _("C’est trop loin."))
        return cleaned

    @property
    def starts_at(self) -> dt.datetime:
        return dt.datetime.combine(self.cleaned_data["first_day"], dt.time.min, tzinfo=self.zone)

    @property
    def ends_at(self) -> dt.datetime:
        """The midnight after the last day, in the account's zone."""
        day = self.cleaned_data["last_day"] + dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time.min, tzinfo=self.zone)


class RuleForm(forms.Form):
    approvals_required = forms.IntegerField(
        label=_("Nombre d’accords demandés"), min_value=1, max_value=9
    )


class TrailForm(forms.Form):
    """What to look for in the trail; everything when nothing is asked."""

    account = forms.ModelChoiceField(
        label=_("Compte"), queryset=Account.objects.all(), required=False, empty_label=_("Tous")
    )
    person = PersonChoice(
        label=_("Par qui"),
        queryset=Person.objects.order_by(*BY_FAMILY_NAME),
        required=False,
        empty_label=_("Tout le monde"),
    )
    act = forms.ChoiceField(label=_("Acte"), required=False)
    since = forms.DateField(
        label=_("Depuis le"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Jusqu’au"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = sorted((str(words), code) for code, words in WORDS.items())
        choices = [("", _("Tous")), *((code, words) for words, code in acts)]
        self.fields["act"].choices = choices  # type: ignore[attr-defined]


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """What one channel may say, and the hours in which it says nothing."""

    kinds = forms.MultipleChoiceField(
        label=_("Prévenir de"),
        choices=[(k.value, k.label) for k in NoticeKind if k not in BY_MAIL_ALONE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ChannelChoice
        fields = ["kinds", "quiet_from", "quiet_until", "urgent_passes"]
        labels = {
            "quiet_from": _("Ne rien envoyer à partir de"),
            "quiet_until": _("jusqu’à"),
            "urgent_passes": _("Un avis urgent passe quand même"),
        }
        help_texts = {"quiet_from": _("Laissez les deux heures vides pour tout recevoir aussitôt.")}
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if not self.errors and (begins is None) != (ends is None):
            missing = "quiet_from" if begins is None else "quiet_until"
            self.add_error(missing, _("Donnez les deux heures, ou aucune."))
        if begins is not None and begins == ends:
            self.add_error("quiet_until", _("Les deux heures sont les mêmes."))
        return cleaned


class AddressForm(forms.Form):
    """Of one's own; `parsed` is what it came to."""

    def parse(self, cleaned: dict[str, Any]) -> Room | Webhook:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.parsed = self.parse(cleaned)
            except Invalid as refusal:
                self.add_error(next(iter(self.fields)), str(refusal))
        return cleaned


class RoomForm(AddressForm):
    server = forms.CharField(
        label=_("Serveur Matrix"), max_length=300, help_text=_("https://matrix.exemple.fr")
    )
    room = forms.CharField(
        label=_("Salon"), max_length=300, help_text=_("Son identifiant : !abc123:exemple.fr")
    )
    token = forms.CharField(
        label=_("Jeton d’accès"),
        max_length=500,
        help_text=_("Celui d’un compte qui peut écrire dans ce salon. Il est gardé chiffré."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def parse(self, cleaned: dict[str, Any]) -> Room:
        return Room.parse(cleaned["server"], cleaned["room"], cleaned["token"])


class WebhookForm(AddressForm):
    url = forms.CharField(
        label=_("Adresse du webhook"),
        max_length=1000,
        help_text=_("Elle reçoit chaque avis en JSON. Elle est gardée chiffrée."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def parse(self, cleaned: dict[str, Any]) -> Webhook:
        return Webhook.parse(cleaned["url"])
