"""What goes wrong, and when: all of it drawn beforehand, from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.system.failpoints import POINTS
from x_sandbox.lies import PARTIAL
from x_sandbox.refusals import REFUSALS
from x_sandbox.switches import WORDS
from x_sandbox.text import LINK_FORMS

OF_MEDIA = ("alt_refused", "captions_refused")
RESETS = [says for says in WORDS["rate_limited", "says"] if says]


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
    "kill_worker": 9,
    "freeze_worker": 6,
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
    "lie": 24,
    "link_form": 4,
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


# What X says that is not so, or that nobody can read. Two lies that no reader could see through
# are left out: that an alternative text is set, and that a live post is somebody else's.
_EVERYWHERE = (
    *("nothing", "data_null", "denied", "suspended_user", "errors", "partly", "wrong_count"),
    *("no_rows", "bad_row", "null_row", "null_urls", "swapped", "odd_digits", "numbers", "nested"),
    *("html", "null", "list", "empty", "truncated"),
)
LIES: list[tuple[str, dict[str, Any]]] = [
    *(("body", {"on": "timeline", "body": each}) for each in _EVERYWHERE),
    *(("body", {"on": "timeline", "body": each}) for each in ("endless", "no_meta")),
    ("body", {"on": "timeline", "body": "other_author"}),
    *(("body", {"on": "posts", "body": each}) for each in _EVERYWHERE),
    *(
        ("body", {"on": on, "body": each})
        for on in ("post", "delete", "me", "upload")
        for each in ("nothing", "data_null", "odd_digits", "numbers", "swapped", "nested")
    ),
    *(("partial", {"why": each}) for each in PARTIAL),
    ("delete_unavailable", {}),
    ("delete_pretended", {}),
    *(("rate_limited", {"says": each}) for each in RESETS),
    ("rate_limited", {"reset": 3, "daily": True}),
    ("rate_limited", {"says": "year", "daily": True}),
    *(("refused", {"why": each}) for each in REFUSALS if each not in OF_MEDIA),
    ("refused", {"on": "metadata", "why": "alt_refused"}),
    *(("alt_ignored", {"body": each}) for each in ("bare", "html", "errors", "empty")),
]
# A no to an account or to all is said once: people must mend each.
ONCE = ("credits", "suspended", "refused")


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
            return {"point": random.choice(POINTS)}
        case "restart_postgres":
            return {"how": random.choice(["fast", "immediate"])}
        case "cut":
            where = random.choice(["before", "after", "half", "silent"])
            return {"where": where, "times": random.randint(1, 8)}
        case "answer":
            fault, options = random.choice(ANSWERS)
            times = 1 if fault in ONCE else random.randint(1, 6)
            return {"fault": fault, "times": times, **options}
        case "lie":
            fault, options = random.choice(LIES)
            return {
                "fault": fault,
                "times": 1 if fault in ONCE else random.randint(1, 4),
                **options,
            }
        case "link_form":
            return {"form": random.choice(LINK_FORMS)}
        case "lag":
            return {"frozen": random.random() < 0.5}
        case _:
            return {}
