"""What administrators type about the rule of approval of a category."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Function
from approvals.models import Category


class CategoryRuleForm(forms.Form):
    category = forms.ChoiceField(
        label=_("Catégorie"), choices=[("", _("Choisir…")), *Category.choices]
    )
    required = forms.IntegerField(label=_("Nombre d’accords demandés"), min_value=1, max_value=9)
    function = forms.ChoiceField(
        label=_("Dont celui d’un"),
        required=False,
        choices=[("", _("superviseur, quelle que soit sa fonction")), *Function.choices],
        help_text=_("Vous donnez une fonction à un superviseur sur la page du département."),
    )
