"""Playing the faults: what goes wrong on one request, before or after X acts on it."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from x_sandbox import problems
from x_sandbox.lies import LIES, lie
from x_sandbox.problems import Answer
from x_sandbox.refusals import REFUSALS
from x_sandbox.switches import Fault, Switches

_LOOK_EVERY = 0.05
HTML = (
    b"<!DOCTYPE html><html><head><title>X</title></head><body>Something went wrong.</body></html>"
)

_REFUSALS: dict[str, Callable[[], Answer]] = {
    "unauthorized": problems.unauthorized,
    "credits": problems.credits_depleted,
    "suspended": problems.suspended,
    "duplicate": problems.duplicate,
    "not_permitted": problems.not_permitted,
    "parent_invisible": problems.parent_invisible,
}


PLAYED_BY_ENDPOINTS = {
    "altered",
    "vanished",
    "delete_false",
    "delete_unavailable",
    "delete_pretended",
    "partial",
    "alt_ignored",
    "captions_ignored",
    "processing_failed",
}


class NoAnswer(Exception):
    """The client gets no whole answer in the usual way; its connection is done with."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__(status)
        self.status = status


class Trouble:
    """The faults of one request."""

    def __init__(self, request: web.Request, switches: Switches) -> None:
        self._request = request
        self._switches = switches

    async def usual_latency(self, handle: str) -> None:
        milliseconds = self._switches.get("latency_ms", handle)
        if milliseconds:
            await asyncio.sleep(milliseconds / 1000)

    async def play(
        self, fault: Fault, operation: str, handle: str, body: Any, answer: Answer | None
    ) -> Answer | None:
        """The answer to give instead, if there is one to give; None goes on as if nothing were."""
        match fault.fault:
            case "latency":
                await asyncio.sleep(fault.options["ms"] / 1000)
            case "hold":
                said = body.get("text") if isinstance(body, dict) else None
                await self._switches.hold(fault, operation, handle, said)
            case "timeout":
                await self._until_the_client_leaves()
            case "reset":
                self._reset()
            case "slow_loris":
                await self._dribble(answer or problems.plain(503), fault.options["seconds"])
            case name if name in PLAYED_BY_ENDPOINTS:
                pass
            case _:
                return _other_answer(fault, operation, answer)
        return None

    async def _until_the_client_leaves(self) -> None:
        while self._transport() is not None:
            await asyncio.sleep(_LOOK_EVERY)
        raise NoAnswer

    def _transport(self) -> asyncio.Transport | None:
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return None
        return transport if isinstance(transport, asyncio.Transport) else None

    def _reset(self) -> None:
        transport = self._transport()
        if transport is not None:
            # With no time to linger, closing sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
            transport.abort()
        raise NoAnswer

    async def _dribble(self, answer: Answer, seconds: float) -> None:
        """The whole answer, head included, one byte at a time: no read time-out ever ends it."""
        for byte in _as_bytes(answer):
            transport = self._transport()
            if transport is None:
                raise NoAnswer
            transport.write(bytes((byte,)))
            await asyncio.sleep(seconds)
        if (transport := self._transport()) is not None:
            transport.close()
        raise NoAnswer(answer.status)


def _other_answer(fault: Fault, operation: str, answer: Answer | None) -> Answer:
    options = fault.options
    if fault.fault in _REFUSALS:
        return _REFUSALS[fault.fault]()
    if fault.fault == "redirect":
        return Answer(302, raw=b"", headers={"Location": options["location"]})
    if fault.fault == "refused":
        return REFUSALS[options["why"]]()
    if fault.fault == "rate_limited":
        return _limited(options)
    if fault.fault == "status":
        if options["status"] == 502:  # X's edge answers this one, and not in JSON
            return Answer(502, raw=HTML, content_type="text/html")
        return problems.plain(options["status"], options["detail"])
    return _unreadable(options["body"], operation, answer)


def _limited(options: dict[str, Any]) -> Answer:
    limited = problems.plain(429)
    if options["reset"] is None and not options["says"]:
        return limited
    header = "x-user-limit-24hour" if options["daily"] else "x-rate-limit"
    reset = _reset(options["says"], int(options["reset"] or 0))
    limited.headers = {
        f"{header}-limit": "100",
        f"{header}-remaining": "0",
        f"{header}-reset": reset,
    }
    return limited


def _reset(says: str, seconds: int) -> str:
    """The moment at which the limit opens, as X says it or as nobody can believe it."""
    at = int(time.time()) + seconds
    absurd = {
        "milliseconds": str(at * 1000),
        "nan": "nan",
        "infinite": "1e999",
        "year": str(at + 365 * 86400),
        "past": str(at - seconds - 3600),
        "negative": "-1",
        "words": "in a quarter of an hour",
    }
    return absurd.get(says, str(at))


def _unreadable(body: str, operation: str, answer: Answer | None) -> Answer:
    status = answer.status if answer else (201 if operation == "post" else 200)
    headers = answer.headers if answer else {}
    if body == "html":
        return Answer(status, raw=HTML, headers=headers, content_type="text/html")
    if body == "errors":
        return Answer(status, problems.internal_error(), headers)
    if body in LIES:
        told = lie(body, answer.body if answer else {"data": {"id": "1", "text": ""}})
        raw = told if isinstance(told, bytes) else as_json(told)
        return Answer(status, raw=raw, headers=headers)
    whole = as_json(answer.body if answer else {"data": {"id": "1", "text": ""}})
    raw = {"empty": b"", "null": b"null", "list": b"[]"}.get(body, whole[: len(whole) // 2])
    return Answer(status, raw=raw, headers=headers)


def as_json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _as_bytes(answer: Answer) -> bytes:
    body = answer.raw if answer.raw is not None else as_json(answer.body)
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
