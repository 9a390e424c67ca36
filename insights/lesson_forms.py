"""What people type of a lesson learned, to weigh one, to list some and to publish instructions."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.timefmt import format_date
from insights.actions.lessons import MAX_INSTRUCTION, MAX_NOTE
from insights.lessons import PENDING
from insights.models import LessonLearned, LessonSubject, LessonTheme, LessonVerdict


def _capitalised(label: Any) -> str:
    return str(label)[:1].upper() + str(label)[1:]


class LessonForm(forms.Form):
    """About a draft one says whether the message or its debate is meant; else which month."""

    subject = forms.ChoiceField(
        label=gettext_lazy("Ce retour porte sur"),
        choices=[(one, one.label) for one in (LessonSubject.MESSAGE, LessonSubject.DEBATE)],
        initial=LessonSubject.MESSAGE,
        widget=forms.RadioSelect,
    )
    month = forms.ChoiceField(label=gettext_lazy("Mois"))
    theme = forms.ChoiceField(
        label=gettext_lazy("Thème"),
        choices=[("", gettext_lazy("Choisissez…")), *LessonTheme.choices],
    )
    note = forms.CharField(
        label=gettext_lazy("Ce qui s’est passé, et ce que vous en retenez"),
        max_length=MAX_NOTE,
        help_text=gettext_lazy("Les personnes du compte le lisent ; ne jugez personne."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    instruction = forms.CharField(
        label=gettext_lazy("Instruction proposée (facultatif)"),
        max_length=MAX_INSTRUCTION,
        required=False,
        help_text=gettext_lazy(
            "Une consigne pour tous les comptes. Une fois retenue, elle peut être publiée dans "
            "l’aide : n’y nommez ni personne ni affaire."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, months: list[dt.date], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        if not months:
            del self.fields["month"]
            return
        del self.fields["subject"]
        field = cast(forms.ChoiceField, self.fields["month"])
        field.choices = [
            (f"{month:%Y-%m}", _capitalised(format_date(month, "F Y"))) for month in months
        ]

    def typed(self) -> dict[str, Any]:
        """As the action takes it."""
        typed = dict(self.cleaned_data)
        if "month" in typed:
            typed["month"] = dt.date.fromisoformat(f"{typed['month']}-01")
            typed["subject"] = LessonSubject.MONTH
        return typed


class WeighForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("Ce retour d’expérience est"),
        choices=[
            (LessonVerdict.KEPT, gettext_lazy("à retenir")),
            (LessonVerdict.SET_ASIDE, gettext_lazy("à écarter")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Dites pourquoi, en une phrase.")},
    )


class LessonFilterForm(forms.Form):
    """Which lessons to list."""

    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("État"),
        required=False,
        choices=[
            ("", gettext_lazy("Tous")),
            (PENDING, gettext_lazy("à peser")),
            *LessonVerdict.choices,
        ],
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Thème"),
        required=False,
        choices=[("", gettext_lazy("Tous")), *LessonTheme.choices],
    )

    def __init__(self, accounts: list[Account], data: Any) -> None:
        super().__init__(data)
        if len(accounts) < 2:  # nobody is asked which
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]


class EditionForm(forms.Form):
    """Which of the kept instructions make the edition of this number."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    lessons = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Instructions de cette édition"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choisissez au moins une instruction.")},
    )

    def __init__(
        self, lessons: list[LessonLearned], data: Any = None, *, number: int | None = None
    ) -> None:
        every = [lesson.pk for lesson in lessons]
        super().__init__(data, initial={"number": number, "lessons": every})
        field = cast(forms.TypedMultipleChoiceField, self.fields["lessons"])
        field.choices = [
            (
                lesson.pk,
                _("%(theme)s, @%(handle)s : %(text)s")
                % {
                    "theme": _capitalised(lesson.get_theme_display()),
                    "handle": lesson.account.handle,
                    "text": lesson.instruction,
                },
            )
            for lesson in lessons
        ]
