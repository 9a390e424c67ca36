"""What becomes of a publication once a part of it is on X, or may be."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.actions.base import record
from accounts.clock import db_now
from publishing import rules, wake
from publishing.actions.attempts import close_unsent
from publishing.actions.looks import moot, plan_look_ups, plan_read_backs
from publishing.actions.moves import alert, move
from publishing.models import (
    Part,
    PartState,
    Phase,
    Publication,
    PublicationState,
    Reason,
    Retraction,
)

STATE = PublicationState


def found(publication: Publication, part: Part, x_id: str) -> None:
    """A look has shown this part on X: what follows is as if X had answered so."""
    record("part.found", actor=None, account=publication.account_id, subject=part,
           draft_id=publication.draft_id, x_id=x_id)  # fmt: skip
    part_is_out(publication, part, x_id)


def part_is_out(publication: Publication, part: Part, x_id: str) -> None:
    """This part is known to be on X: the publication is published, goes on, or stays partial."""
    _not_again(publication, part)
    Part.objects.filter(pk=part.pk).update(
        state=PartState.OUT, x_id=x_id, out_at=Now(), uncertain_since=None
    )
    if part.state in (PartState.UNCERTAIN, PartState.REFUSED):
        moot(part.looks.all())
    parts = list(publication.parts.all())
    if publication.state in (STATE.RECALLED, STATE.RETRACTED):
        alert(publication)  # given up, taken back since, and on X after all: people delete it
    elif all(one.state == PartState.OUT for one in parts):
        move(publication, STATE.PUBLISHED)
        plan_read_backs(parts)
    else:
        _parts_remain(publication)
    wake_retraction(publication)


def _not_again(publication: Publication, part: Part) -> None:
    """It is there, and was to be sent once more: what prepares that ends."""
    for attempt in part.attempts.filter(phase=Phase.PREPARING):
        close_unsent(attempt, Reason.LAST_LOOK)
    if publication.state in (STATE.WAITING, STATE.HELD, STATE.MISSED):
        move(publication, STATE.UNCERTAIN, reason=publication.reason)


def _parts_remain(publication: Publication) -> None:
    """The thread goes on, if it was going on and nothing stands in its way."""
    Publication.objects.filter(pk=publication.pk).update(not_sent=0)
    stopped = Retraction.objects.filter(publication=publication, ended_at=None).exists()
    reason = Reason.RETRACTION_ASKED if stopped else rules.facts_of(publication).obstacle
    if publication.state == STATE.SENDING:
        if stopped:
            move(publication, STATE.PARTIAL, reason=reason or "")
        else:
            Publication.objects.filter(pk=publication.pk).update(next_try_at=db_now())
    elif publication.state == STATE.UNCERTAIN:
        given_up = publication.parts.filter(state__in=[PartState.REFUSED, PartState.UNCERTAIN])
        if given_up.filter(state=PartState.UNCERTAIN).exists():
            return
        if reason is None and not given_up.exists():
            move(publication, STATE.SENDING, next_try_at=db_now())
            wake.after_commit(wake.SEND, publication.account_id)
        else:
            move(publication, STATE.PARTIAL, reason=reason or Reason.GIVEN_UP)
    elif publication.state == STATE.REFUSED:
        move(publication, STATE.PARTIAL, reason=Reason.GIVEN_UP)


def wake_retraction(publication: Publication) -> None:
    """A part that is now known to be out is deleted at once, where a retraction stands."""
    Retraction.objects.filter(publication=publication, ended_at=None).update(next_try_at=Now())


def becomes_uncertain(publication: Publication, parts: list[Part], reason: Reason) -> None:
    """A POST may have been accepted: nothing sends it again, X is looked up instead."""
    Part.objects.filter(pk__in=[part.pk for part in parts]).update(
        state=PartState.UNCERTAIN, uncertain_since=Now(), looks_made=0
    )
    if publication.state == STATE.UNCERTAIN:
        Publication.objects.filter(pk=publication.pk).update(reason=reason)
    else:
        move(publication, STATE.UNCERTAIN, reason=reason)
    plan_look_ups(parts)
