"""What can be switched: parameters that stand, and faults that are drawn in order."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from x_sandbox.lies import LIES, PARTIAL
from x_sandbox.refusals import REFUSALS
from x_sandbox.text import LINK_FORMS

OPERATIONS = (
    *("post", "delete", "me", "timeline", "posts", "upload", "metadata", "subtitles"),
    *("initialize", "append", "finalize", "status", "users"),
)

PARAMETERS: dict[str, Any] = {
    "latency_ms": 0,  # waited before every request is acted upon
    "duplicate_rule": True,
    "duplicate_window": 6 * 3600,
    "limits": True,
    "limit_window": 900,
    "limit_post": 100,
    "limit_delete": 50,
    "limit_timeline": 900,
    "limit_posts": 900,
    "limit_me": 75,
    "limit_users": 900,
    "limit_upload": 500,
    "limit_metadata": 500,
    "limit_subtitles": 500,
    "limit_initialize": 1875,
    "limit_append": 1875,
    "limit_finalize": 1875,
    "limit_status": 1000,
    "day_window": 86400,
    "user_posts_a_day": 2400,
    "app_posts_a_day": 10000,
    "timeline_lag": 0,  # seconds before a new post is seen by any read
    "timeline_frozen": False,  # posts made meanwhile are seen by no read until it is off
    "media_ttl": 86400,
    "media_processing": 0,  # seconds that X works on a GIF or a video
    "followers": 1000,  # how many follow the account
    "delete_unknown": 404,  # or 200: deleted false
    "link_form": "written",  # how the address of a link is shown
}

# Each fault: the operation it is drawn for unless said, and its options with what they are unless
# said. `when` says on which side of acceptance it falls.
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "latency": ("post", {"when": "before", "ms": 1000}),
    "timeout": ("post", {"when": "before"}),
    "reset": ("post", {"when": "before"}),
    "hold": ("post", {"when": "before"}),
    "status": ("post", {"when": "before", "status": 503, "detail": ""}),
    "body": ("post", {"when": "after", "body": "empty"}),
    "slow_loris": ("post", {"when": "after", "seconds": 1.0}),
    "rate_limited": ("post", {"when": "before", "reset": 900, "says": "", "daily": False}),
    "unauthorized": ("*", {"when": "before"}),
    "credits": ("*", {"when": "before"}),
    "suspended": ("*", {"when": "before"}),
    "duplicate": ("post", {"when": "before"}),
    "not_permitted": ("post", {"when": "before"}),
    "parent_invisible": ("post", {"when": "before"}),
    "refused": ("post", {"when": "before", "why": "unknown_403"}),
    "redirect": ("post", {"when": "before", "location": "/2/elsewhere"}),
    "altered": ("post", {"text": "X a changé ce texte."}),
    "vanished": ("post", {}),
    "delete_false": ("delete", {}),
    "delete_unavailable": ("delete", {}),
    "delete_pretended": ("delete", {}),
    "partial": ("posts", {"why": "denied"}),
    "alt_ignored": ("metadata", {"body": "whole"}),
    "captions_ignored": ("subtitles", {"body": "errors"}),
    "processing_failed": ("finalize", {}),
}

# What an option may be, where it is one of some words.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("body", "body"): ("empty", "html", "truncated", "null", "errors", "list", *LIES),
    ("alt_ignored", "body"): ("whole", "bare", "html", "errors", "empty"),
    ("captions_ignored", "body"): ("whole", "html", "errors", "empty"),
    ("refused", "why"): tuple(REFUSALS),
    ("partial", "why"): tuple(PARTIAL),
    ("rate_limited", "says"): (
        "",
        "milliseconds",
        "nan",
        "infinite",
        "year",
        "past",
        "negative",
        "words",
    ),
}


class BadSwitch(ValueError):
    """A switch that does not exist, or a value it cannot take."""


@dataclass
class Fault:
    """One fault set: `skip` fitting requests pass, the next `left` draw it (None: all)."""

    id: int
    fault: str
    on: list[str]
    account: str | None
    skip: int
    left: int | None
    options: dict[str, Any]
    scenario: str = ""
    drawn: int = 0

    def fits(self, operation: str, handle: str) -> bool:
        return (
            self.left != 0
            and (operation in self.on or "*" in self.on)
            and (self.account is None or self.account == handle.lower())
        )

    @property
    def when(self) -> str:
        return str(self.options.get("when", "after"))

    def row(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "fault": self.fault,
            "on": self.on,
            "account": self.account,
            "skip": self.skip,
            "left": self.left,
            "drawn": self.drawn,
            "scenario": self.scenario,
            **self.options,
        }


@dataclass
class Waiting:
    """A request held until released."""

    id: int
    fault: int
    operation: str
    account: str
    when: str
    text: str | None
    since: float = field(default_factory=time.time)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def row(self) -> dict[str, Any]:
        keys = ("id", "fault", "operation", "account", "when", "text", "since")
        return {key: getattr(self, key) for key in keys}


class Switches:
    """The state of all switches; nothing of it survives a restart."""

    def __init__(self, initial: dict[str, Any] | None = None) -> None:
        self._initial = initial or {}
        self._number = 0
        self.clear()

    def clear(self) -> None:
        self.parameters = dict(PARAMETERS)
        self.overrides: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.waiting: dict[int, Waiting] = {}
        self.set_parameters(self._initial)

    def get(self, name: str, handle: str) -> Any:
        return self.overrides.get(handle.lower(), {}).get(name, self.parameters[name])

    def set_parameters(self, values: dict[str, Any], account: str | None = None) -> None:
        clean = {name: _parameter(name, value) for name, value in values.items()}
        if account is None:
            self.parameters.update(clean)
            for override in self.overrides.values():
                for name in clean:
                    override.pop(name, None)
        else:
            self.overrides.setdefault(account.lower(), {}).update(clean)

    def add(
        self,
        fault: str,
        *,
        on: Any = None,
        account: str | None = None,
        times: Any = 1,
        skip: Any = 0,
        scenario: str = "",
        **options: Any,
    ) -> Fault:
        if fault not in FAULTS:
            raise BadSwitch(f"no such fault: {fault}")
        usual_operation, usual = FAULTS[fault]
        operations = [on] if isinstance(on, str) else list(on or [usual_operation])
        for operation in operations:
            if operation not in (*OPERATIONS, "*"):
                raise BadSwitch(f"no such operation: {operation}")
        for name in options:
            if name not in usual:
                raise BadSwitch(f"{fault} has no option {name}")
        new = Fault(
            id=self._next(),
            fault=fault,
            on=operations,
            account=account.lower() if account else None,
            skip=_whole(skip, "skip", 0),
            left=None if times in (None, "always") else _whole(times, "times", 1),
            options=_options(fault, usual, options),
            scenario=scenario,
        )
        self.faults.append(new)
        return new

    def _next(self) -> int:
        self._number += 1
        return self._number

    def remove(self, fault_id: int) -> None:
        self.faults = [fault for fault in self.faults if fault.id != fault_id]

    def draw(self, operation: str, handle: str) -> Fault | None:
        """The first fault set that fits, used up by one."""
        for fault in self.faults:
            if fault.fits(operation, handle):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.drawn += 1
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    async def hold(self, fault: Fault, operation: str, handle: str, text: str | None) -> None:
        waiting = Waiting(self._next(), fault.id, operation, handle, fault.when, text)
        self.waiting[waiting.id] = waiting
        try:
            await waiting.go.wait()
        finally:
            self.waiting.pop(waiting.id, None)

    def release(self, only: int | None = None) -> int:
        """Let held requests go on (of one fault, or all); answers how many."""
        going = [w for w in self.waiting.values() if only is None or only in (w.id, w.fault)]
        for waiting in going:
            waiting.go.set()
            del self.waiting[waiting.id]
        return len(going)

    def state(self) -> dict[str, Any]:
        return {
            "parameters": self.parameters,
            "accounts": self.overrides,
            "faults": [fault.row() for fault in self.faults],
            "waiting": [waiting.row() for waiting in self.waiting.values()],
        }


def _parameter(name: str, value: Any) -> Any:
    if name not in PARAMETERS:
        raise BadSwitch(f"no such parameter: {name}")
    if name == "link_form" and value not in LINK_FORMS:
        raise BadSwitch(f"link_form is one of {', '.join(LINK_FORMS)}")
    return _like(PARAMETERS[name], value, name)


def _options(fault: str, usual: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    options = {name: _like(usual[name], value, name) for name, value in given.items()}
    if options.get("when", "before") not in ("before", "after"):
        raise BadSwitch("when is before or after")
    for name, value in options.items():
        words = WORDS.get((fault, name))
        if words is not None and value not in words:
            raise BadSwitch(f"{name} is one of {', '.join(words)}")
    return usual | options


def _like(usual: Any, value: Any, name: str) -> Any:
    """The value as the type that the usual one has; forms send everything as text."""
    try:
        if isinstance(usual, bool):
            if value in (True, False):
                return bool(value)
            return {"true": True, "on": True, "false": False, "off": False}[str(value).lower()]
        if isinstance(usual, str):
            return str(value)
        if value in (None, "") and name == "reset":
            return None  # a 429 that does not say when
        number = float(value)
    except (KeyError, TypeError, ValueError) as error:
        raise BadSwitch(f"{name} cannot be {value!r}") from error
    if number < 0 or number != number:
        raise BadSwitch(f"{name} cannot be {value!r}")
    return int(number) if number.is_integer() else number


def _whole(value: Any, name: str, least: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise BadSwitch(f"{name} cannot be {value!r}") from error
    if number < least:
        raise BadSwitch(f"{name} is {least} or more")
    return number
