"""The gateway to X: the only folder that imports tweepy. Nothing here touches the database."""

from publishing.gateway.answers import ApiResult
from publishing.gateway.calls import (
    ApiCredentials,
    Deleted,
    Metrics,
    Processed,
    ReadPosts,
    Seen,
    Upload,
    append_piece,
    begin_upload,
    delete_post,
    describe_media,
    finish_upload,
    post,
    read_followers,
    read_metrics,
    read_posts,
    read_timeline,
    upload_image,
    upload_status,
    who_am_i,
)
from publishing.gateway.transport import SendWindowClosed, boot_clock
from publishing.gateway.wire import Unreadable

__all__ = [
    "ApiCredentials",
    "ApiResult",
    "Deleted",
    "Metrics",
    "Processed",
    "ReadPosts",
    "Seen",
    "SendWindowClosed",
    "Unreadable",
    "Upload",
    "append_piece",
    "begin_upload",
    "boot_clock",
    "delete_post",
    "describe_media",
    "finish_upload",
    "post",
    "read_followers",
    "read_metrics",
    "read_posts",
    "read_timeline",
    "upload_image",
    "upload_status",
    "who_am_i",
]
