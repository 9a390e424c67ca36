"""X's API v2: the endpoints, and the one path every request takes through limits and faults."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from aiohttp import BodyPartReader, web

from x_sandbox import problems, text
from x_sandbox.call import Call
from x_sandbox.lies import PARTIAL
from x_sandbox.limits import Limits
from x_sandbox.oauth import Verifier
from x_sandbox.pieces import GIF_BYTES, Pieces, picture
from x_sandbox.problems import Answer, Problem
from x_sandbox.switches import Switches
from x_sandbox.trouble import HTML, NoAnswer, Trouble, as_json
from x_sandbox.views import View
from x_sandbox.world import Media, Post, Received, World, same

IMAGE_BYTES = 5 * 1024 * 1024
ALT_TEXT_LENGTH = 1000
_ID = re.compile(r"[0-9]{1,19}")
_BODY_KEYS = {
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "edit_options",
    "geo",
    "for_super_followers_only",
    "made_with_ai",
    "media",
    "nullcast",
    "paid_partnership",
    "poll",
    "quote_tweet_id",
    "reply",
    "reply_settings",
    "share_with_followers",
    "text",
}
_REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")


class Api:
    """The endpoints under /2."""

    def __init__(self, world: World, switches: Switches, verifier: Verifier) -> None:
        self.world = world
        self.switches = switches
        self.limits = Limits(switches)
        self.verifier = verifier
        self.view = View(world, switches)
        self.pieces = Pieces(world, switches)

    def routes(self) -> list[web.RouteDef]:
        def route(operation: str, work: Callable[[Call], Answer]) -> Any:
            async def handler(request: web.Request) -> web.StreamResponse:
                return await self._serve(request, operation, work)

            return handler

        return [
            web.post("/2/tweets", route("post", self.create)),
            web.get("/2/tweets", route("posts", self.posts)),
            web.get("/2/tweets/{id}", route("posts", self.post)),
            web.delete("/2/tweets/{id}", route("delete", self.delete)),
            web.get("/2/users", route("users", self.users)),
            web.get("/2/users/me", route("me", self.me)),
            web.get("/2/users/{id}/tweets", route("timeline", self.timeline)),
            web.post("/2/media/upload", route("upload", self.upload)),
            web.get("/2/media/upload", route("status", self.pieces.status)),
            web.post("/2/media/upload/initialize", route("initialize", self.pieces.initialize)),
            web.post("/2/media/upload/{id}/append", route("append", self.pieces.append)),
            web.post("/2/media/upload/{id}/finalize", route("finalize", self.pieces.finalize)),
            web.post("/2/media/metadata", route("metadata", self.metadata)),
            web.post("/2/media/subtitles", route("subtitles", self.subtitles)),
            web.route("*", "/2/{rest:.*}", self._nothing_there),
        ]

    async def _nothing_there(self, request: web.Request) -> web.StreamResponse:
        received = self.world.begin(request.method, request.path_qs)
        self.world.end(received, 404)
        return web.Response(status=404)

    async def _serve(
        self, request: web.Request, operation: str, work: Callable[[Call], Answer]
    ) -> web.StreamResponse:
        received = self.world.begin(request.method, request.path_qs)
        received.operation = operation
        status: int | None = None
        try:
            answer = await self._answer(request, received, work)
            status = answer.status
        except NoAnswer as gone:
            status = gone.status
            return web.Response()  # nobody is there to read it
        finally:
            self.world.end(received, status)
        return respond(answer)

    async def _answer(
        self, request: web.Request, received: Received, work: Callable[[Call], Answer]
    ) -> Answer:
        operation = str(received.operation)
        url = f"{request.scheme}://{request.host}{request.raw_path}"
        account = self.verifier.account_of(url, request.method, request.headers)
        if account is None:
            return problems.unauthorized()
        handle = received.account = account.handle
        allowed, headers = self.limits.count(operation, handle)
        if not allowed:
            return problems.plain(429).with_headers(headers)
        call = Call(request, account, fault=self.switches.draw(operation, handle))
        fault = call.fault
        received.fault = fault.fault if fault else None
        trouble = Trouble(request, self.switches)
        await trouble.usual_latency(handle)
        try:
            call.body = await _body(request, operation)
            if fault and fault.when == "before":
                instead = await trouble.play(fault, operation, handle, call.body, None)
                if instead is not None:
                    return instead
            answer = work(call)
        except Problem as problem:
            answer = problem.answer
        if operation == "post" and answer.status == 201:
            received.post = answer.body["data"]["id"]
        answer = answer.with_headers(headers)
        if fault and fault.when == "after":
            instead = await trouble.play(fault, operation, handle, call.body, answer)
            return instead or answer
        return answer

    # posts

    def create(self, call: Call) -> Answer:
        body = _checked_body(call.body)
        said = body.get("text", "")
        pictures = self._media_of(call, body)
        parent = self._parent_of(body)
        handle = call.account.handle
        if not said.strip() and not pictures:
            raise Problem(problems.invalid("`text` or `media` is required.", text=said))
        if text.has_invalid_characters(said):
            raise Problem(problems.invalid_characters())
        if len(said) > 25_000 or text.weighted_length(said) > text.MAX_WEIGHT:
            raise Problem(problems.too_long())
        said_before = self.world.last_said.get(
            (handle.lower(), same(said), parent.id if parent else None)
        )
        if said_before and self.switches.get("duplicate_rule", handle) and said.strip():
            age = time.time() - said_before.at
            if age < self.switches.get("duplicate_window", handle):
                raise Problem(problems.duplicate())
        return self._publish(call, said, pictures, parent, body)

    def _publish(
        self,
        call: Call,
        said: str,
        pictures: list[Media],
        parent: Post | None,
        body: dict[str, Any],
    ) -> Answer:
        number = self.world.next_id()
        handle = call.account.handle
        altered = call.drew("altered")
        keys = [(media.key, media.kind) for media in pictures]
        shown, entities = text.published(
            altered.options["text"] if altered else said,
            number,
            handle,
            keys,
            self.switches.get("link_form", handle),
        )
        now = time.time()
        post = Post(
            id=str(number),
            account=handle,
            text=said,
            shown=shown,
            entities=entities,
            at=now,
            parent=parent.id if parent else None,
            conversation=parent.conversation if parent else str(number),
            reply_settings=body.get("reply_settings", "everyone"),
            media=[media.id for media in pictures],
            visible_at=now + self.switches.get("timeline_lag", handle),
            hidden=self.switches.get("timeline_frozen", handle),
            altered=altered is not None,
        )
        self.world.add_post(post)
        if call.drew("vanished"):
            self.world.delete(post, vanished=True)
        data = {"id": post.id, "text": post.shown, "edit_history_tweet_ids": [post.id]}
        return Answer(201, {"data": data})

    def _parent_of(self, body: dict[str, Any]) -> Post | None:
        if not body.get("reply"):
            return None
        parent = self.world.posts.get(body["reply"]["in_reply_to_tweet_id"])
        if parent is None or not parent.is_live:
            raise Problem(problems.parent_invisible())
        return parent

    def _media_of(self, call: Call, body: dict[str, Any]) -> list[Media]:
        wanted = (body.get("media") or {}).get("media_ids", [])
        found = [self._usable_media(call, media_id) for media_id in wanted]
        pictures = [media for media in found if media is not None and media.kind != "captions"]
        if len(pictures) != len(wanted):
            raise Problem(
                problems.invalid(
                    "Your media IDs are invalid.", **{"media.media_ids": ",".join(wanted)}
                )
            )
        if len(pictures) > 1 and any(media.kind != "photo" for media in pictures):
            raise Problem(problems.invalid("Only one animated GIF or video may be attached."))
        return pictures

    def _usable_media(self, call: Call, media_id: str) -> Media | None:
        media = self.world.media.get(media_id)
        if media is None or media.account != call.account.handle:
            return None
        if media.failed or media.ready_at > time.time():
            return None
        ttl = self.switches.get("media_ttl", call.account.handle)
        return media if media.at + ttl > time.time() else None

    def delete(self, call: Call) -> Answer:
        post_id = _path_id(call)
        if call.drew("delete_false"):
            return Answer(200, {"data": {"deleted": False}})
        if call.drew("delete_pretended"):
            return Answer(200, {"data": {"deleted": True}})
        if call.drew("delete_unavailable"):
            return problems.service_unavailable_404()
        post = self.world.posts.get(post_id)
        if post is None or not post.is_live:
            if self.switches.get("delete_unknown", call.account.handle) == 200:
                return Answer(200, {"data": {"deleted": False}})
            missing = problems.not_found("tweet", post_id, "id")
            return Answer(404, missing | {"status": 404}, content_type="application/problem+json")
        if post.account != call.account.handle:
            raise Problem(problems.not_your_post())
        self.world.delete(post)
        return Answer(200, {"data": {"deleted": True}})

    # reads

    def me(self, call: Call) -> Answer:
        return Answer(200, {"data": self.view.user(call.account, call.request.query)})

    def post(self, call: Call) -> Answer:
        return self._looked_up(call, self.view.one(_path_id(call), call.request.query))

    def posts(self, call: Call) -> Answer:
        return self._looked_up(call, self.view.many(_ids(call), call.request.query, call.account))

    def users(self, call: Call) -> Answer:
        return Answer(200, self.view.users(_ids(call), call.request.query))

    def _looked_up(self, call: Call, body: dict[str, Any]) -> Answer:
        """A look-up by id, or one that leaves out what is there."""
        partial = call.drew("partial")
        if partial is None:
            return Answer(200, body)
        data = body.pop("data", [])
        errors = body.get("errors", [])
        for row in data if isinstance(data, list) else [data]:
            errors += PARTIAL[partial.options["why"]](row["id"])
        return Answer(200, {"errors": errors} if errors else {})

    def timeline(self, call: Call) -> Answer:
        owner = self.world.by_id.get(_path_id(call))
        if owner is None:
            missing = problems.not_found("user", call.request.match_info["id"], "id")
            return Answer(200, {"errors": [missing]})
        return Answer(200, self.view.timeline(owner, call.request.query))

    # media

    def upload(self, call: Call) -> Answer:
        data, category = call.body
        if data is None or category not in ("tweet_image", "tweet_gif"):
            raise Problem(
                problems.invalid(
                    "`media` and a `media_category` are required.", media_category=str(category)
                )
            )
        if len(data) > (GIF_BYTES if category == "tweet_gif" else IMAGE_BYTES):
            raise Problem(problems.plain(413))
        media = picture(str(self.world.next_id()), call.account.handle, data, category)
        self.world.add_media(media, data)
        body = {
            "id": media.id,
            "media_key": media.key,
            "size": media.size,
            "expires_after_secs": int(self.switches.get("media_ttl", media.account)),
            "image": {"image_type": media.content_type, "w": media.width, "h": media.height},
        }
        return Answer(200, {"data": body})

    def metadata(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        metadata = body.get("metadata")
        said = metadata.get("alt_text") if isinstance(metadata, dict) else None
        alt_text = said.get("text") if isinstance(said, dict) else None
        media = self._usable_media(call, str(body.get("id")))
        if media is None:
            raise Problem(problems.invalid("Your media IDs are invalid.", id=str(body.get("id"))))
        if not isinstance(alt_text, str) or not 1 <= len(alt_text) <= ALT_TEXT_LENGTH:
            message = f"`metadata.alt_text.text` must have 1 to {ALT_TEXT_LENGTH} characters"
            raise Problem(problems.invalid(message))
        if text.has_invalid_characters(alt_text):
            raise Problem(problems.invalid_characters())
        if ignored := call.drew("alt_ignored"):
            if ignored.options["body"] == "bare":
                return Answer(200, {"data": {"id": media.id}})
            return _not_done(ignored.options["body"], _alt_set(media, alt_text))
        self.world.set_alt_text(media, alt_text)
        return _alt_set(media, alt_text)

    def subtitles(self, call: Call) -> Answer:
        """One track of captions, by the form that X's specification has for it."""
        body = call.body if isinstance(call.body, dict) else {}
        track = body.get("subtitles")
        track = track if isinstance(track, dict) else {}
        video = self._usable_media(call, str(body.get("id")))
        captions = self._usable_media(call, str(track.get("id")))
        if video is None or captions is None:
            raise Problem(problems.invalid("Your media IDs are invalid.", id=str(body.get("id"))))
        if (video.kind, captions.kind) != ("video", "captions"):
            raise Problem(problems.invalid("The media is not of the right category."))
        language, name = track.get("language_code"), track.get("display_name")
        if body.get("media_category") != "TweetVideo" or not isinstance(name, str):
            raise Problem(problems.invalid("`media_category` and `subtitles` are required."))
        if not isinstance(language, str) or not re.fullmatch(r"[A-Z]{2}", language):
            raise Problem(problems.invalid("`language_code` is not valid."))
        if ignored := call.drew("captions_ignored"):
            return _not_done(ignored.options["body"], _captioned(video, track))
        self.world.set_captions(video, captions)
        return _captioned(video, track)


