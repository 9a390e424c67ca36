"""The few calls the application makes of X. Each refuses to run inside a transaction."""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import requests
from django.conf import settings
from django.db import connection

from accounts.crypto import Secret
from accounts.models import Credential
from publishing.gateway import wire
from publishing.gateway.answers import ApiResult, result_of_post
from publishing.gateway.refusals import UNKNOWN
from publishing.gateway.transport import Client, Limit, SendWindowClosed
from publishing.gateway.wire import Unreadable
from publishing.models.attempt import Outcome
from publishing.models.states import Reason

TWEET_FIELDS = ["author_id", "entities", "attachments", "referenced_tweets"]
# How long X keeps an upload that no post uses, when it does not say.
MEDIA_DAY = 86_400
X_EPOCH_MS = 1_288_834_974_657


@dataclass(frozen=True)
class ApiCredentials:
    """An account's credentials on X: whose they are and the tokens."""

    handle: str
    x_user_id: str
    token: Secret
    token_secret: Secret

    @classmethod
    def of(cls, credential: Credential) -> ApiCredentials:
        """Raises NotSealedForThis for tokens that are not this account's."""
        return cls(credential.account.handle, credential.x_user_id, *credential.tokens())


@dataclass(frozen=True)
class Seen:
    """A post as X shows it, unescaped and NFC; `media` are the media ids. `links` says which
    addresses stand behind each t.co one of the text: none behind X's own link to the media.
    """

    x_id: str
    author: str
    text: str
    parent: str
    media: tuple[str, ...]
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def posted_at(self) -> dt.datetime:
        return posted_at(self.x_id)


def posted_at(x_id: str) -> dt.datetime:
    """The moment of a post by X's clock, to the millisecond: its id holds it."""
    ms = (int(x_id) >> 22) + X_EPOCH_MS
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)


@contextmanager
def _client(
    credentials: ApiCredentials, total: float, limit: Limit | None = None
) -> Iterator[tuple[Client, Limit]]:
    if connection.in_atomic_block:
        raise RuntimeError("X is never called inside a transaction.")
    durations = settings.DURATIONS
    limit = limit or Limit(total)
    with limit:
        yield (
            Client(
                credentials.token,
                credentials.token_secret,
                connect=durations.post_connect,
                read=durations.post_read,
                limit=limit,
            ),
            limit,
        )


def post(
    credentials: ApiCredentials,
    text: str,
    *,
    pre_send_check: Callable[[], None],
    reply_to: str = "",
    media_ids: tuple[str, ...] = (),
    reply_settings: str = "",
) -> ApiResult:
    """One POST /2/tweets, at most. `pre_send_check` runs when the connection stands and no byte has
    left; when it raises SendWindowClosed, none does.
    """
    total = settings.DURATIONS.post_total
    with _client(credentials, total, Limit(total, pre_send_check)) as (client, limit):
        try:
            client.create_tweet(
                text=text,
                in_reply_to_tweet_id=reply_to or None,
                media_ids=list(media_ids) or None,
                reply_settings=None if reply_settings in ("", "everyone") else reply_settings,
                user_auth=True,
            )
        except SendWindowClosed:
            return ApiResult(Outcome.NOT_SENT, Reason.PRE_SEND_CHECK)
        except Exception:  # noqa: S110 - whatever was raised, the answer itself is judged
            pass
        return result_of_post(client.response, reached=limit.reached, is_reply=bool(reply_to))


@dataclass(frozen=True)
class Deleted:
    """What X answered to a DELETE: its status, and whether that says that there is no such post
    any more: it deleted it, or knows none of this very id.
    """

    status: int | None
    gone: bool = False


def delete_post(credentials: ApiCredentials, x_id: str) -> Deleted:
    """One DELETE."""
    with _client(credentials, settings.DURATIONS.post_total) as (client, _limit):
        with contextlib.suppress(Exception):  # the answer itself is judged
            client.delete_tweet(x_id, user_auth=True)
        response = client.response
    if response is None:
        return Deleted(None)
    try:
        if response.ok:
            return Deleted(response.status_code, wire.deletion(response).deleted)
        said = wire.problem(response)
    except Unreadable:
        return Deleted(response.status_code)
    of_it = any(problem.says_not_found(x_id) for problem in (said, *said.errors))
    return Deleted(response.status_code, response.status_code == 404 and of_it)


