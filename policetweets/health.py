"""Whether publishing moves, computed when a page is read: dead workers cannot hide their death."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import db_now
from accounts.errors import Sentence
from accounts.models import Account, Credential, Person, Right
from accounts.models.credential import Connection
from publishing import heartbeat
from publishing.gateway.calls import posted_at
from publishing.heartbeat import BEAT, CLOCK, worker_name
from publishing.lists import KINDS, alerting, failing
from publishing.models import (
    Answer,
    Freeze,
    Heartbeat,
    Outcome,
    Part,
    PartState,
    Publication,
    PublicationState,
    Throttle,
)
from publishing.models.publication import ALERTS
from publishing.models.states import FINAL

log = structlog.get_logger(__name__)
T = TypeVar("T")
DATABASE, BROKER, WORKER = "database", "broker", "worker"
STUCK, UNCERTAIN, APART = "stuck", "uncertain", "clocks"
# The queues that somebody must serve: a worker may serve one, or all.
QUEUES = [worker_name(queue.name) for queue in settings.CELERY_TASK_QUEUES]
# The longest window of X's own limits.
MAX_PAUSE = dt.timedelta(hours=25)
# What /healthz may take, whatever hangs; the broker's share of it.
DEADLINE, BROKER_TIMEOUT = 1.8, 1.0
# The key that is written to see whether Redis takes writes, and its own words when it does not.
WRITTEN = "policetweets:health"
OWN_WORDS: dict[type[redis.RedisError], str] = {
    redis.exceptions.ReadOnlyError: "READONLY",
    redis.exceptions.OutOfMemoryError: "OOM",
    redis.exceptions.NoPermissionError: "NOPERM",
    redis.exceptions.AuthenticationError: "NOAUTH",
}
# What people decide; everything else that fails is an outage.
DECIDED_BY_PEOPLE = frozenset({UNCERTAIN})
STOPS_POSTING = frozenset({WORKER, worker_name("clock"), *heartbeat.NEEDED_TO_SEND})


@dataclass(frozen=True)
class Problem:
    """One thing that does not work; `since` is the last moment at which it did, if known.
    `answer` is what Redis says no with, in a word of its own.
    """

    name: str
    since: dt.datetime | None = None
    count: int = 0
    answer: str = ""

    @property
    def words(self) -> str:
        if self.answer:
            return _("Redis refuse d’écrire et répond %(answer)s") % {"answer": self.answer}
        return {
            DATABASE: _("la base de données ne répond pas"),
            BROKER: _("Redis ne répond pas"),
            WORKER: _("le service d’envoi est arrêté"),
            "worker-send": _("le service qui envoie est arrêté"),
            "worker-retract": _("le service qui retire de X est arrêté"),
            "worker-lookups": _("le service qui vérifie sur X est arrêté"),
            "worker-clock": _("le service qui suit l’horloge est arrêté"),
            "worker-default": _("le service des courriels est arrêté"),
            BEAT: _("l’horloge des envois est arrêtée"),
            CLOCK: _("les ordres n’arrivent plus au service d’envoi"),
            STUCK: _("un message dont l’heure est venue ne part pas"),
            UNCERTAIN: _("un envoi reste à vérifier sur X"),
            APART: _("l’horloge de PostgreSQL n’était pas celle de X au dernier envoi"),
        }[self.name]


def problems() -> list[Problem]:
    """What the database shows."""
    return [*silent(), *not_moving()]


@dataclass(frozen=True)
class Blocked:
    """A post whose hour came and that does not leave. Administrators read no text."""

    account: Account
    since: dt.datetime
    draft_id: int | None
    text: str


BLOCKED_SHOWN = 3


def stuck_of(person: Person) -> QuerySet[Publication, Any]:
    """Of the person's own accounts, of all for an administrator, the longest first. One more than
    BLOCKED_SHOWN says that there are others.
    """
    rows = stuck().select_related("account", "release__revision").order_by(F("expected"))
    if not person.is_administrator:
        rows = rows.filter(account__in=Right.objects.filter(person=person).values("account"))
    return rows[: BLOCKED_SHOWN + 1]


def blocked(rows: Iterable[Any], person: Person) -> list[Blocked]:
    """What those of `stuck_of` say."""
    return [
        Blocked(row.account, row.expected, None, "")
        if person.is_administrator
        else Blocked(row.account, row.expected, row.draft_id, " ".join(row.release.revision.texts))
        for row in rows
    ]


def unheard(among: QuerySet[Heartbeat] | None = None) -> dict[str, Problem]:
    """Each queue, beat and the clock that was not heard for too long, or never, by its name."""
    unheard_since = heartbeat.silent(*QUEUES, BEAT, CLOCK, among=among)
    return {name: Problem(name, since) for name, since in unheard_since.items()}


def silent(among: QuerySet[Heartbeat] | None = None) -> list[Problem]:
    """The same in as few words as can be: all workers dead are one trouble, and the clock that
    stands still because of another says nothing more.
    """
    dead = unheard(among)
    if dead.keys() >= set(QUEUES):
        seen = [at for name in QUEUES if (at := dead.pop(name).since) is not None]
        dead = {WORKER: Problem(WORKER, max(seen, default=None))} | dead
    if dead.keys() & {WORKER, BEAT, worker_name("clock")}:
        dead.pop(CLOCK, None)
    return list(dead.values())


def stuck() -> QuerySet[Publication, Any]:
    """Rows due for two minutes that nothing explains, with the moment that they were `expected`;
    those too whose next try is further away than any that the worker plans.
    """
    patience = dt.timedelta(seconds=settings.DURATIONS.alert_after)
    limit, longest_pause = Now() - patience, Now() + MAX_PAUSE
    probes = (*settings.DURATIONS.unauthorized_probes, settings.DURATIONS.connection_probe)
    longest_probe = Now() + dt.timedelta(seconds=max(probes)) + patience
    explained = Exists(
        Throttle.objects.filter(
            account=OuterRef("account"), until__gt=Now(), until__lt=longest_pause
        )
    ) | Exists(
        Credential.objects.filter(
            account=OuterRef("account"),
            state=Connection.PROBING,
            next_probe_at__range=(limit, longest_probe),
        )
    )
    late = Q(next_try_at__lt=limit) | Q(due_at__lt=limit, next_try_at__gt=Now() + patience)
    settled = Q(since__lt=limit) | Q(since__gt=Now() + patience)
    return Publication.objects.filter(
        late, settled, ~explained, state__in=(PublicationState.WAITING, PublicationState.SENDING)
    ).annotate(expected=Least(Greatest(Least("next_try_at", "due_at"), "since"), Now()))


def not_moving() -> list[Problem]:
    """Rows that are stuck; uncertain ones that wait for people."""
    limit = Now() - dt.timedelta(seconds=settings.DURATIONS.alert_after)
    uncertain = Publication.objects.filter(state=PublicationState.UNCERTAIN, since__lt=limit)
    found = {
        STUCK: stuck().aggregate(n=Count("pk"), since=Min("expected")),
        UNCERTAIN: uncertain.aggregate(n=Count("pk"), since=Min("since")),
    }
    return [Problem(name, one["since"], one["n"]) for name, one in found.items() if one["n"]]


def to_decide() -> dict[str, int]:
    """How many wait for people, by what it is about: what counts none of the rest."""
    rows = Publication.objects.filter(ALERTS).values_list("state", "reading")
    found = dict.fromkeys(KINDS, 0)
    for state, reading, n in rows.annotate(n=Count("pk")).order_by():
        found[reading if state == PublicationState.PUBLISHED else state] += n
    found["retraction"] = failing().count()
    return found


def clocks() -> list[Problem]:
    """X dates each post by its id. A lookup compares that with our own clock: should the two
    differ, it would take a post of ours for an older one, and people would send it again.
    """
    taken = Answer.objects.filter(outcome=Outcome.ACCEPTED, at__gt=Now() - dt.timedelta(days=1))
    last = taken.order_by("-at").first()
    apart = dt.timedelta(seconds=settings.DURATIONS.clocks_apart)
    if last is None or abs(last.at - posted_at(last.x_id)) <= apart:
        return []
    return [Problem(APART, last.at)]


def broker() -> list[Problem]:
    """Writes into Redis, a second at most: a replica, or one that is full, answers a PING."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=BROKER_TIMEOUT, socket_timeout=BROKER_TIMEOUT
    )
    try:
        client.set(WRITTEN, "1", ex=60)
    except (redis.ResponseError, redis.AuthenticationError) as error:
        return [Problem(BROKER, answer=_own_word(error))]
    except redis.RedisError:
        return [Problem(BROKER)]
    finally:
        client.close()
    return []


