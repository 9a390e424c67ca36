"""The pages people look at: timelines like X's, and the switches with what they did."""

import html
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django
from aiohttp import web
from django.conf import settings
from django.template import engines
from django.utils import translation

from x_sandbox.api import Api
from x_sandbox.scenarios import FAULT_NAMES, GROUPS, LINK_FORM_NAMES, OPERATION_NAMES, describe
from x_sandbox.world import Post, Received

HERE = Path(__file__).resolve().parent
PAGE = 50
RECENT = 25
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " media-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def prepare_templates() -> None:
    """Django's templates and translations alone, with nothing of the application's settings."""
    settings.configure(
        USE_TZ=True,
        TIME_ZONE="Europe/Paris",
        LANGUAGE_CODE="fr",
        LANGUAGES=[("fr", "Français"), ("en", "English")],
        LOCALE_PATHS=[HERE / "locale"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
            }
        ],
    )
    django.setup()


class Pages:
    """The HTML pages."""

    def __init__(self, api: Api) -> None:
        prepare_templates()
        self.api = api
        self.world = api.world

    def routes(self) -> list[web.AbstractRouteDef]:
        handle = "/{handle:[A-Za-z0-9_]+}"
        return [
            web.static("/static", HERE / "static"),
            web.get("/", self.accounts),
            web.get("/media/{id}", self.picture),
            web.get("/sandbox", self.switches),
            web.get("/sandbox/", self.switches),
            web.get(handle, self.timeline),
            web.get(f"{handle}/", self.timeline),
            web.get(f"{handle}/status/{{id}}", self.status),
            web.route("*", "/{rest:.*}", self.missing),
        ]

    # pages

    async def accounts(self, request: web.Request) -> web.Response:
        rows = []
        for account in self.world.accounts.values():
            posts = self.world.timelines[account.handle.lower()]
            live = [post for post in posts if post.is_live]
            last = _when(live[-1].at) if live else None
            rows.append({"account": account, "live": len(live), "last": last})
        return _page(request, "accounts", {"accounts": rows})

    async def timeline(self, request: web.Request) -> web.Response:
        account = self.world.account(request.match_info["handle"])
        if account is None:
            return await self.missing(request)
        posts = self.world.timelines[account.handle.lower()]
        before = request.query.get("before", "")
        heads = [
            post
            for post in reversed(posts)
            if self._is_head(post) and (not before.isdecimal() or int(post.id) < int(before))
        ]
        shown, older = heads[:PAGE], heads[PAGE:]
        return _page(
            request,
            "timeline",
            {
                "account": account,
                "live": sum(post.is_live for post in posts),
                "threads": [self._thread(post) for post in shown],
                "older": shown[-1].id if older else None,
                "is_first_page": not before,
            },
        )

    async def status(self, request: web.Request) -> web.Response:
        post = self.world.posts.get(request.match_info["id"])
        if post is None or post.account.lower() != request.match_info["handle"].lower():
            return await self.missing(request)
        above = []
        at = post
        while at.parent:
            at = self.world.posts[at.parent]
            above.append(self._row(at))
        account = self.world.accounts[post.account.lower()]
        context = {"account": account, "above": above[::-1], "thread": self._thread(post)}
        return _page(request, "status", context)

    async def switches(self, request: web.Request) -> web.Response:
        switches = self.api.switches
        lately = self.world.requests[-RECENT:][::-1]
        context = {
            "groups": GROUPS,
            "accounts": list(self.world.accounts.values()),
            "parameters": switches.parameters,
            "link_forms": LINK_FORM_NAMES.items(),
            "faults": [
                {
                    "id": f.id,
                    "said": describe(f),
                    "left": f.left,
                    "drawn": f.drawn,
                    "account": f.account,
                    "on": [OPERATION_NAMES[o] for o in f.on],
                }
                for f in switches.faults
                if f.left != 0
            ],
            "waiting": [
                {
                    "id": w.id,
                    "account": w.account,
                    "text": w.text,
                    "after": w.when == "after",
                    "operation": OPERATION_NAMES[w.operation],
                    "since": _when(w.since),
                }
                for w in switches.waiting.values()
            ],
            "requests": [_request_row(received) for received in lately],
        }
        return _page(request, "switches", context)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        media = self.world.media.get(request.match_info["id"])
        if media is None:
            return await self.missing(request)
        headers = _HEADERS | {"Content-Type": media.content_type}
        return web.FileResponse(self.world.media_path(media.id), headers=headers)

    async def missing(self, request: web.Request) -> web.Response:
        return _page(request, "missing", {}, status=404)

    # rows

    def _is_head(self, post: Post) -> bool:
        """Whether it stands for itself on its account's timeline, not under a post of it."""
        return post.parent is None or self.world.posts[post.parent].account != post.account

    def _thread(self, head: Post) -> list[dict[str, Any]]:
        """A post and all that answers it, each with its depth, in the order of a conversation."""
        rows = []
        waiting = [(head, 0)]
        while waiting:
            post, depth = waiting.pop()
            rows.append(self._row(post) | {"depth": min(depth, 1)})
            replies = self.world.replies.get(post.id, [])
            waiting += [(reply, depth + 1) for reply in reversed(replies)]
        return rows

    def _row(self, post: Post) -> dict[str, Any]:
        return {
            "post": post,
            "account": self.world.accounts[post.account.lower()],
            "at": _when(post.at),
            "pieces": _pieces(post),
            "media": [self.world.media[media_id] for media_id in post.media],
            "deleted_at": _when(post.deleted_at) if post.deleted_at else None,
            "is_unseen": post.is_live and not self.api.view.is_seen(post),
        }


def _pieces(post: Post) -> list[tuple[str, str, str]]:
    """The text cut at its entities: kind, words, link."""
    entities = post.entities
    marks: list[tuple[int, int, str, str, str]] = []
    for link in entities.get("urls", []):
        kind = "media" if "media_key" in link else "link"
        marks.append((link["start"], link["end"], kind, link["display_url"], link["expanded_url"]))
    for name, sign, field in (("hashtags", "#", "tag"), ("mentions", "@", "username")):
        for mark in entities.get(name, []):
            marks.append((mark["start"], mark["end"], "mark", sign + mark[field], ""))
    pieces, at = [], 0
    for start, end, kind, words, link in sorted(marks):
        if start < at:  # several pictures share one link
            continue
        pieces.append(("text", html.unescape(post.shown[at:start]), ""))
        if kind != "media":
            pieces.append((kind, words, link))
        at = end
    pieces.append(("text", html.unescape(post.shown[at:]), ""))
    return [piece for piece in pieces if piece[1]]


def _request_row(received: Received) -> dict[str, Any]:
    known = OPERATION_NAMES.get(received.operation or "", received.path)
    fault = FAULT_NAMES[received.fault] if received.fault else ""
    return {"received": received, "operation": known, "at": _when(received.at), "fault": fault}


def _when(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _page(
    request: web.Request, name: str, context: dict[str, Any], status: int = 200
) -> web.Response:
    language = "en" if request.query.get("lang") == "en" else "fr"
    asked = {key: value for key, value in request.query.items() if key != "lang"}
    other = asked if language == "en" else asked | {"lang": "en"}
    context |= {
        "at": name,
        "language": language,
        "lang": "?lang=en" if language == "en" else "",
        "and_lang": "&lang=en" if language == "en" else "",
        "other_language": f"{request.path}?{urlencode(other)}" if other else request.path,
    }
    with translation.override(language):
        text = engines["django"].get_template(f"sandbox/{name}.html").render(context)
    return web.Response(text=text, content_type="text/html", headers=_HEADERS, status=status)
