"""Bodies sent a byte at a time hold up nobody, and end; what is under way ends before a stop."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

import pytest

from policetweets import web
from tests.sandbox import _free_port, until

MORE_THAN_THREADS = 4 * web.THREADS
PAGE = "/mentions-legales"


@pytest.fixture(scope="module")
def port():
    """The application's own server, as `make run` starts it."""
    port = _free_port()
    command = [sys.executable, "-m", "policetweets.web", "--port", str(port)]
    command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
    server = subprocess.Popen(command, env=os.environ)
    until(lambda: _answers(port))
    yield port
    server.terminate()
    assert server.wait(30) == 0


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        return page(port)[0] == 200
    return False


def page(port: int) -> tuple[int, float]:
    """The status of a page that needs no database, and how many seconds it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", PAGE, headers={"Host": "127.0.0.1:8000"})
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


@contextlib.contextmanager
def slow_bodies(port: int, head: str):
    """Connections that never finish what they began to send."""
    with contextlib.ExitStack() as ends:
        slow = [
            ends.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(MORE_THAN_THREADS)
        ]
        for connection in slow:
            connection.sendall(head.encode())
        yield slow


@pytest.mark.parametrize(
    "head",
    [
        f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Length: 1000\r\n\r\n",
        f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nTransfer-Encoding: chunked\r\n\r\n5",
        f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nX-Slow: ",
    ],
    ids=["a body", "a chunk", "a header"],
)
def test_what_arrives_a_byte_at_a_time_holds_up_nobody(port, head):
    with slow_bodies(port, head) as slow:
        took = []
        for _ in range(10):
            for connection in slow:
                connection.sendall(b"0")
            status, seconds = page(port)
            assert status == 200
            took.append(seconds)
        for connection in slow:
            connection.sendall(b"0")  # still being read: it was not cut to make room
    assert statistics.median(took) < 1


class Running:
    """A server in this process, around an application of the test's own."""

    def __init__(self, application) -> None:
        self.server = web.WebServer(
            application, host="127.0.0.1", port=0, threads=2, cleanup_interval=0
        )
        self.port = self.server.effective_port
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.stopping.is_set():
            web.wasyncore.loop(timeout=0.05, map=self.server._map, use_poll=True, count=1)
        self.server.stop()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(30)


def hello(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_a_request_that_never_ends_is_cut(monkeypatch):
    monkeypatch.setattr(web, "MAX_ARRIVAL", 0.2)
    running = Running(hello)
    with socket.create_connection(("127.0.0.1", int(running.port)), timeout=30) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")

        def cut() -> bool:
            try:
                slow.sendall(b"x")
            except OSError:
                return True
            return False

        until(cut)
    running.stop()


def test_what_is_being_answered_ends_before_a_stop():
    inside, go_on = threading.Event(), threading.Event()

    def slow(environ, start_response):
        inside.set()
        go_on.wait(30)
        return hello(environ, start_response)

    running = Running(slow)
    client = http.client.HTTPConnection("127.0.0.1", int(running.port), timeout=30)
    client.request("GET", "/")
    assert inside.wait(30)
    running.stopping.set()
    until(lambda: not _accepts(int(running.port)))
    go_on.set()
    assert client.getresponse().read() == b"ok"
    running.stop()


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def test_the_server_is_stopped_by_sigterm():
    port = _free_port()
    command = [sys.executable, "-m", "policetweets.web", "--port", str(port)]
    server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *command], env=os.environ)
    until(lambda: _answers(port))
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0
