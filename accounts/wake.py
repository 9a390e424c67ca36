"""Waking workers: a message carries one id at most; should it be lost, the beat finds the row."""

from __future__ import annotations

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

# By the values of Channel.
DELIVER = {
    "mail": "accounts.tasks.deliver_mails",
    "push": "accounts.tasks.deliver_pushes",
    "chat": "accounts.tasks.deliver_chats",
}

# A message that nobody took in this many seconds is worth nothing: the scan has made others since.
# Celery counts by the clocks of two machines, so it is more than these may ever differ.
STALE = 1500


def now(task: str, *ids: int) -> None:
    """Asks a worker; never raises, for the row is committed and nothing is lost."""
    try:
        current_app.send_task(task, ids, expires=STALE)
    except Exception as error:
        log.warning("wake failed", task=task, ids=ids, error=type(error).__name__)


def waits(queue: str) -> bool:
    """Whether a message waits there already; a broker that does not answer holds nothing up."""
    try:
        with current_app.connection_or_acquire() as connection:
            declared = connection.default_channel.queue_declare(queue, passive=True)
            return int(declared.message_count) > 0
    except Exception:
        return False


def after_commit(task: str, *ids: int) -> None:
    transaction.on_commit(lambda: now(task, *ids))
