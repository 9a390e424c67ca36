"""tx 3: X's answer in a write of its own, then what follows from it; and the end of stale
attempts."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from accounts.actions.base import action
from accounts.clock import db_now, in_seconds
from accounts.models import Credential
from accounts.models.credential import Connection
from publishing import rules
from publishing.actions import stops
from publishing.actions.lookup_schedule import plan_read_back_now
from publishing.actions.transitions import (
    any_part_out,
    close,
    close_doubtful,
    close_unsent,
    hold,
    lock_attempt,
    mark_out,
    mark_uncertain,
    transition,
)
from publishing.gateway import ApiResult
from publishing.gateway.refusals import ACCOUNT_STOPS, APPLICATION_STOPS, UNKNOWN
from publishing.models import (
    Answer,
    Attempt,
    CreditStop,
    Outcome,
    Part,
    PartState,
    Phase,
    Publication,
    PublicationState,
    Reason,
    Throttle,
)
from publishing.replies import parent_of


def write_answer(attempt_id: int, result: ApiResult) -> None:
    """X's id and answer, in a write of their own: whatever comes next, they are kept."""
    answer = Answer(
        attempt_id=attempt_id,
        outcome=result.outcome,
        reason=result.reason,
        status=result.status,
        x_id=result.x_id,
        retry_after=result.retry_after,
        limits=result.limits,
        body=result.body,
    )
    Answer.objects.bulk_create([answer], ignore_conflicts=True)


@action
def apply_answer(attempt_id: int) -> None:
    """What follows from an answer that stands in its row. Doing it twice is doing it once; an
    answer that comes after the attempt was closed as stale moves what was uncertain as it says.
    """
    publication, attempt = lock_attempt(attempt_id)
    answer: Answer | None = getattr(attempt, "answer", None)
    if answer is None:
        return
    if attempt.phase != Phase.POSTING and not _belated(attempt, answer):
        return
    close(attempt, Outcome(answer.outcome), Reason(answer.reason))
    _credits_seen(publication, attempt)
    follow = {
        Outcome.ACCEPTED: _accepted,
        Outcome.REFUSED: _refused,
        Outcome.NOT_SENT: _not_sent,
        Outcome.UNCERTAIN: _uncertain,
    }
    follow[Outcome(answer.outcome)](publication, attempt, answer)


def _belated(attempt: Attempt, answer: Answer) -> bool:
    """It came after the attempt was closed as stale, and says what nobody knows yet: that the
    post is on X, whatever was decided meanwhile; or that it is not, while no later try may have
    put it there.
    """
    if attempt.outcome != Outcome.UNCERTAIN or attempt.reason != Reason.WORKER_DIED:
        return False
    state = attempt.part.state
    if answer.outcome == Outcome.ACCEPTED:
        known = (PartState.POSTING, PartState.OUT, PartState.DELETED)
        return state not in known and not _of_another(attempt, answer)
    later = Attempt.objects.filter(part=attempt.part_id, number__gt=attempt.number)
    return (
        answer.outcome != Outcome.UNCERTAIN and state == PartState.UNCERTAIN and not later.exists()
    )


def _of_another(attempt: Attempt, answer: Answer) -> bool:
    """A lookup took this very post for that of another release with the same text."""
    return Part.objects.filter(x_id=answer.x_id).exclude(pk=attempt.part_id).exists()


def _credits_seen(publication: Publication, attempt: Attempt) -> None:
    """X took the send that was let through first, or said something else than 402."""
    stop = CreditStop.objects.filter(probe=publication, ended_at=None)
    if attempt.outcome != Outcome.NOT_SENT:
        stop.update(ended_at=Now())
    elif attempt.reason not in APPLICATION_STOPS:
        stop.update(probe=None)


def _part(attempt: Attempt, state: PartState) -> None:
    Part.objects.filter(pk=attempt.part_id).update(state=state)


def _accepted(publication: Publication, attempt: Attempt, answer: Answer) -> None:
    Throttle.objects.filter(account=attempt.account_id).delete()
    if _of_another(attempt, answer):
        mark_uncertain(publication, [attempt.part], Reason.DUPLICATE)  # people decide
    else:
        mark_out(publication, attempt.part, answer.x_id)


def _refused(publication: Publication, attempt: Attempt, answer: Answer) -> None:
    _part(attempt, PartState.REFUSED)
    after = PublicationState.PARTIAL if any_part_out(publication) else PublicationState.REFUSED
    transition(publication, after, reason=answer.reason)
    if answer.reason in UNKNOWN:
        stops.count_unknown_refusal(publication)


def _uncertain(publication: Publication, attempt: Attempt, answer: Answer | None) -> None:
    mark_uncertain(publication, [attempt.part], Reason(attempt.reason))


def _not_sent(publication: Publication, attempt: Attempt, answer: Answer) -> None:
    reason = Reason(answer.reason)
    _part(attempt, PartState.PENDING)
    if reason == Reason.RATE_LIMITED:
        stops.throttle(attempt.account_id, answer)
    elif reason == Reason.UNAUTHORIZED:
        _start_probing(attempt.account_id)
    elif reason in ACCOUNT_STOPS:
        stops.stop_account(publication.account, reason)
    elif reason in APPLICATION_STOPS:
        stops.stop_application(reason)
    elif reason == Reason.PARENT_INVISIBLE:
        _ask_of_parent(attempt.part)
    elif reason == Reason.MEDIA_GONE:
        Part.objects.filter(pk=attempt.part_id).update(media={})
    back_to_waiting(publication, attempt, reason, answer.retry_after)


