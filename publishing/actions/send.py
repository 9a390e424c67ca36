"""The protocol of one part of one release: claim, prepare, take the turn, one POST, its answer.

tx 1 claims a due row. The media are uploaded. tx 2 takes the account's turn with every rule asked
once more, and commits « posting » before the first byte leaves. tx 3 (`apply_answer`) follows from
what X said. No transaction is open while X is spoken to.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts import audit
from accounts.actions.base import action, lock_one
from accounts.crypto import NotSealedForThis
from accounts.models import Account
from approvals.message import Message
from publishing import rules
from publishing.actions import media, stops
from publishing.actions.apply_answer import (
    apply_answer,
    close_unprepared,
    send_back,
    write_answer,
)
from publishing.actions.transitions import (
    WITH_ITS_ORDER,
    close_unsent,
    hold,
    lock_attempt,
    transition,
)
from publishing.gateway import ApiCredentials, ApiResult, SendWindowClosed, boot_clock, post
from publishing.models import (
    Attempt,
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    CreditStop,
    Outcome,
    Part,
    PartState,
    Phase,
    Publication,
    PublicationState,
    Reason,
)
from publishing.replies import parent_of

log = structlog.get_logger(__name__)

# A connection that stood within this many seconds needs no second check in the database.
FRESH_FOR = 0.5
# While PostgreSQL restarts; well within the 45 s after which the attempt is stale.
PATIENCE = (0.2, 0.5, 1, 2, 4, 8)
# After this many seconds, the rest of an account is another task's.
MAX_SECONDS = 60


def send_due(account_id: int, *, at_most: int = 50) -> int:
    """Sends what is due of one account, one after the other; how many parts were tried.

    Nothing is begun that a task's time limit could cut short: the scan wakes another.
    """
    began = boot_clock()
    for done in range(at_most):
        if boot_clock() - began > MAX_SECONDS:
            return done
        claimed = claim(account_id)
        if claimed is None:
            return done
        send(claimed)
    return at_most


def send(claimed: Claimed) -> None:
    """At most one POST of this part, and its answer written down before anything follows."""
    prepared = media.prepare(claimed)
    if isinstance(prepared, ApiResult):
        close_unprepared(claimed.attempt_id, prepared)
        return
    digest, media_ids = prepared
    before_turn = boot_clock()
    if not take_turn(claimed, digest):
        return
    result = post(
        claimed.credentials,
        claimed.message.text,
        pre_send_check=_pre_send_check(claimed.attempt_id, before_turn),
        reply_to=claimed.reply_to,
        media_ids=media_ids,
        reply_settings="" if claimed.reply_to else claimed.reply_settings,
    )
    log.info(
        "answer", attempt=claimed.attempt_id, outcome=str(result.outcome), reason=str(result.reason)
    )
    keep_answer(claimed.attempt_id, result)
    apply_answer(claimed.attempt_id)


def this_worker() -> str:
    """The process that sends, for whoever reads the trail of an attempt."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Claimed:
    """One part to send: everything the network needs, so that no transaction stays open."""

    attempt_id: int
    position: int
    credentials: ApiCredentials
    message: Message
    media: dict[str, dict[str, str]]
    reply_to: str
    reply_settings: str
    content: str


def due() -> QuerySet[Publication]:
    """Rows whose next try has come, in the order in which they leave."""
    states = [PublicationState.WAITING, PublicationState.SENDING]
    rows = Publication.objects.filter(state__in=states, next_try_at__lte=Now())
    return rows.order_by("due_at", "release_id")


@action
def claim(account_id: int) -> Claimed | None:
    """Claims the account's first due part, when nothing stands in its way; None when nothing is
    to be done now. What it finds too late or against a rule, it moves where it belongs.
    """
    mine = due().filter(account=OuterRef("pk"))
    posting = Attempt.objects.filter(account=OuterRef("pk"), phase=Phase.POSTING)
    if lock_one(Account.objects.filter(Exists(mine), ~Exists(posting), pk=account_id)) is None:
        return None
    rows = due().filter(account=account_id).select_for_update(of=("self",), skip_locked=True)
    for publication in rows.select_related(WITH_ITS_ORDER, "account__credential")[:20]:
        conditions = rules.load_conditions(publication)
        if conditions.busy:
            return None
        part = None if conditions.retraction else _next_part(publication)
        if part is None or not _may_start(publication, conditions):
            continue
        try:
            credentials = ApiCredentials.of(publication.account.credential)
        except NotSealedForThis:
            stops.distrust_tokens(publication.account)
            _stop(publication, Reason.RECONNECT, conditions)
            return None
        if conditions.credit_stop and not _lets_through(publication):
            continue
        return _claim_part(publication, part, credentials)
    return None


def _lets_through(publication: Publication) -> bool:
    """After « crédits rétablis », the first send is the only one until X has taken it."""
    CreditStop.objects.filter(ended_at=None, probe=None).update(probe=publication)
    return not CreditStop.objects.filter(ended_at=None).exclude(probe=publication).exists()


def _next_part(publication: Publication) -> Part | None:
    """The part to send now; None while one is under way. Two queries."""
    parts = list(publication.parts.prefetch_related("attempts"))
    if any(attempt.phase != Phase.ANSWERED for p in parts for attempt in p.attempts.all()):
        return None
    for part in parts:
        if part.state == PartState.PENDING:
            part.publication = publication
            return part
        if part.state != PartState.OUT:
            return None
    return None


