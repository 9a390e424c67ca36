"""Ctrl-C, SIGTERM and SIGHUP: noticed at every wait, never in the middle of something."""

from __future__ import annotations

import signal
from types import FrameType


class Asked(BaseException):
    """Somebody asked us to stop."""


class _State:
    listening = False
    asked = False
    interrupts = 0


def listen() -> None:
    """From now on a signal to stop raises Asked out of the next wait."""
    _State.listening = True
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _note)


def stop_listening() -> None:
    """We are stopping already; signals are counted and otherwise ignored."""
    _State.listening = False


def check() -> None:
    if _State.listening and _State.asked:
        raise Asked


def impatient() -> bool:
    """The third Ctrl-C: do not even wait for what is being sent."""
    return _State.interrupts >= 3


def _note(number: int, frame: FrameType | None) -> None:
    _State.asked = True
    _State.interrupts += number == signal.SIGINT
