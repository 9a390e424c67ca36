"""What Celery carries: ids only. Redelivery is harmless, the claim in PostgreSQL says no."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Person
from publishing import heart, wake
from publishing.actions import connect, decide, look_up, obey, record, retract, scan, send


@shared_task
def send_account(account_id: int) -> None:
    """Sends what is due of one account."""
    send.send_due(account_id)


@shared_task
def look_account(account_id: int) -> None:
    """Makes the looks at X that are due of one account."""
    look_up.look(account_id)


@shared_task
def run_retraction(retraction_id: int) -> None:
    """Deletes on X what a retraction names; ahead of everything else."""
    retract.run(retraction_id)


@shared_task
def probe_account(account_id: int, actor_id: int | None = None) -> None:
    """Asks X whether the account's tokens are still its own."""
    actor = Person.objects.get(pk=actor_id) if actor_id else None
    connect.probe(account_id, actor=actor)


@shared_task
def probe_all() -> None:
    """When a worker starts: whose tokens are these, of every account?"""
    for account_id in connect.connected_accounts():
        wake.now(wake.PROBE, account_id)


@shared_task
def scan_due() -> None:
    """Each second: what is due, what nobody obeyed, what was left behind."""
    for release_id in obey.unobeyed():
        obey.obey_missed(release_id)
    for publication_id in scan.suspects():
        scan.settle(publication_id)
    for attempt_id in record.stale_attempts():
        record.reap(attempt_id)
    for confirmation_id in decide.expired():
        decide.expire(confirmation_id)
    for retraction_id in retract.due().values_list("pk", flat=True)[:100]:
        wake.now(wake.RETRACT, retraction_id)
    for account_id in scan.due_accounts():
        wake.now(wake.SEND, account_id)
    for account_id in look_up.accounts_to_look():
        wake.now(wake.LOOK, account_id)
    for account_id in connect.probes_due():
        wake.now(wake.PROBE, account_id)
    heart.beats(heart.CLOCK)
