"""An attempt under its locks, and its end."""

from __future__ import annotations

from typing import cast

from django.db.models.functions import Now

from accounts.actions.base import lock_one, record
from accounts.models import Account
from publishing.actions.moves import WITH_ITS_ORDER
from publishing.models import Attempt, Outcome, Phase, Publication, Reason


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
    record("attempt.answered", actor=None, account=attempt.account_id, subject=attempt,
           draft_id=attempt.part.publication.draft_id,
           outcome=outcome, reason=reason)  # fmt: skip


def close_unsent(attempt: Attempt, reason: Reason) -> None:
    """It never reached its POST."""
    close(attempt, Outcome.NOT_SENT, reason)


def close_doubtful(attempt: Attempt) -> None:
    """Nobody will ever say whether X took it."""
    close(attempt, Outcome.UNCERTAIN, Reason.WORKER_DIED)
