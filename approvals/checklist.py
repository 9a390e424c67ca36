"""What a reviewer checks before a verdict: the points that this very text calls for, none other.

A list that asks the same of every text is ticked unread. An ordinary text has five points, the same
each time; whatever else it holds (a case, images, links, an hour, a thread) adds its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from accounts.timefmt import format_exact
from approvals.checks import Analysis
from approvals.checks.moment import relative_days
from approvals.digest import SignedContent
from approvals.models import Category, Revision
from approvals.tweet_text import entities

# Stored with each review: to be raised when a point, or when it is asked, changes.
VERSION = 3
# The categories of texts that come from no case; any other, and any new one, has the whole list.
WITHOUT_A_CASE = {Category.ADVICE, Category.RECRUITMENT, Category.TRAFFIC, Category.SERVICE}
# What the checks found in a text of these categories asks for a point of a case all the same.
FOUND = {
    "judicial": "secrecy",
    "guilt_words": "presumption",
    "minor_mention": "minors",
    "sex_offence_mention": "minors",
}
CALLS = {Category.WITNESSES, Category.DISAPPEARANCE}
WITH_NUMBERS = {*CALLS, Category.TRAFFIC}

# The points by their ids, which reviews hold: also those of earlier versions.
NAMES: dict[str, Sentence] = {
    "account": gettext_lazy("Compte"),
    "facts": gettext_lazy("Exactitude"),
    "no_case": gettext_lazy("Ni enquête ni personne"),
    "secrecy": gettext_lazy("Secret de l’enquête"),
    "presumption": gettext_lazy("Présomption d’innocence"),
    "minors": gettext_lazy("Mineurs et victimes"),
    "images": gettext_lazy("Images"),
    "safety": gettext_lazy("Sécurité"),
    "neutrality": gettext_lazy("Neutralité"),
    "moment": gettext_lazy("Moment"),
    "thread": gettext_lazy("Fil"),
    "call": gettext_lazy("Appel"),
    "links": gettext_lazy("Liens"),
    "withdrawal": gettext_lazy("Retrait"),
    "hostile": gettext_lazy("Lecture hostile"),
    "accessible": gettext_lazy("Accessibilité"),
}


@dataclass(frozen=True)
class Item:
    """One point. `common`: every text has it, so that one tap may tick it with its like once they
    were all on screen; the others are there because of what this text holds, and are ticked one by
    one. What is not `mandatory` is a reminder.
    """

    id: str
    sentence: str
    common: bool = False
    mandatory: bool = True

    @property
    def name(self) -> Sentence:
        return NAMES[self.id]


def items_of(revision: Revision) -> list[Item]:
    """The points of a revision (with its draft and account), in the order of the page."""
    signed = revision.signed
    case = [item for item in _of_case(signed) if _is_asked(item.id, revision)]
    return [*_common(signed, revision), *case, *_of_content(signed, revision)]


def _is_asked(point: str, revision: Revision) -> bool:
    """Whether this text is of a case, or its checks found what the point is about."""
    if revision.signed.category not in WITHOUT_A_CASE:
        return True
    parts = revision.checks.get("parts", [])
    return point in {FOUND.get(finding["check"]) for part in parts for finding in part}


def missing(items: list[Item], ticked: Collection[str]) -> list[Item]:
    """The mandatory points that are not ticked."""
    return [item for item in items if item.mandatory and item.id not in ticked]


def recorded(items: list[Item], ticked: Collection[str], *, together: bool) -> dict[str, Any]:
    """What a review keeps; `together`: the common points were ticked by one tap."""
    return {
        "version": VERSION,
        "shown": [item.id for item in items],
        "mandatory": [item.id for item in items if item.mandatory],
        "ticked": [item.id for item in items if item.id in ticked],
        "together": together,
    }


def _common(signed: SignedContent, revision: Revision) -> Iterator[Item]:
    account = revision.draft.account
    yield Item(
        "account",
        _("le message paraît au nom de @%(handle)s (%(name)s), et non au mien.")
        % {"handle": account.handle, "name": account.name},
        common=True,
    )
    facts = _("chaque fait, lieu, heure et nombre est confirmé par sa source.")
    yield Item("facts", facts, common=True)
    if signed.category in WITHOUT_A_CASE:
        sentence = _(
            "rien ne vient d’une enquête ; personne n’est nommé ni reconnaissable, mineurs et "
            "victimes compris."
        )
        yield Item("no_case", sentence, common=True)
    safety = _("ni position, ni effectif, ni technique d’intervention, ni agent à protéger.")
    yield Item("safety", safety, common=True)
    neutrality = _(
        "ni politique, ni origine, ni religion, ni ironie ; aucune victime n’est rendue "
        "responsable."
    )
    yield Item("neutrality", neutrality, common=True)


def _of_case(signed: SignedContent) -> Iterator[Item]:
    yield Item(
        "secrecy",
        _("rien ne vient d’une procédure, ou le procureur est d’accord et le texte s’y tient."),
    )
    yield Item(
        "presumption",
        _("personne n’est présenté comme coupable ; ni nom ni détail ne désigne quelqu’un."),
    )
    yield Item(
        "minors",
        _(
            "ni âge, ni commune, ni école, ni parenté, ni image ne fait reconnaître un mineur ou "
            "une victime d’infraction sexuelle."
        ),
    )
    if signed.category in CALLS:
        yield Item(
            "call",
            _(
                "la demande de l’autorité est jointe, le contact est officiel ; on sait quand et "
                "par qui l’appel sera retiré."
            ),
        )
    yield Item(
        "withdrawal",
        _("je sais qui surveille les réponses et qui peut retirer ce message en deux minutes."),
    )


def _of_content(signed: SignedContent, revision: Revision) -> Iterator[Item]:
    messages = signed.messages
    kinds = {entity.kind for message in messages for entity in entities(message.text)}
    if any(message.images for message in messages):
        sentence = _(
            "ni personne menottée ni détenue reconnaissable ; visages, plaques, badges, écrans et "
            "arrière-plans vérifiés ; droits acquis ; descriptions fidèles."
        )
        yield Item("images", sentence)
    if "url" in kinds:
        links = _("chaque page liée est officielle ; je l’ai ouverte et relue.")
        yield Item("links", links)
    if revision.requested_at is not None:
        moment = format_exact(revision.requested_at, revision.draft.account.zone)
        sentence = _(
            "le texte sera encore vrai %(moment)s ; ni événement grave, ni période de réserve."
        )
        yield Item("moment", sentence % {"moment": moment})
    elif any(any(relative_days(Analysis(message.text))) for message in messages):
        sentence = _(
            "le texte part au dernier accord, peut-être demain : ce qu’il dit du jour sera encore "
            "vrai ; ni événement grave, ni période de réserve."
        )
        yield Item("moment", sentence)
    if len(messages) > 1:
        thread = _("chacun des %(count)d messages se comprend même lu seul.")
        yield Item("thread", thread % {"count": len(messages)})
    if "hashtag" in kinds:
        hostile = _("ni le message ni son mot-dièse ne se retourne contre nous.")
        yield Item("hostile", hostile, mandatory=False)
    if "hashtag" in kinds or signed.category in WITH_NUMBERS:
        sentence = _(
            "phrases courtes, mots-dièse avec leurs majuscules, émojis à la fin ; 17, 112 ou 114 "
            "en cas de danger."
        )
        yield Item("accessible", sentence, mandatory=False)