def _captioned(video: Media, track: dict[str, Any]) -> Answer:
    said = {"associated_subtitles": track, "media_category": "TweetVideo"}
    return Answer(200, {"data": {"id": video.id, **said}})


def _alt_set(media: Media, alt_text: str) -> Answer:
    associated = {"alt_text": {"text": alt_text}}
    return Answer(200, {"data": {"id": media.id, "associated_metadata": associated}})


def _not_done(body: str, pretended: Answer) -> Answer:
    """200, and nothing was done."""
    match body:
        case "whole":
            return pretended
        case "errors":
            return Answer(200, problems.internal_error())
        case "html":
            return Answer(200, raw=HTML, content_type="text/html")
        case _:
            return Answer(200, raw=b"")


async def _body(request: web.Request, operation: str) -> Any:
    if operation == "upload":
        return await _form(request)
    if operation == "append":
        return await _form(request, "segment_index")
    if operation not in ("post", "metadata", "subtitles", "initialize"):
        return None
    try:
        return json.loads(await request.read())
    except (ValueError, UnicodeDecodeError) as error:
        raise Problem(problems.invalid("The request body is not valid JSON.")) from error


async def _form(
    request: web.Request, field: str = "media_category"
) -> tuple[bytes | None, str | None]:
    """The media of a form, and one field beside it."""
    data: bytes | None = None
    beside: str | None = None
    if not request.content_type.startswith("multipart/"):
        return None, None
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "media":
            data = bytes(await part.read(decode=False))
        elif isinstance(part, BodyPartReader) and part.name == field:
            beside = await part.text()
    return data, beside


