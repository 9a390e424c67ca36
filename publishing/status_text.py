"""What is status_sentence to a publication now, in one sentence for each state and reason; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts.errors import Sentence
from accounts.timefmt import distance, format_hour, format_relative
from approvals.thread import MAX_PARTS
from publishing.heartbeat import LOOKUPS, RETRACT, SEND, Interruption
from publishing.models import (
    ConfirmationKind,
    LookupResult,
    PublicationState,
    Reason,
    RetractionState,
)
from publishing.models.attempt import Outcome
from publishing.models.publication import BAD, Reading


@dataclass(frozen=True)
class Situation:
    """What the sentences are made of. `next_at` is the next try or the next lookup on X, if there
    is one; `retraction` the state of one that stands, or empty; `out` of `total` parts are on X;
    `last_lookup`, `searched_at` and `decided` as `publishing.access.shown` gives them; `proposal`
    is what somebody proposed, in words.
    """

    state: str
    zone: ZoneInfo
    now: dt.datetime
    due_at: dt.datetime
    reason: str = ""
    next_at: dt.datetime | None = None
    out: int = 0
    total: int = 1
    reading: str = ""
    retraction: str = ""
    interruption: Interruption | None = None
    last_lookup: dt.datetime | None = None
    searched_at: dt.datetime | None = None
    decided: bool = False
    acknowledged: bool = False
    proposal: str = ""


# « Envois interrompus », and since when.
INTERRUPTED: dict[str, tuple[Sentence, Sentence]] = {
    SEND: (lazy("Envois interrompus"), lazy("Envois interrompus depuis %(moment)s")),
    LOOKUPS: (
        lazy("recherches sur X interrompues"),
        lazy("recherches sur X interrompues depuis %(moment)s"),
    ),
    RETRACT: (
        lazy("suppressions sur X interrompues"),
        lazy("suppressions sur X interrompues depuis %(moment)s"),
    ),
}


def interrupted(
    interruption: Interruption, zone: ZoneInfo, now: dt.datetime, queue: str = SEND
) -> str:
    """« Envois interrompus depuis 21 h 21 », with the day where it is another."""
    bare, dated = INTERRUPTED[queue]
    if interruption.since is None:
        return str(bare)
    local = interruption.since.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return str(dated) % {
        "moment": format_hour(local) if same_day else format_relative(local, zone, now)
    }


def _stopped(situation: Situation, queue: str = SEND) -> str:
    """Empty while its work is done."""
    if situation.interruption is None:
        return ""
    return interrupted(situation.interruption, situation.zone, situation.now, queue)


def status_sentence(situation: Situation) -> str:
    """One sentence; never says « diffusé » of what is not known to be."""
    if situation.retraction:
        return _retraction(situation)
    return SENTENCES[PublicationState(situation.state)](situation)


def soon(moment: dt.datetime | None, now: dt.datetime) -> str:
    """« dans 1 min 40 » under ten minutes; « d’un instant à l’autre » when it is past."""
    if moment is None or moment <= now:
        return _("d’un instant à l’autre")
    seconds = round((moment - now).total_seconds())
    if seconds < 60:
        return _("dans %(seconds)d s") % {"seconds": max(seconds, 1)}
    if seconds < 600:
        minutes, rest = divmod(seconds, 60)
        return _("dans %(minutes)d min %(seconds)02d") % {"minutes": minutes, "seconds": rest}
    return distance(moment, now)


def why(reason: str) -> str:
    """The reason in words, to stand inside a sentence."""
    return str(Reason(reason).label) if reason else ""


def _waiting(situation: Situation) -> str:
    if stopped := _stopped(situation):
        return _("%(stopped)s : l’heure de ce message est venue et il n’est pas parti.") % {
            "stopped": stopped
        }
    if situation.reason:
        return _("Pas encore parti : %(why)s ; nouvel essai %(soon)s.") % {
            "why": why(situation.reason),
            "soon": soon(situation.next_at, situation.now),
        }
    if situation.due_at > situation.now:
        return _("Approuvé, en attente de son heure : part %(said)s, %(distance)s.") % {
            "said": format_relative(situation.due_at, situation.zone, situation.now),
            "distance": soon(situation.due_at, situation.now),
        }
    return _("Son heure est venue : l’envoi à X part d’un instant à l’autre.")


def _sending(situation: Situation) -> str:
    if stopped := _stopped(situation):
        return _("%(stopped)s : l’envoi de ce message avait commencé.") % {"stopped": stopped}
    if situation.out:
        return _("Fil en cours d’envoi : %(sentence)s.") % {"sentence": _how_much(situation)}
    return _("Envoi à X en cours.")


MENDS: dict[str, Sentence] = {
    Reason.NO_CREDITS: lazy("Rachetez des crédits auprès de X, puis dites-le ici."),
    Reason.APP_STOPPED: lazy(
        "Dans le portail des développeurs de X, vérifiez que l’application est rattachée à un "
        "projet, que son abonnement est actif et qu’elle a le droit d’écrire, puis dites-le ici."
    ),
    Reason.SUSPENDED: lazy(
        "Connectez-vous à X avec ce compte : X dit pourquoi il est suspendu ou verrouillé et "
        "comment le rétablir."
    ),
    Reason.DAILY_LIMIT: lazy(
        "Rien n’est à faire : X laissera de nouveau ce compte publier dans quelques heures, "
        "nous essayons chaque quart d’heure."
    ),
    Reason.AUTOMATED: lazy(
        "Connectez-vous à X avec ce compte et faites ce que X demande ; nous essayons chaque "
        "quart d’heure."
    ),
    Reason.ACCOUNT_REFUSED: lazy(
        "Lisez la réponse de X à ces messages, connectez-vous à X avec ce compte, puis vérifiez "
        "la connexion : les envois reprennent alors."
    ),
}


def what_administrators_do(cause: str) -> str:
    """What mends a no of X to an account or to the application."""
    return str(MENDS.get(cause, ""))


def what_frees(reason: str) -> str:
    """What lets a held publication go on, and who does it."""
    return (
        {
            Reason.AUTHOR_LEFT: _("un autre titulaire doit adopter ce texte"),
            Reason.SIGNER_LEFT: _("une autre personne du compte doit l’approuver"),
            Reason.OBJECTION: _("cette personne, ou un superviseur, doit lever son opposition"),
            Reason.FROZEN: _("deux personnes doivent lever le gel"),
            Reason.RECONNECT: _("un administrateur doit le faire reconnecter"),
            Reason.NO_CREDITS: _("un administrateur doit les rétablir"),
            Reason.APP_STOPPED: _("un administrateur doit le régler avec X"),
            Reason.ACCOUNT_REFUSED: _("un administrateur doit chercher pourquoi"),
            Reason.DAILY_LIMIT: _("nous essayons de nouveau chaque quart d’heure"),
            Reason.AUTOMATED: _("un administrateur doit le régler avec X"),
            Reason.SUSPENDED: _("nous demandons à X chaque quart d’heure s’il est rétabli"),
            Reason.ALTERED: _("il ne reste qu’à le rappeler"),
            Reason.RESERVE: _("il repartira à la fin de la réserve si son heure n’est pas passée"),
            Reason.HIDDEN_CHARACTER: _("il faut le rappeler et le corriger"),
            Reason.PARENT_GONE: _(
                "il faut le rappeler, puis le soumettre sans en faire une réponse"
            ),
        }.get(Reason(reason), _("il repartira quand la cause aura disparu"))
        if reason
        else ""
    )


def deadline_words(reason: str, due_at: dt.datetime, now: dt.datetime) -> str:
    """What becomes of a held one when its cause ends, to stand before or after its deadline."""
    if reason != Reason.FROZEN:
        return _("Dernier moment pour partir :")
    if due_at <= now:
        return _(
            "Son heure est passée : il ne partira pas automatiquement quand le gel sera levé, il "
            "faudra lui donner un nouvel horaire. Il devait partir :"
        )
    return _(
        "Si le gel est levé avant son heure, il part à son heure ; s’il l’est après, il ne "
        "partira pas automatiquement et il faudra lui donner un nouvel horaire. "
        "Son heure :"
    )


def _held(situation: Situation) -> str:
    if not situation.reason:
        return _("Suspendu : rien ne part pour l’instant.")
    return _("Suspendu : %(why)s ; %(frees)s.") % {
        "why": why(situation.reason),
        "frees": what_frees(situation.reason),
    }


def _missed(situation: Situation) -> str:
    return _("Rien n’est parti : %(why)s.") % {"why": why(situation.reason or Reason.TOO_LATE)}


def _uncertain(situation: Situation) -> str:
    cause = why(situation.reason or Reason.NO_ANSWER)
    if situation.next_at is None:
        if situation.searched_at is None:
            return _("À vérifier : %(why)s ; à vous de décider.") % {"why": cause}
        return _(
            "À vérifier : %(why)s, et nos recherches sur X (la dernière %(moment)s) n’ont pas "
            "permis de conclure ; à vous de décider."
        ) % {"why": cause, "moment": _moment(situation.searched_at, situation)}
    if stopped := _stopped(situation, LOOKUPS):
        return _("Peut-être parti : %(why)s ; %(stopped)s.") % {"why": cause, "stopped": stopped}
    return _("Peut-être parti : %(why)s ; nous vérifions sur X, prochain contrôle %(soon)s.") % {
        "why": cause,
        "soon": soon(situation.next_at, situation.now),
    }


def _moment(moment: dt.datetime, situation: Situation) -> str:
    return format_relative(moment, situation.zone, situation.now)


def looked(result: str, status: int | None) -> str:
    """What a lookup on X has shown; when X did not let itself be read, why, by its status."""
    if status == 429:
        return _("X limite nos lectures et n’a rien montré")
    if status in (401, 402, 403):
        return _("X ne nous laisse pas lire ce compte")
    return str(LookupResult(result).label)


def _refused(situation: Situation) -> str:
    if situation.reason == Reason.GIVEN_UP:
        return _(
            "Abandonné après vérification ; nous le cherchons encore sur X pendant une semaine."
        )
    return _("Refusé : %(why)s ; rien n’est sur X.") % {
        "why": why(situation.reason or Reason.NOT_PERMITTED)
    }


def _how_much(situation: Situation) -> str:
    """How much of a thread is on X, to stand inside a sentence."""
    return ngettext(
        "%(out)d message sur %(total)d est sur X",
        "%(out)d messages sur %(total)d sont sur X",
        situation.out,
    ) % {"out": situation.out, "total": situation.total}


def _partial(situation: Situation) -> str:
    if not situation.reason:
        return _("Le fil s’est arrêté : %(sentence)s.") % {"sentence": _how_much(situation)}
    return _("Le fil s’est arrêté (%(why)s) : %(sentence)s.") % {
        "why": why(situation.reason),
        "sentence": _how_much(situation),
    }


def _published(situation: Situation) -> str:
    if situation.reading == Reading.GONE:
        return _("Ce message était sur X ; il n’y est plus.")
    if situation.reading == Reading.DIFFERS:
        return _("Ce message est sur X, mais ce qu’on y lit diffère de ce qui a été envoyé.")
    if situation.total > 1:
        return _("Diffusé : les %(total)d messages du fil sont sur X.") % {"total": situation.total}
    return _("Diffusé : le message est sur X.")


def _recalled(situation: Situation) -> str:
    return _("Rappelé avant l’envoi : rien n’est parti, et le texte est de nouveau en rédaction.")


def _retracted(situation: Situation) -> str:
    return _("Retiré : nous avons vérifié que le message n’est plus sur X.")


def _retraction(situation: Situation) -> str:
    stopped = _stopped(situation, RETRACT)
    if situation.retraction == RetractionState.FAILING and stopped:
        return _("X n’a pas supprimé ce message, il y est encore ; %(stopped)s.") % {
            "stopped": stopped
        }
    if situation.retraction == RetractionState.FAILING:
        return _("X n’a pas supprimé ce message, il y est encore ; nouvel essai %(soon)s.") % {
            "soon": soon(situation.next_at, situation.now)
        }
    if situation.state == PublicationState.UNCERTAIN:
        return _("Retrait demandé : si le message est trouvé sur X, il y sera supprimé.")
    if stopped:
        return _("Retrait demandé : %(stopped)s.") % {"stopped": stopped}
    return _("Retrait demandé : suppression sur X en cours.")


SENTENCES: dict[PublicationState, Callable[[Situation], str]] = {
    PublicationState.WAITING: _waiting,
    PublicationState.SENDING: _sending,
    PublicationState.HELD: _held,
    PublicationState.MISSED: _missed,
    PublicationState.UNCERTAIN: _uncertain,
    PublicationState.REFUSED: _refused,
    PublicationState.PARTIAL: _partial,
    PublicationState.PUBLISHED: _published,
    PublicationState.RECALLED: _recalled,
    PublicationState.RETRACTED: _retracted,
}


def by_hand() -> str:
    """Of a post that X does not delete."""
    return _(
        "Nous essayons encore ; qui a le mot de passe du compte peut le supprimer sur X lui-même."
    )


def advice(situation: Situation) -> str:
    """What people of the account may do about it now, and what only later; empty when it waits for
    nobody. Pages and lists say the same.
    """
    if situation.proposal:
        return _("%(proposal)s ; la proposition attend sa confirmation.") % {
            "proposal": situation.proposal
        }
    if situation.decided:
        return _("La décision est prise : elle prend effet après une dernière recherche sur X.")
    if situation.retraction == RetractionState.FAILING:
        return by_hand()
    if situation.state == PublicationState.UNCERTAIN:
        return _about_uncertain(situation)
    if situation.acknowledged or situation.retraction:
        return ""
    if situation.state == PublicationState.PUBLISHED and situation.reading not in BAD:
        return ""
    if situation.reason == Reason.GIVEN_UP and situation.state == PublicationState.REFUSED:
        return _(
            "Vous pouvez donner son lien s’il est sur X, proposer de le rappeler, ou indiquer que "
            "vous en avez pris connaissance."
        )
    return str(ADVICE.get(situation.state, ""))


def _about_uncertain(situation: Situation) -> str:
    if situation.retraction:
        return _("Vous pouvez donner son lien s’il est sur X, ou proposer de l’abandonner.")
    if situation.last_lookup is None:
        return _(
            "Vous pouvez donner son lien s’il est sur X, ou proposer de le renvoyer ou de "
            "l’abandonner."
        )
    if situation.last_lookup <= situation.now or situation.interruption is not None:
        return _(
            "Vous pouvez donner son lien s’il est sur X, ou proposer de l’abandonner ; le renvoyer "
            "ne sera possible qu’après la dernière recherche sur X : il pourrait s’y trouver deux "
            "fois."
        )
    return _(
        "Vous pouvez donner son lien s’il est sur X, ou proposer de l’abandonner ; le renvoyer ne "
        "sera possible qu’après la dernière recherche sur X, %(moment)s : il pourrait s’y trouver "
        "deux fois."
    ) % {"moment": _moment(situation.last_lookup, situation)}


ADVICE: dict[str, Sentence] = {
    PublicationState.HELD: lazy("Vous pouvez le rappeler, ou faire cesser la cause."),
    PublicationState.MISSED: lazy(
        "Vous pouvez le rappeler ou, pour l’envoyer quand même, proposer un nouvel horaire qu’une "
        "autre personne confirme ; l’une des deux est superviseur."
    ),
    PublicationState.REFUSED: lazy(
        "Vous pouvez le rappeler pour le corriger, ou indiquer que vous en avez pris connaissance."
    ),
    PublicationState.PARTIAL: lazy(
        "Vous pouvez proposer de poursuivre le fil, ou retirer ce qui est en ligne."
    ),
    PublicationState.PUBLISHED: lazy(
        "Regardez sur X, puis indiquez que vous en avez pris connaissance."
    ),
}


def too_late_to_recall() -> str:
    """Of a post that is being sent."""
    return _("L’envoi est en cours : il ne peut plus être rappelé, mais il pourra être retiré.")


def pointed(result: str) -> str:
    """What came of a link that somebody gave."""
    return str(POINTED[LookupResult(result)])


POINTED: dict[LookupResult, Sentence] = {
    LookupResult.NONE: lazy("vérification en cours"),
    LookupResult.FOUND: lazy("c’est bien ce message"),
    LookupResult.ABSENT: lazy("X n’a aucun tweet à cette adresse"),
    LookupResult.UNREADABLE: lazy("X n’a pas répondu : redonnez le lien dans un instant"),
    LookupResult.OTHER_ACCOUNT: lazy("c’est le tweet d’un autre compte"),
    LookupResult.DIFFERS: lazy("ce n’est pas le message approuvé, ou pas cet envoi"),
    LookupResult.CANCELLED: lazy("il n’y avait plus rien à vérifier"),
}

# For the trail and a draft's history: what was done with its publication.
HISTORY: dict[str, Sentence] = {
    "event.added": lazy("a ajouté un événement au calendrier"),
    "event.removed": lazy("a retiré un événement du calendrier"),
    "feed.made": lazy("a créé l’adresse de son agenda"),
    "feed.ended": lazy("a supprimé l’adresse de son agenda"),
    "publication.waiting": lazy("Diffusion en attente de son heure"),
    "publication.sending": lazy("L’envoi commence"),
    "publication.held": lazy("Diffusion suspendue"),
    "publication.missed": lazy("L’heure est passée sans que rien ne parte"),
    "publication.uncertain": lazy("On ne sait pas si le message est sur X"),
    "publication.refused": lazy("Diffusion refusée"),
    "publication.partial": lazy("Le fil s’est arrêté avant sa fin"),
    "publication.removal_reminded": lazy("Rappel : ce message est à retirer de X"),
    "publication.published": lazy("Le message est sur X"),
    "publication.recalled": lazy("a rappelé le message avant l’envoi"),
    "publication.retracted": lazy("Le message n’est plus sur X : retrait vérifié"),
    "publication.seen": lazy("Relu sur X : conforme"),
    "publication.gone": lazy("Relu sur X : le message n’y est plus"),
    "publication.differs": lazy("Relu sur X : le message diffère"),
    "publication.acknowledged": lazy("a pris connaissance de l’alerte"),
    "publication.pointed": lazy("a donné le lien du tweet sur X"),
    "attempt.preparing": lazy("Envoi préparé"),
    "attempt.posting": lazy("Appel à X"),
    "attempt.answered": lazy("Résultat de l’envoi"),
    "part.found": lazy("Message trouvé sur X"),
    "confirmation.proposed": lazy("a fait une proposition"),
    "confirmation.confirmed": lazy("a confirmé la proposition"),
    "confirmation.declined": lazy("a refusé la proposition"),
    "confirmation.withdrawn": lazy("a retiré sa proposition"),
    "confirmation.expired": lazy("La proposition est restée sans réponse"),
    "confirmation.lapsed": lazy("La proposition est sans objet"),
    "retraction.requested": lazy("a demandé le retrait"),
    "retraction.planned": lazy("a prévu le retrait pour quand la fin de recherche sera sur X"),
    "retraction.tried": lazy("Suppression demandée à X"),
    "retraction.verified": lazy("Retrait vérifié"),
    "retraction.seen_again": lazy(
        "Le message retiré est de nouveau visible sur X : suppression redemandée"
    ),
    "retraction.cancelled": lazy("Retrait sans objet"),
    "freeze.standing": lazy("a gelé les envois"),
    "freeze.lifted": lazy("a levé le gel, avec une autre personne"),
    "credits.restored": lazy("a dit les crédits de X rétablis"),
    "case_file.exported": lazy("a exporté le dossier"),
    "backup.restored": lazy("Base rétablie d’après une sauvegarde"),
    "account.connected": lazy("Compte connecté à X"),
    "account.check_asked": lazy("a demandé si X répond pour ce compte"),
    "account.checked": lazy("Connexion à X vérifiée"),
    "account.refused": lazy("X refuse les envois de ce compte"),
    "account.tokens_distrusted": lazy("Les jetons enregistrés ne sont pas ceux de ce compte"),
    "application.refused": lazy("X refuse les envois de l’application"),
}
QUIET = {"attempt.preparing", "attempt.posting"}
DETAILS: dict[str, Sentence] = {
    "answers": lazy("réponses de X : %(value)s"),
    "confirmation": lazy("proposition n° %(value)s"),
    "file": lazy("fichier : %(value)s"),
    "gone": lazy("supprimé de X : %(value)s"),
    "kind": lazy("proposition : %(value)s"),
    "made_at": lazy("sauvegarde du %(value)s"),
    "outcome": lazy("réponse : %(value)s"),
    "part": lazy("message %(value)s"),
    "reason": lazy("motif : %(value)s"),
    "x_id": lazy("n° sur X : %(value)s"),
}
VALUES: dict[str, dict[str, Sentence]] = {
    "file": {"json": "JSON", "pdf": "PDF"},
    "kind": dict(ConfirmationKind.choices),
    "outcome": dict(Outcome.choices),
    "part": {str(position): str(position + 1) for position in range(MAX_PARTS)},
    "reason": dict(Reason.choices),
}
