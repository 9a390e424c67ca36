"""What the runner says: plain lines, each step with its time; and the one sentence of a refusal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from policetweets.runner import signals


class Stop(Exception):
    """Nothing can go on; the message is one sentence that says what to do."""


def say(text: str, end: str = "\n") -> None:
    """Print; a terminal that went away must not keep us from stopping in order."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except (OSError, ValueError):
        pass


@contextmanager
def step(doing: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"{doing} … ", end="")
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"done in {time.monotonic() - began:.1f} s")


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Whether `condition()` came true within that time; a signal to stop ends the wait."""
    deadline = time.monotonic() + seconds
    while True:
        signals.check()
        if condition():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