def _checked_body(body: Any) -> dict[str, Any]:
    """The body of a new post, by the rules that X's specification has for its form."""
    if not isinstance(body, dict):
        raise Problem(problems.invalid("The request body must be an object."))
    for key in body.keys() - _BODY_KEYS:
        raise Problem(problems.invalid(f"$.{key}: is not defined in the schema"))
    if not isinstance(body.get("text", ""), str):
        raise Problem(problems.invalid("$.text: must be a string"))
    settings = body.get("reply_settings")
    if settings is not None and settings not in _REPLY_SETTINGS:
        raise Problem(problems.invalid(f"$.reply_settings: is not one of {_REPLY_SETTINGS}"))
    for name, inner in (("reply", "in_reply_to_tweet_id"), ("media", "media_ids")):
        part = body.get(name)
        if part is None:
            continue
        value = part.get(inner) if isinstance(part, dict) else None
        ids = value if name == "media" else [value]
        if not isinstance(ids, list) or not 1 <= len(ids) <= 4 or not all(map(_is_id, ids)):
            raise Problem(problems.invalid(f"$.{name}.{inner}: is missing or not valid"))
    return body


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _path_id(call: Call) -> str:
    value = call.request.match_info["id"]
    if not _ID.fullmatch(value):
        message = f"The `id` query parameter value [{value}] is not valid"
        raise Problem(problems.invalid(message, id=value))
    return value


def _ids(call: Call) -> list[str]:
    ids = [part for part in call.request.query.get("ids", "").split(",") if part]
    if not 1 <= len(ids) <= 100 or not all(_ID.fullmatch(part) for part in ids):
        message = "The `ids` query parameter must hold 1 to 100 ids"
        raise Problem(problems.invalid(message, ids=",".join(ids)))
    return ids


def respond(answer: Answer) -> web.Response:
    raw = as_json(answer.body) if answer.raw is None else answer.raw
    headers = {"Content-Type": f"{answer.content_type}; charset=utf-8"} | answer.headers
    return web.Response(status=answer.status, body=raw, headers=headers)