def who_am_i(credentials: ApiCredentials) -> tuple[str, str]:
    """X's (user id, handle) for these tokens. Raises Unreadable."""
    user = wire.user(_read(credentials, "get_me"))
    return user.id, user.username


def read_timeline(credentials: ApiCredentials, *, since: dt.datetime, pages: int = 5) -> list[Seen]:
    """The account's own posts since that moment, replies included, newest first: all of them.

    What is not among them was not on X. Raises Unreadable when any page is not whole, shows a
    post of somebody else, or is followed by more than `pages` hold: no proof of absence then.
    """
    seen: dict[str, Seen] = {}
    token = None
    for _page in range(pages):
        response = _read(
            credentials,
            "get_users_tweets",
            id=credentials.x_user_id,
            max_results=100,
            start_time=since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            pagination_token=token,
            tweet_fields=TWEET_FIELDS,
        )
        page = wire.timeline_page(response)
        posts = [_seen(post) for post in page.data]
        if not page.is_whole or any(post.author != credentials.x_user_id for post in posts):
            raise Unreadable(response.status_code)
        seen |= {post.x_id: post for post in posts}
        token = page.meta.next_token
        if token is None:
            return list(seen.values())
    raise Unreadable(200)


@dataclass(frozen=True)
class ReadPosts:
    """Posts asked for by id: those that X shows, and those it says do not exist. Of any other id
    nothing is known.
    """

    posts: dict[str, Seen]
    gone: frozenset[str]


def read_posts(credentials: ApiCredentials, ids: list[str]) -> ReadPosts:
    """These posts, 100 at most. Raises Unreadable."""
    said = wire.post_lookup(_read(credentials, "get_tweets", ids=ids, tweet_fields=TWEET_FIELDS))
    posts = {post.id: _seen(post) for post in said.data if post.id in ids}
    gone = {
        x_id
        for x_id in set(ids) - set(posts)
        if (
            about := [
                problem for problem in said.errors if x_id in (problem.resource_id, problem.value)
            ]
        )
        and all(problem.says_not_found(x_id) for problem in about)
    }
    return ReadPosts(posts, frozenset(gone))


def read_followers(credentials: ApiCredentials, user_ids: list[str]) -> dict[str, int]:
    """How many follow each of these users, 100 at most; of whom X says nothing, there is nothing.
    Raises Unreadable.
    """
    said = wire.user_counts(
        _read(credentials, "get_users", ids=user_ids, user_fields=["public_metrics"])
    )
    asked = set(user_ids)
    return {user.id: user.public_metrics.followers_count for user in said.data if user.id in asked}


@dataclass(frozen=True)
class Metrics:
    """What X counted of one post; the last two are None where it does not give them."""

    impressions: int
    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    link_clicks: int | None
    profile_clicks: int | None


def read_metrics(
    credentials: ApiCredentials, ids: list[str], *, own: bool = True
) -> dict[str, Metrics]:
    """What X counted of these posts of the account, 100 at most; of what it says nothing, there is
    nothing. `own` asks for what X shows to the author alone, of posts of thirty days. Raises
    Unreadable.
    """
    asked = ["public_metrics", *(["non_public_metrics"] if own else [])]
    said = wire.post_counts(_read(credentials, "get_tweets", ids=ids, tweet_fields=asked))
    return {post.id: _metrics(post) for post in said.data if post.id in set(ids)}


def _metrics(post: wire.CountedPost) -> Metrics:
    public, own = post.public_metrics, post.non_public_metrics
    return Metrics(
        impressions=public.impression_count,
        likes=public.like_count,
        reposts=public.repost_count or public.retweet_count or 0,
        replies=public.reply_count,
        quotes=public.quote_count,
        bookmarks=public.bookmark_count,
        link_clicks=own.url_link_clicks,
        profile_clicks=own.user_profile_clicks,
    )


