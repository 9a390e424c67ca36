"""The Celery application: Redis wakes and carries workers, PostgreSQL keeps the queue."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import kombu
import structlog
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import heartbeat_sent, task_prerun, worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections
from kombu.transport import redis
from redis.exceptions import ConnectionError as BrokerGone

from accounts import wake
from policetweets.beat import WhenDue
from publishing import messages

log = structlog.get_logger(__name__)

# What reading JSON that anybody may have written can raise.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class QoS(redis.QoS):
    """What a worker holds, and Redis remembers until it is done."""

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:
        try:
            super().restore_by_tag(tag, client, leftmost)
        except UNREADABLE as error:
            log.error("dropped from redis", held=True, error=type(error).__name__)
            with self.channel.conn_or_acquire(client) as redis_client:  # type: ignore[attr-defined]
                redis_client.hdel(self.unacked_key, tag)
                redis_client.zrem(self.unacked_index_key, tag)


class Channel(redis.Channel):
    """When the broker is gone, says so in a way that Celery outlives; what is no JSON is dropped.

    What was received before and is done after belongs to a closed channel: kombu then looks for
    the address of nothing, and the worker would end, with whatever it was sending to X.
    """

    QoS = QoS

    def _brpop_read(self, **options: Any) -> bool | None:
        try:
            return bool(super()._brpop_read(**options))  # type: ignore[misc]
        except UNREADABLE as error:
            # It has left Redis: nobody will meet it again. The scan asks anew for what is due.
            log.error("dropped from redis", error=type(error).__name__)
            return None

    def _connparams(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self.connection.client is None:
            raise BrokerGone("this channel is closed")
        params: dict[str, Any] = super()._connparams(*args, **kwargs)  # type: ignore[misc]
        return params


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str | None) -> None:
        """Only what is a message of ours reaches Celery."""
        try:
            parsed = messages.parse(message, OUR_TASKS, queue or "")
        except messages.NotAMessage as error:
            log.error("dropped from redis", queue=queue, what=str(error))
            return
        super()._deliver(parsed, queue)


class Connection(kombu.Connection):
    """Asks every second for a broker that went away: kombu would ever more seldom, and due rows
    are to leave within five seconds of its return.
    """

    def get_transport_cls(self) -> type[Transport]:
        return Transport

    def ensure_connection(self, *args: Any, **kwargs: Any) -> kombu.Connection:  # type: ignore[override]
        kwargs = {"interval_start": 1, "interval_step": 0, "interval_max": 1, **kwargs}
        return super().ensure_connection(*args, **kwargs)


class Amqp(AMQP):
    Connection = Connection


app = Celery("policetweets", amqp=Amqp)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class OurTasks(Mapping[str, Callable[..., object]]):
    """The tasks that a message may ask for: ours, none of those that Celery brings."""

    def __getitem__(self, name: str) -> Callable[..., object]:
        if name.startswith("celery."):
            raise KeyError(name)
        run: Callable[..., object] = app.tasks[name].run
        return run

    def __iter__(self) -> Iterator[str]:
        return (name for name in app.tasks if not name.startswith("celery."))

    def __len__(self) -> int:
        return sum(1 for _name in self)


OUR_TASKS = OurTasks()


def every(seconds: float) -> dict[str, Any]:
    """A beat entry's time; its message is worth nothing long after the next one is there."""
    return {"schedule": seconds, "options": {"expires": max(seconds, wake.STALE)}}


app.conf.beat_schedule = {
    "scan": {"task": "publishing.tasks.scan_due", **every(1), "schedule": WhenDue(1)},
    "sign-in counts": {"task": "accounts.tasks.delete_sign_in_counts", **every(300)},
    "abandoned uploads": {"task": "approvals.tasks.delete_abandoned", **every(600)},
    "covers": {"task": "accounts.tasks.end_covers", **every(30)},
    # An act asks for its own; these are what is tried again, or what nobody could be asked for.
    **{f"notices by {way}": {"task": task, **every(30)} for way, task in wake.DELIVER.items()},
    "removals": {"task": "publishing.tasks.remind_removals", **every(300)},
    "case files": {"task": "publishing.tasks.tend_case_files", **every(60)},
    "reviews": {"task": "approvals.tasks.follow_reviews", **every(60)},
    "unnamed images": {"task": "approvals.tasks.forget_unnamed_images", **every(3600)},
    "purged images": {"task": "approvals.tasks.delete_purged_images", **every(60)},
    "exports": {"task": "insights.tasks.tend_exports", **every(60)},
    "observations": {"task": "insights.tasks.observe_x", **every(300)},
    "presence": {"task": "approvals.tasks.forget_presence", **every(60)},
}


def refuse_to_start(*, queues: Collection[str] = (), **kwargs: Any) -> None:
    """Celery logs what a receiver raises and goes on, but for SystemExit."""
    from policetweets import checks  # it needs the applications

    does = {
        "send": checks.CALLS_X,
        "retract": checks.CALLS_X,
        "lookups": checks.CALLS_X,
        "default": checks.SENDS_MAIL,
    }
    try:
        checks.refuse_danger(*{does[queue] for queue in queues if queue in does})
    except ImproperlyConfigured as danger:
        structlog.get_logger(__name__).critical(str(danger))
        raise SystemExit(1) from None


@worker_init.connect
def refuse_worker(sender: Any, **kwargs: Any) -> None:
    """A worker needs the keys for what its queues ask of it."""
    refuse_to_start(queues=sender.app.amqp.queues.consume_from)


def show_alive(**kwargs: Any) -> None:
    """For a container's health check: cheaper than « celery inspect ping », a Python each time."""
    if settings.ALIVE_FILE:
        Path(settings.ALIVE_FILE).touch()


# A worker's own heartbeat goes through Redis every two seconds, and stops without it.
heartbeat_sent.connect(show_alive)


@task_prerun.connect
def check_connection(**kwargs: Any) -> None:
    """A connection to PostgreSQL is kept from one task to the next, as from one request to the
    next, and looked at before it is used again; Celery's own way is a new one for each.
    """
    close_old_connections()
