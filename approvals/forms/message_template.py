"""What people type of a template, of its slots, and to fill one in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import db_now
from accounts.timefmt import format_date, format_hour
from approvals.actions.message_templates import MAX_TEMPLATE, MAX_TITLE, TemplateContent
from approvals.models import Category, MessageTemplate
from approvals.recurrence import Every
from approvals.slots import (
    MAX_CHOICE,
    MAX_CHOICES,
    MAX_NUMBER,
    MAX_SLOTS,
    MAX_TEXT,
    Slot,
    SlotKind,
    names_in,
)
from approvals.tweet_text import normalise_typed
from approvals.typed_time import Unreadable, parse_day, parse_hour

# What a slot of this name most likely holds.
KINDS_BY_NAME = {
    "lieu": SlotKind.PLACE,
    "commune": SlotKind.PLACE,
    "rue": SlotKind.PLACE,
    "date": SlotKind.DATE,
    "jour": SlotKind.DATE,
    "heure": SlotKind.HOUR,
    "nombre": SlotKind.NUMBER,
}
MAXIMUM = {SlotKind.TEXT: 60, SlotKind.NUMBER: 999}


class TemplateForm(forms.Form):
    """The slots are those that the text names: each has a row once the text was read."""

    title = forms.CharField(
        label=gettext_lazy("Nom du modèle"),
        max_length=MAX_TITLE,
        help_text=gettext_lazy("Par exemple : route coupée, volets d’été."),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        choices=[("", gettext_lazy("Choisissez…")), *Category.choices],
    )
    text = forms.CharField(
        label=gettext_lazy("Texte"),
        max_length=MAX_TEMPLATE,
        help_text=gettext_lazy(
            "Entre crochets, ce qui change : « Route coupée à [lieu] jusqu’à [heure]. »"
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("Revient"),
        required=False,
        choices=[("", gettext_lazy("quand il le faut")), *Every.choices],
    )
    first_on = forms.CharField(
        label=gettext_lazy("À partir du"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Ce jour-là, puis chaque mois ou chaque année. Exemple : 1er mars."),
    )
    at_hour = forms.CharField(
        label=gettext_lazy("Heure"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Par exemple : 18 h."),
    )

    def __init__(
        self,
        zone: ZoneInfo,
        data: Mapping[str, str] | None = None,
        old: MessageTemplate | None = None,
    ) -> None:
        self.zone = zone
        text = data.get("text", "") if data is not None else old.text if old else ""
        self.names = names_in(normalise_typed(text[:MAX_TEMPLATE]))[:MAX_SLOTS]
        known = _typed_rows(data) if data is not None else _rows_of(old)
        # Whether somebody said of each slot what it takes.
        self.is_complete = all(name in known for name in self.names)
        rows = _numbered({name: known.get(name) or _guess(name) for name in self.names})
        if data is None:
            super().__init__(initial={**_initial(old), **rows})
        else:
            kept = {name: data.get(name, "") for name in type(self).base_fields}
            super().__init__({**kept, **rows})
        for number, name in enumerate(self.names):
            self._add_row(number, name)

    def _add_row(self, number: int, name: str) -> None:
        words = {"name": name}
        self.fields[f"slot-{number}"] = forms.CharField(widget=forms.HiddenInput)
        self.fields[f"kind-{number}"] = forms.ChoiceField(
            label=_("Champ « %(name)s » : ce qu’il reçoit") % words, choices=SlotKind.choices
        )
        self.fields[f"maximum-{number}"] = forms.IntegerField(
            label=_("Champ « %(name)s » : au plus") % words,
            required=False,
            min_value=1,
            max_value=MAX_NUMBER,
            help_text=_("Le nombre de signes d’un texte, ou le plus grand nombre."),
        )
        self.fields[f"choices-{number}"] = forms.CharField(
            label=_("Champ « %(name)s » : les choix") % words,
            required=False,
            max_length=MAX_CHOICES * (MAX_CHOICE + 1),
            help_text=_("Séparés par un point-virgule : nord ; sud ; est."),
        )

    def rows(self) -> list[tuple[str, list[BoundField]]]:
        """The name of each slot, and its fields."""
        keys = ("slot", "kind", "maximum", "choices")
        return [
            (name, [self[f"{key}-{number}"] for key in keys])
            for number, name in enumerate(self.names)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        slots = [self._read_slot(cleaned, number, name) for number, name in enumerate(self.names)]
        cleaned["slots"] = tuple(slots)
        cleaned |= {"first": None, "hour": None}
        if cleaned.get("every"):
            cleaned["first"] = self._read("first_on", cleaned)
            cleaned["hour"] = self._read("at_hour", cleaned)
        return cleaned

    def _read_slot(self, cleaned: dict[str, Any], number: int, name: str) -> Slot:
        kind = cleaned.get(f"kind-{number}") or SlotKind.TEXT
        maximum, choices = 0, tuple[str, ...]()
        if kind in MAXIMUM:
            maximum = cleaned.get(f"maximum-{number}") or 0
        if kind == SlotKind.CHOICE:
            typed = normalise_typed(cleaned.get(f"choices-{number}") or "").split(";")
            choices = tuple(filter(None, (" ".join(choice.split()) for choice in typed)))
        slot = Slot(name, kind, maximum, choices)
        if not slot.is_bounded and not {f"kind-{number}", f"maximum-{number}"} & set(self.errors):
            if kind == SlotKind.CHOICE:
                self.add_error(
                    f"choices-{number}",
                    _("De deux à douze choix différents, de 60 signes au plus chacun."),
                )
            else:
                most = MAX_TEXT if kind == SlotKind.TEXT else MAX_NUMBER
                self.add_error(
                    f"maximum-{number}", _("Écrivez un nombre de 1 à %(most)d.") % {"most": most}
                )
        return slot

    def _read(self, name: str, cleaned: dict[str, Any]) -> dt.date | dt.time | None:
        typed = cleaned.get(name, "").strip()
        try:
            if not typed:
                raise Unreadable(_("À remplir pour un modèle qui revient."))
            if name == "at_hour":
                return parse_hour(typed)
            return parse_day(typed, db_now().astimezone(self.zone).date()).day
        except Unreadable as error:
            self.add_error(name, str(error))
        return None

    def content(self) -> TemplateContent:
        cleaned = self.cleaned_data
        return TemplateContent(
            title=cleaned["title"],
            category=cleaned["category"],
            text=cleaned["text"],
            slots=cleaned["slots"],
            every=cleaned["every"],
            first_on=cleaned["first"],
            at_hour=cleaned["hour"],
        )


def _guess(name: str) -> dict[str, str]:
    kind = KINDS_BY_NAME.get(name.casefold(), SlotKind.TEXT)
    return {"kind": kind, "maximum": str(MAXIMUM.get(kind, "")), "choices": ""}


def _typed_rows(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By the name of the slot: the text may have changed since the rows were shown."""
    return {
        normalise_typed(data[f"slot-{number}"]): {
            key: data.get(f"{key}-{number}", "") for key in ("kind", "maximum", "choices")
        }
        for number in range(MAX_SLOTS)
        if f"slot-{number}" in data
    }