def _read(credentials: ApiCredentials, method: str, **arguments: Any) -> requests.Response:
    with _client(credentials, settings.DURATIONS.read_total) as (client, _limit):
        try:
            getattr(client, method)(user_auth=True, **arguments)
        except Exception as error:
            response = client.response
            raise Unreadable(response.status_code if response is not None else None) from error
        if client.response is None:
            raise Unreadable(None)
        return client.response


def _seen(post: wire.Post) -> Seen:
    keys = post.attachments.media_keys if post.attachments else ()
    # The t.co address stands in the text as X wrote it; nothing in it is escaped.
    links: dict[str, tuple[str, ...]] = {}
    for entity in post.entities.urls if post.entities else ():
        shown = () if _is_own_media(entity, post.id, keys) else _shown(entity)
        links[entity.url] = links.get(entity.url, ()) + shown
    replied = [
        ref.id
        for ref in (*post.referenced_tweets, *post.referenced_posts)
        if ref.type == "replied_to"
    ]
    return Seen(
        x_id=post.id,
        author=post.author_id,
        text=comparable(html.unescape(post.text)),
        parent=replied[0] if replied else "",
        media=tuple(key.partition("_")[2] for key in keys),
        links=links,
    )


STATUS_MEDIA = re.compile(
    r"https?://(?:www\.)?(?:x|twitter)\.com/[^/?#]+/status/([0-9]+)/(?:photo|video)/[0-9]+/?\Z",
    re.IGNORECASE,
)


def _is_own_media(entity: wire.UrlEntity, x_id: str, keys: tuple[str, ...]) -> bool:
    """The link that X adds for the post's media: its address stands under the post's own id, or
    its key is one of the post's. A link to another post's media was written by the author.
    """
    address = STATUS_MEDIA.match(entity.expanded_url or "")
    if address is not None:
        return address[1] == x_id
    return entity.media_key is not None and entity.media_key in keys


def _shown(entity: wire.UrlEntity) -> tuple[str, ...]:
    """The addresses behind a t.co one. What X displays is shortened, and has lost its www: it is
    taken only when X says nothing else.
    """
    full = tuple(url for url in (entity.expanded_url, entity.unwound_url) if url)
    return full or ((entity.display_url,) if entity.display_url else ())


def comparable(text: str) -> str:
    """A text as it is compared with what X shows."""
    return unicodedata.normalize("NFC", text).strip()


@dataclass(frozen=True)
class Upload:
    """What X has, for so many seconds."""

    media_id: str
    good_for: float


@dataclass(frozen=True)
class Processed:
    """How far X is with what moves, and in how many seconds it wants to be asked again."""

    state: Literal["working", "ready", "failed"]
    ask_after: float = 0


def upload_image(
    credentials: ApiCredentials, name: str, content: bytes, mime: str, alt: str
) -> Upload | ApiResult:
    """Uploads one image, then its alternative text; a ApiResult when either failed.

    Nothing is posted by it: what fails is « not sent », but for X's no to the image itself.
    """
    with _client(credentials, settings.DURATIONS.upload_total) as (client, _limit):
        try:
            response = client.request(
                "POST",
                "/2/media/upload",
                files={"media": (name, content, mime)},
                data={"media_category": "tweet_image"},
            )
            media = wire.media_uploaded(response)
            upload = Upload(media.id, media.expires_after_secs or MEDIA_DAY)
        except Exception:
            return _upload_result(client.response)
    return describe_media(credentials, upload.media_id, alt) or upload


def describe_media(credentials: ApiCredentials, media_id: str, alt: str) -> ApiResult | None:
    """Gives an upload its alternative text; an ApiResult when X has not said that it has it."""
    with _client(credentials, settings.DURATIONS.read_total) as (client, _limit):
        try:
            response = client.request(
                "POST",
                "/2/media/metadata",
                json={"id": media_id, "metadata": {"alt_text": {"text": alt}}},
            )
        except Exception:
            return _upload_result(client.response)
        # Without X's word for it, the image might go out without the text that was approved.
        if not _described(response, media_id, alt):
            return ApiResult(Outcome.NOT_SENT, Reason.ALT_NOT_SET, response.status_code)
    return None


