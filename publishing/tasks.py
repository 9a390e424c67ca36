"""What Celery carries: ids only. Redelivery is harmless, the claim in PostgreSQL says no."""

from __future__ import annotations

import structlog
from celery import shared_task

from publishing.actions import obey, record, scan, send

log = structlog.get_logger(__name__)

# A message that nobody took in this many seconds is worth nothing: the next scan makes another.
STALE = 10


def wake(account_id: int) -> None:
    """Asks a worker to send what is due of this account; without a broker the scan will."""
    try:
        send_account.apply_async((account_id,), expires=STALE)
    except Exception as error:  # the row is committed: nothing is lost
        log.warning("wake failed", account=account_id, error=type(error).__name__)


@shared_task(queue="send")
def send_account(account_id: int) -> None:
    """Sends what is due of one account."""
    send.send_due(account_id)


@shared_task(queue="clock")
def scan_due() -> None:
    """Each second: what is due, what nobody obeyed, what was left behind."""
    for release_id in obey.unobeyed():
        obey.obey_missed(release_id)
    for publication_id in scan.suspects():
        scan.settle(publication_id)
    for attempt_id in record.stale_attempts():
        record.reap(attempt_id)
    for account_id in scan.due_accounts():
        wake(account_id)
