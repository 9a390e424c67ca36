"""Making each trouble of the schedule, and ending it. All from the main thread: the kernel tells
what it starts to stop when that thread ends.
"""

from __future__ import annotations

import contextlib
import signal
import time
from random import Random

import psutil
import redis as client

from policetweets.runner.processes import Process
from tests.soak.schedule import Trouble
from tests.system.system import System


class Troubles:
    def __init__(self, system: System, random: Random) -> None:
        self.system = system
        self.random = random
        self.endings: list[tuple[float, str]] = []
        self.dump: bytes | None = None

    def begin(self, trouble: Trouble) -> None:
        with contextlib.suppress(psutil.Error, client.RedisError, OSError):
            getattr(self, f"_{trouble.name}")(**trouble.options)
        if hasattr(self, f"_end_{trouble.name}"):
            self.endings.append((time.monotonic() + trouble.lasts, trouble.name))

    def end_due(self) -> None:
        now = time.monotonic()
        for ending in [one for one in self.endings if one[0] <= now]:
            self.endings.remove(ending)
            with contextlib.suppress(psutil.Error, client.RedisError, OSError):
                getattr(self, f"_end_{ending[1]}")()

    def restart_the_dead(self) -> None:
        """As the runner does it, without its back-off."""
        for service in self.system.services:
            if not service.is_running():
                service.kill()
                service.begin()

    def heal(self) -> None:
        self.endings = []
        self.system.heal()

    # workers

    def _kill_at_point(self, point: str) -> None:
        self.system.arm(point)

    def _worker(self) -> Process:
        return self.random.choice([self.system.worker, self.system.clock])

    def _kill_worker(self) -> None:
        self._worker().kill()

    def _freeze_worker(self) -> None:
        self.system.freeze(self._worker())

    def _end_freeze_worker(self) -> None:
        for worker in (self.system.worker, self.system.clock):
            self.system.signal(worker, signal.SIGCONT)

    # servers

    def _redis(self) -> client.Redis:
        return client.Redis(unix_socket_path=str(self.system.redis.socket), socket_timeout=2)

    def _flush_redis(self) -> None:
        if self.dump is None:
            self._keep_dump()
        self._redis().flushall()

    def _keep_dump(self) -> None:
        self._redis().save()
        self.dump = (self.system.redis.data / "dump.rdb").read_bytes()

    def _stop_redis(self) -> None:
        self.system.signal(self.system.redis, signal.SIGCONT)
        self.system.redis.kill()

    def _end_stop_redis(self) -> None:
        self._start(self.system.redis)

    def _freeze_redis(self) -> None:
        self.system.freeze(self.system.redis)

    def _end_freeze_redis(self) -> None:
        self.system.signal(self.system.redis, signal.SIGCONT)

    def _old_redis(self) -> None:
        """It comes back with what it held some time ago."""
        old = self.dump
        self._keep_dump()
        self.system.redis.kill()
        if old is not None:
            (self.system.redis.data / "dump.rdb").write_bytes(old)

    def _end_old_redis(self) -> None:
        self._start(self.system.redis)

    def _restart_postgres(self, how: str) -> None:
        self.system.signal(self.system.postgres, signal.SIGCONT)
        number = signal.SIGINT if how == "fast" else signal.SIGQUIT
        self.system.postgres.end((number, 20))
        self._start(self.system.postgres)

    def _freeze_postgres(self) -> None:
        self.system.freeze(self.system.postgres)

    def _end_freeze_postgres(self) -> None:
        self.system.signal(self.system.postgres, signal.SIGCONT)

    def _start(self, server: Process) -> None:
        if not server.is_running():
            server.start()

    # X

    def _cut(self, where: str, times: int) -> None:
        self.system.proxy.cut(where, times)

    def _refuse(self) -> None:
        if not self.system.proxy.refusing:
            self.system.proxy.refuse()

    def _end_refuse(self) -> None:
        if self.system.proxy.refusing:
            self.system.proxy.accept()

    def _answer(self, fault: str, times: int, **options: object) -> None:
        self.system.x.switch(fault, times=times, **options)

    def _lie(self, fault: str, times: int, **options: object) -> None:
        self.system.x.switch(fault, times=times, **options)
        if fault == "partial" and options["why"] == "not_found":
            self.system.x.switch("delete_false", times=times)

    def _link_form(self, form: str) -> None:
        self.system.x.set(link_form=form)

    def _lag(self, frozen: bool) -> None:
        self.system.x.set(**({"timeline_frozen": True} if frozen else {"timeline_lag": 3}))

    def _end_lag(self) -> None:
        self.system.x.set(timeline_frozen=False, timeline_lag=0)
