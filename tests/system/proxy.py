"""A small TCP proxy before the sandbox of X: connections are cut where a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on, until told otherwise. `cut` is what happens to the next connections:

    before    accepted, then reset before a byte of it is passed on
    after     the request is passed on, the connection reset before its answer
    half      reset in the middle of the answer
    silent    passed on, and the answer kept back
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.cuts: list[str] = []
        self.refusing = False
        # Bound and never listening: nobody else takes the port while connections are refused.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self.port: int = self._place.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._place.close()

    def cut(self, where: str, times: int = 1) -> None:
        self.cuts += [where] * times

    def refuse(self) -> None:
        """Nobody listens any more: connections are refused."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)

    def accept(self) -> None:
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)

    def heal(self) -> None:
        self.cuts = []
        if self.refusing:
            self.accept()

    async def _listen(self) -> None:
        self.server = await asyncio.start_server(
            self._pass, "127.0.0.1", self.port, backlog=1024, reuse_address=True
        )
        self.refusing = False

    async def _close(self) -> None:
        self.refusing = True
        self.server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = self.cuts.pop(0) if self.cuts else ""
        if cut == "before":
            return reset(writer)
        with contextlib.suppress(OSError):
            there, onward = await asyncio.open_connection("127.0.0.1", self.target)
            request = asyncio.create_task(self._pump(reader, onward))
            await self._answer(there, writer, cut)
            request.cancel()
            onward.close()
        writer.close()
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65_536):
                writer.write(some)
                await writer.drain()
            writer.write_eof()

    async def _answer(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: str
    ) -> None:
        while some := await there.read(65_536):
            if cut == "after":
                return reset(writer)
            if cut == "silent":
                continue
            if cut == "half":
                writer.write(some[: len(some) // 2])
                await writer.drain()
                return reset(writer)
            writer.write(some)
            await writer.drain()
        if cut == "silent":
            await asyncio.sleep(30)
        return None


def reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    transport = writer.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    transport.abort()
