"""What each kind of confirmation asks before it can be proposed, and does once confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.errors import Moved
from publishing import wake
from publishing.actions.looks import moot, plan_before_act, plan_given_up
from publishing.actions.moves import move
from publishing.actions.parts import found
from publishing.actions.recall import recall_now
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    Look,
    LookKind,
    LookResult,
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
    Retraction,
)

STATE = PublicationState
KIND = ConfirmationKind


class NotNow(Moved):
    code = "not_now"
    sentence = _("Cette décision n’est pas possible dans l’état actuel de la diffusion.")


@dataclass(frozen=True)
class Rule:
    """When a kind can be proposed, and what it does once confirmed."""

    states: frozenset[str]
    effect: Callable[[Confirmation, Publication], None]
    after_last_look: bool = False


def can_propose(publication: Publication, kind: ConfirmationKind) -> bool:
    """Whether this decision makes sense now; also asked again when it is confirmed."""
    rule = RULES.get(kind)
    if rule is None or publication.state not in rule.states:
        return False
    if rule.after_last_look and not last_look_made(publication):
        return False
    if rule.effect is _after_a_look and pending_decision(publication):
        return False
    if kind in (KIND.SEND_AGAIN, KIND.GO_ON) and retraction_stands(publication):
        return False
    if kind == KIND.RECALL:
        return any(part.perhaps_out for part in publication.parts.all())
    return kind != KIND.FOUND or last_look_unreadable(publication)


def last_look_made(publication: Publication) -> bool:
    """Every uncertain part has had its last look, answered by X or not."""
    uncertain = publication.parts.filter(state=PartState.UNCERTAIN)
    return not Look.objects.filter(part__in=uncertain, kind=LookKind.LOOK_UP, done_at=None).exists()


def last_look_unreadable(publication: Publication) -> bool:
    last = (
        Look.objects.filter(
            part__publication=publication, kind=LookKind.LOOK_UP, done_at__isnull=False
        )
        .order_by("-due_at")
        .first()
    )
    return last is not None and last.result == LookResult.UNREADABLE and last_look_made(publication)


def retraction_stands(publication: Publication) -> bool:
    """Somebody wants it off X: nothing of it is sent again meanwhile."""
    return Retraction.objects.filter(publication=publication, ended_at=None).exists()


def pending_decision(publication: Publication) -> bool:
    """A confirmed decision waits for its look at X."""
    return Look.objects.filter(
        part__publication=publication, kind=LookKind.BEFORE_ACT, done_at=None
    ).exists()


def _wait_until(publication: Publication, one: Confirmation) -> None:
    """« Now » is when the two agreed: should X not be readable for hours, it is too late then."""
    agreed = one.due_at or one.decided_at
    assert agreed is not None, "a decision takes effect once confirmed"  # noqa: S101
    publication.due_at = agreed
    Publication.objects.filter(pk=publication.pk).update(due_at=publication.due_at, not_sent=0)
    wake.after_commit(wake.SEND, publication.account_id)


def _after_a_look(one: Confirmation, publication: Publication) -> None:
    """What may be on X is looked for once more before the decision takes effect; of a thread that
    goes on, the next message in any case: people, or a time before a restore, may have sent it.
    """
    parts = list(publication.parts.all())
    doubtful = [part for part in parts if part.perhaps_out]
    if one.kind == KIND.GO_ON:
        doubtful = [part for part in parts if part.state not in (PartState.OUT, PartState.DELETED)]
    if not doubtful:
        take_effect(one, publication)
        return
    plan_before_act(doubtful[0], one)


def take_effect(one: Confirmation, publication: Publication) -> None:
    """The decision itself, once the look before it has found nothing."""
    if publication.state not in RULES[KIND(one.kind)].states:
        return
    if one.kind == KIND.RECALL:
        recall_now(publication, actor=one.proposed_by, reason=one.reason)
        return
    if retraction_stands(publication):
        return
    stopped = [PartState.UNCERTAIN, PartState.REFUSED]
    publication.parts.filter(state__in=stopped).update(
        state=PartState.PENDING, uncertain_since=None
    )
    _wait_until(publication, one)
    out = publication.parts.filter(state=PartState.OUT).exists()
    after = STATE.SENDING if out else STATE.WAITING
    move(publication, after, actor=one.decided_by, next_try_at=publication.due_at,
         confirmation=one.pk)  # fmt: skip


def _give_up(one: Confirmation, publication: Publication) -> None:
    uncertain = publication.parts.filter(state=PartState.UNCERTAIN)
    moot(Look.objects.filter(part__in=uncertain))
    plan_given_up(list(uncertain))
    uncertain.update(state=PartState.REFUSED, uncertain_since=None)
    out = publication.parts.filter(state=PartState.OUT).exists()
    move(publication, STATE.PARTIAL if out else STATE.REFUSED, reason=Reason.GIVEN_UP,
         actor=one.decided_by, confirmation=one.pk)  # fmt: skip


def _found(one: Confirmation, publication: Publication) -> None:
    part = publication.parts.filter(state=PartState.UNCERTAIN).first()
    if part is None or Part.objects.filter(x_id=one.x_id).exists():
        raise NotNow
    part.publication = publication
    found(publication, part, one.x_id)


RULES: dict[ConfirmationKind, Rule] = {
    KIND.NEW_TIME: Rule(frozenset({STATE.MISSED}), _after_a_look),
    KIND.SEND_AGAIN: Rule(frozenset({STATE.UNCERTAIN}), _after_a_look, after_last_look=True),
    KIND.GIVE_UP: Rule(frozenset({STATE.UNCERTAIN}), _give_up),
    KIND.FOUND: Rule(frozenset({STATE.UNCERTAIN}), _found, after_last_look=True),
    KIND.GO_ON: Rule(frozenset({STATE.PARTIAL}), _after_a_look),
    KIND.RECALL: Rule(frozenset({STATE.REFUSED, STATE.MISSED}), _after_a_look),
}
