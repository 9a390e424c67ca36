"""The numbers of publishing in Prometheus's format, read from the database when asked for."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from policetweets.health import counts

__all__ = ["CONTENT_TYPE", "may_read", "text"]

LOOPBACK = ("127.0.0.1", "::1")
# What one proxy or another adds; none adds nothing at all once BEHIND_PROXY holds.
PROXIES_SAY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


def may_read(request: HttpRequest) -> bool:
    """The bearer of METRICS_TOKEN; when none is set, this machine itself, not through a proxy."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    direct = not any(name in request.headers for name in PROXIES_SAY)
    return direct and request.META.get("REMOTE_ADDR", "") in LOOPBACK


def text() -> bytes:
    counted = counts()
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"policetweets_{name}", words, registry=registry).set(value)

    def gauges(name: str, words: str, label: str, values: dict[str, float]) -> None:
        family = Gauge(f"policetweets_{name}", words, [label], registry=registry)
        for key, value in values.items():
            family.labels(key).set(value)

    gauges(
        "publications",
        "Publications on their way or alerting, by state.",
        "state",
        dict(counted.by_state),
    )
    gauges(
        "waiting_for_people",
        "Publications that a person must decide about.",
        "what",
        dict(counted.to_decide),
    )
    gauge("broker_up", "Whether Redis takes writes.", float(counted.broker_up))
    gauges(
        "heartbeat_age_seconds",
        "Since each process was last heard.",
        "process",
        counted.heartbeat_seconds,
    )
    gauge("oldest_due_age_seconds", "How late the oldest due row is.", counted.oldest_due_seconds)
    gauge("uncertain_parts", "Posts that may be on X and were not found.", counted.uncertain_parts)
    gauge("unacknowledged", "Refused or partial, and nobody said so.", counted.unacknowledged)
    gauge("freezes", "Freezes that stand.", counted.freezes)
    gauge(
        "accounts_not_connected", "Accounts whose tokens X refuses.", counted.accounts_not_connected
    )
    return generate_latest(registry)
