"""What X may answer, as types: parsed here once and strictly, or `Unreadable`.

Nothing behind this module sees JSON, and nothing in it raises anything but `Unreadable`, whatever
arrives. Unknown fields are passed over; a known field of the wrong kind makes the whole answer
unreadable, for what X garbled in one place proves nothing in another. Names that X is renaming
(`edit_history_tweet_ids`, `edit_history_post_ids`) are passed over under both.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
import requests
from msgspec import Meta, Struct

# A page of a hundred posts has some hundred kilobytes; `transport` reads no more than this.
MAX_BODY = 4_000_000
MAX_ROWS = 1_000

Id = Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,18}\Z")]
Handle = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_]{1,30}\Z")]
MediaKey = Annotated[str, Meta(pattern=r"\A[0-9]{1,3}_[1-9][0-9]{0,18}\Z")]
Seconds = Annotated[int, Meta(ge=0, le=366 * 86_400)]
# As far as PostgreSQL's integers go.
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Code = Annotated[int, Meta(ge=0, le=1_000_000)]

NOT_FOUND = "resource-not-found"


class Unreadable(Exception):
    """X did not let itself be read: no proof of anything."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Problem(Struct, frozen=True):
    """X's words for what is wrong: a problem body, or one entry of `errors` beside data."""

    type: str = ""
    title: str = ""
    detail: str = ""
    status: Code | None = None
    reason: str = ""
    code: Code | None = None
    message: str = ""
    error: str = ""
    resource_type: str = ""
    resource_id: str = ""
    value: str | int | None = None
    errors: Annotated[tuple[Problem, ...], Meta(max_length=MAX_ROWS)] = ()

    @property
    def kind(self) -> str:
        """`user-suspended` of `https://api.x.com/2/problems/user-suspended`."""
        return self.type.rstrip("/").rsplit("/", 1)[-1]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({self.kind} - {""}).union(*(error.kinds for error in self.errors))

    @property
    def codes(self) -> frozenset[int]:
        """The numbers of the older API: 187 is a duplicate."""
        own = frozenset() if self.code is None else frozenset({self.code})
        return own.union(*(error.codes for error in self.errors))

    @property
    def words(self) -> str:
        """All sentences, in small letters."""
        own = (self.title, self.detail, self.reason, self.message, self.error)
        return " ".join([*own, *(error.words for error in self.errors)]).lower().strip()

    def says_not_found(self, x_id: str) -> bool:
        """That this very post does not exist, rather than that X does not want to show it."""
        of_posts = self.resource_type in ("", "tweet", "post")
        return self.kind == NOT_FOUND and of_posts and x_id in (self.resource_id, self.value)


Problems = Annotated[tuple[Problem, ...], Meta(max_length=MAX_ROWS)]


class PostAccepted(Struct, frozen=True):
    """POST /2/tweets: the post is there, under this id."""

    id: Id
    text: str = ""


class Deletion(Struct, frozen=True):
    """DELETE /2/tweets/:id: whether X says that it deleted it."""

    deleted: bool


class User(Struct, frozen=True):
    """GET /2/users/me: whose tokens these are."""

    id: Id
    username: Handle


class UserMetrics(Struct, frozen=True):
    followers_count: Count


class CountedUser(Struct, frozen=True):
    """A user of GET /2/users?ids=, with how many follow them."""

    id: Id
    public_metrics: UserMetrics


class PublicMetrics(Struct, frozen=True):
    """`retweet_count` is becoming `repost_count`."""

    impression_count: Count
    like_count: Count
    reply_count: Count
    quote_count: Count
    bookmark_count: Count
    repost_count: Count | None = None
    retweet_count: Count | None = None


class OwnMetrics(Struct, frozen=True):
    """What X shows of a post to who wrote it, for thirty days."""

    url_link_clicks: Count | None = None
    user_profile_clicks: Count | None = None


class CountedPost(Struct, frozen=True):
    """A post of GET /2/tweets?ids=, with what X counted."""

    id: Id
    public_metrics: PublicMetrics
    non_public_metrics: OwnMetrics = OwnMetrics()


class UrlEntity(Struct, frozen=True):
    """A link of a post: `url` is the t.co address that stands in the text."""

    url: Annotated[str, Meta(min_length=1, max_length=4096)]
    expanded_url: str | None = None
    unwound_url: str | None = None
    display_url: str | None = None
    media_key: str | None = None


class Entities(Struct, frozen=True):
    urls: Annotated[tuple[UrlEntity, ...], Meta(max_length=MAX_ROWS)] = ()


class Attachments(Struct, frozen=True):
    media_keys: Annotated[tuple[MediaKey, ...], Meta(max_length=MAX_ROWS)] = ()


class Reference(Struct, frozen=True):
    type: str
    id: Id


class Post(Struct, frozen=True):
    """A post as X shows it; `text` is escaped for HTML."""

    id: Id
    text: str
    author_id: Id
    entities: Entities | None = None
    attachments: Attachments | None = None
    referenced_tweets: Annotated[tuple[Reference, ...], Meta(max_length=MAX_ROWS)] = ()
    referenced_posts: Annotated[tuple[Reference, ...], Meta(max_length=MAX_ROWS)] = ()


