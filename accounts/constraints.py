"""What the database refused, by the constraint's name, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.addresses import NotAnAddress
from accounts.errors import Refusal, Sentence
from accounts.names import SENTENCE

SENTENCES: dict[str, Sentence] = {
    "seat_held_once": _("Ce siège vient d’être attribué par quelqu’un d’autre."),
    "seat_one_each": _("Cette personne a déjà un siège sur ce compte."),
    "seat_one_of_three": _("Un compte a trois sièges, pas davantage."),
    "supervision_once": _("Cette personne supervise déjà ce compte."),
    "seat_or_supervision": _(
        "Une même personne ne peut pas être titulaire et superviser le même compte."
    ),
    "covers_or_holds": _("Cette personne a déjà sa place sur ce compte, ou y remplace quelqu’un."),
    "covers_one_each": _("Cette personne remplace déjà quelqu’un sur ce compte."),
    "seat_lent_once": _("Ce siège est déjà prêté."),
    "supervision_lent_once": _("Cette supervision est déjà prêtée."),
    "cover_of_standing_right": _("Ce droit a pris fin."),
    "person_roles_apart": _(
        "Un administrateur n’a ni siège ni supervision, et un accès fermé n’en reçoit plus."
    ),
    "list_entry_once": _("Quelqu’un vient d’ajouter la même chose."),
    "reserve_ends_after_it_starts": _("Le dernier jour vient avant le premier."),
    "template_replaced_once": _("Quelqu’un propose déjà une autre rédaction de ce modèle."),
    "from_own_template": _("Ce modèle n’est pas approuvé, ou il a été retiré."),
    "invitation_once": _("Ce compte a déjà invité cette personne."),
    "account_handle_once": _("Ce compte X est déjà enregistré."),
    "accounts_account_code_key": _("Ce département est déjà enregistré."),
    "person_email_canonical": NotAnAddress.sentence,
    "person_name_printable": SENTENCE,
    "accounts_person_email_key": _("Une personne a déjà cette adresse électronique."),
}


class Constrained(Refusal):
    """`details["constraint"]` names the rule."""

    code = "constrained"


@contextmanager
def translate_integrity_errors() -> Iterator[None]:
    """An IntegrityError whose constraint has a sentence becomes a Refusal; others pass on."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in SENTENCES:
            raise
        raise Constrained(SENTENCES[name], constraint=name) from error
