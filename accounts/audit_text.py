"""The acts of the trail in words, said of the person who did them; each app adds its own."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from accounts.models import AuditEntry, Function, Person
from accounts.models.credential import Connection
from accounts.timefmt import PARIS, format_exact

# upper layers add their acts when they are loaded.
WORDS: dict[str, Sentence] = {
    "person.signed_in": gettext_lazy("s’est connecté"),
    "person.signed_out": gettext_lazy("s’est déconnecté"),
    "person.sign_in_failed": gettext_lazy("Essai de connexion refusé"),
    "person.created": gettext_lazy("a créé une personne"),
    "person.link_made": gettext_lazy("a établi un lien pour choisir un mot de passe"),
    "person.password_set": gettext_lazy("a choisi son mot de passe"),
    "person.password_replaced": gettext_lazy(
        "Mot de passe remplacé par la personne qui exploite le serveur"
    ),
    "person.ended": gettext_lazy("a fermé l’accès d’une personne"),
    "administrator.made": gettext_lazy("a nommé un administrateur"),
    "administrator.unmade": gettext_lazy("a retiré l’administration à une personne"),
    "seat.appointed": gettext_lazy("a attribué un siège"),
    "seat.vacated": gettext_lazy("a libéré un siège"),
    "supervision.named": gettext_lazy("a nommé un superviseur"),
    "supervision.function_changed": gettext_lazy("a changé la fonction d’un superviseur"),
    "supervision.ended": gettext_lazy("a retiré une supervision"),
    "cover.decided": gettext_lazy("a prêté un siège ou une supervision pendant une absence"),
    "cover.ended": gettext_lazy("Fin du remplacement"),
    "account.added": gettext_lazy("a ajouté le département"),
    "account.rule_changed": gettext_lazy("a changé la règle d’accord"),
    "account.changed": gettext_lazy("a changé les réglages du compte"),
    "notices.chosen": gettext_lazy("a choisi comment recevoir ses avis"),
    "address.added": gettext_lazy("a ajouté un appareil ou une messagerie pour ses avis"),
    "address.removed": gettext_lazy("a retiré un appareil ou une messagerie pour ses avis"),
    "account.seeded": gettext_lazy("Messages de la démonstration créés"),
    "account.period_seeded": gettext_lazy("Messages d’une période passée créés"),
}

# The details that name people.
PEOPLE = ("person_id", "covers_id", "author_before")

# How each detail of an act is said, and what its values are called; upper layers add theirs.
DETAILS: dict[str, Sentence] = {
    "before": gettext_lazy("auparavant : %(value)s"),
    "fields": gettext_lazy("ce qui a changé : %(value)s"),
    "starts_at": gettext_lazy("à partir du %(value)s"),
    "ends_at": gettext_lazy("jusqu’au %(value)s"),
    "function": gettext_lazy("fonction : %(value)s"),
}
VALUES: dict[str, dict[str, Sentence]] = {
    "before": {
        **dict(Connection.choices),
        **dict(Function.choices),
        "no_function": gettext_lazy("aucune fonction"),
    },
    "function": dict(Function.choices),
    "fields": {
        "name": gettext_lazy("nom du département"),
        "handle": gettext_lazy("nom du compte sur X"),
        "time_zone": gettext_lazy("fuseau horaire"),
        "tolerance_minutes": gettext_lazy("retard toléré"),
        "reply_settings": gettext_lazy("qui peut répondre"),
    },
}


@dataclass(frozen=True)
class TrailLine:
    """One row of the trail as the page shows it."""

    entry: AuditEntry
    words: Sentence
    about: list[str]


def lines(entries: list[AuditEntry]) -> list[TrailLine]:
    """With the names of the people that the rows speak of: one query."""
    ids = {entry.details.get(key) for entry in entries for key in PEOPLE}
    ids |= {entry.subject_id for entry in entries if entry.subject_type == "person"}
    names = dict(Person.objects.filter(pk__in=ids - {None}).values_list("pk", "name"))
    return [
        TrailLine(entry, WORDS.get(entry.act, entry.act), about(entry, names)) for entry in entries
    ]


def about(entry: AuditEntry, names: dict[int, str]) -> list[str]:
    """What the act was about: ids, digests, numbers; there is nothing else in the trail."""
    said: list[str] = []
    if entry.draft_id is not None:
        said.append(_("brouillon n° %(number)s") % {"number": entry.draft_id})
    if entry.subject_type == "person" and entry.subject_id != entry.actor_id:
        said.append(names.get(entry.subject_id or 0, ""))
    details: dict[str, Any] = dict(entry.details)
    for key in PEOPLE:
        if key in details:
            said.append(names.get(details.pop(key), ""))
    if "number" in details:
        said.append(_("siège %(number)s") % {"number": details.pop("number")})
    if "before" in details and "after" in details:
        before, after = (in_words("before", details.pop(key)) for key in ("before", "after"))
        said.append(f"{before} → {after}")
    details.pop("address", None)
    for name, value in sorted(details.items()):
        if words := in_words(name, value):
            said.append(str(DETAILS.get(name, f"{name}=%(value)s")) % {"value": words})
    return [words for words in said if words]


def in_words(name: str, value: Any) -> str:
    """The value as people say it; a digest by its beginning, nothing for what is not known. A
    moment is Paris's: the trail is of all accounts.
    """
    if isinstance(value, list):
        return ", ".join(in_words(name, item) for item in value)
    if isinstance(value, dict):
        none = _("sans réponse")
        return ", ".join(f"{key} ({none if item is None else item})" for key, item in value.items())
    text = "" if value is None else str(value)
    if name.endswith("_at"):
        with contextlib.suppress(ValueError):
            return format_exact(dt.datetime.fromisoformat(text), PARIS)
    if text and text in VALUES.get(name, {}):
        return str(VALUES[name][text])
    return f"{text[:12]}…" if len(text) == 64 else text