def _own_word(error: redis.RedisError) -> str:
    """READONLY, OOM, NOPERM…: redis-py cuts off those that it has a class for."""
    for kind, word in OWN_WORDS.items():
        if isinstance(error, kind):
            return word
    first = str(error).partition(" ")[0]
    return first if first.isascii() and first.isupper() and first.isalpha() else "ERR"


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


def deciding() -> list[str]:
    """What waits for people, by name; nothing when the database does not say in time."""
    asked = _pool.submit(_alone, to_decide)
    try:
        return sorted(name for name, count in asked.result(timeout=DEADLINE).items() if count)
    except Exception:  # its outage is told by checked()
        return []


def _alone(check: Callable[[], T]) -> T:
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
    "worker-lookups": gettext_lazy("Vérifications sur X"),
    "worker-clock": gettext_lazy("Suivi de l’horloge"),
    "worker-default": gettext_lazy("Courriels"),
    BEAT: gettext_lazy("Horloge des envois (beat)"),
    CLOCK: gettext_lazy("Passage des ordres de l’horloge aux services"),
    STUCK: gettext_lazy("Messages dont l’heure est venue"),
    UNCERTAIN: gettext_lazy("Envois à vérifier sur X"),
    APART: gettext_lazy("Horloge de PostgreSQL, comparée à celle de X"),
}


