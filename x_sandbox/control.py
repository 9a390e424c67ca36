"""The sandbox's own controls and its record, for tests and its page of switches; loopback only."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from x_sandbox.api import Api
from x_sandbox.scenarios import SCENARIOS
from x_sandbox.switches import PARAMETERS, BadSwitch

# A box that is not ticked is not sent.
CHECKBOXES = ("duplicate_rule", "limits", "timeline_frozen")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody from elsewhere, and no page of another site in a browser here, may turn a switch."""
    if f"{request.path}/".startswith("/sandbox/"):
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
        """Any of clear, remove, parameters (for one account or all), faults; in this order."""
        wish = await _wish(request)
        switches = self.api.switches
        try:
            if wish.get("clear"):
                switches.release()
                switches.clear()
            for fault_id in wish.get("remove", []):
                switches.remove(int(fault_id))
            switches.set_parameters(wish.get("parameters", {}), wish.get("account"))
            added = [switches.add(**fault).id for fault in wish.get("faults", [])]
        except (BadSwitch, AttributeError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _done(wish, switches.state() | {"added": added})

    async def release(self, request: web.Request) -> web.Response:
        wish = await _wish(request)
        return _done(wish, {"released": self.api.switches.release(wish.get("id"))})

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


async def _wish(request: web.Request) -> dict[str, Any]:
    """What a test (JSON) or a person (the form of the page) asks for."""
    if request.content_type == "application/x-www-form-urlencoded":
        return _from_form(await request.post())
    if not request.can_read_body:
        return {}
    try:
        wish = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(wish, dict):
        raise web.HTTPBadRequest(text="an object is wanted")
    return wish


def _from_form(form: Mapping[str, Any]) -> dict[str, Any]:
    page = "/sandbox/?lang=en" if form.get("lang") == "en" else "/sandbox/"
    wish: dict[str, Any] = {"page": page, "clear": form.get("clear") == "true"}
    if str(form.get("id", "")).isdecimal():
        wish["id"] = int(form["id"])
    if "remove" in form:
        wish["remove"] = [form["remove"]]
    if "set" in form:
        wish["parameters"] = {
            name: form.get(name) == "true" if isinstance(usual, bool) else form[name]
            for name, usual in PARAMETERS.items()
            if name in form or name in CHECKBOXES
        }
    if "scenario" in form:
        scenario = SCENARIOS.get(form["scenario"])
        if scenario is None:
            raise web.HTTPBadRequest(text="no such scenario")
        where = {"account": form.get("account") or None, "times": form.get("times", 1)}
        wish["faults"] = [fault | where | {"scenario": scenario.slug} for fault in scenario.faults]
    return wish


def _done(wish: dict[str, Any], state: dict[str, Any]) -> web.Response:
    if "page" in wish:
        return web.Response(status=303, headers={"Location": wish["page"]})
    return web.json_response(state)
