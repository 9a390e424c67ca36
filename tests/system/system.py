"""Servers, sandbox of X and workers, as `make run` starts them, in a folder of their own."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from kombu.exceptions import OperationalError
from redis import RedisError

from policetweets.runner.postgres import Postgres
from policetweets.runner.processes import Process, Service
from policetweets.runner.redis import Redis
from policetweets.runner.run import Ports, application, manage
from tests.sandbox import CONSUMER, Sandbox, account, until
from tests.system.proxy import Proxy

CODES = [f"{n:02d}" for n in range(1, 96) if n != 20] + ["2A", "2B", *map(str, range(971, 977))]


class System:
    """`factor` shrinks the durations; `concurrency` is of sends; `failing` lets workers die at
    tests' points.
    """

    def __init__(
        self,
        folder: Path,
        *,
        accounts: int = 8,
        factor: float = 0.1,
        concurrency: int = 4,
        failing: bool = True,
        **sandbox: Any,
    ) -> None:
        self.folder = folder
        self.points = folder / "points"
        self.points.mkdir(parents=True, exist_ok=True)
        # Redis forgets when it stops, but for the dumps that a test makes of it.
        self.postgres, self.redis = Postgres(folder), Redis(folder, durable=False)
        self.handles = [f"pnationale{code}" for code in CODES[:accounts]]
        who = [account(handle, number) for number, handle in enumerate(self.handles, start=1)]
        self.x = Sandbox(folder / "sandbox", who, **{"limits": False, **sandbox})
        self.proxy = Proxy(self.x.port)
        self.proxy.start()
        self.concurrency = concurrency
        self.env = {
            **os.environ,
            "DATABASE_URL": self.postgres.app_url,
            "REDIS_URL": self.redis.url,
            "X_API_BASE_URL": self.proxy.base_url,
            "X_API_KEY": CONSUMER["key"],
            "X_API_SECRET": CONSUMER["secret"],
            "MEDIA_ROOT": str(folder / "media"),
            "DURATIONS_FACTOR": str(factor),
            "FAILPOINTS": str(self.points),
            "LOG_LEVEL": "INFO",
        }
        self.app = "tests.system.failpoints" if failing else "policetweets"
        self.worker, self.clock = self.processes()

    @property
    def services(self) -> tuple[Service, ...]:
        """What sends (`worker`) and what does the rest."""
        return (self.worker, self.clock)

    def processes(self, name: str = "") -> tuple[Service, Service]:
        """Workers as the runner makes them, but for the application they load."""
        folder = self.folder / name if name else self.folder
        worker, clock, _web = application(folder, self.env, Ports(1, 1))
        for one in (worker, clock):
            command = list(one.command)
            command[command.index("-A") + 1] = self.app
            one.command = command
            # A dead test must not leave them to the runner's patience.
            one.steps = [(signal.SIGTERM, 8), (signal.SIGKILL, 5)]
            one.answers = functools.partial(self.answers, one.answers)
        command = worker.command
        command[command.index("--concurrency") + 1] = str(self.concurrency)
        return worker, clock

    def answers(self, ask: Callable[[], bool]) -> bool:
        # The pool of connections is shared by all of this process, the dead ones too.
        with contextlib.suppress(OSError, OperationalError, RedisError):
            return ask()
        return False

    # life

    def start(self) -> None:
        self.postgres.start()
        self.redis.start()
        owner = {"DATABASE_URL": self.postgres.url, "DATABASE_APP_URL": self.postgres.app_url}
        manage({**self.env, **owner}, "migrate", "--no-input")
        self.x.start()
        for service in self.services:
            service.begin()
        for service in self.services:
            service.wait()

    def stop(self) -> None:
        self.resume()
        for process in (*self.services, self.redis, self.postgres):
            with contextlib.suppress(OSError):
                process.stop()
        self.x.stop()
        self.proxy.stop()

    def heal(self) -> None:
        """Everything runs, nothing is switched, no point is armed."""
        self.resume()
        for armed in self.points.iterdir():
            armed.unlink()
        self.proxy.heal()
        self.x.clear()
        for server in (self.postgres, self.redis):
            if not server.is_running():
                server.start()
        dead = [service for service in self.services if not service.is_running()]
        for service in dead:
            service.begin()
        for service in dead:
            service.wait()

    @contextlib.contextmanager
    def running(self) -> Iterator[System]:
        try:
            self.start()
            yield self
        finally:
            self.stop()

    # faults

    def arm(self, point: str, what: str = "kill") -> None:
        for old in self.points.glob(f"{point}.*"):
            old.unlink()
        new = self.points / f".{point}"
        new.write_text(what)
        new.rename(self.points / point)

    def reached(self, point: str) -> None:
        until(lambda: (self.points / f"{point}.reached").exists())

    def go(self, point: str) -> None:
        (self.points / f"{point}.go").touch()

    def restart_worker(self) -> None:
        self.worker.kill()
        self.worker.start()

    def resume(self) -> None:
        for process in (self.redis, self.postgres, *self.services):
            self.signal(process, signal.SIGCONT)

    def signal(self, process: Process, number: signal.Signals) -> None:
        """To the process and all that it started."""
        if process.pid is None:
            return
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(process.pid)
            for one in (*leader.children(recursive=True), leader):
                with contextlib.suppress(psutil.Error):
                    one.send_signal(number)

    def freeze(self, process: Process) -> None:
        self.signal(process, signal.SIGSTOP)
