"""Whether the line moves, computed when a page is read: dead workers cannot hide their death."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import db_now
from accounts.errors import Sentence
from accounts.models import Account, Credential
from accounts.models.credential import Connection
from publishing.gateway.calls import posted_at
from publishing.heart import BEAT, CLOCK, serving
from publishing.lists import alerting
from publishing.models import (
    Answer,
    Freeze,
    Heartbeat,
    Outcome,
    PartState,
    Publication,
    PublicationState,
    Throttle,
)

log = structlog.get_logger(__name__)
S = PublicationState
DATABASE, BROKER, WORKER = "database", "broker", "worker"
STUCK, UNCERTAIN, APART = "stuck", "uncertain", "clocks"
# The queues that somebody must serve: a worker may serve one, or all.
QUEUES = [serving(queue.name) for queue in settings.CELERY_TASK_QUEUES]
# What /healthz may take, whatever hangs; the broker's share of it.
DEADLINE, BROKER_TIMEOUT = 1.8, 1.0


@dataclass(frozen=True)
class Problem:
    """One thing that does not work; `since` is the last moment at which it did, if known."""

    name: str
    since: dt.datetime | None = None
    count: int = 0

    @property
    def words(self) -> str:
        return {
            DATABASE: _("la base de données ne répond pas"),
            BROKER: _("Redis ne répond pas"),
            WORKER: _("le service d’envoi est arrêté"),
            "worker-send": _("le service qui envoie est arrêté"),
            "worker-retract": _("le service qui retire de X est arrêté"),
            "worker-looks": _("le service qui vérifie sur X est arrêté"),
            "worker-clock": _("le service qui suit l’horloge est arrêté"),
            "worker-default": _("le service des courriels est arrêté"),
            BEAT: _("l’horloge des envois est arrêtée"),
            CLOCK: _("les ordres n’arrivent plus au service d’envoi"),
            STUCK: _("un message dont l’heure est venue ne part pas"),
            UNCERTAIN: _("un envoi reste à vérifier sur X"),
            APART: _("l’horloge de PostgreSQL n’était pas celle de X au dernier envoi"),
        }[self.name]


def problems() -> list[Problem]:
    """What the database shows: two queries, on every page."""
    return [*silent(), *not_moving()]


def stopped() -> list[Problem]:
    """What keeps everything from leaving, for the band on every page: two queries."""
    return [problem for problem in problems() if problem.name != UNCERTAIN]


def unheard() -> dict[str, Problem]:
    """Each queue, beat and the clock that was not heard for too long, or never, by its name."""
    limit = Now() - dt.timedelta(seconds=settings.DURATIONS.heartbeat_dead)
    last = {row.process: row for row in Heartbeat.objects.annotate(limit=limit)}
    return {
        name: Problem(name, last[name].seen_at if name in last else None)
        for name in (*QUEUES, BEAT, CLOCK)
        if name not in last or last[name].seen_at < last[name].limit
    }


def silent() -> list[Problem]:
    """The same in as few words as can be: all workers dead are one trouble, and the clock that
    stands still because of another says nothing more.
    """
    dead = unheard()
    if dead.keys() >= set(QUEUES):
        seen = [at for name in QUEUES if (at := dead.pop(name).since) is not None]
        dead = {WORKER: Problem(WORKER, max(seen, default=None))} | dead
    if dead.keys() & {WORKER, BEAT, serving("clock")}:
        dead.pop(CLOCK, None)
    return list(dead.values())


def not_moving() -> list[Problem]:
    """Rows due for two minutes that nothing explains; uncertain ones that wait for people."""
    limit = Now() - dt.timedelta(seconds=settings.DURATIONS.alert_after)
    explained = Exists(
        Throttle.objects.filter(account=OuterRef("account"), until__gt=Now())
    ) | Exists(Credential.objects.filter(account=OuterRef("account"), state=Connection.PROBING))
    stuck = Q(state__in=(S.WAITING, S.SENDING), expected__lt=limit) & ~explained
    uncertain = Q(state=S.UNCERTAIN, since__lt=limit)
    found = (
        Publication.objects.filter(state__in=(S.WAITING, S.SENDING, S.UNCERTAIN))
        .annotate(expected=Greatest("next_try_at", "since"))
        .aggregate(
            stuck=Count("pk", filter=stuck),
            stuck_since=Min("expected", filter=stuck),
            uncertain=Count("pk", filter=uncertain),
            uncertain_since=Min("since", filter=uncertain),
        )
    )
    return [
        Problem(name, found[f"{name}_since"], found[name])
        for name in (STUCK, UNCERTAIN)
        if found[name]
    ]


def clocks() -> list[Problem]:
    """X dates each post by its id. A look-up compares that with our own clock: should the two
    differ, it would take a post of ours for an older one, and people would send it again.
    """
    taken = Answer.objects.filter(outcome=Outcome.ACCEPTED, at__gt=Now() - dt.timedelta(days=1))
    last = taken.order_by("-pk").first()
    apart = dt.timedelta(seconds=settings.DURATIONS.clocks_apart)
    if last is None or abs(last.at - posted_at(last.x_id)) <= apart:
        return []
    return [Problem(APART, last.at)]


def broker() -> list[Problem]:
    """Asks Redis itself; a second at most."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=BROKER_TIMEOUT, socket_timeout=BROKER_TIMEOUT
    )
    try:
        client.ping()
    except redis.RedisError:
        return [Problem(BROKER)]
    finally:
        client.close()
    return []


