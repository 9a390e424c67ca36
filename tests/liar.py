"""Something that answers in place of X whatever a test wants, over real HTTP."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Liar:
    """Answers what it is told to: the next of `answers` for that method, or that method and path,
    and its last one again and again.
    """

    url: str = ""
    answers: dict[str, list[tuple[int, Any, dict[str, str]]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def says(
        self,
        *bodies: Any,
        status: int = 200,
        method: str = "GET",
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        key = f"{method} {path}".strip()
        self.answers[key] = [(status, body, headers or {}) for body in bodies]

    def next(self, method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        self.asked.append(f"{method} {path}")
        named = f"{method} {path.partition('?')[0]}"
        left = self.answers.get(named) or self.answers[method]
        return left.pop(0) if len(left) > 1 else left[0]


@contextlib.contextmanager
def lying() -> Iterator[Liar]:
    one = Liar()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body, headers = one.next(self.command, self.path)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if raw[:2] == b"\x1f\x8b":
                self.send_header("Content-Encoding", "gzip")
            named = {"Content-Type": "application/json; charset=undefined"} | headers
            for name, value in named.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_DELETE = do_POST = answer

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # However short a test is, it waits no half second for the server to look whether to stop.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    one.url = f"http://127.0.0.1:{server.server_port}"
    yield one
    server.shutdown()
    server.server_close()
    thread.join()
