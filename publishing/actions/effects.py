"""What each kind of confirmation asks before it can be proposed, and does once confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.errors import Conflict
from publishing import wake
from publishing.actions.lookup_schedule import cancel_lookups, plan_before_act, plan_given_up
from publishing.actions.recall import recall_now
from publishing.actions.transitions import mark_found, transition
from publishing.capabilities import offered
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    Lookup,
    LookupKind,
    LookupResult,
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
)
from publishing.models.lookup import AHEAD_OF_DECISION


class NotNow(Conflict):
    code = "not_now"
    sentence = _("Cette décision n’est pas possible dans l’état actuel de la diffusion.")


@dataclass(frozen=True)
class Rule:
    """What a kind does once confirmed; `OFFERS` says in which states it can be proposed."""

    effect: Callable[[Confirmation, Publication], None]
    after_final_lookup: bool = False


def can_propose(publication: Publication, kind: ConfirmationKind) -> bool:
    """Whether this decision makes sense now; also asked again when it is confirmed."""
    rule = RULES.get(kind)
    if rule is None or not _offered(publication, kind):
        return False
    if rule.after_final_lookup and not final_lookups_made(publication):
        return False
    if rule.effect is _after_a_look and pending_decision(publication):
        return False
    if kind in (ConfirmationKind.SEND_AGAIN, ConfirmationKind.GO_ON) and retraction_stands(
        publication
    ):
        return False
    if kind == ConfirmationKind.RECALL:
        return any(part.maybe_posted for part in publication.parts.all())
    return kind != ConfirmationKind.FOUND or final_lookup_unreadable(publication)


def _offered(publication: Publication, kind: str) -> bool:
    return offered(publication.state, f"propose_{ConfirmationKind(kind).value}")


def final_lookups_made(publication: Publication) -> bool:
    """Every uncertain part has had its final lookup, answered by X or not."""
    ahead = Lookup.objects.filter(AHEAD_OF_DECISION, part__publication=publication)
    return not ahead.exists()


def final_lookup_unreadable(publication: Publication) -> bool:
    last = (
        Lookup.objects.filter(
            part__publication=publication, kind=LookupKind.UNCERTAIN, done_at__isnull=False
        )
        .order_by("-due_at")
        .first()
    )
    return (
        last is not None
        and last.result == LookupResult.UNREADABLE
        and final_lookups_made(publication)
    )


def retraction_stands(publication: Publication) -> bool:
    """Somebody wants it off X: nothing of it is sent again meanwhile."""
    return publication.standing_retraction is not None


def pending_decision(publication: Publication) -> bool:
    """A confirmed decision waits for its lookup on X."""
    return Lookup.objects.filter(
        part__publication=publication, kind=LookupKind.BEFORE_ACT, done_at=None
    ).exists()


def _wait_until(publication: Publication, proposal: Confirmation) -> None:
    """« Now » is when the two agreed: should X not be readable for hours, it is too late then."""
    agreed = proposal.due_at or proposal.decided_at
    assert agreed is not None, "a decision takes effect once confirmed"  # noqa: S101
    publication.due_at = agreed
    Publication.objects.filter(pk=publication.pk).update(due_at=publication.due_at, not_sent=0)
    wake.after_commit(wake.SEND, publication.account_id)


def _after_a_look(proposal: Confirmation, publication: Publication) -> None:
    """What may be on X is looked for once more before the decision takes effect; of a thread that
    goes on, the next message in any case: people, or a time before a restore, may have sent it.
    """
    parts = list(publication.parts.all())
    doubtful = [part for part in parts if part.maybe_posted]
    if proposal.kind == ConfirmationKind.GO_ON:
        doubtful = [part for part in parts if part.state not in (PartState.OUT, PartState.DELETED)]
    if not doubtful:
        take_effect(proposal, publication)
        return
    plan_before_act(doubtful[0], proposal)


def take_effect(proposal: Confirmation, publication: Publication) -> None:
    """The decision itself, once the look before it has found nothing."""
    if not _offered(publication, proposal.kind):
        return
    if proposal.kind == ConfirmationKind.RECALL:
        recall_now(publication, actor=proposal.proposed_by, reason=proposal.reason)
        return
    if retraction_stands(publication):
        return
    stopped = [PartState.UNCERTAIN, PartState.REFUSED]
    publication.parts.filter(state__in=stopped).update(
        state=PartState.PENDING, uncertain_since=None
    )
    _wait_until(publication, proposal)
    out = publication.parts.filter(state=PartState.OUT).exists()
    after = PublicationState.SENDING if out else PublicationState.WAITING
    transition(
        publication,
        after,
        actor=proposal.decided_by,
        next_try_at=publication.due_at,
        confirmation=proposal.pk,
    )


def _give_up(proposal: Confirmation, publication: Publication) -> None:
    uncertain = publication.parts.filter(state=PartState.UNCERTAIN)
    cancel_lookups(Lookup.objects.filter(part__in=uncertain))
    plan_given_up(list(uncertain))
    uncertain.update(state=PartState.REFUSED, uncertain_since=None)
    out = publication.parts.filter(state=PartState.OUT).exists()
    transition(
        publication,
        PublicationState.PARTIAL if out else PublicationState.REFUSED,
        reason=Reason.GIVEN_UP,
        actor=proposal.decided_by,
        confirmation=proposal.pk,
    )


def _found(proposal: Confirmation, publication: Publication) -> None:
    part = publication.parts.filter(state=PartState.UNCERTAIN).first()
    if part is None or Part.objects.filter(x_id=proposal.x_id).exists():
        raise NotNow
    part.publication = publication
    mark_found(publication, part, proposal.x_id)


RULES: dict[ConfirmationKind, Rule] = {
    ConfirmationKind.NEW_TIME: Rule(_after_a_look),
    ConfirmationKind.SEND_AGAIN: Rule(_after_a_look, after_final_lookup=True),
    ConfirmationKind.GIVE_UP: Rule(_give_up),
    ConfirmationKind.FOUND: Rule(_found, after_final_lookup=True),
    ConfirmationKind.GO_ON: Rule(_after_a_look),
    ConfirmationKind.RECALL: Rule(_after_a_look),
}