def caption_video(credentials: ApiCredentials, media_id: str, captions_id: str) -> ApiResult | None:
    """Gives an uploaded video its uploaded captions; an ApiResult when X has not said that it has
    them.
    """
    track = {"id": captions_id, "language_code": "FR", "display_name": "Français"}
    asked = {"id": media_id, "media_category": "TweetVideo", "subtitles": track}
    with _client(credentials, settings.DURATIONS.read_total) as (client, _limit):
        try:
            response = client.request("POST", "/2/media/subtitles", json=asked)
        except Exception:
            return _upload_result(client.response)
        # Without X's word for it, the video might go out without the captions that were approved.
        try:
            captioned = wire.media_captioned(response).id == media_id
        except Unreadable:
            captioned = False
        if not captioned:
            return ApiResult(Outcome.NOT_SENT, Reason.CAPTIONS_NOT_SET, response.status_code)
    return None


def begin_upload(
    credentials: ApiCredentials, size: int, mime: str, category: str
) -> Upload | ApiResult:
    """Announces what will come piece by piece."""
    asked = {"media_category": category, "media_type": mime, "total_bytes": size}
    with _client(credentials, settings.DURATIONS.read_total) as (client, _limit):
        try:
            response = client.request("POST", "/2/media/upload/initialize", json=asked)
            media = wire.media_uploaded(response)
        except Exception:
            return _upload_result(client.response)
    return Upload(media.id, media.expires_after_secs or MEDIA_DAY)


def append_piece(
    credentials: ApiCredentials, media_id: str, number: int, piece: bytes
) -> ApiResult | None:
    """One piece, whose place is its number; an ApiResult when X may not have it."""
    with _client(credentials, settings.DURATIONS.upload_total) as (client, _limit):
        try:
            client.request(
                "POST",
                f"/2/media/upload/{media_id}/append",
                files={"media": ("piece", piece, "application/octet-stream")},
                data={"segment_index": str(number)},
            )
        except Exception:
            return _upload_result(client.response)
    return None


def finish_upload(credentials: ApiCredentials, media_id: str) -> Processed | ApiResult:
    """Says that every piece is there."""
    return _processed(credentials, "POST", f"/2/media/upload/{media_id}/finalize", media_id)


def upload_status(credentials: ApiCredentials, media_id: str) -> Processed | ApiResult:
    """Asks how far X is."""
    query = f"command=STATUS&media_id={media_id}"
    return _processed(credentials, "GET", f"/2/media/upload?{query}", media_id)


def _processed(
    credentials: ApiCredentials, method: str, route: str, media_id: str
) -> Processed | ApiResult:
    with _client(credentials, settings.DURATIONS.read_total) as (client, _limit):
        try:
            media = wire.media_finished(client.request(method, route))
            if media.id != media_id:
                raise Unreadable(None)
        except Exception:
            return _upload_result(client.response)
    if media.processing_info is None or media.processing_info.state == "succeeded":
        return Processed("ready")
    if media.processing_info.state == "failed":
        return Processed("failed")
    return Processed("working", media.processing_info.check_after_secs or 0)


def _described(response: requests.Response, media_id: str, alt: str) -> bool:
    """Whether X says that this very upload has this very text."""
    try:
        described = wire.media_described(response)
    except Unreadable:
        return False
    said = described.associated_metadata
    return described.id == media_id and (
        said is None or comparable(said.alt_text.text) == comparable(alt)
    )


def _upload_result(response: requests.Response | None) -> ApiResult:
    """Judged as the answer to a post is, but that nothing was posted: what is no word of X's, and
    what would be uncertain, is not sent; and X's no is one to the image.
    """
    if response is None:
        return ApiResult(Outcome.NOT_SENT, Reason.UNREACHABLE)
    result = result_of_post(response, reached=True)
    if result.outcome == Outcome.REFUSED and result.reason not in UNKNOWN:
        return replace(result, reason=Reason.MEDIA_REFUSED)
    if result.outcome == Outcome.REFUSED:
        # Of an image, X's no says why in words that no row knows: size, format, animation.
        about_image = response.status_code != 403
        return replace(result, reason=Reason.MEDIA_REFUSED) if about_image else result
    if result.outcome == Outcome.NOT_SENT:
        return result
    return ApiResult(Outcome.NOT_SENT, Reason.UNREACHABLE, result.status)
