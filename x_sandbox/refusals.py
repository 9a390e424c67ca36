"""The noes of X that are no word about the text: to the application, plan, account, or path."""

from collections.abc import Callable

from x_sandbox import problems
from x_sandbox.problems import TYPES, Answer, plain

CLOUDFLARE = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>"
    b"<h1>Sorry, you have been blocked</h1><p>You are unable to access x.com</p></body></html>"
)
PROXY = (
    b"<html><head><title>Access denied</title></head><body><h1>Access denied</h1>"
    b"<p>The requested address is blocked by the network policy.</p></body></html>"
)


def _typed(kind: str, title: str, detail: str, status: int = 403, **more: object) -> Answer:
    body = {"title": title, "detail": detail, "type": f"{TYPES}{kind}"} | more
    return Answer(status, body, content_type="application/problem+json")


def _coded(code: int, message: str) -> Answer:
    """As the older API says it, through which some of X still answers."""
    return Answer(403, {"errors": [{"code": code, "message": message}]})


def _page(raw: bytes, server: str) -> Answer:
    return Answer(403, raw=raw, content_type="text/html", headers={"Server": server})


REFUSALS: dict[str, Callable[[], Answer]] = {
    "client_not_enrolled": lambda: _typed(
        "client-forbidden",
        "Client Forbidden",
        "When authenticating requests to the Twitter API v2 endpoints, you must use keys and"
        " tokens from a Twitter developer App that is attached to a Project.",
        reason="client-not-enrolled",
        client_id="1000001",
        required_enrollment="Appropriate Level of API Access",
        registration_url="https://developer.twitter.com/en/docs/projects/overview",
    ),
    "oauth1_permissions": lambda: _typed(
        "oauth1-permissions",
        "Forbidden",
        "Your client app is not configured with the appropriate oauth1 app permissions for this"
        " endpoint.",
        status=403,
    ),
    "usage_capped": lambda: _typed(
        "usage-capped",
        "UsageCapExceeded",
        "Usage cap exceeded: Monthly product cap",
        429,
        account_id=1000000000000000001,
        product_name="basic",
        period="Monthly",
        scope="Product",
    ),
    "usage_capped_403": lambda: _typed(
        "usage-capped",
        "UsageCapExceeded",
        "Usage cap exceeded: Monthly product cap",
        period="Monthly",
        scope="Product",
    ),
    "unsupported_authentication": lambda: _typed(
        "unsupported-authentication",
        "Unsupported Authentication",
        "Authenticating with OAuth 1.0a User Context is forbidden for this endpoint.",
        status=403,
    ),
    "185": lambda: _coded(185, "User is over daily status update limit."),
    "226": lambda: _coded(
        226,
        "This request looks like it might be automated. To protect our users from spam and other"
        " malicious activity, we can't complete this action right now. Please try again later.",
    ),
    "261": lambda: _coded(
        261,
        "Application cannot perform write actions. Contact Support for assistance.",
    ),
    "326": lambda: _coded(
        326,
        "To protect our users from spam and other malicious activity, this account is temporarily"
        " locked. Please log in to https://twitter.com to unlock your account.",
    ),
    "344": lambda: _coded(
        344,
        "You have reached your daily limit for sending Tweets and messages. Please wait a few"
        " hours and try again.",
    ),
    "453": lambda: _coded(
        453,
        "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints"
        " (e.g. media post, oauth) only. If you need access to this endpoint, you may need a"
        " different access level.",
    ),
    "187": lambda: _coded(187, "Status is a duplicate."),
    "cloudflare": lambda: _page(CLOUDFLARE, "cloudflare"),
    "proxy": lambda: _page(PROXY, "proxy"),
    "unknown_403": lambda: plain(403, "This action cannot be completed at this time."),
    "unknown_400": lambda: problems.invalid("This request could not be understood."),
    "reply_not_allowed": lambda: plain(
        403,
        "Reply to this conversation is not allowed because you have not been mentioned or"
        " otherwise engaged by the author of the post you are replying to.",
    ),
    "media_invalid": lambda: problems.invalid("Your media IDs are invalid."),
    "captions_refused": lambda: problems.invalid("Your subtitles are invalid."),
    "alt_refused": lambda: plain(403, "You are not permitted to set metadata for this media."),
}
