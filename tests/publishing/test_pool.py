"""The workers' pool of threads: what a task does not end by itself ends with its worker."""

from __future__ import annotations

import subprocess
import sys

import pytest

from policetweets.runner.folder import ROOT

POOL = """
import threading, time
from policetweets.pool import TaskPool
pool = TaskPool(2, timeout=60)
done, begun = threading.Event(), threading.Event()
def hangs():
    begun.set()
    time.sleep(600)
"""


def ended(program: str) -> int:
    """The code with which a worker of this program ends; its threads do not keep it."""
    done = subprocess.run(
        [sys.executable, "-c", POOL + program], cwd=ROOT, timeout=60, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


@pytest.mark.parametrize(
    "program",
    [
        "pool.apply_async(hangs, timeout=0.1); begun.wait(); pool.on_stop()",
        "pool.apply_async(hangs); begun.wait(); pool.terminate_job(0)",
    ],
)
def test_a_task_that_does_not_end_ends_the_worker(program):
    assert ended(program) == 1


def test_a_task_that_ends_in_time_leaves_the_worker_alone():
    ends = "pool.apply_async(done.set, callback=print, timeout=5); done.wait(); pool.on_stop()"
    assert ended(ends) == 0
