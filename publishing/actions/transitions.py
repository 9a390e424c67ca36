"""Every change of state of a publication, of its parts and of their attempts, under their locks.

One function changes a publication's state: it checks the table in `models/states.py`, writes the
reason and the audit row, ends the proposals that lost their object, and queues the notices.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models.functions import Now

from accounts import audit
from accounts.access import require_role
from accounts.actions.base import lock_one
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Account, Person
from accounts.models.notice import NoticeAct
from publishing import rules, wake
from publishing.actions.lookup_schedule import cancel_lookups, plan_lookups, plan_read_backs
from publishing.capabilities import CAPABILITIES, offered
from publishing.models import (
    Attempt,
    Confirmation,
    ConfirmationState,
    Lookup,
    LookupKind,
    Outcome,
    Part,
    PartState,
    Phase,
    PlannedRetraction,
    Publication,
    PublicationState,
    Reason,
    Retraction,
)
from publishing.models.states import ALERTING, TRANSITIONS
from publishing.notices import NEWS, notify_account, notify_author
from publishing.spending import count_post

# Only here can a proposal be open.
DECIDED_BY_TWO = (
    PublicationState.MISSED,
    PublicationState.UNCERTAIN,
    PublicationState.REFUSED,
    PublicationState.PARTIAL,
)
WITH_ITS_ORDER = "release__revision"


def lock_publication(publication_id: int) -> Publication:
    """Locks the account, then the publication, with its order and its parts at hand."""
    account = lock_one(Account.objects.filter(publication=publication_id))
    rows = Publication.objects.select_for_update(of=("self",)).select_related(WITH_ITS_ORDER)
    publication = rows.get(pk=publication_id)
    publication.account = cast(Account, account)
    return publication


def lock_own(actor: Person, publication_id: int, *, act: str) -> Publication:
    """The same locks for somebody of the account who may do this. Raises NotFound, Forbidden."""
    if not Publication.objects.filter(pk=publication_id).exists():
        raise NotFound
    publication = lock_publication(publication_id)
    CAPABILITIES[act].require(require_role(actor, publication.account_id))
    return publication


def transition(
    publication: Publication,
    after: str,
    *,
    reason: str = "",
    actor: Person | None = None,
    next_try_at: dt.datetime | None = None,
    **details: Any,
) -> None:
    """Writes one move of the table, in the caller's transaction. Raises ValueError outside it."""
    before = publication.state
    if after not in TRANSITIONS[PublicationState(before)]:
        raise ValueError(f"a publication does not go from {before} to {after}")
    publication.state = after
    publication.reason = reason
    fields: dict[str, Any] = {"state": after, "reason": reason, "since": Now()}
    if next_try_at is not None:
        publication.next_try_at = next_try_at
        fields["next_try_at"] = next_try_at
    if after == PublicationState.PUBLISHED:
        fields["published_at"] = Now()
    if after in ALERTING:
        fields |= {"acknowledged_at": None, "acknowledged_by": None, "acknowledged_reason": ""}
    Publication.objects.filter(pk=publication.pk).update(**fields)
    audit.record(
        f"publication.{after}",
        actor=actor,
        about=publication,
        before=before,
        reason=reason,
        **details,
    )
    if before in DECIDED_BY_TWO:
        _lapse_decisions(publication)
    if after in ALERTING:
        notify_account(publication)
    elif after in NEWS:
        notify_author(publication, actor)
    if after == PublicationState.PUBLISHED:
        _retract_planned(publication)


def _lapse_decisions(publication: Publication) -> None:
    """Its subject moved on: what was proposed about it has no object any more, nor what was
    decided and still waits for its lookup on X.
    """
    rows = Confirmation.objects.filter(publication=publication, state=ConfirmationState.OPEN)
    for proposal in rows.select_for_update():
        audit.record(
            "confirmation.lapsed",
            actor=None,
            about=publication,
            subject=proposal,
            kind=proposal.kind,
        )
    rows.update(state=ConfirmationState.LAPSED, decided_at=Now())
    cancel_lookups(Lookup.objects.filter(part__publication=publication, kind=LookupKind.BEFORE_ACT))


def any_part_out(publication: Publication) -> bool:
    """Also of what was deleted since: it has been on X."""
    left = (PartState.OUT, PartState.DELETED)
    return Part.objects.filter(publication=publication, state__in=left).exists()


def hold(publication: Publication, reason: Reason) -> None:
    if publication.state == PublicationState.HELD:
        if publication.reason != reason:
            publication.reason = reason
            Publication.objects.filter(pk=publication.pk).update(reason=reason)
        return
    transition(publication, PublicationState.HELD, reason=reason)


def lock_attempt(attempt_id: int) -> tuple[Publication, Attempt]:
    """The account's lock, then the attempt's and its publication's, with the answer if any."""
    account = lock_one(Account.objects.filter(attempt=attempt_id))
    rows = Attempt.objects.select_for_update(of=("part__publication", "self"))
    attempt = rows.select_related(f"part__publication__{WITH_ITS_ORDER}", "answer").get(
        pk=attempt_id
    )
    publication = attempt.part.publication
    publication.account = cast(Account, account)
    return publication, attempt


def close(attempt: Attempt, outcome: Outcome, reason: Reason) -> None:
    attempt.phase, attempt.outcome, attempt.reason = Phase.ANSWERED, outcome, reason
    Attempt.objects.filter(pk=attempt.pk).update(
        phase=Phase.ANSWERED, outcome=outcome, reason=reason, answered_at=Now()
    )
    audit.record(
        "attempt.answered",
        actor=None,
        account=attempt.account_id,
        subject=attempt,
        draft_id=attempt.part.publication.draft_id,
        outcome=outcome,
        reason=reason,
    )


