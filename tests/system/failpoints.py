"""The Celery application as tests' workers run it: it dies or waits where a test says so.

A file named after a point, in the folder FAILPOINTS, arms it for the first worker that comes by;
it holds what happens there: `kill` (the worker with all that it does) or `wait` (until the file
POINT.go exists). The application knows nothing of it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import worker_init

from policetweets.celery import app

__all__ = ["app"]

POINTS = (
    "claim.before",  # nothing yet
    "claim.inside",  # all of tx 1 but its commit
    "claim.after",  # « preparing » is committed
    "turn.inside",  # all of tx 2 but its commit
    "turn.after",  # « posting » is committed, no byte has left
    "post.after",  # X's answer is in hand, and nowhere else
    "write.after",  # the answer stands in its row
    "apply.inside",  # all of tx 3 but its commit
    "apply.after",
)
# What an action writes last in its transaction, and the point that this is.
LAST_WRITES = {
    "attempt.preparing": "claim.inside",
    "attempt.posting": "turn.inside",
    "publication.published": "apply.inside",
}


def reached(point: str) -> None:
    folder = Path(os.environ["FAILPOINTS"])
    taken = folder / f"{point}.{os.getpid()}"
    try:
        (folder / point).rename(taken)
    except FileNotFoundError:
        return
    what = taken.read_text()
    taken.rename(folder / f"{point}.reached")
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while not (folder / f"{point}.go").exists():
        time.sleep(0.01)


def around(function: Callable[..., Any], before: str = "", after: str = "") -> Callable[..., Any]:
    def through(*args: Any, **kwargs: Any) -> Any:
        if before:
            reached(before)
        value = function(*args, **kwargs)
        if after and value is not False:
            reached(after)
        return value

    return through


@worker_init.connect
def arm(**kwargs: Any) -> None:
    from accounts import audit
    from publishing.actions import send

    send.claim = around(send.claim, "claim.before", "claim.after")
    send.take_turn = around(send.take_turn, after="turn.after")
    send.post = around(send.post, after="post.after")
    send.write_answer = around(send.write_answer, after="write.after")
    send.apply_answer = around(send.apply_answer, after="apply.after")
    written = audit.record

    def then(act: str, *args: Any, **kwargs: Any) -> None:
        written(act, *args, **kwargs)
        if act in LAST_WRITES:
            reached(LAST_WRITES[act])

    audit.record = then
