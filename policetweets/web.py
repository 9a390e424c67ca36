"""The web server: `python -m policetweets.web --port 8000`.

waitress reads a request whole before a thread takes it, so that slow bodies hold up nobody; this
adds a limit on how long a request may take to arrive, and an orderly stop.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import Any
from weakref import WeakKeyDictionary

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

# Bytes; a view has its own, lower limit.
MAX_BODY, MAX_HEADERS = 84 * 1024 * 1024, 32 * 1024
# Seconds: for a request to arrive, for a connection to say nothing, for an orderly stop.
MAX_ARRIVAL, MAX_IDLE, MAX_STOP = 60, 30, 20
MAX_CONNECTIONS, THREADS = 1000, 8


class WebServer(TcpWSGIServer):  # type: ignore[misc]
    """waitress's server, with a limit on the arrival of each request."""

    def __init__(self, application: Any, **adjustments: Any) -> None:
        self._arriving_since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        super().__init__(application, adj=Adjustments(**adjustments))

    def maintenance(self, now: float) -> None:
        """Runs every few seconds: closes what is silent, and what trickles in for ever."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            request = channel.request
            if request is None or channel.requests:
                continue
            if now - self._arriving_since.setdefault(request, now) > MAX_ARRIVAL:
                channel.will_close = True

    def busy(self) -> list[HTTPChannel]:
        """The connections whose answer is being made or is on its way."""
        channels = list(self.active_channels.values())
        return [channel for channel in channels if channel.requests or channel.total_outbufs_len]

    def stop(self) -> None:
        """Takes no new connection, and lets what is under way end."""
        self.accepting = False
        self.del_channel()
        self.socket.close()
        deadline = time.monotonic() + MAX_STOP
        while self.busy() and time.monotonic() < deadline:
            wasyncore.loop(timeout=0.1, map=self._map, use_poll=True, count=1)


def serve(host: str, port: int, threads: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    from django.conf import settings

    from policetweets.wsgi import application

    # The proxy in front, and it alone, says who asks and whether it was by https: what it adds
    # becomes REMOTE_ADDR and the scheme, what others claim is removed.
    proxied: dict[str, Any] = {"clear_untrusted_proxy_headers": False}
    if settings.BEHIND_PROXY:
        proxied = {
            "trusted_proxy": "*",
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    server = WebServer(
        application,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        connection_limit=MAX_CONNECTIONS,
        asyncore_use_poll=True,
        channel_timeout=MAX_IDLE,
        cleanup_interval=5,
        max_request_body_size=MAX_BODY,
        max_request_header_size=MAX_HEADERS,
        **proxied,
    )
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        wasyncore.loop(timeout=1, map=server._map, use_poll=True)
    except (SystemExit, KeyboardInterrupt):
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="policetweets.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=THREADS)
    chosen = parser.parse_args()
    serve(chosen.host, chosen.port, chosen.threads)


if __name__ == "__main__":
    main()
