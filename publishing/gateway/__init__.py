"""The gateway to X: the only folder that imports tweepy. Nothing here touches the database."""

from publishing.gateway.answers import Reply
from publishing.gateway.calls import (
    Line,
    Seen,
    Unreadable,
    delete_post,
    post,
    read_posts,
    read_timeline,
    upload_image,
    who_am_i,
)
from publishing.gateway.transport import LeftTooLate, boot_clock

__all__ = [
    "LeftTooLate",
    "Line",
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