def _ask_of_parent(part: Part) -> None:
    """What it replies to may have been deleted on X itself; that of a thread was sent just now."""
    parent = parent_of(part)
    if parent is not None and part.position == 0:
        plan_read_back_now(parent)


def back_to_waiting(
    publication: Publication, attempt: Attempt, reason: Reason, after: float | None = None
) -> None:
    """Surely not sent: tried again later; held where X's no concerns the account or all."""
    if publication.state == PublicationState.UNCERTAIN:
        transition(
            publication, PublicationState.SENDING
        )  # the answer came after it was closed as stale
    if any_part_out(publication):
        _retry_later_part(publication, reason, after)
        return
    if reason in ACCOUNT_STOPS | APPLICATION_STOPS:
        hold(publication, reason)
        return
    next_try = _next_try(publication, reason, after)
    if next_try > rules.closes_at(publication):
        transition(publication, PublicationState.MISSED, reason=reason)
        return
    transition(publication, PublicationState.WAITING, reason=reason, next_try_at=next_try)
    Publication.objects.filter(pk=publication.pk).update(not_sent=publication.not_sent + 1)


def _retry_later_part(publication: Publication, reason: Reason, after: float | None) -> None:
    """A later part of a thread is tried again in place, for the account's tolerance."""
    patience = publication.account.tolerance_seconds
    if reason == Reason.PARENT_INVISIBLE:
        patience = settings.DURATIONS.parent_invisible
    stop = reason in ACCOUNT_STOPS | APPLICATION_STOPS
    since = rules.since_last_out(publication)
    if stop or db_now() > since + dt.timedelta(seconds=patience):
        transition(publication, PublicationState.PARTIAL, reason=reason)
        return
    Publication.objects.filter(pk=publication.pk).update(
        next_try_at=_next_try(publication, reason, after), not_sent=publication.not_sent + 1
    )


def _next_try(publication: Publication, reason: Reason, after: float | None) -> dt.datetime:
    if reason == Reason.RATE_LIMITED:
        throttle = Throttle.objects.filter(account=publication.account_id).first()
        if throttle is not None:
            return throttle.until
    if reason == Reason.NO_TURN:
        return db_now()
    if reason == Reason.MEDIA_ON_ITS_WAY:
        return in_seconds(after or 0)
    retries = settings.DURATIONS.not_sent_retries
    return in_seconds(retries[min(publication.not_sent, len(retries) - 1)])


def _start_probing(account_id: int) -> None:
    """401: X once said it to everybody for two hours, so we ask before we believe it."""
    Credential.objects.filter(account=account_id, state=Connection.CONNECTED).update(
        state=Connection.PROBING,
        refused_at=Now(),
        probes=0,
        next_probe_at=in_seconds(settings.DURATIONS.unauthorized_probes[0]),
    )


def send_back(publication: Publication, attempt: Attempt, reason: Reason) -> None:
    """Closes an attempt that never reached its POST; what is still being sent is tried later."""
    close_unsent(attempt, reason)
    if publication.state == PublicationState.SENDING:
        back_to_waiting(publication, attempt, reason)


@action
def close_unprepared(attempt_id: int, result: ApiResult) -> None:
    """What fails before the POST is not sent, but for X's no to the media, which is final."""
    publication, attempt = lock_attempt(attempt_id)
    if attempt.phase != Phase.PREPARING:
        return
    if publication.state != PublicationState.SENDING:  # retracted meanwhile
        close_unsent(attempt, result.reason)
        return
    answer = Answer(reason=result.reason, retry_after=result.retry_after, limits=result.limits)
    if result.outcome == Outcome.REFUSED:
        close(attempt, Outcome.REFUSED, result.reason)
        _refused(publication, attempt, answer)
    else:
        close_unsent(attempt, result.reason)
        _not_sent(publication, attempt, answer)


def stale_attempts() -> list[int]:
    """Attempts in flight that no worker has renewed for 45 s, by PostgreSQL's clock."""
    limit = db_now() - dt.timedelta(seconds=settings.DURATIONS.attempt_stale)
    late = Q(phase=Phase.PREPARING, renewed_at__lt=limit) | Q(
        phase=Phase.POSTING, posting_at__lt=limit
    )
    return list(Attempt.objects.filter(late).values_list("pk", flat=True)[:100])


def close_stale(attempt_id: int) -> None:
    """Ends what its worker left behind: never by sending anything again."""
    if Answer.objects.filter(attempt=attempt_id).exists():
        apply_answer(attempt_id)
    else:
        _close_stale_unanswered(attempt_id)


@action
def _close_stale_unanswered(attempt_id: int) -> None:
    publication, attempt = lock_attempt(attempt_id)
    if attempt.phase == Phase.ANSWERED or attempt.pk not in stale_attempts():
        return
    if attempt.phase == Phase.PREPARING:
        send_back(publication, attempt, Reason.WORKER_LOST)
        return
    if hasattr(attempt, "answer"):
        return  # it came just now: the next look applies it
    close_doubtful(attempt)
    mark_uncertain(publication, [attempt.part], Reason.WORKER_DIED)
