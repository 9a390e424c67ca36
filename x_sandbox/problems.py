"""X's error bodies, in X's words."""

from dataclasses import dataclass, field
from typing import Any

TYPES = "https://api.twitter.com/2/problems/"

TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass
class Answer:
    """What goes back to the client: a status, a JSON body or raw bytes, headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"

    def with_headers(self, headers: dict[str, str]) -> "Answer":
        self.headers |= headers
        return self


class Problem(Exception):
    """A refusal by X, carried up to the one place that answers."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def plain(status: int, detail: str = "") -> Answer:
    title = TITLES.get(status, "Error")
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail or title}
    return Answer(status, body, content_type="application/problem+json")


def invalid(message: str, **parameters: str) -> Answer:
    error: dict[str, Any] = {"message": message}
    if parameters:
        error = {"parameters": {name: [value] for name, value in parameters.items()}} | error
    return Answer(
        400,
        {
            "errors": [error],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{TYPES}invalid-request",
        },
        content_type="application/problem+json",
    )


def unauthorized() -> Answer:
    return plain(401)


def duplicate() -> Answer:
    return plain(403, "You are not allowed to create a Tweet with duplicate content.")


def not_permitted() -> Answer:
    return plain(403, "You are not permitted to perform this action.")


def parent_invisible() -> Answer:
    return plain(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")


def not_your_post() -> Answer:
    return plain(403, "You are not authorized to delete this Tweet.")


def suspended() -> Answer:
    body = {
        "title": "Forbidden",
        "type": f"{TYPES}user-suspended",
        "status": 403,
        "detail": "The user used for authentication is suspended",
    }
    return Answer(403, body, content_type="application/problem+json")


def credits_depleted() -> Answer:
    body = {
        "account_id": 1000000000000000001,
        "title": "CreditsDepleted",
        "type": f"{TYPES}credits",
        "detail": "Your enrolled account [1000000000000000001] does not have any credits to"
        " fulfill this request.",
    }
    return Answer(402, body, content_type="application/problem+json")


def too_long() -> Answer:
    return invalid(
        "Your Tweet text is too long. For more information on how Twitter determines text length"
        " see https://github.com/twitter/twitter-text."
    )


def internal_error() -> dict[str, Any]:
    """Errors and nothing else, which X has said with 200 and 201."""
    error = {"title": "Internal Server Error", "detail": "Internal Server Error", "status": 500}
    return {"errors": [error | {"type": f"{TYPES}internal-error"}]}


def invalid_characters() -> Answer:
    return invalid("Your Tweet text contains invalid characters.")


def service_unavailable_404() -> Answer:
    """Not found, X says, and beside it that it could not look."""
    body = {
        "title": "Not Found",
        "status": 404,
        "type": "about:blank",
        "detail": "Not Found",
        "errors": [
            {
                "title": "Service Unavailable",
                "detail": "Service Unavailable",
                "type": "about:blank",
                "status": 503,
            }
        ],
    }
    return Answer(404, body, content_type="application/problem+json")


def not_found(resource: str, value: str, parameter: str) -> dict[str, Any]:
    """One entry of `errors`; X answers 200 with it when it only could not find some."""
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{TYPES}resource-not-found",
    }


def no_field(post_id: str, field: str) -> dict[str, Any]:
    """X shows the post, and not this field of it."""
    return {
        "value": post_id,
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet.",
        "title": "Field Authorization Error",
        "resource_type": "tweet",
        "parameter": field,
        "resource_id": post_id,
        "type": f"{TYPES}not-authorized-for-field",
    }
