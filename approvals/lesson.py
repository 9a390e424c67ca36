"""The lesson of five minutes: the rules in short, and six faulty texts to mend.

Texts and answers are French: they are not translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Rule:
    title: StrOrPromise
    sentence: StrOrPromise
    checks: tuple[str, ...]  # whose pages say more


@dataclass(frozen=True, slots=True)
class Exercise:
    """A text in which these checks find something, and one of the ways to mend it."""

    title: StrOrPromise
    checks: tuple[str, ...]
    text: str
    hint: StrOrPromise
    answer: str


RULES = (
    Rule(
        _("L’enquête est secrète"),
        _(
            "Rien d’une affaire sans l’accord du procureur : ni interpellation, ni garde à vue, ni "
            "saisie. Vous pouvez toujours donner un conseil, expliquer la loi ou le métier."
        ),
        ("judicial",),
    ),
    Rule(
        _("Personne n’est coupable avant d’être jugé"),
        _(
            "On n’écrit ni « coupable », ni « le voleur », ni « il a volé », mais « soupçonné » ou "
            "« mis en cause ». Parlez des faits et de ce que le lecteur peut faire."
        ),
        ("guilt_formula", "guilt_words"),
    ),
    Rule(
        _("On ne reconnaît ni un mineur, ni une victime"),
        _(
            "Pas de nom, de prénom ni de visage. Un âge, une école et une commune suffisent à "
            "désigner un enfant ; un lieu précis, à désigner une victime. Une victime n’est jamais "
            "responsable de ce qu’on lui a fait."
        ),
        ("minor_identified", "victim_identified", "victim_blaming"),
    ),
    Rule(
        _("Rien qui mène à une personne"),
        _(
            "Ni plaque, ni portable, ni adresse, ni numéro d’agent. On ne nomme pas les membres "
            "des unités protégées, et l’on ne montre personne menotté (loi du 29 juillet 1881, "
            "article 35 ter)."
        ),
        ("plate", "phone", "address", "protected_unit"),
    ),
    Rule(
        _("Ni origine, ni politique, ni opinion"),
        _(
            "Le service parle à tous et au nom de tous : aucune origine, aucune religion, aucun "
            "parti, rien de personnel, pas d’ironie."
        ),
        ("origin", "politics", "personal_voice"),
    ),
    Rule(
        _("Le texte doit rester vrai"),
        _(
            "Rien d’une opération en cours. Une date plutôt que « demain » : le texte attend ses "
            "accords, et il est repris des jours après."
        ),
        ("live_operation", "relative_date"),
    ),
    Rule(
        _("Tout le monde doit pouvoir lire"),
        _(
            "Des phrases courtes, des liens entiers vers des pages officielles, trois mots-dièse "
            "au plus avec une majuscule à chaque mot, des lettres ordinaires, une description "
            "pour chaque image."
        ),
        ("bad_url", "hashtag_broken", "hashtag_style", "long_sentence"),
    ),
)

EXERCISES = (
    Exercise(
        _("Le secret de l’enquête"),
        ("judicial",),
        text="Deux hommes interpellés à Nantes après un cambriolage sont en garde à vue. "
        "Pensez à fermer vos volets.",
        hint=_("Que reste-t-il d’utile au lecteur si l’on retire l’affaire ?"),
        answer="Cambriolages : pensez à fermer vos volets. Un doute ? Appelez le 17.",
    ),
    Exercise(
        _("La présomption d’innocence"),
        ("guilt_formula",),
        text="Le voleur de vélos présumé coupable a encore frappé : attachez votre vélo.",
        hint=_("Parlez des faits et du bon geste, pas de quelqu’un."),
        answer="Vols de vélos : attachez le vôtre à un point fixe, et faites-le graver.",
    ),
    Exercise(
        _("Les mineurs"),
        ("minor_identified", "minor_mention"),
        text="Léa D., 12 ans, s’est fait voler son téléphone devant son collège à Rezé.",
        hint=_("Ce n’est pas cette élève qui compte, c’est le conseil à toutes les autres."),
        answer="À la sortie des cours, un téléphone se range dans le sac. Parlez-en en famille.",
    ),
    Exercise(
        _("Les données personnelles"),
        ("plate", "phone", "address"),
        text="Vous voyez la Clio AB-123-CD du 12 rue des Lilas ? Appelez notre collègue au "
        "06 12 34 56 78.",
        hint=_("Qui peut-on appeler sans donner le numéro de quelqu’un ?"),
        answer="Une voiture gêne le passage ou vous inquiète ? Appelez le 17.",
    ),
    Exercise(
        _("L’origine, et la victime que l’on juge"),
        ("victim_blaming", "origin"),
        text="Une automobiliste imprudente laisse son sac en vue : elle l’a bien cherché. Des gens "
        "du voyage étaient dans le quartier.",
        hint=_("Dites ce que l’on peut faire. L’origine n’explique rien."),
        answer="Sur un parking, ne laissez rien en vue dans votre voiture.",
    ),
    Exercise(
        _("Le lien et les mots-dièse"),
        ("bad_url", "hashtag_broken", "hashtag_style"),
        text="À #Saint-Nazaire, nos conseils sont sur https://bit.ly/3abcde "
        "#securiteroutierepourtous",
        hint=_(
            "Donnez l’adresse entière de la page officielle : "
            "https://www.masecurite.interieur.gouv.fr"
        ),
        answer="À #SaintNazaire, nos conseils sont sur https://www.masecurite.interieur.gouv.fr "
        "#SécuritéRoutière",
    ),
)