Posts = Annotated[tuple[Post, ...], Meta(max_length=MAX_ROWS)]


class TimelineMeta(Struct, frozen=True):
    result_count: Count
    next_token: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class TimelinePage(Struct, frozen=True):
    """GET /2/users/:id/tweets, one page of it."""

    meta: TimelineMeta
    data: Posts = ()
    errors: Problems = ()

    @property
    def is_whole(self) -> bool:
        """Only then does it prove that what it does not show is not there."""
        return not self.errors and self.meta.result_count == len(self.data)


class PostLookup(Struct, frozen=True):
    """GET /2/tweets?ids=: those that X shows, and why it does not show the others."""

    data: Posts = ()
    errors: Problems = ()


class MediaUploaded(Struct, frozen=True):
    """POST /2/media/upload: X has it, under this id, for so long."""

    id: Id
    expires_after_secs: Seconds | None = None


class Processing(Struct, frozen=True):
    """How far X is with what moves."""

    state: Literal["pending", "in_progress", "failed", "succeeded"]
    check_after_secs: Seconds | None = None


class MediaFinished(Struct, frozen=True):
    """.../finalize and its status: without `processing_info` there is nothing to wait for."""

    id: Id
    expires_after_secs: Seconds | None = None
    processing_info: Processing | None = None


class AltText(Struct, frozen=True):
    text: str


class MediaMetadata(Struct, frozen=True):
    alt_text: AltText


class MediaDescribed(Struct, frozen=True):
    """POST /2/media/metadata: the alternative text that X now has for this upload."""

    id: Id
    associated_metadata: MediaMetadata | None = None


class MediaCaptioned(Struct, frozen=True):
    """POST /2/media/subtitles: the video that X now shows them with."""

    id: Id


class UserCounts(Struct, frozen=True):
    """GET /2/users?ids=: of whom it says nothing, nothing is known."""

    data: Annotated[tuple[CountedUser, ...], Meta(max_length=MAX_ROWS)] = ()
    errors: Problems = ()


class PostCounts(Struct, frozen=True):
    """GET /2/tweets?ids=: of what it says nothing, nothing is known."""

    data: Annotated[tuple[CountedPost, ...], Meta(max_length=MAX_ROWS)] = ()
    errors: Problems = ()


Body = TypeVar("Body")
Rows = TypeVar("Rows", PostLookup, UserCounts, PostCounts)


class _With(Struct, frozen=True):
    errors: Problems = ()


class _Accepted(_With, frozen=True, kw_only=True):
    data: PostAccepted


class _Deleted(_With, frozen=True, kw_only=True):
    data: Deletion


class _Me(_With, frozen=True, kw_only=True):
    data: User


class _Uploaded(_With, frozen=True, kw_only=True):
    data: MediaUploaded


class _Finished(_With, frozen=True, kw_only=True):
    data: MediaFinished


class _Described(_With, frozen=True, kw_only=True):
    data: MediaDescribed


class _Captioned(_With, frozen=True, kw_only=True):
    data: MediaCaptioned


def post_accepted(response: requests.Response) -> PostAccepted:
    return _read(response, _Accepted).data


def deletion(response: requests.Response) -> Deletion:
    return _read(response, _Deleted).data


def user(response: requests.Response) -> User:
    return _read(response, _Me).data


def timeline_page(response: requests.Response) -> TimelinePage:
    return _read(response, TimelinePage)


def post_lookup(response: requests.Response) -> PostLookup:
    return _read_rows(response, PostLookup)


def user_counts(response: requests.Response) -> UserCounts:
    return _read_rows(response, UserCounts)


def post_counts(response: requests.Response) -> PostCounts:
    return _read_rows(response, PostCounts)


def media_uploaded(response: requests.Response) -> MediaUploaded:
    return _read(response, _Uploaded).data


def media_finished(response: requests.Response) -> MediaFinished:
    return _read(response, _Finished).data


def media_described(response: requests.Response) -> MediaDescribed:
    return _read(response, _Described).data


def media_captioned(response: requests.Response) -> MediaCaptioned:
    """One that says of errors too is unreadable: it proves nothing of the captions."""
    answer = _read(response, _Captioned)
    if answer.errors:
        raise Unreadable(response.status_code)
    return answer.data


def problem(response: requests.Response) -> Problem:
    """The body of an answer that is not 2xx. Unreadable when it is no word of X's: a page of a
    proxy, an empty object, a list.
    """
    said = _decode(response, Problem)
    if not (said.words or said.kinds or said.codes):
        raise Unreadable(response.status_code)
    return said


def body_text(response: requests.Response) -> str:
    """What arrived, for operators to read: any bytes, as text that PostgreSQL takes."""
    return response.content.decode("utf-8", "replace").replace("\0", "")


def _read(response: requests.Response, kind: type[Body]) -> Body:
    if not 200 <= response.status_code < 300:
        raise Unreadable(response.status_code)
    return _decode(response, kind)


def _read_rows(response: requests.Response, kind: type[Rows]) -> Rows:
    """One that shows nothing and says nothing is unreadable."""
    rows = _read(response, kind)
    if not rows.data and not rows.errors:
        raise Unreadable(response.status_code)
    return rows


def _decode(response: requests.Response, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError) as error:
        raise Unreadable(response.status_code) from error