def _rows_of(old: MessageTemplate | None) -> dict[str, dict[str, str]]:
    return {
        slot.name: {
            "kind": slot.kind,
            "maximum": str(slot.maximum or ""),
            "choices": " ; ".join(slot.choices),
        }
        for slot in (old.filled_with if old else ())
    }


def _numbered(rows: dict[str, dict[str, str]]) -> dict[str, str]:
    found = {}
    for number, (name, row) in enumerate(rows.items()):
        found[f"slot-{number}"] = name
        found |= {f"{key}-{number}": value for key, value in row.items()}
    return found


def _initial(old: MessageTemplate | None) -> dict[str, str]:
    if old is None:
        return {}
    return {
        "title": old.title,
        "category": old.category,
        "text": old.text,
        "every": old.every,
        "first_on": format_date(old.first_on, "j F Y") if old.first_on else "",
        "at_hour": format_hour(old.at_hour) if old.at_hour else "",
    }


class FillForm(forms.Form):
    """One field for each slot of a template, named by its place."""

    def __init__(self, template: MessageTemplate, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.slots = template.filled_with
        self.zone = template.account.zone
        for number, slot in enumerate(self.slots):
            self.fields[f"slot-{number}"] = _field_of(slot)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        today = db_now().astimezone(self.zone).date()
        for number, slot in enumerate(self.slots):
            try:
                slot.parse(cleaned.get(f"slot-{number}", ""), today)
            except Unreadable as error:
                self.add_error(f"slot-{number}", str(error))
        return cleaned

    def typed(self) -> dict[str, str]:
        """By the name of the slot, as the action reads it once more."""
        return {
            slot.name: self.cleaned_data[f"slot-{number}"] for number, slot in enumerate(self.slots)
        }


HINTS = {
    SlotKind.DATE: gettext_lazy("Par exemple : 31/12/2026, 31 décembre, lundi, demain."),
    SlotKind.HOUR: gettext_lazy("Par exemple : 18 h, 18:00, 8 h 30, midi."),
}


def _field_of(slot: Slot) -> forms.Field:
    label = slot.name[:1].upper() + slot.name[1:]
    if slot.kind == SlotKind.CHOICE:
        choices = [("", _("Choisissez…")), *((choice, choice) for choice in slot.choices)]
        # What is wrong is said once, by the slot itself.
        return forms.CharField(label=label, required=False, widget=forms.Select(choices=choices))
    hint = HINTS.get(cast(SlotKind, slot.kind), slot.bound_words)
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, required=False, help_text=hint, widget=widget)
