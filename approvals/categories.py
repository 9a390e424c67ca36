"""What each category asks of a message besides its text.

The values are part of the digest: people sign them. They are strings: a date is ISO 8601, a moment
too, in the account's zone, and a person is their id.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Person
from accounts.requests import parse_int
from accounts.timefmt import format_date, format_exact
from approvals.models.draft import Category

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: StrOrPromise
    help_text: StrOrPromise = ""
    kind: Literal["text", "past", "date", "moment", "person"] = "text"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together: asked of `required`, offered to `offered` as well."""

    name: str
    legend: StrOrPromise
    fields: tuple[Field, ...]
    required: frozenset[str]
    offered: frozenset[str] = frozenset()

    @property
    def categories(self) -> frozenset[str]:
        return self.required | self.offered


AGREEMENT = Group(
    "agreement",
    _("Accord du procureur"),
    (
        Field("agreement_by", _("Donné par"), _("Nom et fonction du magistrat.")),
        Field("agreement_on", _("Donné le"), _("Par exemple : 10 janvier, hier."), kind="past"),
        Field("agreement_scope", _("Ce qu’il couvre"), _("Les faits dont il permet de parler.")),
        Field(
            "agreement_document",
            _("Pièce (facultatif)"),
            _("Référence du courriel."),
            optional=True,
        ),
    ),
    required=frozenset({Category.JUDICIAL}),
    offered=frozenset({Category.OPERATION}),
)
SEARCH = Group(
    "search",
    _("Demande de l’autorité"),
    (
        Field("reference", _("Référence de la demande"), _("Numéro du parquet ou du service.")),
        Field("contact", _("Qui appeler"), _("Le numéro que le message donne.")),
        Field("removal_on", _("À retirer le"), _("Au plus tard ce jour-là."), kind="date"),
        Field("removal_by", _("Chargé du retrait"), kind="person"),
    ),
    required=frozenset({Category.DISAPPEARANCE, Category.WITNESSES}),
)
TRAFFIC = Group(
    "traffic",
    _("Circulation"),
    (Field("ends_at", _("Jusqu’à quand"), _("Par exemple : samedi 18 h."), kind="moment"),),
    required=frozenset({Category.TRAFFIC}),
)
GROUPS = (AGREEMENT, SEARCH, TRAFFIC)
FIELDS = {field.name: field for group in GROUPS for field in group.fields}


def value_in_words(field: Field, value: str, account: Account) -> str:
    """A stored value as people read it."""
    if field.kind in ("past", "date"):
        return format_date(dt.date.fromisoformat(value), "j F Y")
    if field.kind == "moment":
        return format_exact(dt.datetime.fromisoformat(value), account.zone)
    if field.kind == "person":
        person = Person.objects.filter(pk=parse_int(value) or 0).first()
        return person.name if person else "—"
    return value


def groups_of(category: str) -> list[Group]:
    return [group for group in GROUPS if category in group.categories]


def fields_of(category: str, values: dict[str, str]) -> dict[str, str]:
    """Of the values, those that the category asks for and that are filled."""
    names = [field.name for group in groups_of(category) for field in group.fields]
    return {name: values[name] for name in names if values.get(name)}


def missing_fields(category: str, values: dict[str, str]) -> list[Field]:
    """What a submission still wants: all of a required group, of an offered one all or nothing."""
    missing = []
    for group in groups_of(category):
        begun = any(values.get(field.name) for field in group.fields)
        if category in group.required or begun:
            missing += [f for f in group.fields if not f.optional and not values.get(f.name)]
    return missing


def field_missing() -> str:
    return gettext("À remplir : cette catégorie le demande.")


def has_agreement(category: str, values: dict[str, str]) -> bool:
    """Whether the prosecutor agreed, or the authority asked for the message."""
    asked = [g for g in groups_of(category) if g in (AGREEMENT, SEARCH)]
    return any(
        all(values.get(field.name) for field in group.fields if not field.optional)
        for group in asked
    )
