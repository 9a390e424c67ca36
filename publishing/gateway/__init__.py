"""The gateway to X: the only folder that imports tweepy. Nothing here touches the database."""

from publishing.gateway.answers import Reply
from publishing.gateway.calls import (
    Deleted,
    Line,
    Lookup,
    Seen,
    delete_post,
    post,
    read_posts,
    read_timeline,
    upload_image,
    who_am_i,
)
from publishing.gateway.transport import LeftTooLate, boot_clock
from publishing.gateway.wire import Unreadable

__all__ = [
    "Deleted",
    "LeftTooLate",
    "Line",
    "Lookup",
    "Reply",
    "Seen",
    "Unreadable",
    "boot_clock",
    "delete_post",
    "post",
    "read_posts",
    "read_timeline",
    "upload_image",
    "who_am_i",
]
