"""How many saw a post and liked it: made up, but the same for whoever asks, and never fewer."""

import math
import zlib
from typing import Any

from x_sandbox.world import Post

DAY = 86_400.0
# X shows what only the author may see for so long.
OWN_DAYS = 30
# Of a hundred who see it; each post draws its own audience from its id.
SHARES = {"like": 4, "retweet": 2, "reply": 1, "quote": 1, "bookmark": 1}


def impressions(post: Post, now: float) -> int:
    """Most of them come on the first day."""
    final = 200 + zlib.crc32(post.id.encode()) % 20_000
    return round(final * (1 - math.exp(-max(0.0, now - post.at) / (DAY / 2))))


def public_metrics(post: Post, now: float, replies: int) -> dict[str, int]:
    seen = impressions(post, now)
    counts = {f"{name}_count": seen * share // 100 for name, share in SHARES.items()}
    return counts | {"impression_count": seen, "reply_count": replies}


def non_public_metrics(post: Post, now: float) -> dict[str, Any]:
    """Nothing of a post that is older than X remembers."""
    if now - post.at > OWN_DAYS * DAY:
        return {}
    seen = impressions(post, now)
    return {
        "impression_count": seen,
        "url_link_clicks": seen // 50 if post.entities.get("urls") else 0,
        "user_profile_clicks": seen // 80,
    }