_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="health")


def checked() -> list[Problem]:
    """Everything, within two seconds whatever hangs: what did not answer fails."""
    asked: dict[str, Future[list[Problem]]] = {
        DATABASE: _pool.submit(_alone, lambda: [*problems(), *clocks()]),
        BROKER: _pool.submit(broker),
    }
    wait(asked.values(), timeout=DEADLINE)
    found: list[Problem] = []
    for name, future in asked.items():
        if not future.done():
            future.cancel()
            found.append(Problem(name))
        elif (error := future.exception()) is not None:
            log.warning("health", check=name, error=type(error).__name__)
            found.append(Problem(name))
        else:
            found += future.result()
    return found


def _alone(check: Callable[[], list[Problem]]) -> list[Problem]:
    """In a thread of the pool, which must not keep a connection."""
    try:
        return check()
    finally:
        connection.close()


NAMES: dict[str, Sentence] = {
    DATABASE: gettext_lazy("Base de données (PostgreSQL)"),
    BROKER: gettext_lazy("Messagerie interne (Redis)"),
    "worker-send": gettext_lazy("Envoi vers X"),
    "worker-retract": gettext_lazy("Retraits de X"),
    "worker-looks": gettext_lazy("Vérifications sur X"),
    "worker-clock": gettext_lazy("Suivi de l’horloge"),
    "worker-default": gettext_lazy("Courriels"),
    BEAT: gettext_lazy("Horloge des envois (beat)"),
    CLOCK: gettext_lazy("Passage des ordres de l’horloge aux services"),
    STUCK: gettext_lazy("Messages dont l’heure est venue"),
    UNCERTAIN: gettext_lazy("Envois à vérifier sur X"),
    APART: gettext_lazy("Horloge de PostgreSQL, comparée à celle de X"),
}


def by_state() -> dict[str, int]:
    """How many publications stand in each state: one query."""
    counted = dict(Publication.objects.values_list("state").annotate(n=Count("pk")))
    return {state: counted.get(state, 0) for state in S.values}


def accounts() -> list[tuple[Account, Credential | None]]:
    """Each with what waits, what is to be decided and the oldest due row; and its connection."""
    due = Q(publication__state=S.WAITING, publication__next_try_at__lte=Now())
    undecided = Q(publication__in=Publication.objects.filter(alerting()).values("pk"))
    rows = (
        Account.objects.select_related("credential")
        .annotate(
            waiting=Count("publication", filter=Q(publication__state=S.WAITING)),
            to_decide=Count("publication", filter=undecided),
            oldest_due=Min("publication__next_try_at", filter=due),
        )
        .order_by("code")
    )
    return [(account, getattr(account, "credential", None)) for account in rows]


@dataclass(frozen=True)
class Counts:
    """What operators watch: publications by state, alerts nobody answered, the latest delay."""

    by_state: dict[str, int]
    unacknowledged: int
    oldest_due_seconds: float
    uncertain_parts: int
    freezes: int
    accounts_not_connected: int
    heartbeat_seconds: dict[str, float]


def counts() -> Counts:
    """Numbers of the database only: eight queries."""
    clock = db_now()
    due = Publication.objects.filter(state=S.WAITING, next_try_at__lte=clock)
    oldest = due.aggregate(oldest=Min("next_try_at"))["oldest"]
    seen = dict(Heartbeat.objects.values_list("process", "seen_at"))
    return Counts(
        by_state=by_state(),
        unacknowledged=Publication.objects.filter(
            state__in=(S.REFUSED, S.PARTIAL), acknowledged_at=None
        ).count(),
        oldest_due_seconds=(clock - oldest).total_seconds() if oldest else 0.0,
        uncertain_parts=Publication.objects.filter(parts__state=PartState.UNCERTAIN).count(),
        freezes=Freeze.objects.filter(lifted_at=None).count(),
        accounts_not_connected=Credential.objects.exclude(state=Connection.CONNECTED).count(),
        heartbeat_seconds={name: (clock - at).total_seconds() for name, at in seen.items()},
    )
