"""A worker says every few seconds that it lives, from a thread of its own."""

from __future__ import annotations

import threading
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import connection

from policetweets import beat
from publishing import heartbeat, wake

log = structlog.get_logger(__name__)


class HeartbeatThread(threading.Thread):
    """Beats until told to stop. Its connection is its own; what fails is tried again."""

    def __init__(self, *names: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.names = names
        self.stopped = threading.Event()

    def run(self) -> None:
        while True:
            try:
                heartbeat.beat(*self.names)
            except Exception as error:  # the database restarts, or is full: we outlive it
                log.warning("no heartbeat", names=self.names, error=type(error).__name__)
                connection.close()
            if self.stopped.wait(settings.DURATIONS.heartbeat_every):
                connection.close()
                return

    def stop(self) -> None:
        self.stopped.set()


_threads: list[HeartbeatThread] = []


def _start(*names: str) -> None:
    thread = HeartbeatThread(*names)
    thread.start()
    _threads.append(thread)


@worker_ready.connect
def on_worker_ready(sender: Any, **kwargs: Any) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    clock = [heartbeat.BEAT] if beat.QUEUE in queues else []
    _start(*map(heartbeat.worker_name, queues), *clock)
    wake.now(wake.PROBE_ALL)


@worker_shutting_down.connect
def on_worker_shutting_down(**kwargs: Any) -> None:
    """A worker that takes nothing new any more does not look alive."""
    while _threads:
        _threads.pop().stop()
