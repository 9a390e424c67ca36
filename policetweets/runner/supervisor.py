"""Keeps the children alive: one that dies is started again, later and later, and it is said."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from policetweets.runner import signals
from policetweets.runner.processes import Process
from policetweets.runner.terminal import Stop, say, step

BACK_OFF = (1, 2, 4, 8, 15, 30)
# Having lived that long, a child's next death is a first one again.
SETTLED = 60


class Watched:
    """A child and its deaths."""

    def __init__(self, child: Process, clock: Callable[[], float] = time.monotonic) -> None:
        self.child = child
        self.clock = clock
        self.deaths = 0
        self.began = clock()
        self.again_at: float | None = None

    def look(self) -> None:
        if self.again_at is None:
            if not self.child.is_running():
                self._died()
        elif self.clock() >= self.again_at:
            self._start()

    def _died(self) -> None:
        if self.clock() - self.began > SETTLED:
            self.deaths = 0
        delay = BACK_OFF[min(self.deaths, len(BACK_OFF) - 1)]
        self.deaths += 1
        self.again_at = self.clock() + delay
        say(f"{self.child.name} {ending(self.child)}; starting it again in {delay} s.")

    def _start(self) -> None:
        self.again_at = None
        try:
            # What a dead leader left of its session goes first.
            self.child.end()
            self.child.begin()
        except (Stop, OSError) as error:
            say(str(error))
        else:
            say(f"{self.child.name} started again; its log: {shown(self.child.log)}")
        self.began = self.clock()


def ending(child: Process) -> str:
    code = child.popen.returncode if child.popen else None
    if code is None:
        return "did not start"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def watch(children: Sequence[Process]) -> None:
    """Until a signal to stop raises Asked."""
    watched = [Watched(child) for child in children]
    while True:
        for process in watched:
            signals.check()
            process.look()
        time.sleep(0.25)


def stop_all(children: Sequence[Process]) -> None:
    """In reverse order of the start, each gone before the next is told."""
    signals.stop_listening()
    for child in reversed(children):
        if child.popen is not None:
            with step(f"Stopping {child.name}"):
                child.stop()
