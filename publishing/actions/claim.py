"""tx 1 and tx 2: the claim of a due row, and the account's turn just before the POST."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now

from accounts.actions.base import action, lock_account, record
from accounts.clock import db_now
from accounts.models import Account, Credential
from accounts.models.credential import Connection
from approvals.digest import digest_of
from publishing import rules
from publishing.actions.moves import WITH_ITS_ORDER, any_part_out, hold, move
from publishing.actions.record import close_unsent
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
    Retraction,
    Throttle,
)

WORKER = f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Claimed:
    """One part to send: everything the network needs, so that no transaction stays open."""

    attempt_id: int
    line: Line
    text: str
    images: list[dict[str, str]]
    media: dict[str, dict[str, str]]
    reply_to: str
    reply_settings: str
    digest: str
    content: str


def due(account: Account | None = None) -> QuerySet[Publication]:
    """Rows whose next try has come, in the order in which they leave."""
    rows = Publication.objects.filter(
        Q(state=PublicationState.WAITING) | Q(state=PublicationState.SENDING),
        next_try_at__lte=Now(),
    )
    if account is not None:
        rows = rows.filter(account=account)
    return rows.order_by("due_at", "release_id")


@action
def claim(account_id: int) -> Claimed | None:
    """Claims the account's first due part, when nothing stands in its way; None when nothing is
    to be done now. What it finds too late or against a rule, it moves where it belongs.
    """
    account = lock_account(account_id)
    if _turn_taken(account) or _line_busy(account):
        return None
    rows = due(account).select_for_update(of=("self",), skip_locked=True)
    for publication in rows.select_related(*WITH_ITS_ORDER)[:20]:
        publication.account = account
        part = _next_part(publication)
        if part is None or not _may_start(publication, account):
            continue
        if _lets_through(publication):
            return _claim_part(publication, part)
    return None


def _lets_through(publication: Publication) -> bool:
    """After « crédits rétablis », the first send is the only one until X has taken it."""
    CreditStop.objects.filter(ended_at=None, probe=None).update(probe=publication)
    return not CreditStop.objects.filter(ended_at=None).exclude(probe=publication).exists()


def _turn_taken(account: Account) -> bool:
    return Attempt.objects.filter(account=account, phase=Phase.POSTING).exists()


def _line_busy(account: Account) -> bool:
    """A rate limit that has not opened yet, or a 401 that is being asked about."""
    return (
        Throttle.objects.filter(account=account, until__gt=Now()).exists()
        or Credential.objects.filter(account=account, state=Connection.PROBING).exists()
    )


def _retraction_stands(publication: Publication) -> bool:
    return Retraction.objects.filter(publication=publication, ended_at=None).exists()


def _next_part(publication: Publication) -> Part | None:
    """The part to send now; None while one is under way, or while a retraction stands."""
    parts = list(publication.parts.all())
    if any(p.attempts.exclude(phase=Phase.ANSWERED).exists() for p in parts):
        return None
    if _retraction_stands(publication):
        return None
    for part in parts:
        if part.state == PartState.PENDING:
            part.publication = publication
            return part
        if part.state != PartState.OUT:
            return None
    return None


def _may_start(publication: Publication, account: Account) -> bool:
    """Whether every rule holds; if not, the publication is held, missed or stopped here."""
    reason = rules.obstacle(publication)
    first = not any_part_out(publication)
    if reason is not None:
        _stop(publication, reason, first)
        return False
    late = db_now() > rules.closes_at(publication, account)
    if first and late:
        move(publication, PublicationState.MISSED, reason=Reason.TOO_LATE)
        return False
    return True


def _stop(publication: Publication, reason: Reason, first: bool) -> None:
    """A rule failed: held while nothing is out, else the thread stops where it stands."""
    if first:
        hold(publication, reason)
    else:
        move(publication, PublicationState.PARTIAL, reason=reason)


def _claim_part(publication: Publication, part: Part) -> Claimed:
    if publication.state == PublicationState.WAITING:
        move(publication, PublicationState.SENDING)
    last = part.attempts.aggregate(last=Max("number"))["last"] or 0
    attempt = Attempt.objects.create(
        part=part,
        account=publication.account,
        number=last + 1,
        digest=publication.release.digest,
        worker=WORKER,
        confirmation=_authority(publication, part),
    )
    record("attempt.preparing", actor=None, account=publication.account_id, subject=attempt,
           draft_id=publication.release.revision.draft_id, part=part.position)  # fmt: skip
    revision = publication.release.revision
    before = publication.parts.filter(position=part.position - 1).first()
    content = revision.parts[part.position]
    credential = Credential.objects.select_related("account").get(account=publication.account)
    return Claimed(
        attempt_id=attempt.pk,
        line=Line.of(credential),
        text=content["text"],
        images=content["images"],
        media=part.media,
        reply_to=(before.x_id or "") if before else "",
        reply_settings=revision.signed["reply_settings"],
        digest=publication.release.digest,
        content=revision.content,
    )


def _authority(publication: Publication, part: Part) -> Confirmation | None:
    """The confirmation that allows one more POST of a part that may have been accepted."""
    if not part.attempts.filter(outcome__in=[Outcome.UNCERTAIN, Outcome.ACCEPTED]).exists():
        return None
    again = [ConfirmationKind.SEND_AGAIN, ConfirmationKind.GO_ON]
    return (
        publication.confirmations.filter(kind__in=again, state=ConfirmationState.CONFIRMED)
        .order_by("-decided_at")
        .first()
    )


@action
def take_turn(attempt_id: int, digest: str) -> bool:
    """tx 2: the account's turn, every rule once more, then « posting ». False: nothing may leave,
    and the attempt is closed as not sent. `digest` was recomputed over the bytes at hand.
    """
    ids = Attempt.objects.filter(pk=attempt_id).values_list("account_id", "part__publication_id")
    account_id, publication_id = ids.get()
    account = lock_account(account_id)
    publication = (
        Publication.objects.select_for_update(of=("self",))
        .select_related(*WITH_ITS_ORDER)
        .get(pk=publication_id)
    )
    publication.account = account
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt_id)
    if attempt.phase != Phase.PREPARING or publication.state != PublicationState.SENDING:
        return False
    if _turn_taken(account) or _line_busy(account):
        close_unsent(attempt, publication, Reason.NO_TURN)
        return False
    first = not any_part_out(publication)
    reason = rules.obstacle(publication)
    if digest != publication.release.digest:
        reason = Reason.ALTERED
    if reason is None and _retraction_stands(publication):
        reason = Reason.RETRACTION_ASKED
    late = first and db_now() > rules.closes_at(publication, account)
    if reason is not None or late:
        close_unsent(attempt, publication, Reason.LAST_LOOK, back=False)
        if reason is not None:
            _stop(publication, reason, first)
        else:
            move(publication, PublicationState.MISSED, reason=Reason.TOO_LATE)
        return False
    Attempt.objects.filter(pk=attempt.pk).update(
        phase=Phase.POSTING, posting_at=Now(), renewed_at=Now(), digest=digest
    )
    Part.objects.filter(pk=attempt.part_id).update(state=PartState.POSTING)
    record("attempt.posting", actor=None, account=account, subject=attempt,
           draft_id=publication.release.revision.draft_id, digest=digest)  # fmt: skip
    return True


def recomputed_digest(claimed: Claimed) -> str:
    """The digest of what this worker holds in its hands."""
    return digest_of(claimed.content)


def renew(attempt_id: int) -> None:
    """Says that the worker of this attempt is still at it."""
    Attempt.objects.filter(pk=attempt_id, phase=Phase.PREPARING).update(renewed_at=Now())


def may_still_leave(attempt_id: int) -> bool:
    """Asked when the connection took its time: has anything stopped this POST meanwhile?"""
    row = Attempt.objects.filter(pk=attempt_id, phase=Phase.POSTING).values_list(
        "account_id", "part__publication__state", "part__publication_id"
    )
    found = row.first()
    if found is None or found[1] != PublicationState.SENDING:
        return False
    stopped = Retraction.objects.filter(publication=found[2], ended_at=None).exists()
    return not (stopped or rules.frozen(found[0]))
