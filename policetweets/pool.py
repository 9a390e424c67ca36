"""The workers' pool of tasks: threads, for a task does little but wait for X and PostgreSQL.

A process for each would take some 60 MB. What X and other servers may take has limits of its own;
the time limit of a task is the last resort.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery.concurrency import thread

log = structlog.get_logger(__name__)


class TaskPool(thread.TaskPool):
    """Threads with a time limit. Nobody can end a thread: the worker ends with all its tasks, as by
    a kill -9, and whoever started it starts it again.
    """

    def on_apply(
        self,
        target: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        **options: Any,
    ) -> Any:
        """`timeout` is in seconds, the worker's own time limit when it is not given."""
        limit = timeout or self.options["timeout"]

        def limited(*arguments: Any, **named: Any) -> Any:
            timer = threading.Timer(limit, self.terminate_job)
            timer.daemon = True
            timer.start()
            try:
                return target(*arguments, **named)
            finally:
                timer.cancel()

        return super().on_apply(limited, *args, **options)

    def terminate_job(self, pid: int | None = None, signal: int | None = None) -> None:
        """A task that is over its time, or that outlasts the 25 s of a soft shutdown."""
        log.critical("the worker ends, for a task does not")
        os._exit(1)
