"""What goes wrong, and when: all of it drawn beforehand, from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.whole.failpoints import POINTS


@dataclass(frozen=True)
class Trouble:
    """At `at` seconds the fault `name` begins, and ends `lasts` seconds later if it is one of
    those that end.
    """

    at: float
    name: str
    lasts: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)


# How often each comes, in shares.
SHARES = {
    "kill_at_point": 20,
    "kill_child": 4,
    "kill_worker": 3,
    "kill_beat": 2,
    "stop_child": 4,
    "freeze_worker": 2,
    "flush_redis": 3,
    "stop_redis": 2,
    "freeze_redis": 2,
    "old_redis": 2,
    "restart_postgres": 3,
    "freeze_postgres": 2,
    "cut": 14,
    "refuse": 3,
    "answer": 30,
    "lag": 4,
}

# X's answers: the switch, its options; « on » is the operation when it is not the post.
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    *(("status", {"status": s, "when": w}) for s in (500, 502, 503) for w in ("before", "after")),
    *(("timeout", {"when": w}) for w in ("before", "after")),
    *(("reset", {"when": w}) for w in ("before", "after")),
    *(("body", {"body": b}) for b in ("empty", "html", "truncated", "null", "errors", "list")),
    ("slow_loris", {"seconds": 0.3}),
    ("redirect", {}),
    ("duplicate", {}),
    ("not_permitted", {}),
    ("parent_invisible", {}),
    ("rate_limited", {"reset": 3}),
    ("rate_limited", {"reset": None}),
    ("unauthorized", {"on": "post"}),
    ("credits", {"on": "post"}),
    ("suspended", {"on": "post"}),
    ("altered", {}),
    ("vanished", {}),
    ("latency", {"ms": 700, "when": "before"}),
    ("latency", {"ms": 1500, "when": "after"}),
    ("status", {"on": "timeline", "status": 403}),
    ("status", {"on": "timeline", "status": 503}),
    ("rate_limited", {"on": "timeline"}),
    ("timeout", {"on": "timeline"}),
    ("status", {"on": "posts", "status": 503}),
    ("status", {"on": "delete", "status": 500}),
    ("status", {"on": "delete", "status": 500, "when": "after"}),
    ("delete_false", {}),
]


def draw(random: Random, seconds: float, every: float) -> list[Trouble]:
    """One trouble about each `every` seconds, the first and the last moments left in peace."""
    troubles = []
    at = 2.0
    while at < seconds - 2:
        name = random.choices(list(SHARES), list(SHARES.values()))[0]
        troubles.append(Trouble(at, name, random.uniform(0.3, 3.0), _options(random, name)))
        at += random.expovariate(1 / every)
    return troubles


def _options(random: Random, name: str) -> dict[str, Any]:
    match name:
        case "kill_at_point":
            what = "kill-all" if random.random() < 0.15 else "kill"
            return {"point": random.choice(POINTS), "what": what}
        case "restart_postgres":
            return {"how": random.choice(["fast", "immediate"])}
        case "cut":
            where = random.choice(["before", "after", "half", "silent"])
            return {"where": where, "times": random.randint(1, 8)}
        case "answer":
            fault, options = random.choice(ANSWERS)
            times = 1 if fault in ("credits", "suspended") else random.randint(1, 6)
            return {"fault": fault, "times": times, **options}
        case "lag":
            return {"frozen": random.random() < 0.5}
        case _:
            return {}
