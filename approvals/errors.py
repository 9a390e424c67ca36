"""What approvals refuses, each with its sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import Conflict, Forbidden, NotFound


class TextChanged(Conflict):
    code = "text_changed"
    sentence = _(
        "Le texte a changé depuis l’affichage de cette page : rien n’a été approuvé. "
        "Voici la version actuelle."
    )


class TextMovedOn(TextChanged):
    code = "text_moved_on"
    sentence = _(
        "Le texte a changé depuis l’affichage de cette page : rien n’a été proposé. "
        "Voici la version actuelle."
    )


class WordingOutdated(Conflict):
    """The message reads otherwise than when the wording was proposed for it."""

    code = "wording_outdated"
    sentence = _("Le texte a changé depuis : cette formulation ne peut plus être acceptée.")


class WordingDecided(Conflict):
    code = "wording_decided"
    sentence = _("Cette formulation a déjà été acceptée ou déclinée.")


class SavedElsewhere(Conflict):
    """Somebody saved the draft meanwhile; `details["draft"]` is the draft as it now stands."""

    code = "saved_elsewhere"
    sentence = _(
        "Ce brouillon a été modifié ailleurs entre-temps. Les deux textes sont affichés : "
        "rien n’est perdu."
    )


class WrongState(Conflict):
    code = "wrong_state"
    sentence = _("Ce n’est plus possible dans l’état actuel de ce brouillon.")


class PieceOutOfStep(Conflict):
    code = "piece_out_of_step"
    sentence = _("Ce morceau de la vidéo n’est pas celui qui suit : demandez où en est l’envoi.")


class ApprovedText(WrongState):
    code = "approved_text"
    sentence = _("Ce texte est approuvé. Rappelez-le d’abord pour le modifier.")


class ContributorCannotApprove(Forbidden):
    code = "own_words"
    sentence = _("Vous avez écrit ou modifié ce texte : l’accord doit venir d’autres personnes.")


class HiddenCharacter(Conflict):
    code = "hidden_character"
    sentence = _(
        "Ce texte porte un caractère invisible, que X refuse : demandez une modification, la "
        "page du brouillon le montre."
    )


class NotOpened(Conflict):
    """The reviewer has not had this version before their eyes: a verdict sent by a machine, or a
    page kept from elsewhere.
    """

    code = "not_opened"
    sentence = _(
        "Vous n’aviez pas encore ouvert cette version : rien n’a été enregistré. La voici ; "
        "lisez-la, puis donnez votre avis."
    )


class ChecklistIncomplete(Conflict):
    """A mandatory point of the reviewer's checklist is not ticked."""

    code = "checklist_incomplete"
    sentence = _("Rien n’a été approuvé : cochez d’abord chaque point que vous avez vérifié.")


class TooLateToApprove(Conflict):
    code = "too_late"
    sentence = _("L’heure demandée est passée : reprenez ce texte avec un nouvel horaire.")


class CoverEndsFirst(Conflict):
    """The right by which somebody approves goes back to its holder before the text would leave."""

    code = "cover_ends_first"
    sentence = _(
        "Votre remplacement s’achève avant l’heure de diffusion : votre accord ne vaudrait plus "
        "rien à ce moment-là. Il doit venir d’une autre personne."
    )


class OwnText(Forbidden):
    code = "own_text"
    sentence = _("Vous avez écrit ou modifié ce texte : modifiez-le, ou reprenez-le en rédaction.")


class OnlyAuthor(Forbidden):
    code = "only_author"
    sentence = _("Seul l’auteur de ce brouillon accepte ou décline une formulation proposée.")


class OwnTemplate(Forbidden):
    code = "own_template"
    sentence = _("Vous avez proposé ce modèle : l’accord doit venir d’une autre personne.")


class TemplateNeedsSupervisor(Forbidden):
    code = "template_needs_supervisor"
    sentence = _(
        "Un titulaire a proposé ce modèle : l’accord doit venir d’un superviseur de ce compte."
    )


class TemplateNotUsable(Conflict):
    code = "template_not_usable"
    sentence = _("Ce modèle n’est pas approuvé, ou il a été retiré.")


class OnlySeatHolders(Forbidden):
    code = "only_seat_holders"
    sentence = _("Seuls les titulaires de ce compte écrivent ses brouillons.")


class OnlyObjectorOrSupervisor(Forbidden):
    code = "only_objector_or_supervisor"
    sentence = _("Seule la personne qui s’oppose, ou un superviseur du compte, lève l’opposition.")


class OnlySupervisorsPurge(Forbidden):
    code = "only_supervisors_purge"
    sentence = _("Seul un superviseur de ce compte peut purger des images.")


class ImagePurged(NotFound):
    code = "image_purged"
    sentence = _("Cette image a été purgée : il n’en reste que l’empreinte.")


class NothingToPurge(Conflict):
    code = "nothing_to_purge"
    sentence = _(
        "Il n’y a rien à purger : les images de ce brouillon le sont déjà, ou servent ailleurs."
    )


class OnlySupervisors(Forbidden):
    code = "only_supervisors"
    sentence = _("Seul un superviseur de ce compte peut rejeter un texte.")
