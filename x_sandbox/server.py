"""The sandbox as one aiohttp application, and its life as a process."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from x_sandbox.api import Api
from x_sandbox.control import Control, loopback_only
from x_sandbox.oauth import Verifier
from x_sandbox.pages import Pages
from x_sandbox.pieces import GIF_BYTES
from x_sandbox.switches import Switches
from x_sandbox.world import Account, World


def build(
    folder: Path, consumer: Mapping[str, str], accounts: list[Account], parameters: dict[str, Any]
) -> web.Application:
    switches = Switches(parameters)
    world = World(folder, accounts)
    api = Api(world, switches, Verifier(consumer, accounts))
    app = web.Application(middlewares=[loopback_only], client_max_size=2 * GIF_BYTES)
    for part in (api, Control(api), Pages(api)):
        app.add_routes(part.routes())

    async def close(_: web.Application) -> None:
        world.close()

    app.on_cleanup.append(close)
    return app


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, keepalive_timeout=75)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        print(f"The sandbox of X listens on http://{host}:{port}", flush=True)
        await stop.wait()
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await runner.cleanup()
