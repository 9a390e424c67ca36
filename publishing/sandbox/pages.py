"""The pages people look at: timelines and switches."""

import html

from aiohttp import web

from publishing.sandbox.api import Api


class Pages:
    """The HTML pages."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{handle:[A-Za-z0-9_]+}", self.timeline),
        ]

    async def timeline(self, request: web.Request) -> web.Response:
        account = self.api.world.account(request.match_info["handle"])
        if account is None:
            raise web.HTTPNotFound
        posts = self.api.world.timelines[account.handle.lower()]
        rows = "".join(f"<article><p>{html.escape(p.text)}</p></article>" for p in reversed(posts))
        return web.Response(text=f"<!DOCTYPE html><title>@</title>{rows}", content_type="text/html")
