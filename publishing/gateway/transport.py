"""HTTP under tweepy: one fresh connection a call, no redirect, no retry, a limit on the whole.

tweepy's own client waits for ever, follows redirects and knows one host only; docs/publishing.md
says why each of these is cut.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
import tweepy
from django.conf import settings
from requests.adapters import HTTPAdapter
from tweepy.auth import OAuth1UserHandler
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from accounts.crypto import Secret
from publishing.gateway.wire import MAX_BODY


class SendWindowClosed(Exception):
    """The pre-send check found that the moment to send has passed: no byte of the request left."""


class Limit:
    """Cuts one call after `total` seconds, whatever X does, one byte at a time included.

    `reached` is whether a connection stood, TLS included: before that nothing can have been
    accepted. `pre_send_check` runs between the connection and the first byte; what it raises is
    raised by the call, and nothing leaves.
    """

    def __init__(self, total: float, pre_send_check: Callable[[], None] | None = None) -> None:
        self.reached = False
        self.cut = False
        self._pre_send_check = pre_send_check
        self._sock: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(total, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Limit:
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        if self._sock is not None:
            self._sock.close()

    def opened(self, sock: socket.socket) -> None:
        """TLS may be cut as well; it takes the socket away, not a duplicate of it."""
        with self._lock:
            self._sock = sock.dup()
            if self.cut:
                raise SendWindowClosed

    def connected(self) -> None:
        with self._lock:
            if self.cut:
                raise SendWindowClosed
        if self._pre_send_check is not None:
            self._pre_send_check()
        self.reached = True

    def _cut(self) -> None:
        with self._lock:
            self.cut = True
            if self._sock is not None:
                with contextlib.suppress(OSError):  # the other side was quicker
                    self._sock.shutdown(socket.SHUT_RDWR)


def _pools(limit: Limit) -> dict[str, type[HTTPConnectionPool]]:
    class Limited:
        def _new_conn(self) -> socket.socket:
            sock: socket.socket = super()._new_conn()  # type: ignore[misc]
            limit.opened(sock)
            return sock

        def connect(self) -> None:
            super().connect()  # type: ignore[misc]
            limit.connected()

    class Connection(Limited, HTTPConnection):
        pass

    class SecureConnection(Limited, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": Pool, "https": SecurePool}


class LimitedAdapter(HTTPAdapter):
    """`requests` over the connections of one Limit."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._limit)


class Client(tweepy.Client):  # type: ignore[misc]
    """tweepy's client for one call: our host, our limits; `response` is what X really said."""

    def __init__(
        self,
        token: Secret,
        token_secret: Secret,
        *,
        connect: float,
        read: float,
        limit: Limit,
    ) -> None:
        super().__init__(
            consumer_key=settings.X_API_KEY,
            consumer_secret=settings.X_API_SECRET,
            access_token=token.reveal(),
            access_token_secret=token_secret.reveal(),
            return_type=requests.Response,  # `wire` reads it, not tweepy
        )
        self.response: requests.Response | None = None
        self._timeouts = (connect, read)
        self.session.trust_env = False  # no proxy and no password from the environment
        adapter = LimitedAdapter(limit)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = True,
        files: Any = None,
        data: Any = None,
    ) -> requests.Response:
        """One request. Raises tweepy.HTTPException for any answer that is not 2xx."""
        auth = OAuth1UserHandler(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        ).apply_auth()
        with self.session:
            response = self.session.request(
                method,
                settings.X_API_BASE_URL + route,
                params=params,
                json=json,
                files=files,
                data=data,
                auth=auth,
                headers={"User-Agent": self.user_agent, "Connection": "close"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            )
            response._content = _bounded(response)
            self.response = response
        if not 200 <= self.response.status_code < 300:
            raise NotAccepted
        return self.response

    def __repr__(self) -> str:
        return "Client(…)"


def _bounded(response: requests.Response) -> bytes:
    """The body, unpacked; none of it when it is longer than any answer of X. A small packed body
    may hold gigabytes: it is unpacked a piece at a time.
    """
    body = bytearray()
    for piece in response.iter_content(65_536):
        body += piece
        if len(body) > MAX_BODY:
            return b""
    return bytes(body)


class NotAccepted(Exception):
    """X answered, and not by 2xx: `Client.response` says what."""


def boot_clock() -> float:
    """Seconds that go on while this process, or the machine, is stopped."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
