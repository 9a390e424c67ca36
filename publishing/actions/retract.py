"""Retraction: a live post is deleted on X, with a reason, and the deletion verified by reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.actions.base import action, require_text
from accounts.clock import db_now, in_seconds
from accounts.errors import Conflict, NotFound
from accounts.models import Person
from accounts.models.notice import NoticeAct
from publishing import wake
from publishing.actions.connect import credentials_of
from publishing.actions.lookup_schedule import plan_retracted_reads
from publishing.actions.transitions import (
    can_retract,
    lock_own,
    lock_publication,
    request_retraction,
    transition,
)
from publishing.family import family_of, withdrawable
from publishing.gateway import ApiCredentials, Deleted, Unreadable, delete_post, read_posts
from publishing.models import (
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
    Retraction,
    RetractionState,
)
from publishing.notices import notify_account
from publishing.spending import count_deletions


class NothingToRetract(Conflict):
    code = "nothing_to_retract"
    sentence = _("Rien de ce message n’est sur X : il n’y a rien à retirer.")


class AlreadyAsked(Conflict):
    code = "already_asked"
    sentence = _("Le retrait est déjà demandé.")


@action
def retract(
    *, actor: Person, publication_id: int, reason: str, linked: Collection[int] = ()
) -> Retraction:
    """Asks for the deletion of what is out, a thread's parts together; nothing more of it is sent.
    `linked`, publications that follow it or that it follows, are retracted with the same reason.

    Raises NotFound, Invalid, NothingToRetract, AlreadyAsked.
    """
    publication = lock_own(actor, publication_id, act="retract")
    reason = require_text(reason)
    if not can_retract(publication):
        raise NothingToRetract
    if publication.standing_retraction is not None:
        raise AlreadyAsked
    retraction = request_retraction(publication, actor=actor, reason=reason)
    for other in lock_linked(publication, set(linked) - {publication.pk}):
        request_retraction(other, actor=actor, reason=reason)
    return retraction


def lock_linked(publication: Publication, chosen: Collection[int]) -> list[Publication]:
    """Those chosen of its family that can be retracted now; of the others there is nothing left
    to do. Raises NotFound for what is not of the family.
    """
    if not chosen:
        return []
    family = family_of(publication.draft_id, alone=True)
    if not set(chosen) <= family.publications:
        raise NotFound
    possible = withdrawable(family, whole=True)
    found = [lock_publication(pk) for pk in sorted(possible) if pk in chosen]
    return [other for other in found if can_retract(other)]


def due() -> QuerySet[Retraction]:
    return Retraction.objects.filter(ended_at=None, next_try_at__lte=Now())


def run(retraction_id: int) -> None:
    """Deletes what is known to be out, last part first, reads that it is gone, and says so.

    No turn is taken and none waited for. Doing it twice does no harm.
    """
    started = _start(retraction_id)
    if started is None:
        return
    credentials, ids = started
    answers = {x_id: delete_post(credentials, x_id) for x_id in ids}
    try:
        unknown = read_posts(credentials, ids).gone if ids else frozenset()
    except Unreadable:
        unknown = frozenset()
    _finish(retraction_id, unknown, answers)


@action
def _start(retraction_id: int) -> tuple[ApiCredentials, list[str]] | None:
    """The posts to delete now, and who asks X to."""
    publication_id = Retraction.objects.values_list("publication_id", flat=True).get(
        pk=retraction_id
    )
    publication = lock_publication(publication_id)
    retraction = Retraction.objects.select_for_update().get(pk=retraction_id)
    now = db_now()
    if (
        retraction.ended_at is not None
        or retraction.next_try_at is None
        or retraction.next_try_at > now
    ):
        return None
    credentials = credentials_of(publication.account_id)
    if credentials is None:
        _later(retraction, publication)
        return None
    ids = [
        part.x_id or ""
        for part in publication.parts.filter(state=PartState.OUT).order_by("-position")
    ]
    # Another worker tries again only should this one be lost.
    Retraction.objects.filter(pk=retraction.pk).update(
        state=RetractionState.DELETING,
        next_try_at=now + dt.timedelta(seconds=settings.DURATIONS.attempt_stale),
    )
    return credentials, ids


@action
def _finish(retraction_id: int, unknown: frozenset[str], answers: dict[str, Deleted]) -> None:
    """`unknown` are those of which X says, by their very ids, that they do not exist."""
    publication_id = Retraction.objects.values_list("publication_id", flat=True).get(
        pk=retraction_id
    )
    publication = lock_publication(publication_id)
    retraction = Retraction.objects.select_for_update().get(pk=retraction_id)
    if retraction.ended_at is not None:
        return
    gone = [x_id for x_id in answers if x_id in unknown and _sure(retraction, answers[x_id])]
    parts = publication.parts.filter(state=PartState.OUT, x_id__in=gone)
    plan_retracted_reads(list(parts))
    count_deletions(publication.account, parts.update(state=PartState.DELETED))
    if answers:
        audit.record(
            "retraction.tried",
            actor=None,
            about=publication,
            subject=retraction,
            gone=gone,
            answers={x_id: answer.status for x_id, answer in answers.items()},
        )
    states = set(publication.parts.values_list("state", flat=True))
    if PartState.OUT in states:
        _later(retraction, publication)
    elif states & {PartState.UNCERTAIN, PartState.POSTING}:
        # Found later, it is deleted then; given up, the retraction ends with it.
        Retraction.objects.filter(pk=retraction.pk).update(
            state=RetractionState.REQUESTED, next_try_at=in_seconds(settings.DURATIONS.lookups[0])
        )
    else:
        _end(retraction, publication, deleted=PartState.DELETED in states)


def _sure(retraction: Retraction, answer: Deleted) -> bool:
    """A reading that lags shows nothing of a live post either: when X does not say that it deleted
    it, only its saying so again, more than a minute later, is believed.
    """
    return answer.gone or retraction.tries >= settings.DURATIONS.retraction_sure_tries


def retract_again(publication: Publication, part: Part) -> None:
    """A retracted post is on X after all: everybody is told, and it is deleted anew."""
    Part.objects.filter(pk=part.pk).update(state=PartState.OUT)
    standing = Retraction.objects.filter(publication=publication, ended_at=None).first()
    if standing is None:
        last = Retraction.objects.filter(publication=publication).latest("requested_at", "pk")
        standing = Retraction.objects.create(
            publication=publication, reason=last.reason, requested_by=last.requested_by
        )
    audit.record(
        "retraction.seen_again", actor=None, about=publication, subject=standing, x_id=part.x_id
    )
    notify_account(publication, NoticeAct.STILL_ON_X)
    Retraction.objects.filter(pk=standing.pk).update(next_try_at=Now())
    wake.after_commit(wake.RETRACT, standing.pk)


def _end(retraction: Retraction, publication: Publication, *, deleted: bool) -> None:
    state = RetractionState.VERIFIED if deleted else RetractionState.CANCELLED
    Retraction.objects.filter(pk=retraction.pk).update(
        state=state, ended_at=Now(), next_try_at=None
    )
    audit.record(f"retraction.{state}", actor=None, about=publication, subject=retraction)
    if deleted and publication.state == PublicationState.SENDING:
        transition(publication, PublicationState.PARTIAL, reason=Reason.RETRACTION_ASKED)
    if deleted and publication.state in (PublicationState.PUBLISHED, PublicationState.PARTIAL):
        transition(publication, PublicationState.RETRACTED, actor=retraction.requested_by)


def _later(retraction: Retraction, publication: Publication) -> None:
    """X did not delete it: it shouts, and it is tried again."""
    retries = settings.DURATIONS.retraction_retries
    Retraction.objects.filter(pk=retraction.pk).update(
        state=RetractionState.FAILING,
        tries=retraction.tries + 1,
        next_try_at=in_seconds(retries[min(retraction.tries, len(retries) - 1)]),
    )
    notify_account(publication, NoticeAct.STILL_ON_X)