def close_unsent(attempt: Attempt, reason: Reason) -> None:
    """It never reached its POST."""
    close(attempt, Outcome.NOT_SENT, reason)


def close_doubtful(attempt: Attempt) -> None:
    """Nobody will ever say whether X took it."""
    close(attempt, Outcome.UNCERTAIN, Reason.WORKER_DIED)


def mark_found(publication: Publication, part: Part, x_id: str) -> None:
    """A look has shown this part on X: what follows is as if X had answered so."""
    audit.record("part.found", actor=None, about=publication, subject=part, x_id=x_id)
    mark_out(publication, part, x_id)


def mark_out(publication: Publication, part: Part, x_id: str) -> None:
    """This part is known to be on X: the publication is published, goes on, or stays partial."""
    _not_again(publication, part)
    Part.objects.filter(pk=part.pk).update(
        state=PartState.OUT, x_id=x_id, out_at=Now(), uncertain_since=None
    )
    count_post(publication.account, part.message)
    if part.state in (PartState.UNCERTAIN, PartState.REFUSED):
        cancel_lookups(part.lookups.all())
    parts = list(publication.parts.all())
    if publication.state in (PublicationState.RECALLED, PublicationState.RETRACTED):
        # Given up, taken back since, and on X after all: people delete it.
        notify_account(publication, NoticeAct.STILL_ON_X)
    elif all(other.state == PartState.OUT for other in parts):
        transition(publication, PublicationState.PUBLISHED)
        plan_read_backs(parts)
    else:
        _parts_remain(publication)
    wake_retraction(publication)


def _not_again(publication: Publication, part: Part) -> None:
    """It is there, and was to be sent once more: what prepares that ends."""
    for attempt in part.attempts.filter(phase=Phase.PREPARING):
        close_unsent(attempt, Reason.PRE_SEND_CHECK)
    if publication.state in (
        PublicationState.WAITING,
        PublicationState.HELD,
        PublicationState.MISSED,
    ):
        transition(publication, PublicationState.UNCERTAIN, reason=publication.reason)


def _parts_remain(publication: Publication) -> None:
    """The thread goes on, if it was going on and nothing stands in its way."""
    Publication.objects.filter(pk=publication.pk).update(not_sent=0)
    stopped = Retraction.objects.filter(publication=publication, ended_at=None).exists()
    reason = Reason.RETRACTION_ASKED if stopped else rules.load_conditions(publication).violation
    if publication.state == PublicationState.SENDING:
        if stopped:
            transition(publication, PublicationState.PARTIAL, reason=reason or "")
        else:
            Publication.objects.filter(pk=publication.pk).update(next_try_at=db_now())
    elif publication.state == PublicationState.UNCERTAIN:
        given_up = publication.parts.filter(state__in=[PartState.REFUSED, PartState.UNCERTAIN])
        if given_up.filter(state=PartState.UNCERTAIN).exists():
            return
        if reason is None and not given_up.exists():
            transition(publication, PublicationState.SENDING, next_try_at=db_now())
            wake.after_commit(wake.SEND, publication.account_id)
        else:
            transition(publication, PublicationState.PARTIAL, reason=reason or Reason.GIVEN_UP)
    elif publication.state == PublicationState.REFUSED:
        transition(publication, PublicationState.PARTIAL, reason=Reason.GIVEN_UP)


def can_retract(publication: Publication) -> bool:
    """Something is out, or may be."""
    perhaps = (PartState.OUT, PartState.UNCERTAIN)
    return offered(publication.state, "retract") and any(
        part.state in perhaps for part in publication.parts.all()
    )


def request_retraction(publication: Publication, *, actor: Person, reason: str) -> Retraction:
    """The retraction itself, in the caller's transaction and under its locks; none stands yet."""
    retraction = Retraction.objects.create(
        publication=publication, reason=reason, requested_by=actor
    )
    audit.record("retraction.requested", actor=actor, about=publication, subject=retraction)
    flying = Attempt.objects.filter(part__publication=publication).exclude(phase=Phase.ANSWERED)
    if publication.state == PublicationState.SENDING and not flying.exists():
        transition(publication, PublicationState.PARTIAL, reason=Reason.RETRACTION_ASKED)
    wake.after_commit(wake.RETRACT, retraction.pk)
    return retraction


def _retract_planned(publication: Publication) -> None:
    """What was to leave X once this message is on it, under the account's lock. Whoever planned
    it may have left since: they had the right when they decided.
    """
    plans = PlannedRetraction.objects.filter(after=publication.draft_id, done_at=None)
    for plan in plans.select_related("planned_by").order_by("pk"):
        followed = lock_publication(plan.publication_id)
        standing = followed.standing_retraction is not None
        if can_retract(followed) and not standing:
            request_retraction(followed, actor=plan.planned_by, reason=plan.reason)
    plans.update(done_at=Now())


def wake_retraction(publication: Publication) -> None:
    """A part that is now known to be out is deleted at once, where a retraction stands."""
    Retraction.objects.filter(publication=publication, ended_at=None).update(next_try_at=Now())


def mark_uncertain(publication: Publication, parts: list[Part], reason: Reason) -> None:
    """A POST may have been accepted: nothing sends it again, X is looked up instead."""
    Part.objects.filter(pk__in=[part.pk for part in parts]).update(
        state=PartState.UNCERTAIN, uncertain_since=Now(), lookups_made=0
    )
    if publication.state == PublicationState.UNCERTAIN:
        Publication.objects.filter(pk=publication.pk).update(reason=reason)
    else:
        transition(publication, PublicationState.UNCERTAIN, reason=reason)
    plan_lookups(parts)
