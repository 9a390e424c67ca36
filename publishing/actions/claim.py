"""tx 1 and tx 2: the claim of a due row, and the account's turn just before the POST."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts.actions.base import action, lock_one, record
from accounts.crypto import NotSealedForThis
from accounts.models import Account
from publishing import rules
from publishing.actions import stops
from publishing.actions.attempts import close_unsent, lock_attempt
from publishing.actions.moves import WITH_ITS_ORDER, hold, move
from publishing.actions.record import send_back
from publishing.gateway import Line
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


def this_worker() -> str:
    """The process that sends, for whoever reads the trail of an attempt."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Claimed:
    """One part to send: everything the network needs, so that no transaction stays open."""

    attempt_id: int
    position: int
    line: Line
    text: str
    images: list[dict[str, str]]
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
        facts = rules.facts_of(publication)
        if facts.busy:
            return None
        part = None if facts.retraction else _next_part(publication)
        if part is None or not _may_start(publication, facts):
            continue
        try:
            line = Line.of(publication.account.credential)
        except NotSealedForThis:
            stops.distrust_tokens(publication.account)
            _stop(publication, Reason.RECONNECT, facts)
            return None
        if facts.credit_stop and not _lets_through(publication):
            continue
        return _claim_part(publication, part, line)
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
    for index, part in enumerate(parts):
        if part.state == PartState.PENDING:
            part.publication = publication
            part.parent = parts[index - 1] if index else None
            return part
        if part.state != PartState.OUT:
            return None
    return None


def _may_start(publication: Publication, facts: rules.Facts) -> bool:
    """Whether every rule holds; if not, the publication is held, missed or stopped here."""
    if facts.obstacle is not None:
        _stop(publication, facts.obstacle, facts)
        return False
    if rules.broken_off(publication, facts):
        move(publication, PublicationState.PARTIAL, reason=Reason.TOO_LATE)
        return False
    missed = rules.missed(publication, facts)
    if missed is not None:
        move(publication, PublicationState.MISSED, reason=missed)
    return missed is None


def _stop(publication: Publication, reason: Reason, facts: rules.Facts) -> None:
    """A rule failed: held while nothing is out, else the thread stops where it stands."""
    if facts.any_part_out:
        move(publication, PublicationState.PARTIAL, reason=reason)
    else:
        hold(publication, reason)


def _claim_part(publication: Publication, part: Part, line: Line) -> Claimed:
    if publication.state == PublicationState.WAITING:
        move(publication, PublicationState.SENDING)
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
    record("attempt.preparing", actor=None, account=publication.account_id, subject=attempt,
           draft_id=revision.draft_id, part=part.position)  # fmt: skip
    content = revision.parts[part.position]
    return Claimed(
        attempt_id=attempt.pk,
        position=part.position,
        line=line,
        text=content["text"],
        images=content["images"],
        media=part.media,
        reply_to=(part.parent.x_id or "") if part.parent else "",
        reply_settings=revision.signed["reply_settings"],
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
        send_back(publication, attempt, Reason.LAST_LOOK)
        return False
    facts = rules.facts_of(publication)
    if facts.busy:
        send_back(publication, attempt, Reason.NO_TURN)
        return False
    reason = facts.obstacle
    if digest != publication.release.digest:
        reason = Reason.ALTERED
    elif reason is None and facts.retraction:
        reason = Reason.RETRACTION_ASKED
    missed = rules.missed(publication, facts)
    if reason is not None or missed is not None:
        close_unsent(attempt, Reason.LAST_LOOK)
        if reason is not None:
            _stop(publication, reason, facts)
        else:
            move(publication, PublicationState.MISSED, reason=missed or "")
        return False
    try:
        with transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(
                phase=Phase.POSTING, posting_at=Now(), renewed_at=Now(), digest=digest
            )
    except IntegrityError:
        # The database saw what came since the facts were read: a freeze of all takes no lock.
        send_back(publication, attempt, Reason.LAST_LOOK)
        return False
    Part.objects.filter(pk=attempt.part_id).update(state=PartState.POSTING)
    record("attempt.posting", actor=None, account=publication.account, subject=attempt,
           draft_id=publication.draft_id, digest=digest)  # fmt: skip
    return True


def renew(attempt_id: int) -> None:
    """Says that the worker of this attempt is still at it."""
    Attempt.objects.filter(pk=attempt_id, phase=Phase.PREPARING).update(renewed_at=Now())


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
    facts = rules.facts_of(publication)
    stopped = facts.obstacle or facts.retraction or rules.missed(publication, facts)
    return not stopped
