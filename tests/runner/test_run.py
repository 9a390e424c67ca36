"""`make run`, with real servers and stand-ins for the application's own processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg2
import pytest

from policetweets.runner import demo
from policetweets.runner.folder import ROOT, socket_folder
from policetweets.runner.processes import Process
from policetweets.runner.supervisor import BACK_OFF, Watched
from policetweets.runner.terminal import Stop, wait_until

# In the order in which they stop.
APPLICATION = ["web", "worker-clock", "worker-send", "sandbox"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Runner:
    """One `make run` of a folder of its own, and what it said so far."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.said_file = folder.parent / "said"
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")},
            "LOCAL_DIR": str(folder),
            "PORT": str(free_port()),
            "SANDBOX_PORT": str(free_port()),
            **environment,
        }
        self.popen = None

    def start(self):
        with self.said_file.open("w") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "tests.runner.standin"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def says(self, text):
        found = wait_until(lambda: text in self.said() or self.popen.poll() is not None, 120)
        assert found, self.said()
        assert text in self.said(), self.said()

    def said(self):
        return self.said_file.read_text()

    def ready(self):
        self.start().says("Ctrl-C stops everything")
        return self

    def ends(self, number=signal.SIGINT):
        self.popen.send_signal(number)
        return self.popen.wait(60)

    def children(self):
        """The process number of each child, by its name."""
        files = self.folder.glob("*.pid")
        return {file.stem: json.loads(file.read_text())["pid"] for file in files}

    def database(self):
        url = f"host={socket_folder(self.folder)} port=5432 user=policetweets dbname=policetweets"
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection


@pytest.fixture
def runner(tmp_path):
    made = Runner(tmp_path / "local")
    yield made
    if made.popen is not None and made.popen.poll() is None:
        made.ends(signal.SIGTERM)


def alive(pids):
    """Those still running; a zombie that nobody buried is not."""
    found = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except psutil.NoSuchProcess:
            pass
    return found


