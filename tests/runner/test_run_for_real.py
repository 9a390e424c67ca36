"""`make run` itself, with the application, its workers and the sandbox of X."""

import os
import signal
import subprocess
import sys
import urllib.request

import psutil
import pytest

from policetweets.runner.folder import ROOT
from policetweets.runner.processes import session_members
from policetweets.runner.run import WORKERS, is_alive
from policetweets.runner.terminal import wait_until
from tests.runner.test_run import Runner, alive, everything_below


class RealRunner(Runner):
    given = ()

    def start(self):
        with self.said_file.open("w") as out:
            self.popen = subprocess.Popen(
                ["make", "--no-print-directory", "--old-file=venv", "run", *self.given],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self


@pytest.fixture
def runner(tmp_path):
    made = RealRunner(tmp_path / "local")
    yield made
    if made.popen is not None and made.popen.poll() is None:
        made.ends(signal.SIGTERM)


def get(port, path="/"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read().decode()


def memory(pid):
    """Its name, and its megabytes: of a page that several share, its part (PSS)."""
    try:
        process = psutil.Process(pid)
        name = f"{pid} {process.name()}"
        try:
            return name, process.memory_full_info().pss / 1e6
        except psutil.AccessDenied:  # another user's, in a container
            taken = process.memory_info()
            return name, (taken.rss - taken.shared) / 1e6
    except psutil.NoSuchProcess:
        return f"{pid} gone", 0


@pytest.mark.long
def test_one_command_starts_everything_and_a_signal_ends_it(runner):
    runner.ready()
    each = dict(map(memory, [runner.popen.pid, *everything_below(runner.popen)]))
    assert sum(each.values()) < 500, each
    said = runner.said()
    assert f"http://127.0.0.1:{runner.environment['PORT']}/" in said
    assert f"http://127.0.0.1:{runner.environment['SANDBOX_PORT']}/" in said
    assert "@pnationale44" in said
    assert 'name="password"' in get(runner.environment["PORT"])
    assert "pnationale06" in get(runner.environment["SANDBOX_PORT"])

    workers = {name: runner.children()[name] for name in WORKERS}
    for pid in workers.values():
        os.kill(pid, signal.SIGKILL)
    for name, pid in workers.items():
        runner.says(f"{name} started again")
        assert session_members(pid) == []
        file = runner.folder / f"{name}.alive"
        assert wait_until(lambda file=file: is_alive(file), 60)

    below = everything_below(runner.popen)
    # To make alone: it tells the runner.
    runner.ends(signal.SIGTERM)
    assert wait_until(lambda: alive(below) == [], 60)
    assert "Stopped; everything is kept" in runner.said()


def test_a_killed_make_takes_everything_with_it(runner):
    # What the real application does when the runner is told to stop is seen above.
    runner.given = [f"RUNNER={sys.executable} -m tests.runner.standin"]
    runner.ready()
    below = everything_below(runner.popen)
    runner.ends(signal.SIGKILL)
    assert wait_until(lambda: alive(below) == [], 60)
    assert "Stopped; everything is kept" in runner.said()
