"""Posts, users and media as X's API shows them: fields, expansions, pages."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from x_sandbox import problems
from x_sandbox.audience import non_public_metrics, public_metrics
from x_sandbox.problems import Problem
from x_sandbox.switches import Switches
from x_sandbox.world import Account, Media, Post, World, created_at

_POST_FIELDS = {
    "article",
    "attachments",
    "author_id",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "edit_history_tweet_ids",
    "entities",
    "geo",
    "id",
    "in_reply_to_user_id",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "note_tweet",
    "organic_metrics",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "scopes",
    "source",
    "text",
    "withheld",
}
_USER_FIELDS = {
    "affiliation",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
}
_MEDIA_FIELDS = {
    "alt_text",
    "duration_ms",
    "height",
    "media_key",
    "non_public_metrics",
    "organic_metrics",
    "preview_image_url",
    "promoted_metrics",
    "public_metrics",
    "type",
    "url",
    "variants",
    "width",
}
_EXPANSIONS = {
    "article.cover_media",
    "article.media_entities",
    "attachments.media_keys",
    "attachments.media_source_tweet",
    "attachments.poll_ids",
    "author_id",
    "edit_history_tweet_ids",
    "entities.mentions.username",
    "geo.place_id",
    "in_reply_to_user_id",
    "referenced_tweets.id",
    "referenced_tweets.id.author_id",
}
_ACCOUNT_SINCE = "2013-12-02T08:00:00.000Z"

Query = Mapping[str, str]


class View:
    """What a read shows of the world; lagging and frozen timelines are played here."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches

    def is_seen(self, post: Post) -> bool:
        if post.hidden and not self._switches.get("timeline_frozen", post.account):
            post.hidden = False
        return post.is_live and not post.hidden and post.visible_at <= time.time()

    # users

    def user(self, account: Account, query: Query) -> dict[str, Any]:
        wanted = _wanted(query, "user.fields", _USER_FIELDS)
        live = sum(post.is_live for post in self._world.timelines[account.handle.lower()])
        extra: dict[str, Any] = {
            "created_at": _ACCOUNT_SINCE,
            "description": "",
            "protected": False,
            "verified": True,
            "public_metrics": {
                "followers_count": self._switches.get("followers", account.handle),
                "following_count": 0,
                "tweet_count": live,
                "listed_count": 0,
                "like_count": 0,
                "media_count": 0,
            },
        }
        base = {"id": account.id, "name": account.name, "username": account.handle}
        return base | {name: value for name, value in extra.items() if name in wanted}

    def users(self, ids: list[str], query: Query) -> dict[str, Any]:
        found = [account for i in ids if (account := self._world.by_id.get(i))]
        missing = [problems.not_found("user", i, "ids") for i in ids if i not in self._world.by_id]
        body = {"data": [self.user(account, query) for account in found]} if found else {}
        return body | ({"errors": missing} if missing else {})

    # posts

    def one(self, post_id: str, query: Query) -> dict[str, Any]:
        post = self._world.posts.get(post_id)
        if post is None or not self.is_seen(post):
            return {"errors": [problems.not_found("tweet", post_id, "id")]}
        return {"data": self._post(post, query)} | self._includes([post], query)

    def many(self, ids: list[str], query: Query, reader: Account) -> dict[str, Any]:
        found = [post for i in ids if (post := self._world.posts.get(i)) and self.is_seen(post)]
        body: dict[str, Any] = {}
        if found:
            body["data"] = [self._post(post, query) for post in found]
            body |= self._includes(found, query)
        there = {post.id for post in found}
        missing = [problems.not_found("tweet", i, "ids") for i in ids if i not in there]
        if "non_public_metrics" in _wanted(query, "tweet.fields", _POST_FIELDS):
            for post, row in zip(found, body.get("data", []), strict=True):
                own = non_public_metrics(post, time.time()) if self._is_by(reader, post) else {}
                if own:
                    row["non_public_metrics"] = own
                else:
                    missing.append(problems.no_field(post.id, "non_public_metrics"))
        return body | ({"errors": missing} if missing else {})

    def timeline(self, owner: Account, query: Query) -> dict[str, Any]:
        size = _page_size(query)
        posts = self._within(self._world.timelines[owner.handle.lower()], query)
        posts, older, newer = _page(posts, size, query.get("pagination_token"))
        meta: dict[str, Any] = {"result_count": len(posts)}
        if not posts:
            return {"meta": meta}
        if older:
            meta["next_token"] = f"o{posts[-1].id}"
        if newer:
            meta["previous_token"] = f"n{posts[0].id}"
        meta |= {"newest_id": posts[0].id, "oldest_id": posts[-1].id}
        data = [self._post(post, query) for post in posts]
        return {"data": data} | self._includes(posts, query) | {"meta": meta}

    def _within(self, posts: list[Post], query: Query) -> list[Post]:
        """What the query asks for, newest first."""
        since, until = _number(query, "since_id"), _number(query, "until_id")
        start, end = _moment(query, "start_time"), _moment(query, "end_time")
        no_replies = "replies" in query.get("exclude", "").split(",")
        kept = []
        for post in reversed(posts):
            number = int(post.id)
            if since is not None and number <= since:
                break
            if until is not None and number >= until:
                continue
            if start is not None and created_at(post.id) < start:
                break
            if end is not None and created_at(post.id) >= end:
                continue
            if self.is_seen(post) and not (no_replies and post.parent):
                kept.append(post)
        return kept

    def _post(self, post: Post, query: Query) -> dict[str, Any]:
        wanted = _wanted(query, "tweet.fields", _POST_FIELDS)
        row: dict[str, Any] = {
            "id": post.id,
            "text": post.shown,
            "edit_history_tweet_ids": [post.id],
        }
        expanded = _wanted(query, "expansions", _EXPANSIONS)
        wanted |= {name.split(".")[0] for name in expanded}
        if "author_id" in wanted:
            row["author_id"] = self._account(post).id
        if "created_at" in wanted:
            row["created_at"] = _iso(created_at(post.id))
        if "conversation_id" in wanted:
            row["conversation_id"] = post.conversation
        if "reply_settings" in wanted:
            row["reply_settings"] = post.reply_settings
        if "entities" in wanted and post.entities:
            row["entities"] = post.entities
        if "attachments" in wanted and post.media:
            row["attachments"] = {"media_keys": [media.key for media in self._media(post)]}
        if "referenced_tweets" in wanted and post.parent:
            row["referenced_tweets"] = [{"type": "replied_to", "id": post.parent}]
        if "in_reply_to_user_id" in wanted and post.parent:
            row["in_reply_to_user_id"] = self._account(self._world.posts[post.parent]).id
        row |= self._colour(post, wanted)
        return row

    def _colour(self, post: Post, wanted: set[str]) -> dict[str, Any]:
        """Fields that nothing here decides on, present because X has them."""
        replies = sum(reply.is_live for reply in self._world.replies.get(post.id, []))
        colour: dict[str, Any] = {
            "lang": "fr",
            "possibly_sensitive": False,
            "source": "policetweets",
            "public_metrics": public_metrics(post, time.time(), replies),
        }
        return {name: value for name, value in colour.items() if name in wanted}

    def _is_by(self, reader: Account, post: Post) -> bool:
        return self._account(post).id == reader.id

    def _account(self, post: Post) -> Account:
        return self._world.accounts[post.account.lower()]

    def _media(self, post: Post) -> list[Media]:
        return [self._world.media[media_id] for media_id in post.media]

    # expansions

    def _includes(self, posts: list[Post], query: Query) -> dict[str, Any]:
        expanded = _wanted(query, "expansions", _EXPANSIONS)
        if not expanded:
            return {}
        parents = [self._world.posts[post.parent] for post in posts if post.parent]
        users: dict[str, Account] = {}
        if "author_id" in expanded:
            users |= {self._account(post).id: self._account(post) for post in posts}
        if "in_reply_to_user_id" in expanded or "referenced_tweets.id.author_id" in expanded:
            users |= {self._account(post).id: self._account(post) for post in parents}
        includes: dict[str, list[Any]] = {}
        if users:
            includes["users"] = [self.user(account, query) for account in users.values()]
        if "referenced_tweets.id" in expanded:
            seen = {post.id: post for post in parents if self.is_seen(post)}
            includes["tweets"] = [self._post(post, query) for post in seen.values()]
        if "attachments.media_keys" in expanded:
            includes["media"] = [
                _media_row(media, query) for post in posts for media in self._media(post)
            ]
        kept = {name: rows for name, rows in includes.items() if rows}
        return {"includes": kept} if kept else {}