def everything_below(popen):
    return [child.pid for child in psutil.Process(popen.pid).children(recursive=True)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_order_and_leaves_no_process(runner, number):
    runner.ready()
    below = everything_below(runner.popen)
    assert set(runner.children()) == {"postgres", "redis", *APPLICATION}
    assert runner.ends(number) == 0
    assert alive(below) == []
    assert (runner.folder / "ended").read_text().split() == APPLICATION
    stopped = re.findall(r"Stopping ([\w-]+) …", runner.said())
    assert stopped == [*APPLICATION, "redis", "postgres"]
    assert list(socket_folder(runner.folder).iterdir()) == []


def test_the_second_start_keeps_data_and_secrets(runner):
    runner.ready()
    with runner.database().cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS n")
    secrets = (runner.folder / "secrets.json").read_text()
    accounts = (runner.folder / "sandbox" / "accounts.json").read_text()
    runner.ends()
    runner.ready()
    with runner.database().cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        assert cursor.fetchall() == [(1,)]
    assert (runner.folder / "secrets.json").read_text() == secrets
    assert (runner.folder / "sandbox" / "accounts.json").read_text() == accounts


def test_secrets_are_for_their_owner_only_and_the_pilots_are_there(runner):
    runner.ready()
    for file in (runner.folder / "secrets.json", runner.folder / "sandbox" / "accounts.json"):
        assert file.stat().st_mode & 0o777 == 0o600
    assert runner.folder.stat().st_mode & 0o777 == 0o700
    accounts = json.loads((runner.folder / "sandbox" / "accounts.json").read_text())
    assert {a["handle"]: a["id"] for a in accounts["accounts"]} == {
        "pnationale44": "2000000044",
        "pnationale35": "2000000035",
        "pnationale62": "2000000062",
        "pnationale67": "2000000067",
        "pnationale06": "2000000006",
    }
    assert len({a["token_secret"] for a in accounts["accounts"]}) == 5


def test_after_a_kill_9_nothing_stays_for_good_and_the_next_start_recovers(runner):
    runner.ready()
    with runner.database().cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS n")
    below = everything_below(runner.popen)
    runner.ends(signal.SIGKILL)
    # At once, with the old children possibly still leaving.
    runner.ready()
    assert alive(below) == []
    with runner.database().cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        assert cursor.fetchall() == [(1,)]


def test_after_a_kill_9_the_children_leave_by_themselves(runner):
    runner.ready()
    below = everything_below(runner.popen)
    runner.ends(signal.SIGKILL)
    assert wait_until(lambda: alive(below) == [], 60)


@pytest.mark.parametrize("name", ["web", "postgres", "redis"])
def test_a_child_that_dies_is_started_again_and_it_is_said(runner, name):
    runner.ready()
    dead = runner.children()[name]
    os.kill(dead, signal.SIGKILL)
    runner.says(f"{name} was ended by SIGKILL; starting it again in 1 s.")
    runner.says(f"{name} started again")
    assert runner.children()[name] != dead
    if name == "postgres":
        assert wait_until(lambda: runner.database().closed == 0, 60)
    if name == "web":
        address = f"http://127.0.0.1:{runner.environment['PORT']}/"
        assert wait_until(lambda: answers(address), 60)
    assert runner.ends() == 0


def answers(address):
    try:
        return urllib.request.urlopen(address, timeout=30).status == 200
    except OSError:
        return False


def test_a_second_run_in_the_same_folder_is_refused_with_one_sentence(runner, tmp_path):
    runner.ready()
    (tmp_path / "other").mkdir()
    second = Runner(runner.folder)
    second.said_file = tmp_path / "other" / "said"
    assert second.start().popen.wait(60) == 1
    assert second.said().strip() == (
        f"policetweets already runs in this folder (process {runner.popen.pid}): stop it first, "
        f"with Ctrl-C where it runs or with « kill {runner.popen.pid} »."
    )


def test_a_taken_port_is_one_sentence_and_nothing_stays(runner):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        runner.environment["PORT"] = str(port)
        assert runner.start().popen.wait(60) == 1
    assert runner.said().strip() == (
        f"Port {port} is taken: stop what uses it, or choose another, for example "
        f"« make run PORT={port + 80} »."
    )
    assert "Traceback" not in runner.said()
    assert runner.children() == {}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT=http is not a port: give a number from 1 to 65535."),
        (
            {"PORT": "8123", "SANDBOX_PORT": "8123"},
            "PORT and SANDBOX_PORT are both 8123: choose two different ones.",
        ),
        (
            {"REDIS_URL": "redis://localhost"},
            "Set both DATABASE_URL and REDIS_URL to use servers of yours, or neither.",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(runner, environment, sentence):
    runner.environment |= environment
    assert runner.start().popen.wait(60) == 1
    assert runner.said().strip() == sentence


def test_with_both_addresses_given_nothing_is_embedded(runner):
    runner.environment |= {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://redis/0"}
    runner.ready()
    assert "no server is embedded" in runner.said()
    assert set(runner.children()) == set(APPLICATION)
    assert not (runner.folder / "postgres").exists()
    environment = psutil.Process(runner.children()["web"]).environ()
    assert environment["DATABASE_URL"] == "postgresql://db/x"
    assert environment["REDIS_URL"] == "redis://redis/0"


def test_a_project_path_too_long_for_sockets_runs_all_the_same(tmp_path):
    runner = Runner(tmp_path / ("a-long-name-" * 12))
    try:
        runner.ready()
        assert not socket_folder(runner.folder).is_relative_to(tmp_path)
        assert runner.ends() == 0
    finally:
        if runner.popen.poll() is None:
            runner.ends(signal.SIGTERM)
        socket_folder(runner.folder).rmdir()


class Mortal(Process):
    """A child whose deaths the test decides."""

    def __init__(self, folder):
        super().__init__("mortal", folder, folder / "log")
        self.runs = True
        self.starts = 0

    def is_running(self):
        return self.runs

    def start(self):
        self.starts += 1
        if self.starts == 1:
            raise Stop("mortal did not start.")
        self.runs = True


def test_back_off_grows_and_a_settled_child_starts_afresh(tmp_path, capsys):
    now = [0.0]
    child = Mortal(tmp_path)
    watched = Watched(child, lambda: now[0])

    def die_and_wait():
        child.runs = False
        watched.look()
        delay = watched.again_at - now[0]
        now[0] += delay - 0.1
        watched.look()
        before = child.starts
        now[0] += 0.2
        watched.look()
        assert child.starts == before + 1
        return round(delay)

    assert [die_and_wait() for _ in range(7)] == [*BACK_OFF, BACK_OFF[-1]]
    assert "mortal did not start." in capsys.readouterr().out
    now[0] += 120
    assert die_and_wait() == BACK_OFF[0]


def reset(folder):
    return subprocess.run(
        [sys.executable, "-m", "policetweets.runner", "reset"],
        cwd=ROOT,
        env=Runner(folder).environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_reset_refuses_while_it_runs_and_empties_afterwards(runner):
    runner.ready()
    refused = reset(runner.folder)
    assert refused.returncode == 1
    assert "already runs in this folder" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    runner.ends()
    (runner.folder / "test").mkdir()
    assert reset(runner.folder).returncode == 0
    assert sorted(path.name for path in runner.folder.iterdir()) == ["lock", "test"]
    runner.ready()


def test_psql_opens_the_database_running_or_not(runner):
    def ask():
        return subprocess.run(
            [sys.executable, "-m", "policetweets.runner", "psql", "-Atc", "SELECT 6 * 7"],
            cwd=ROOT,
            env=runner.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert "make run" in ask().stderr
    runner.ready()
    assert wait_until(lambda: ask().stdout.strip() == "42", 90)
    runner.ends()
    # What held the folder may need a moment to leave it.
    assert wait_until(lambda: ask().stdout.strip() == "42", 90)
    assert not is_there("postgres", runner.folder)


def is_there(name, folder: Path):
    def cwd_in_folder(process):
        try:
            return Path(process.cwd()).is_relative_to(folder)
        except psutil.Error:
            return False

    return [p for p in psutil.process_iter() if p.name() == name and cwd_in_folder(p)]


def test_a_ctrl_c_during_the_start_stops_what_was_started(runner):
    runner.start().says("Starting PostgreSQL … done")
    assert runner.ends() in (0, 1)
    assert wait_until(lambda: not is_there("postgres", runner.folder), 30)
    assert runner.children() == {}


def test_a_worker_gets_the_time_its_work_needs(runner):
    """A worker that is sending is not cut: the next is told only when it has gone."""
    runner.environment["STANDIN_LINGERS"] = "2"
    runner.ready()
    began = time.monotonic()
    assert runner.ends() == 0
    assert time.monotonic() - began >= 2
    assert (runner.folder / "ended").read_text().split() == APPLICATION


def test_the_sandbox_knows_further_accounts_once_they_are_wanted(tmp_path):
    kept = {"X_API_KEY": "key", "X_API_SECRET": "secret"}
    five = json.loads(demo.accounts_file(tmp_path, kept).read_text())["accounts"]
    more = json.loads(demo.accounts_file(tmp_path, kept, ["44", "2A", "971"]).read_text())
    assert more["accounts"][:5] == five
    assert [a["id"] for a in more["accounts"][5:]] == ["2000000201", "2000000971"]
    assert json.loads(demo.accounts_file(tmp_path, kept).read_text()) == more