def by_state() -> dict[str, int]:
    """How many publications are on their way, and how many alert, by state; what is over is not
    counted.
    """
    moving = Publication.objects.filter(
        state__in=(PublicationState.WAITING, PublicationState.SENDING)
    )
    counted = dict(moving.values_list("state").annotate(n=Count("pk")).order_by())
    alerts = to_decide()
    return {
        state: counted.get(state, 0) + alerts.get(state, 0)
        for state in PublicationState.values
        if PublicationState(state) not in FINAL
    }


@dataclass(frozen=True)
class AccountHealth:
    """An account with its connection: what waits, what is to be decided, the oldest due row."""

    account: Account
    credential: Credential | None
    waiting: int
    to_decide: int
    oldest_due: dt.datetime | None


def accounts() -> list[AccountHealth]:
    """Four queries; none reads what is over."""
    waiting = (
        Publication.objects.filter(state=PublicationState.WAITING).order_by().values_list("account")
    )
    due = waiting.filter(next_try_at__lte=Now())
    undecided = Publication.objects.filter(alerting()).order_by().values_list("account")
    waits = dict(waiting.annotate(n=Count("pk")))
    oldest = dict(due.annotate(oldest=Min("next_try_at")))
    alerts = dict(undecided.annotate(n=Count("pk")))
    return [
        AccountHealth(
            account,
            getattr(account, "credential", None),
            waits.get(account.pk, 0),
            alerts.get(account.pk, 0),
            oldest.get(account.pk),
        )
        for account in Account.objects.select_related("credential").order_by("code")
    ]


@dataclass(frozen=True)
class Counts:
    """What operators watch: publications by state, alerts nobody answered, the latest delay."""

    by_state: dict[str, int]
    to_decide: dict[str, int]
    broker_up: bool
    unacknowledged: int
    oldest_due_seconds: float
    uncertain_parts: int
    freezes: int
    accounts_not_connected: int
    heartbeat_seconds: dict[str, float]


def counts() -> Counts:
    """Numbers of the database, and whether Redis takes writes; what is over is not counted."""
    clock = db_now()
    due = Publication.objects.filter(state=PublicationState.WAITING, next_try_at__lte=clock)
    oldest = due.aggregate(oldest=Min("next_try_at"))["oldest"]
    seen = dict(Heartbeat.objects.values_list("process", "seen_at"))
    alerts = to_decide()
    return Counts(
        by_state=by_state(),
        to_decide=alerts,
        broker_up=not broker(),
        unacknowledged=alerts[PublicationState.REFUSED] + alerts[PublicationState.PARTIAL],
        oldest_due_seconds=(clock - oldest).total_seconds() if oldest else 0.0,
        uncertain_parts=Part.objects.filter(state=PartState.UNCERTAIN).count(),
        freezes=Freeze.objects.filter(lifted_at=None).count(),
        accounts_not_connected=Credential.objects.exclude(state=Connection.CONNECTED).count(),
        heartbeat_seconds={name: (clock - at).total_seconds() for name, at in seen.items()},
    )