def _media_row(media: Media, query: Query) -> dict[str, Any]:
    wanted = _wanted(query, "media.fields", _MEDIA_FIELDS)
    extra: dict[str, Any] = {
        "width": media.width,
        "height": media.height,
        "url": f"https://pbs.twimg.com/media/{media.id}",
    }
    if media.alt_text:
        extra["alt_text"] = media.alt_text
    row = {"media_key": media.key, "type": media.kind}
    return row | {name: value for name, value in extra.items() if name in wanted}


def _iso(moment: float) -> str:
    stamp = datetime.fromtimestamp(moment, UTC)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{stamp.microsecond // 1000:03d}Z"


def _wanted(query: Query, name: str, known: set[str]) -> set[str]:
    given = query.get(name) or query.get(name.replace("tweet", "post"))
    if not given:
        return set()
    wanted = {part.replace("post", "tweet") for part in given.split(",")}
    for part in sorted(wanted - known):
        message = f"The `{name}` query parameter value [{part}] is not one of those known"
        raise Problem(problems.invalid(message, **{name: part}))
    return wanted


def _page_size(query: Query) -> int:
    given = query.get("max_results", "10")
    if not given.isdecimal() or not 5 <= int(given) <= 100:
        message = f"The `max_results` query parameter value [{given}] is not between 5 and 100"
        raise Problem(problems.invalid(message, max_results=given))
    return int(given)


def _page(posts: list[Post], size: int, token: str | None) -> tuple[list[Post], bool, bool]:
    """One page of posts that are newest first; whether there are older, whether newer."""
    if token is None:
        return posts[:size], len(posts) > size, False
    side, number = token[:1], token[1:]
    if side not in ("o", "n") or not number.isdecimal():
        message = "The `pagination_token` query parameter value is not valid"
        raise Problem(problems.invalid(message, pagination_token=token))
    older = [post for post in posts if int(post.id) < int(number)]
    newer = [post for post in posts if int(post.id) > int(number)]
    if side == "o":
        return older[:size], len(older) > size, len(posts) > len(older)
    return newer[-size:], len(posts) > len(newer), len(newer) > size


def _number(query: Query, name: str) -> int | None:
    given = query.get(name)
    if given is None:
        return None
    if not given.isdecimal() or len(given) > 19:
        message = f"The `{name}` query parameter value [{given}] is not valid"
        raise Problem(problems.invalid(message, **{name: given}))
    return int(given)


def _moment(query: Query, name: str) -> float | None:
    given = query.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        message = f"The `{name}` query parameter value [{given}] is not a valid RFC3339 date-time"
        raise Problem(problems.invalid(message, **{name: given})) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
