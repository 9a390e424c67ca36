"""The states of a publication and its one table of moves, with the reasons in words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicationState(models.TextChoices):
    WAITING = "waiting", _("en attente")
    SENDING = "sending", _("envoi en cours")
    HELD = "held", _("suspendu")
    MISSED = "missed", _("heure passée")
    UNCERTAIN = "uncertain", _("à vérifier")
    REFUSED = "refused", _("refusé par X")
    PARTIAL = "partial", _("en partie diffusé")
    PUBLISHED = "published", _("diffusé")
    RECALLED = "recalled", _("rappelé")
    RETRACTED = "retracted", _("retiré")


class PartState(models.TextChoices):
    PENDING = "pending", _("pas encore envoyé")
    POSTING = "posting", _("envoi en cours")
    OUT = "out", _("sur X")
    REFUSED = "refused", _("refusé par X")
    UNCERTAIN = "uncertain", _("à vérifier")
    DELETED = "deleted", _("supprimé de X")


# before -> {after: when}, design in docs/publishing.md; buttons, tests and the database read it.
TRANSITIONS: dict[str, dict[str, str]] = {
    PublicationState.WAITING: {
        PublicationState.SENDING: "claimed: due and every rule holds",
        PublicationState.HELD: "a rule no longer holds",
        PublicationState.MISSED: "its tolerance passed, or a freeze was lifted after its time",
        PublicationState.RECALLED: "by a seat holder or supervisor, with a reason",
        PublicationState.UNCERTAIN: "a restored backup; or found on X before it was sent again",
    },
    PublicationState.HELD: {
        PublicationState.WAITING: "the cause is gone, re-checked",
        PublicationState.MISSED: "its tolerance passed, or a freeze was lifted after its time",
        PublicationState.RECALLED: "by a seat holder or supervisor, with a reason",
        PublicationState.UNCERTAIN: "a restored backup; or found on X before it was sent again",
    },
    PublicationState.MISSED: {
        PublicationState.WAITING: "a confirmation gives a new time",
        PublicationState.RECALLED: "by a seat holder or supervisor, with a reason",
        PublicationState.UNCERTAIN: "a restored backup; or found on X before it was sent again",
    },
    PublicationState.SENDING: {
        PublicationState.PUBLISHED: "every part is out",
        PublicationState.WAITING: "surely not sent, before any part is out",
        PublicationState.HELD: "a rule failed at the pre-send check, before any part is out",
        PublicationState.MISSED: "its tolerance passed, before any part is out",
        PublicationState.RECALLED: "before any post, by a seat holder or supervisor",
        PublicationState.REFUSED: "X said no for good, before any part is out",
        PublicationState.UNCERTAIN: "a post may have been accepted",
        PublicationState.PARTIAL: "a thread stopped after some parts",
    },
    PublicationState.UNCERTAIN: {
        PublicationState.PUBLISHED: "found on X, every part is out",
        PublicationState.SENDING: "found on X, parts remain; or sent again by confirmation",
        PublicationState.PARTIAL: "found on X, or given up by confirmation, some parts out",
        PublicationState.WAITING: "by confirmation: it is not on X, send again",
        PublicationState.REFUSED: "given up by confirmation, no part out",
    },
    PublicationState.REFUSED: {
        PublicationState.RECALLED: "by a seat holder or supervisor, with a reason",
        PublicationState.PUBLISHED: "a given-up part turned up on X",
        PublicationState.PARTIAL: "a given-up part turned up on X",
    },
    PublicationState.PARTIAL: {
        PublicationState.SENDING: "a confirmation to go on",
        PublicationState.RETRACTED: "a retraction verified by reading X",
        PublicationState.PUBLISHED: "a given-up part turned up on X",
    },
    PublicationState.PUBLISHED: {PublicationState.RETRACTED: "a retraction verified by reading X"},
    PublicationState.RECALLED: {},
    PublicationState.RETRACTED: {},
}
TRANSITION_PAIRS: list[tuple[str, str]] = [
    (str(before), str(after)) for before, reasons in TRANSITIONS.items() for after in reasons
]
# What ends the matter, and what waits for somebody to act.
FINAL = frozenset(
    {PublicationState.PUBLISHED, PublicationState.RECALLED, PublicationState.RETRACTED}
)
ALERTING = frozenset(
    {
        PublicationState.HELD,
        PublicationState.MISSED,
        PublicationState.UNCERTAIN,
        PublicationState.REFUSED,
        PublicationState.PARTIAL,
    }
)


class Reason(models.TextChoices):
    """Why a publication stands where it stands, and why an attempt ended as it did."""

    # held
    AUTHOR_LEFT = "author_left", _("l’auteur n’est plus titulaire de ce compte")
    SIGNER_LEFT = "signer_left", _("un accord n’est plus valable : il en manque un")
    OBJECTION = "objection", _("une personne du compte s’y oppose")
    FROZEN = "frozen", _("les envois sont gelés")
    RECONNECT = "reconnect", _("le compte est à reconnecter à X")
    NO_CREDITS = "no_credits", _("les crédits de l’application chez X sont épuisés")
    SUSPENDED = "suspended", _("X a suspendu ce compte")
    DAILY_LIMIT = "daily_limit", _("ce compte a atteint sa limite du jour chez X")
    AUTOMATED = "automated", _("X prend ce compte pour un automate")
    ACCOUNT_REFUSED = "account_refused", _("X a refusé deux messages de suite de ce compte")
    APP_STOPPED = "app_stopped", _("X refuse les envois de l’application")
    ALTERED = "altered", _("ce qui est enregistré n’est plus ce qui a été approuvé")
    HIDDEN_CHARACTER = "hidden_character", _("le texte porte un caractère invisible")
    RESERVE = "reserve", _("c’est la période de réserve électorale")
    PARENT_GONE = "parent_gone", _("le message auquel il répond n’est plus sur X, ou en est retiré")
    # missed
    TOO_LATE = "too_late", _("l’heure est passée, retard toléré compris")
    LIFTED_LATE = "lifted_late", _("le gel a été levé après l’heure prévue")
    RATE_LIMITED = "rate_limited", _("X limite le nombre d’envois de ce compte")
    # not sent
    UNREACHABLE = "unreachable", _("X est injoignable")
    NO_TURN = "no_turn", _("un autre envoi de ce compte est en cours")
    UNAUTHORIZED = "unauthorized", _("X a refusé la connexion du compte")
    WORKER_LOST = "worker_lost", _("l’envoi a été interrompu avant tout appel à X")
    PRE_SEND_CHECK = "pre_send_check", _("une règle ne tenait plus juste avant l’envoi")
    PARENT_INVISIBLE = "parent_invisible", _("X ne voit pas encore le message précédent")
    MEDIA_UNREADABLE = "media_unreadable", _("une image n’est plus lisible")
    MEDIA_ON_ITS_WAY = "media_on_its_way", _("le GIF ou la vidéo est en route vers X")
    MEDIA_GONE = "media_gone", _("X ne retrouve plus une image : elle lui est renvoyée")
    ALT_NOT_SET = "alt_not_set", _("X n’a pas confirmé le texte alternatif d’une image")
    CAPTIONS_NOT_SET = "captions_not_set", _("X n’a pas confirmé les sous-titres de la vidéo")
    # refused
    TOO_LONG = "too_long", _("X juge le texte trop long")
    NOT_PERMITTED = "not_permitted", _("X n’autorise pas ce message")
    BAD_REQUEST = "bad_request", _("X n’accepte pas ce message")
    REPLY_REFUSED = "reply_refused", _("X n’autorise pas cette réponse ou cette mention")
    GIVEN_UP = "given_up", _("abandonné après vérification")
    MEDIA_REFUSED = "media_refused", _("X a refusé une image")
    MEDIA_UNUSABLE = "media_unusable", _("X n’a pas pu traiter le GIF ou la vidéo")
    CAPTIONS_REFUSED = "captions_refused", _("X a refusé les sous-titres de la vidéo")
    # uncertain
    NO_ANSWER = "no_answer", _("X n’a pas répondu à temps")
    BROKEN_ANSWER = "broken_answer", _("X a donné une réponse illisible")
    SERVER_ERROR = "server_error", _("X a répondu par une erreur de son côté")
    DUPLICATE = "duplicate", _("X dit avoir déjà ce texte")
    WORKER_DIED = "worker_died", _("l’envoi a été interrompu pendant l’appel à X")
    RESTORED = "restored", _("la base vient d’une sauvegarde : il faut vérifier sur X")
    # partial
    RETRACTION_ASKED = "retraction_asked", _("un retrait a été demandé")
    # accepted
    ACCEPTED = "accepted", _("accepté par X")


# Only a recall ends what is held for these.
FOR_GOOD = (Reason.ALTERED, Reason.HIDDEN_CHARACTER)
