"""Measures both sides in one run and prints their ratios. ACCOUNTS, EACH and CALLS size it."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from policetweets.runner.testing import settings as test_settings
from tests.bench.bare import Pool
from tests.bench.cost import in_words, spent_by
from tests.system.system import System

ACCOUNTS = int(os.environ.get("ACCOUNTS", "101"))
EACH = int(os.environ.get("EACH", "3"))
CALLS = int(os.environ.get("CALLS", "40"))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.99))]


def accepted(system: System, began: float, count: int) -> tuple[float, float]:
    """When the first and the last of `count` posts were accepted, in seconds since it began."""
    posts = [post["at"] for post in system.x.posts() if post["at"] >= began]
    if len(posts) != count:
        raise SystemExit(f"{len(posts)} posts instead of {count}")
    return min(posts) - began, max(posts) - began


def rate(first: float, last: float, count: int) -> float:
    """Posts a second once they leave; how soon they begin to is the burst's and the delay's."""
    return (count - 1) / (last - first)


class Bench:
    def __init__(self, folder: Path) -> None:
        os.environ.update(test_settings(folder), LOG_LEVEL="ERROR")
        self.system = System(
            folder, accounts=ACCOUNTS, factor=1, failing=False, duplicate_rule=False
        )
        # No proxy on either side.
        self.system.env |= {"X_API_BASE_URL": self.system.x.base_url, "LOG_LEVEL": "WARNING"}
        self.system.worker, self.system.clock = self.system.processes()
        os.environ.update(self.system.env)
        import django

        django.setup()

    def run(self) -> None:
        from tests.bench.ours import Ours, queries_per_send
        from tests.system.departments import make_department

        say(f"{ACCOUNTS} accounts, {os.cpu_count()} cores; bare tweepy in a pool of processes")
        with self.system.running():
            towns = [make_department(self.system.x, handle) for handle in self.system.handles]
            ours = Ours(self.system, towns)
            say(f"queries for one post: {queries_per_send(towns[0])}")
            for at_once in (8, 32):
                self.workers(at_once)
                with Pool(self.system.x, at_once) as bare:
                    for latency in (0, 300):
                        self.system.x.set(latency_ms=latency)
                        say(f"\nX answers in {latency} ms, {at_once} at once")
                        self.throughput(bare, ours)
                        self.burst(bare, ours)
                        self.delay(bare, ours)
                self.system.x.set(latency_ms=0)

    def workers(self, at_once: int) -> None:
        self.system.worker.stop()
        self.system.concurrency = at_once
        self.system.worker, *_rest = self.system.processes()
        self.system.worker.start()

    def throughput(self, bare: Pool, ours) -> None:
        count = ACCOUNTS * EACH
        texts = {
            handle: [f"Nu {handle} {os.urandom(6).hex()}" for _ in range(EACH)]
            for handle in self.system.handles
        }
        start = spent_by(self.system)
        theirs = rate(*accepted(self.system, bare.run(texts), count), count)
        half = spent_by(self.system)
        due = ours.ready(EACH)
        ready = spent_by(self.system)
        mine = rate(*accepted(self.system, ours.leave(due), count), count)
        end = spent_by(self.system)
        say(
            f"  posts a second      bare {theirs:7.1f}   here {mine:7.1f}   "
            f"ratio {mine / theirs:.2f}"
        )
        say(f"  processor, a post   bare {in_words(start, half, count)}")
        say(f"                      here {in_words(ready, end, count)}")

    def burst(self, bare: Pool, ours) -> None:
        texts = {handle: [f"Nu {os.urandom(6).hex()}"] for handle in self.system.handles}
        _first, theirs = accepted(self.system, bare.run(texts), ACCOUNTS)
        _first, mine = accepted(self.system, ours.leave(ours.ready(1)), ACCOUNTS)
        say(
            f"  last of {ACCOUNTS} due      bare {theirs:6.2f} s  here {mine:6.2f} s  "
            f"ratio {mine / theirs:.2f}, less one second {(mine - 1) / theirs:.2f}"
        )

    def delay(self, bare: Pool, ours) -> None:
        theirs, mine = bare.delays(self.system.handles, CALLS), ours.delays(CALLS)
        for name, of in (("p50", statistics.median), ("p99", p99)):
            say(
                f"  approval to X, {name}  bare {of(theirs) * 1000:4.0f} ms   "
                f"here {of(mine) * 1000:4.0f} ms   ratio {of(mine) / of(theirs):.2f}"
            )


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="policetweets-bench-"))
    try:
        Bench(folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
