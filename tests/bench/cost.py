"""What a post costs in processor time, by who spends it: the profile that says what limits."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterable

import psutil

from tests.system.system import System


def spent(pids: Iterable[int | None]) -> float:
    """Seconds of processor, of these processes and of all that they started, ended ones too."""
    seconds = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(pid)
            for one in (leader, *leader.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    seconds += sum(one.cpu_times()[:4])  # user, system, and ended children's
    return seconds


def spent_by(system: System) -> dict[str, float]:
    sandbox = system.x.process
    return {
        "tweepy": spent(child.pid for child in multiprocessing.active_children()),
        "workers": spent([system.worker.pid]),
        "PostgreSQL": spent([system.postgres.pid]),
        "clock, Redis": spent([system.clock.pid, system.redis.pid]),
        "sandbox": spent([sandbox.pid if sandbox else None]),
    }


def in_words(before: dict[str, float], after: dict[str, float], count: int) -> str:
    each = {who: (after[who] - before[who]) / count * 1000 for who in before}
    shown = ", ".join(f"{who} {ms:.1f}" for who, ms in each.items() if ms >= 0.05)
    return f"{sum(each.values()):.1f} ms ({shown})"
