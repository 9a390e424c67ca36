"""The sandbox's own controls and its record, for tests and its page of switches; loopback only."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from publishing.sandbox.api import Api
from publishing.sandbox.switches import BadSwitch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody from elsewhere, and no page of another site in a browser here, may turn a switch."""
    if request.path.startswith("/sandbox"):
        origin = request.headers.get("Origin")
        foreign = origin is not None and origin != f"{request.scheme}://{request.host}"
        if foreign or not _is_loopback(request.remote):
            raise web.HTTPForbidden(text="loopback only")
    return await handler(request)


def _is_loopback(address: str | None) -> bool:
    return address is not None and ipaddress.ip_address(address).is_loopback


class Control:
    """The endpoints under /sandbox."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/switches", self.state),
            web.post("/sandbox/switches", self.change),
            web.post("/sandbox/release", self.release),
            web.post("/sandbox/reset", self.reset),
            web.get("/sandbox/record", self.record),
            web.get("/sandbox/media/{id}", self.media),
        ]

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(self.api.switches.state())

    async def change(self, request: web.Request) -> web.Response:
        """JSON: any of clear, remove, parameters (with account), faults; in this order."""
        wish = await _json(request)
        switches = self.api.switches
        try:
            if wish.get("clear"):
                switches.release()
                switches.clear()
            for fault_id in wish.get("remove", []):
                switches.remove(int(fault_id))
            switches.set_parameters(wish.get("parameters", {}), wish.get("account"))
            added = [switches.add(**fault).id for fault in wish.get("faults", [])]
        except (BadSwitch, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response(switches.state() | {"added": added})

    async def release(self, request: web.Request) -> web.Response:
        wish = await _json(request)
        only = wish.get("id")
        return web.json_response({"released": self.api.switches.release(only)})

    async def reset(self, request: web.Request) -> web.Response:
        self.api.switches.release()
        self.api.switches.clear()
        self.api.limits.clear()
        self.api.world.reset()
        return web.json_response({})

    async def record(self, request: web.Request) -> web.Response:
        return web.json_response(self.api.world.record())

    async def media(self, request: web.Request) -> web.StreamResponse:
        media = self.api.world.media.get(request.match_info["id"])
        if media is None:
            raise web.HTTPNotFound
        headers = {"Content-Type": media.content_type, "X-Content-Type-Options": "nosniff"}
        return web.FileResponse(self.api.world.media_path(media.id), headers=headers)


async def _json(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    try:
        wish = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(wish, dict):
        raise web.HTTPBadRequest(text="an object is wanted")
    return wish
