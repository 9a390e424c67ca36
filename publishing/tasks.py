"""What Celery carries: ids only. Redelivery is harmless, the claim in PostgreSQL says no."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from celery import shared_task
from django.db import OperationalError, connection

from publishing import heartbeat, wake
from publishing.actions import (
    apply_answer,
    connect,
    create_publication,
    decide,
    export,
    reconcile,
    removal,
    retract,
    scan,
    send,
)

log = structlog.get_logger(__name__)


@shared_task
def send_account(account_id: int) -> None:
    """Sends what is due of one account."""
    send.send_due(account_id)


@shared_task
def reconcile_account(account_id: int) -> None:
    """Makes the lookups on X that are due of one account."""
    reconcile.reconcile_account(account_id)


@shared_task
def run_retraction(retraction_id: int) -> None:
    """Deletes on X what a retraction names; ahead of everything else."""
    retract.run(retraction_id)


@shared_task
def probe_account(account_id: int) -> None:
    """Asks X whether the account's tokens are still its own."""
    connect.probe(account_id)


@shared_task
def probe_all() -> None:
    """When a worker starts: whose tokens are these, of every account?"""
    for account_id in connect.connected_accounts():
        wake.now(wake.PROBE, account_id)


@functools.cache
def _question() -> tuple[str, tuple[Any, ...]]:
    """Put together once: Django takes longer over it than PostgreSQL."""
    rows = (send.due(), retract.due(), reconcile.lookups_due())
    asked = [each.query.sql_with_params() for each in rows]
    exist = " OR ".join(f"EXISTS ({sql})" for sql, _parameters in asked)
    return f"SELECT {exist}", tuple(value for _sql, values in asked for value in values)


def is_anything_due() -> bool:
    """Whether a post, a deletion or a look is due: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(*_question())
        return bool(cursor.fetchone()[0])


@shared_task
def scan_due() -> None:
    """Each second while something is due: due rows, orphan releases, stale attempts."""
    if heartbeat.beat_recently(heartbeat.CLOCK):
        return  # one of many that waited in a queue
    heartbeat.beat(heartbeat.CLOCK)
    _each(
        create_publication.releases_without_publication(),
        create_publication.create_missing_publications,
    )
    _each(scan.rows_to_reevaluate(), scan.reevaluate)
    _each(apply_answer.stale_attempts(), apply_answer.close_stale)
    _each(decide.expired(), decide.expire)
    scan.free_probe()
    _wake("retract", {wake.RETRACT: retract.due().values_list("pk", flat=True)[:100]})
    _wake("send", {wake.SEND: scan.due_accounts()})
    _wake(
        "lookups",
        {wake.RECONCILE: reconcile.accounts_to_reconcile(), wake.PROBE: connect.probes_due()},
    )


@shared_task
def remind_removals() -> None:
    """What is to leave X today, once a day each."""
    _each(removal.removals_to_remind(), removal.remind_removal)


@shared_task
def make_case_file(export_id: int) -> None:
    """Typesets the PDF that somebody asked for."""
    export.make_pdf(export_id)


@shared_task
def tend_case_files() -> None:
    """Those whose message was lost or whose worker died are made; old ones are deleted."""
    _each(export.exports_to_make().values_list("pk", flat=True)[:10], export.make_pdf)
    export.delete_old_exports()


def _wake(queue: str, asked: dict[str, Iterable[int]]) -> None:
    """Asks for each, every second, until it is done. While workers have not taken all that was
    asked of them, more would only be done twice: what is due waits, whoever wakes it.
    """
    wanted = [(task, row_id) for task, ids in asked.items() for row_id in ids]
    if wanted and not wake.waits(queue):
        for task, row_id in wanted:
            wake.now(task, row_id)


def _each(ids: Iterable[int], act: Callable[[int], object]) -> None:
    """One row that goes wrong must not stop the clock for all the others."""
    for row_id in ids:
        try:
            act(row_id)
        except OperationalError:
            raise  # without a database there is nothing to go on with
        except Exception as error:
            log.exception("scan", act=act.__name__, row=row_id, error=type(error).__name__)
