"""The gateway to X: the only folder that imports tweepy. Nothing here touches the database."""

from publishing.gateway.answers import ApiResult
from publishing.gateway.calls import (
    ApiCredentials,
    Deleted,
    ReadPosts,
    Seen,
    delete_post,
    post,
    read_posts,
    read_timeline,
    upload_image,
    who_am_i,
)
from publishing.gateway.transport import SendWindowClosed, boot_clock
from publishing.gateway.wire import Unreadable

__all__ = [
    "ApiCredentials",
    "ApiResult",
    "Deleted",
    "ReadPosts",
    "Seen",
    "SendWindowClosed",
    "Unreadable",
    "boot_clock",
    "delete_post",
    "post",
    "read_posts",
    "read_timeline",
    "upload_image",
    "who_am_i",
]
