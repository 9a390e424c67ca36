"""Bare tweepy in a pool of processes: a fresh connection for each post, one post per account at a
time, and nothing else.
"""

from __future__ import annotations

import time
from multiprocessing import get_context

from tests.sandbox import Sandbox

_x: Sandbox


def _begin(x: Sandbox) -> None:
    global _x
    _x = x


def post_all(work: tuple[str, list[str]]) -> None:
    """The posts of one account, one after the other."""
    handle, texts = work
    for text in texts:
        _x.tweepy(handle, timeout=20).create_tweet(text=text, user_auth=True)


class Pool:
    """`at_once` processes, started beforehand. Processes, for threads of one would be slower."""

    def __init__(self, x: Sandbox, at_once: int) -> None:
        self.x = x
        self.pool = get_context("fork").Pool(at_once, _begin, (x,))
        self.pool.map(_nothing, range(at_once * 4))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.pool.terminate()
        self.pool.join()

    def run(self, work: dict[str, list[str]]) -> float:
        """When it began; X's record says the rest."""
        began = time.time()
        self.pool.map(post_all, work.items(), chunksize=1)
        return began

    def delays(self, handles: list[str], count: int) -> list[float]:
        """From before each call to its acceptance, one at a time."""
        delays = []
        for number in range(count):
            handle = handles[number % len(handles)]
            began = time.time()
            self.pool.apply(post_all, ((handle, [f"Seul {began}"]),))
            delays.append(self.x.posts(handle)[-1]["at"] - began)
        return delays


def _nothing(_number: int) -> None:
    time.sleep(0.01)
