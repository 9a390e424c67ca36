"""One way to change a publication's state: the move, its reason, its audit row, its notices."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models.functions import Now
from django.urls import reverse

from accounts.access import administrators, require_role, reviewers
from accounts.actions.base import lock_one, owe, record
from accounts.errors import NotYours
from accounts.models import Account, Person
from accounts.models.notice import NoticeKind
from publishing.actions.looks import moot
from publishing.capabilities import CAPABILITIES
from publishing.models import (
    Confirmation,
    ConfirmationState,
    Look,
    LookKind,
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
)
from publishing.models.states import ALERTING, MOVES

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
    """The same locks for somebody of the account who may do this. Raises NotYours, Forbidden."""
    if not Publication.objects.filter(pk=publication_id).exists():
        raise NotYours
    publication = lock_publication(publication_id)
    CAPABILITIES[act].require(require_role(actor, publication.account_id))
    return publication


def move(
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
    if after not in MOVES[PublicationState(before)]:
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
    record(f"publication.{after}", actor=actor, account=publication.account_id,
           subject=publication, draft_id=publication.draft_id, before=before,
           reason=reason, **details)  # fmt: skip
    if before in DECIDED_BY_TWO:
        _lapse_decisions(publication)
    if after in ALERTING:
        alert(publication)


def _lapse_decisions(publication: Publication) -> None:
    """Its subject moved on: what was proposed about it has no object any more, nor what was
    decided and still waits for its look at X.
    """
    rows = Confirmation.objects.filter(publication=publication, state=ConfirmationState.OPEN)
    for one in rows.select_for_update():
        record("confirmation.lapsed", actor=None, account=publication.account_id, subject=one,
               draft_id=publication.draft_id, kind=one.kind)  # fmt: skip
    rows.update(state=ConfirmationState.LAPSED, decided_at=Now())
    moot(Look.objects.filter(part__publication=publication, kind=LookKind.BEFORE_ACT))


def alert(publication: Publication) -> None:
    """Owes everybody who can act on the account a mail that says where to look."""
    path = reverse("draft", args=[publication.draft_id])
    owe(list(reviewers(publication.account_id)), NoticeKind.ALERT, path=path,
        account=publication.account)  # fmt: skip


def tell_administrators(path: str, account: Account | None = None) -> None:
    """Owes those who alone can mend a connection, or buy credits, a mail."""
    owe(list(administrators()), NoticeKind.ALERT, path=path, account=account)


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
    move(publication, PublicationState.HELD, reason=reason)
