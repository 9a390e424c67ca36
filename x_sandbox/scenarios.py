"""The faults in words, for the page of switches: what a person can choose there."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from x_sandbox.switches import FAULTS, Fault

Words = str | Promise


@dataclass(frozen=True)
class Scenario:
    slug: str
    words: Words
    fault: dict[str, Any]


def _s(slug: str, words: Words, fault: str, **options: Any) -> Scenario:
    return Scenario(slug, words, {"fault": fault, **options})


GROUPS: list[tuple[Words, list[Scenario]]] = [
    (
        _("L’envoi reste sans réponse"),
        [
            _s("timeout-before", _("X ne répond pas, le tweet n’est pas parti"), "timeout"),
            _s("timeout-after", _("X ne répond pas, mais le tweet est parti"), "timeout",
               when="after"),
            _s("reset-before", _("Connexion coupée, le tweet n’est pas parti"), "reset"),
            _s("reset-after", _("Connexion coupée, mais le tweet est parti"), "reset",
               when="after"),
            _s("slow", _("X répond après cinq secondes"), "latency", ms=5000),
            _s("late", _("X accepte le tweet après trente secondes"), "latency", ms=30000),
            _s("loris", _("Le tweet est parti, la réponse arrive lettre par lettre"),
               "slow_loris"),
            _s("hold-before", _("X retient l’envoi jusqu’à votre feu vert"), "hold"),
            _s("hold-after", _("Le tweet est parti, X retient sa réponse jusqu’à votre feu vert"),
               "hold", when="after"),
        ],
    ),
    (
        _("L’envoi reçoit une réponse illisible"),
        [
            _s("500-before", _("Erreur 500, le tweet n’est pas parti"), "status", status=500),
            _s("503-before", _("Erreur 503, le tweet n’est pas parti"), "status", status=503),
            _s("503-after", _("Erreur 503, mais le tweet est parti"), "status", status=503,
               when="after"),
            _s("502-after", _("Erreur 502, mais le tweet est parti"), "status", status=502,
               when="after"),
            _s("empty", _("Le tweet est parti, la réponse est vide"), "body", body="empty"),
            _s("html", _("Le tweet est parti, la réponse est une page web"), "body", body="html"),
            _s("truncated", _("Le tweet est parti, la réponse est coupée"), "body",
               body="truncated"),
            _s("errors", _("Le tweet est parti, la réponse ne dit que des erreurs"), "body",
               body="errors"),
            _s("redirect", _("X renvoie vers une autre adresse"), "redirect"),
        ],
    ),
    (
        _("X refuse l’envoi"),
        [
            _s("429", _("Trop de tweets, X dit de revenir dans une minute"), "rate_limited",
               reset=60),
            _s("429-blind", _("Trop de tweets, X ne dit pas quand revenir"), "rate_limited",
               reset=None),
            _s("duplicate", _("X dit que ce tweet existe déjà"), "duplicate"),
            _s("not-permitted", _("X dit que ce tweet n’est pas permis"), "not_permitted"),
            _s("parent", _("X ne voit pas le tweet auquel on répond"), "parent_invisible"),
        ],
    ),
    (
        _("Le compte ou l’application"),
        [
            _s("revoked", _("Jeton révoqué, toute demande est refusée"), "unauthorized"),
            _s("suspended", _("Compte suspendu"), "suspended"),
            _s("credits", _("Crédits épuisés"), "credits"),
        ],
    ),
    (
        _("Après la publication"),
        [
            _s("altered", _("X change le texte du prochain tweet"), "altered"),
            _s("vanished", _("X fait disparaître le prochain tweet"), "vanished"),
            _s("timeline-503", _("Le fil est illisible, erreur 503"), "status", on="timeline",
               status=503),
            _s("timeline-404", _("Le fil est introuvable, erreur 404"), "status", on="timeline",
               status=404),
            _s("timeline-429", _("Le fil a été trop lu, erreur 429"), "rate_limited",
               on="timeline"),
            _s("delete-500", _("La suppression échoue, erreur 500"), "status", on="delete",
               status=500),
            _s("delete-404", _("La suppression échoue, erreur 404"), "status", on="delete",
               status=404),
            _s("delete-false", _("X répond qu’il n’a pas supprimé"), "delete_false"),
        ],
    ),
]  # fmt: skip

SCENARIOS = {scenario.slug: scenario for _words, group in GROUPS for scenario in group}

OPERATION_NAMES: dict[str, Words] = {
    "post": _("Envoi d’un tweet"),
    "delete": _("Suppression"),
    "me": _("Vérification du compte"),
    "timeline": _("Lecture du fil"),
    "posts": _("Lecture de tweets"),
    "upload": _("Envoi d’une image"),
    "metadata": _("Texte alternatif"),
}


FAULT_NAMES: dict[str, Words] = {
    "latency": _("lenteur"),
    "timeout": _("sans réponse"),
    "reset": _("connexion coupée"),
    "hold": _("retenue"),
    "status": _("erreur"),
    "body": _("réponse illisible"),
    "slow_loris": _("lettre par lettre"),
    "rate_limited": _("limite atteinte"),
    "unauthorized": _("jeton révoqué"),
    "credits": _("crédits épuisés"),
    "suspended": _("compte suspendu"),
    "duplicate": _("doublon"),
    "not_permitted": _("non permis"),
    "parent_invisible": _("parent invisible"),
    "redirect": _("redirection"),
    "altered": _("texte changé"),
    "vanished": _("tweet disparu"),
    "delete_false": _("non supprimé"),
}


def describe(fault: Fault) -> Words:
    """The scenario a fault came from, in words; tests set finer ones, named with their options."""
    for scenario in SCENARIOS.values():
        asked = dict(scenario.fault)
        name = asked.pop("fault")
        on = [asked.pop("on", FAULTS[name][0])]
        if name == fault.fault and on == fault.on and FAULTS[name][1] | asked == fault.options:
            return scenario.words
    options = "".join(f", {key} {value}" for key, value in fault.options.items() if value != "")
    return format_lazy("{} ({}{})", FAULT_NAMES[fault.fault], ", ".join(fault.on), options)
