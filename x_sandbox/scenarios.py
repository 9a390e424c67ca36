"""The faults in words, for the page of switches: what a person can choose there."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from x_sandbox.switches import Fault

Words = str | Promise


@dataclass(frozen=True)
class Scenario:
    """What a person chooses; `also` are faults that come along."""

    slug: str
    words: Words
    fault: dict[str, Any]
    also: tuple[dict[str, Any], ...] = ()

    @property
    def faults(self) -> tuple[dict[str, Any], ...]:
        return (self.fault, *self.also)


def _s(slug: str, words: Words, fault: str, **options: Any) -> Scenario:
    return Scenario(slug, words, {"fault": fault, **options})


def _body(on: str, slug: str, words: Words) -> Scenario:
    return _s(f"{on}-{slug}".replace("_", "-"), words, "body", on=on, body=slug)


def _refused(slug: str, words: Words, on: str = "post") -> Scenario:
    return _s(f"refused-{slug}".replace("_", "-"), words, "refused", on=on, why=slug)


def _partial(slug: str, words: Words) -> Scenario:
    return _s(f"partial-{slug}".replace("_", "-"), words, "partial", why=slug)


GROUPS: list[tuple[Words, list[Scenario]]] = [
    (
        _("L’envoi reste sans réponse"),
        [
            _s("timeout-before", _("X ne répond pas, le tweet n’est pas parti"), "timeout"),
            _s(
                "timeout-after",
                _("X ne répond pas, mais le tweet est parti"),
                "timeout",
                when="after",
            ),
            _s("reset-before", _("Connexion coupée, le tweet n’est pas parti"), "reset"),
            _s(
                "reset-after", _("Connexion coupée, mais le tweet est parti"), "reset", when="after"
            ),
            _s("slow", _("X répond après cinq secondes"), "latency", ms=5000),
            _s("late", _("X accepte le tweet après trente secondes"), "latency", ms=30000),
            _s("loris", _("Le tweet est parti, la réponse arrive lettre par lettre"), "slow_loris"),
            _s("hold-before", _("X retient l’envoi jusqu’à votre feu vert"), "hold"),
            _s(
                "hold-after",
                _("Le tweet est parti, X retient sa réponse jusqu’à votre feu vert"),
                "hold",
                when="after",
            ),
        ],
    ),
    (
        _("L’envoi reçoit une réponse illisible"),
        [
            _s("500-before", _("Erreur 500, le tweet n’est pas parti"), "status", status=500),
            _s("503-before", _("Erreur 503, le tweet n’est pas parti"), "status", status=503),
            _s(
                "503-after",
                _("Erreur 503, mais le tweet est parti"),
                "status",
                status=503,
                when="after",
            ),
            _s(
                "502-after",
                _("Erreur 502, mais le tweet est parti"),
                "status",
                status=502,
                when="after",
            ),
            _s("empty", _("Le tweet est parti, la réponse est vide"), "body", body="empty"),
            _s("html", _("Le tweet est parti, la réponse est une page web"), "body", body="html"),
            _s(
                "truncated",
                _("Le tweet est parti, la réponse est coupée"),
                "body",
                body="truncated",
            ),
            _s(
                "errors",
                _("Le tweet est parti, la réponse ne dit que des erreurs"),
                "body",
                body="errors",
            ),
            _body(
                "post",
                "odd_digits",
                _("Le tweet est parti, son numéro est en chiffres d’une autre écriture"),
            ),
            _body("post", "numbers", _("Le tweet est parti, son numéro n’est pas une chaîne")),
            _body("post", "swapped", _("Le tweet est parti, la réponse est une liste")),
            _body("post", "nested", _("Le tweet est parti, la réponse a cent mille crochets")),
            _s("redirect", _("X renvoie vers une autre adresse"), "redirect"),
        ],
    ),
    (
        _("X refuse ce tweet"),
        [
            _s("duplicate", _("X dit que ce tweet existe déjà"), "duplicate"),
            _refused("187", _("X dit que ce tweet existe déjà (code 187)")),
            _s("not-permitted", _("X dit que ce tweet n’est pas permis"), "not_permitted"),
            _s("parent", _("X ne voit pas le tweet auquel on répond"), "parent_invisible"),
            _refused("reply_not_allowed", _("X ne permet pas de répondre à ce tweet")),
            _refused("unknown_403", _("X refuse sans dire pourquoi, erreur 403")),
            _refused("unknown_400", _("X refuse sans dire pourquoi, erreur 400")),
        ],
    ),
    (
        _("X refuse le compte, l’application ou le réseau"),
        [
            _s("revoked", _("Jeton révoqué, toute demande est refusée"), "unauthorized"),
            _s("suspended", _("Compte suspendu"), "suspended"),
            _refused("326", _("Compte verrouillé pour un temps (code 326)")),
            _s("credits", _("Crédits épuisés"), "credits"),
            _refused("185", _("Limite du jour atteinte (code 185)")),
            _refused("344", _("Limite du jour atteinte (code 344)")),
            _refused("226", _("Envoi jugé automatique (code 226)")),
            _refused("261", _("Application sans droit d’écrire (code 261)")),
            _refused("453", _("Niveau d’accès insuffisant (code 453)")),
            _refused("oauth1_permissions", _("Droits de l’application insuffisants")),
            _refused("client_not_enrolled", _("Application rattachée à aucun projet")),
            _refused("unsupported_authentication", _("Signature non admise à cette adresse")),
            _refused("usage_capped", _("Plafond mensuel atteint, erreur 429")),
            _refused("usage_capped_403", _("Plafond mensuel atteint, erreur 403")),
            _refused("cloudflare", _("Page de blocage de Cloudflare, erreur 403")),
            _refused("proxy", _("Page de refus d’un proxy, erreur 403")),
        ],
    ),
    (
        _("X limite les envois"),
        [
            _s(
                "429",
                _("Trop de tweets, X dit de revenir dans une minute"),
                "rate_limited",
                reset=60,
            ),
            _s(
                "429-daily",
                _("Limite du jour, X dit de revenir dans une minute"),
                "rate_limited",
                reset=60,
                daily=True,
            ),
            _s(
                "429-blind",
                _("Trop de tweets, X ne dit pas quand revenir"),
                "rate_limited",
                reset=None,
            ),
            _s(
                "429-milliseconds",
                _("Trop de tweets, l’heure du retour est en millisecondes"),
                "rate_limited",
                says="milliseconds",
            ),
            _s(
                "429-year",
                _("Trop de tweets, X dit de revenir dans un an"),
                "rate_limited",
                says="year",
            ),
            _s(
                "429-past",
                _("Trop de tweets, l’heure du retour est passée"),
                "rate_limited",
                says="past",
            ),
            _s(
                "429-negative",
                _("Trop de tweets, l’heure du retour est négative"),
                "rate_limited",
                says="negative",
            ),
            _s(
                "429-nan",
                _("Trop de tweets, l’heure du retour est « nan »"),
                "rate_limited",
                says="nan",
            ),
            _s(
                "429-infinite",
                _("Trop de tweets, l’heure du retour est « 1e999 »"),
                "rate_limited",
                says="infinite",
            ),
            _s(
                "429-words",
                _("Trop de tweets, l’heure du retour est en toutes lettres"),
                "rate_limited",
                says="words",
            ),
        ],
    ),
    (
        _("Le fil se tait ou ment"),
        [
            _s(
                "timeline-503",
                _("Le fil est illisible, erreur 503"),
                "status",
                on="timeline",
                status=503,
            ),
            _s(
                "timeline-404",
                _("Le fil est introuvable, erreur 404"),
                "status",
                on="timeline",
                status=404,
            ),
            _s(
                "timeline-429", _("Le fil a été trop lu, erreur 429"), "rate_limited", on="timeline"
            ),
            _body("timeline", "denied", _("Le fil ne dit que « Authorization Error »")),
            _body("timeline", "suspended_user", _("Le fil ne dit que « User has been suspended »")),
            _body("timeline", "errors", _("Le fil ne dit qu’une erreur interne")),
            _body("timeline", "partly", _("Le fil est donné avec une erreur à côté")),
            _body("timeline", "nothing", _("Le fil est un objet vide")),
            _body("timeline", "data_null", _("Le fil est nul")),
            _body("timeline", "no_meta", _("Le fil ne dit pas combien il a de tweets")),
            _body(
                "timeline", "wrong_count", _("Le fil annonce un tweet de plus qu’il n’en montre")
            ),
            _body("timeline", "no_rows", _("Le fil annonce des tweets et n’en montre aucun")),
            _body("timeline", "endless", _("La page du fil est vide et une autre est annoncée")),
            _body("timeline", "bad_row", _("Un tweet du fil est illisible")),
            _body("timeline", "null_row", _("Un tweet du fil est nul")),
            _body("timeline", "null_urls", _("Les liens du fil sont nuls")),
            _body("timeline", "other_author", _("Les tweets du fil sont d’un autre compte")),
            _body(
                "timeline",
                "odd_digits",
                _("Les numéros du fil sont en chiffres d’une autre écriture"),
            ),
            _body("timeline", "numbers", _("Les nombres du fil sont des chaînes, et l’inverse")),
            _body("timeline", "swapped", _("Le fil est un objet au lieu d’une liste")),
            _body("timeline", "nested", _("Le fil a cent mille crochets")),
            _body("timeline", "html", _("Le fil est une page web")),
        ],
    ),
    (
        _("La lecture d’un tweet en ligne ment"),
        [
            _partial("not_found", _("X dit que le tweet n’existe pas")),
            _partial("denied", _("X dit que le tweet n’est pas à lire")),
            _partial("suspended", _("X dit que le compte est suspendu")),
            _partial("unavailable", _("X dit que le tweet est indisponible")),
            _partial("service", _("X dit que son service est indisponible")),
            _partial("no_id", _("X dit qu’un tweet n’existe pas, sans dire lequel")),
            _partial("of_another", _("X dit qu’un autre tweet n’existe pas")),
            _partial("silent", _("X ne dit rien du tweet")),
            _body("posts", "wrong_count", _("X annonce un tweet de plus qu’il n’en montre")),
            _body("posts", "bad_row", _("Le tweet est illisible")),
            _body("posts", "nothing", _("La réponse est un objet vide")),
            _body("posts", "html", _("La réponse est une page web")),
        ],
    ),
    (
        _("Après la publication"),
        [
            _s("altered", _("X change le texte du prochain tweet"), "altered"),
            _s("vanished", _("X fait disparaître le prochain tweet"), "vanished"),
        ],
    ),
    (
        _("Le retrait échoue ou ment"),
        [
            _s(
                "delete-500",
                _("La suppression échoue, erreur 500"),
                "status",
                on="delete",
                status=500,
            ),
            _s(
                "delete-404",
                _("La suppression échoue, erreur 404"),
                "status",
                on="delete",
                status=404,
            ),
            _s(
                "delete-unavailable",
                _("Erreur 404 et « Service Unavailable », le tweet reste en ligne"),
                "delete_unavailable",
            ),
            _s("delete-false", _("X répond qu’il n’a pas supprimé"), "delete_false"),
            Scenario(
                "delete-false-unseen",
                _("X répond qu’il n’a pas supprimé, et que le tweet n’existe pas"),
                {"fault": "delete_false"},
                ({"fault": "partial", "why": "not_found"},),
            ),
            _s(
                "delete-pretended",
                _("X répond qu’il a supprimé, le tweet reste en ligne"),
                "delete_pretended",
            ),
        ],
    ),
    (
        _("Les images"),
        [
            _s(
                "alt-html",
                _("Le texte alternatif se perd, la réponse est une page web"),
                "alt_ignored",
                body="html",
            ),
            _s(
                "alt-errors",
                _("Le texte alternatif se perd, la réponse ne dit que des erreurs"),
                "alt_ignored",
                body="errors",
            ),
            _s(
                "alt-bare",
                _("Le texte alternatif se perd, la réponse n’en dit rien"),
                "alt_ignored",
                body="bare",
            ),
            _s(
                "alt-whole",
                _("Le texte alternatif se perd, la réponse dit le contraire"),
                "alt_ignored",
            ),
            _refused("alt_refused", _("X refuse le texte alternatif"), on="metadata"),
            _s(
                "captions-errors",
                _("Les sous-titres se perdent, la réponse ne dit que des erreurs"),
                "captions_ignored",
            ),
            _refused("captions_refused", _("X refuse les sous-titres"), on="subtitles"),
            _s(
                "processing-failed",
                _("X n’arrive pas à traiter le GIF ou la vidéo"),
                "processing_failed",
            ),
            _refused("media_invalid", _("X ne connaît pas l’image au moment de l’envoi")),
            _body(
                "upload",
                "odd_digits",
                _("Le numéro de l’image est en chiffres d’une autre écriture"),
            ),
        ],
    ),
]

SCENARIOS = {scenario.slug: scenario for _words, group in GROUPS for scenario in group}

OPERATION_NAMES: dict[str, Words] = {
    "post": _("Envoi d’un tweet"),
    "delete": _("Suppression"),
    "me": _("Vérification du compte"),
    "timeline": _("Lecture du fil"),
    "posts": _("Lecture de tweets"),
    "upload": _("Envoi d’une image"),
    "metadata": _("Texte alternatif"),
    "subtitles": _("Sous-titres"),
    "initialize": _("Début d’un envoi par morceaux"),
    "append": _("Envoi d’un morceau"),
    "finalize": _("Fin d’un envoi par morceaux"),
    "status": _("État d’un envoi par morceaux"),
    "*": _("Toute demande"),
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
    "delete_unavailable": _("retrait indisponible"),
    "delete_pretended": _("faux retrait"),
    "partial": _("lecture partielle"),
    "refused": _("refus"),
    "alt_ignored": _("texte alternatif perdu"),
    "captions_ignored": _("sous-titres perdus"),
    "processing_failed": _("traitement en échec"),
}


def describe(fault: Fault) -> Words:
    """The scenario a fault came from, in words; tests set finer ones, named with their options."""
    if scenario := SCENARIOS.get(fault.scenario):
        return scenario.words
    options = "".join(f", {key} {value}" for key, value in fault.options.items() if value != "")
    return format_lazy("{} ({}{})", FAULT_NAMES[fault.fault], ", ".join(fault.on), options)


LINK_FORM_NAMES: dict[str, Words] = {
    "written": _("telle qu’elle est écrite"),
    "lower": _("le nom de domaine en minuscules"),
    "punycode": _("le nom de domaine en punycode"),
    "encoded": _("le chemin encodé avec des %"),
    "slash": _("avec une barre à la fin du domaine"),
    "canonical": _("tout cela à la fois"),
    "unwound": _("avec l’adresse d’arrivée à côté"),
    "short": _("en abrégé seulement"),
}
