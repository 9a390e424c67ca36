"""What follows a message on X: a correction, an update, the end of a search. Each is a draft of its
own, which names what it follows and is approved like any other.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_role
from accounts.actions.base import action, require_text
from accounts.clock import db_now
from accounts.errors import Conflict
from accounts.models import Person
from approvals.actions.drafts import Content, begin_follow_up
from approvals.message import Message
from approvals.models import SEARCHES, Category, Draft, DraftState, FollowUp
from publishing.actions.retract import lock_linked
from publishing.actions.transitions import lock_own, request_retraction
from publishing.capabilities import CAPABILITIES, offered
from publishing.models import PlannedRetraction, Publication, PublicationState
from publishing.rules import stands_on_x

FOLLOW_UPS = {
    "correct": FollowUp.CORRECTION,
    "update": FollowUp.UPDATE,
    "end_search": FollowUp.END_OF_SEARCH,
}
# Proposals for a text on X, which is French whoever reads the page; the author edits them.
BEGINS_WITH = {FollowUp.CORRECTION: "Rectificatif : ", FollowUp.UPDATE: "Mise à jour : "}
THANKS: dict[str, str] = {
    Category.DISAPPEARANCE: (
        "La personne que nous recherchions a été retrouvée. Merci à toutes celles et à tous ceux "
        "qui ont relayé notre message."
    ),
    Category.WITNESSES: (
        "Notre appel à témoins est terminé. Merci à toutes celles et à tous ceux qui l’ont relayé "
        "ou qui nous ont appelés."
    ),
}


class NothingToFollow(Conflict):
    code = "nothing_to_follow"
    sentence = _(
        "Ce message n’est pas sur X, ou on le retire : il ne peut pas être suivi ainsi. "
        "Sa page dit ce qui est possible."
    )


def can_follow_up(publication: Publication, act: str) -> bool:
    """It is on X to stay; what ends a search, once, may also follow what was taken off X before."""
    if not offered(publication.state, act):
        return False
    if act == "end_search":
        search = publication.release.revision.signed.category in SEARCHES
        return search and not _is_ended(publication)
    return publication.standing_retraction is None


class Withdraw(models.TextChoices):
    """When the messages of a search leave X; a portrait goes at once unless somebody chooses."""

    NOW = "now", _("Tout de suite : l’image ne circule plus")
    AFTER = "after", _("Dès que le message de remerciement sera sur X")
    NOTHING = "nothing", _("Ne rien retirer")


@action
def end_search(
    *,
    actor: Person,
    publication_id: int,
    withdraw: str = Withdraw.NOTHING,
    chosen: Collection[int] = (),
    reason: str = "",
) -> Draft:
    """Begins the thanks, and retracts what is chosen of the search, at once or once they are on X.

    Raises NotFound, Forbidden, Invalid, NothingToFollow.
    """
    publication = lock_own(actor, publication_id, act="end_search")
    if not can_follow_up(publication, "end_search"):
        raise NothingToFollow
    draft = begin(publication, "end_search", actor=actor, reply=withdraw != Withdraw.NOW)
    if withdraw == Withdraw.NOTHING:
        return draft
    CAPABILITIES["retract"].require(require_role(actor, publication.account_id))
    reason = require_text(reason)
    for found in lock_linked(publication, chosen):
        if withdraw == Withdraw.NOW:
            request_retraction(found, actor=actor, reason=reason)
            continue
        plan = PlannedRetraction.objects.create(
            publication=found, after=draft, reason=reason, planned_by=actor
        )
        audit.record("retraction.planned", actor=actor, about=found, subject=plan)
    return draft


def _is_ended(publication: Publication) -> bool:
    """Thanks are written, or on X, that nobody gave up or retracted."""
    thanks = publication.release.follow_ups.filter(follow_up=FollowUp.END_OF_SEARCH)
    given_up = Q(state__in=(DraftState.REJECTED, DraftState.ABANDONED))
    retracted = Q(revisions__release__publication__state=PublicationState.RETRACTED)
    return thanks.exclude(given_up | retracted).exists()


@action
def follow_up(*, actor: Person, publication_id: int, act: str, comment: str = "") -> Draft:
    """Begins the draft with a text to edit; a correction says first what was wrong.

    Raises NotFound, Forbidden, Invalid, NothingToFollow.
    """
    publication = lock_own(actor, publication_id, act=act)
    if act == "correct":
        comment = require_text(comment, field="comment")
    if not can_follow_up(publication, act):
        raise NothingToFollow
    return begin(publication, act, actor=actor, comment=comment)


def begin(
    publication: Publication, act: str, *, actor: Person, comment: str = "", reply: bool = True
) -> Draft:
    """The draft, in the caller's transaction and under its locks: a reply on X to what it follows,
    as long as that stands there and stays there; its author may choose otherwise.
    """
    kind, release = FOLLOW_UPS[act], publication.release
    release.account = publication.account
    signed = release.revision.signed
    today = db_now().astimezone(publication.account.zone).date().isoformat()
    content = Content(
        messages=(Message(_first_text(publication, kind)),),
        category=signed.category,
        # A day that has passed is asked for anew.
        fields={
            name: value
            for name, value in signed.fields.items()
            if name != "removal_on" or value >= today
        },
        reply_settings=signed.reply_settings,
        in_reply=reply and stands_on_x(release.pk),
    )
    return begin_follow_up(release, kind, content, actor=actor, comment=comment)


def _first_text(publication: Publication, kind: FollowUp) -> str:
    signed = publication.release.revision.signed
    if kind == FollowUp.END_OF_SEARCH:
        return THANKS[signed.category]
    return BEGINS_WITH[kind] + signed.messages[0].text
