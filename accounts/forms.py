"""What people enter about people and departments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

from accounts.sign_ins import refuse_after_too_many


class SignInForm(AuthenticationForm):
    """By e-mail. A wrong address and a wrong password are told in the same words."""

    username = forms.EmailField(
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
        refuse_after_too_many(self.cleaned_data.get("username", ""))
        return super().clean()


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Django's, with its rules in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _(
            "Douze signes au moins, ni un mot de passe courant, ni votre nom ou votre adresse."
        )
