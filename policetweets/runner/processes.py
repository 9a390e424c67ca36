"""Processes that cannot outlive us: how each child is started, stopped, and found again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from policetweets.runner import signals
from policetweets.runner.folder import ROOT
from policetweets.runner.terminal import Stop, wait_until

LOG_LIMIT = 5_000_000


class Process:
    """One child, leader of a session of its own: Ctrl-C at the terminal reaches only us.

    A file NAME.pid in `folder` says who it is, so that the next start finds what a kill -9 of
    ours left behind; its output goes to `log`.
    """

    def __init__(self, name: str, folder: Path, log: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = log
        self.pid_file = folder / f"{name}.pid"
        self.popen: subprocess.Popen[bytes] | None = None

    def launch(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        become: Sequence[str] = (),
        death_signal: str = "TERM",
    ) -> None:
        """Start `command`; `become` is a prefix that changes who runs it.

        The kernel sends `death_signal` when the thread that called this ends: call it from the
        main thread. setpriv comes last, since a change of user forgets the signal.
        """
        self.clear_leftovers()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [*become, "setpriv", "--pdeathsig", death_signal, "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        self.pid_file.write_text(json.dumps({"pid": self.popen.pid, "boot": boot_id()}))

    @property
    def pid(self) -> int | None:
        return self.popen.pid if self.is_running() and self.popen else None

    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def end(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal and give it its seconds; then nothing of the session is left alive."""
        if self.popen is None:
            return
        for number, seconds in steps:
            if self.is_running() and not signals.impatient():
                self.popen.send_signal(number)
                wait_until(lambda: not self.is_running() or signals.impatient(), seconds)
        end_session(self.popen.pid, patience=0 if self.is_running() else 2)
        self.popen.wait()
        self.pid_file.unlink(missing_ok=True)

    def start(self) -> None:
        """Return when it answers, or raise Stop."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start without waiting for an answer, where that is possible."""
        self.start()

    def stop(self) -> None:
        self.end((signal.SIGTERM, 20))

    def kill(self) -> None:
        """As a crash would."""
        self.end((signal.SIGKILL, 5))

    def clear_leftovers(self) -> None:
        """End what an earlier run of the same child left: it was told to stop, so wait first."""
        try:
            left = json.loads(self.pid_file.read_text())
        except (OSError, ValueError):
            return
        if left.get("boot") == boot_id():
            end_session(int(left["pid"]), patience=10)
        self.pid_file.unlink(missing_ok=True)

    def log_tail(self, lines: int = 15) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


class Service(Process):
    """A child that is one command."""

    def __init__(
        self,
        name: str,
        folder: Path,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        answers: Callable[[], bool] = lambda: True,
        steps: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 20),),
        alive_file: Path | None = None,
    ) -> None:
        super().__init__(name, folder, folder / "logs" / f"{name}.log")
        self.command = command
        self.env = env
        self.answers = answers
        self.steps = steps
        self.alive_file = alive_file

    def begin(self) -> None:
        if self.alive_file is not None:
            self.alive_file.unlink(missing_ok=True)  # of the process before
        self.launch(self.command, env=self.env, cwd=ROOT)

    def start(self) -> None:
        self.begin()
        self.wait()

    def wait(self, seconds: float = 60) -> None:
        wait_until(lambda: not self.is_running() or self.answers(), seconds)
        if not self.is_running() or not self.answers():
            raise Stop(f"{self.log_tail()}\n{self.name} did not start: see above and {self.log}.")

    def stop(self) -> None:
        self.end(*self.steps)


def boot_id() -> str:
    """Process numbers mean something within one boot (and one container) only."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + str(
        psutil.Process(1).create_time()
    )


def session_members(session: int) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members


def end_session(session: int, patience: float) -> None:
    """Wait for a session that was told to stop; what stays is killed."""
    if wait_until(lambda: not session_members(session), patience):
        return
    deadline = time.monotonic() + 10
    while (members := session_members(session)) and time.monotonic() < deadline:
        for process in members:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(members, timeout=1)
