"""The acts of the trail in words, said of the person who did them; each room adds its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from accounts.models import AuditEntry, Person

# Upper floors add their acts when they are loaded.
WORDS: dict[str, Sentence] = {
    "person.signed_in": gettext_lazy("s’est connecté"),
    "person.signed_out": gettext_lazy("s’est déconnecté"),
    "person.sign_in_failed": gettext_lazy("Essai de connexion refusé"),
    "person.created": gettext_lazy("a créé une personne"),
    "person.link_made": gettext_lazy("a établi un lien pour choisir un mot de passe"),
    "person.password_set": gettext_lazy("a choisi son mot de passe"),
    "person.ended": gettext_lazy("a fermé l’accès d’une personne"),
    "administrator.made": gettext_lazy("a nommé un administrateur"),
    "administrator.unmade": gettext_lazy("a retiré l’administration à une personne"),
    "seat.appointed": gettext_lazy("a attribué un siège"),
    "seat.vacated": gettext_lazy("a libéré un siège"),
    "supervision.named": gettext_lazy("a nommé un superviseur"),
    "supervision.ended": gettext_lazy("a retiré une supervision"),
    "account.added": gettext_lazy("a ajouté le département"),
    "account.rule_changed": gettext_lazy("a changé la règle d’accord"),
    "account.changed": gettext_lazy("a changé les réglages du compte"),
}


@dataclass(frozen=True)
class Line:
    """One row of the trail as the page shows it."""

    entry: AuditEntry
    words: Sentence
    about: list[str]


def lines(entries: list[AuditEntry]) -> list[Line]:
    """With the names of the people that the rows speak of: one query."""
    ids = {entry.details.get("person_id") for entry in entries}
    ids |= {entry.subject_id for entry in entries if entry.subject_type == "person"}
    names = dict(Person.objects.filter(pk__in=ids - {None}).values_list("pk", "name"))
    return [Line(entry, WORDS.get(entry.act, entry.act), about(entry, names)) for entry in entries]


def about(entry: AuditEntry, names: dict[int, str]) -> list[str]:
    """What the act was about: ids, digests, numbers; there is nothing else in the trail."""
    said: list[str] = []
    if entry.draft_id is not None:
        said.append(_("brouillon n° %(number)s") % {"number": entry.draft_id})
    if entry.subject_type == "person" and entry.subject_id != entry.actor_id:
        said.append(names.get(entry.subject_id or 0, ""))
    details: dict[str, Any] = dict(entry.details)
    if "person_id" in details:
        said.append(names.get(details.pop("person_id"), ""))
    if "number" in details and entry.subject_type == "seat":
        said.append(_("siège %(number)s") % {"number": details.pop("number")})
    if "before" in details and "after" in details:
        said.append(f"{details.pop('before')} → {details.pop('after')}")
    details.pop("address", None)
    said += [
        f"{name}={short(value)}" for name, value in sorted(details.items()) if value is not None
    ]
    return [words for words in said if words]


def short(value: Any) -> str:
    """A digest is told by its beginning."""
    if isinstance(value, list):
        return ", ".join(short(one) for one in value)
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text
