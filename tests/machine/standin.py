"""X as far as a state machine needs it: what it accepted, what it shows, in this process."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from accounts.models import Account
from publishing.gateway import Deleted, ReadPosts, Seen, Unreadable
from publishing.gateway.calls import X_EPOCH_MS, comparable


@dataclass
class Post:
    x_id: str
    account: int
    text: str
    parent: str
    live: bool = True


@dataclass
class StandIn:
    posts: list[Post] = field(default_factory=list)
    readable: bool = True
    lagging: bool = False
    deletes: bool = True

    def accept(self, account: int, text: str, parent: str, at: dt.datetime) -> str:
        ms = int(at.timestamp() * 1000) - X_EPOCH_MS
        x_id = str((ms << 22) + len(self.posts))
        self.posts.append(Post(x_id, account, text, parent))
        return x_id

    def shown(self) -> list[Post]:
        if not self.readable:
            raise Unreadable(503)
        return [] if self.lagging else [post for post in self.posts if post.live]

    def read_timeline(self, line, *, since: dt.datetime, pages: int = 5) -> list[Seen]:
        account = Account.objects.get(handle=line.handle)
        return [self.seen(post) for post in self.shown() if post.account == account.pk]

    def read_posts(self, line, ids: list[str]) -> ReadPosts:
        posts = {post.x_id: self.seen(post) for post in self.shown() if post.x_id in ids}
        return ReadPosts(posts, frozenset(ids) - set(posts))

    def seen(self, post: Post) -> Seen:
        return Seen(post.x_id, str(post.account), comparable(post.text), post.parent, ())

    def delete_post(self, line, x_id: str) -> Deleted:
        if not self.deletes:
            return Deleted(500)
        for post in self.posts:
            if post.x_id == x_id and post.live:
                post.live = False
                return Deleted(200, gone=True)
        return Deleted(404, gone=True)