def _may_start(publication: Publication, conditions: rules.Conditions) -> bool:
    """Whether every rule holds; if not, the publication is held, missed or stopped here."""
    if conditions.violation is not None:
        _stop(publication, conditions.violation, conditions)
        return False
    if rules.thread_timed_out(publication, conditions):
        transition(publication, PublicationState.PARTIAL, reason=Reason.TOO_LATE)
        return False
    missed = rules.missed(publication, conditions)
    if missed is not None:
        transition(publication, PublicationState.MISSED, reason=missed)
    return missed is None


def _stop(publication: Publication, reason: Reason, conditions: rules.Conditions) -> None:
    """A rule failed: held while nothing is out, else the thread stops where it stands."""
    if conditions.any_part_out:
        transition(publication, PublicationState.PARTIAL, reason=reason)
    else:
        hold(publication, reason)


def _claim_part(publication: Publication, part: Part, credentials: ApiCredentials) -> Claimed:
    if publication.state == PublicationState.WAITING:
        transition(publication, PublicationState.SENDING)
    attempts = list(part.attempts.all())
    attempt = Attempt.objects.create(
        part=part,
        account=publication.account,
        number=max((a.number for a in attempts), default=0) + 1,
        digest=publication.release.digest,
        worker=this_worker(),
        confirmation=_authority(publication, attempts),
    )
    revision = publication.release.revision
    audit.record(
        "attempt.preparing", actor=None, about=publication, subject=attempt, part=part.position
    )
    signed, parent = revision.signed, parent_of(part)
    return Claimed(
        attempt_id=attempt.pk,
        position=part.position,
        credentials=credentials,
        message=signed.messages[part.position],
        media=part.media,
        reply_to=(parent.x_id or "") if parent else "",
        reply_settings=signed.reply_settings,
        content=revision.content,
    )


def _authority(publication: Publication, attempts: list[Attempt]) -> Confirmation | None:
    """The confirmation that allows one more POST of a part that X has had before: it may have
    accepted it, or it said no for good and two people go on all the same.
    """
    if all(attempt.outcome == Outcome.NOT_SENT for attempt in attempts):
        return None
    again = [ConfirmationKind.SEND_AGAIN, ConfirmationKind.GO_ON]
    return (
        publication.confirmations.filter(kind__in=again, state=ConfirmationState.CONFIRMED)
        .order_by("-decided_at")
        .first()
    )


@action
def take_turn(claimed: Claimed, digest: str) -> bool:
    """tx 2: the account's turn, every rule once more, then « posting ». False: nothing may leave,
    and the attempt is closed as not sent. `digest` was recomputed over the bytes at hand.
    """
    publication, attempt = lock_attempt(claimed.attempt_id)
    if attempt.phase != Phase.PREPARING:
        return False
    if publication.state != PublicationState.SENDING:  # retracted meanwhile
        send_back(publication, attempt, Reason.PRE_SEND_CHECK)
        return False
    conditions = rules.load_conditions(publication)
    if conditions.busy:
        send_back(publication, attempt, Reason.NO_TURN)
        return False
    reason = conditions.violation
    if digest != publication.release.digest:
        reason = Reason.ALTERED
    elif reason is None and conditions.retraction:
        reason = Reason.RETRACTION_ASKED
    missed = rules.missed(publication, conditions)
    if reason is not None or missed is not None:
        close_unsent(attempt, Reason.PRE_SEND_CHECK)
        if reason is not None:
            _stop(publication, reason, conditions)
        else:
            transition(publication, PublicationState.MISSED, reason=missed or "")
        return False
    try:
        with transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(
                phase=Phase.POSTING, posting_at=Now(), renewed_at=Now(), digest=digest
            )
    except IntegrityError:
        # The database saw what came since the conditions were read: a freeze of all takes no lock.
        send_back(publication, attempt, Reason.PRE_SEND_CHECK)
        return False
    Part.objects.filter(pk=attempt.part_id).update(state=PartState.POSTING)
    audit.record("attempt.posting", actor=None, about=publication, subject=attempt, digest=digest)
    return True


def may_still_leave(attempt_id: int) -> bool:
    """Asked when the connection took its time: has any rule ceased to hold meanwhile?"""
    rows = Publication.objects.filter(
        parts__attempts=attempt_id,
        parts__attempts__phase=Phase.POSTING,
        state=PublicationState.SENDING,
    )
    publication = rows.select_related(WITH_ITS_ORDER, "account").first()
    if publication is None:
        return False
    conditions = rules.load_conditions(publication)
    stopped = conditions.violation or conditions.retraction or rules.missed(publication, conditions)
    return not stopped


def keep_answer(attempt_id: int, result: ApiResult) -> None:
    """Writes X's answer down, through a restart of PostgreSQL if need be: it is the only copy.

    Raises OperationalError when the database stays away; the attempt then goes stale, and is
    uncertain.
    """
    for pause in (*PATIENCE, None):
        try:
            write_answer(attempt_id, result)
            return
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            connection.close()
            time.sleep(pause)


def _pre_send_check(attempt_id: int, before_turn: float) -> Callable[[], None]:
    """A process that was stopped, or a slow connection: the database is asked once more.

    Counted from before the turn was taken, for a process may stop just after its commit.
    """

    def check() -> None:
        age = boot_clock() - before_turn
        if age < FRESH_FOR:
            return
        if age > settings.DURATIONS.post_total / 2 or not may_still_leave(attempt_id):
            raise SendWindowClosed

    return check
