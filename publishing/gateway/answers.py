"""Every answer of X to a POST is one of three: refused, not sent, uncertain; or accepted."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass, field

import requests

from publishing.gateway.wire import Unreadable, body_text, post_accepted, problem
from publishing.models.attempt import Outcome
from publishing.models.states import Reason

BODY_AT_MOST = 4000


@dataclass(frozen=True)
class Reply:
    """What came of one call. `retry_after` is in seconds from now; `body` is for operators."""

    outcome: Outcome
    reason: Reason
    status: int | None = None
    x_id: str = ""
    retry_after: float | None = None
    limits: dict[str, str] = field(default_factory=dict)
    body: str = ""


def reply_to_post(
    response: requests.Response | None, *, reached: bool, is_reply: bool = False
) -> Reply:
    """Judges the answer to POST /2/tweets.

    `reached` is whether the request can have left at all; `is_reply` whether it named a parent.
    """
    if response is None:
        if not reached:
            return Reply(Outcome.NOT_SENT, Reason.UNREACHABLE)
        return Reply(Outcome.UNCERTAIN, Reason.NO_ANSWER)
    outcome, reason = _judge(response, is_reply)
    x_id = _x_id(response) if outcome == Outcome.ACCEPTED else ""
    return Reply(
        outcome,
        reason,
        status=response.status_code,
        x_id=x_id,
        retry_after=seconds_to_reset(response) if response.status_code == 429 else None,
        limits=_limits(response),
        body=body_text(response)[:BODY_AT_MOST],
    )


def _judge(response: requests.Response, is_reply: bool) -> tuple[Outcome, Reason]:
    status = response.status_code
    if 200 <= status < 300:
        if _x_id(response):
            return Outcome.ACCEPTED, Reason.ACCEPTED
        return Outcome.UNCERTAIN, Reason.BROKEN_ANSWER
    simple = {
        401: (Outcome.NOT_SENT, Reason.UNAUTHORIZED),
        402: (Outcome.NOT_SENT, Reason.NO_CREDITS),
        413: (Outcome.REFUSED, Reason.TOO_LONG),
        429: (Outcome.NOT_SENT, Reason.RATE_LIMITED),
    }
    if status in simple:
        return simple[status]
    if status in (400, 403):
        return _judge_no(response, is_reply)
    if status >= 500:
        return Outcome.UNCERTAIN, Reason.SERVER_ERROR
    return Outcome.UNCERTAIN, Reason.BROKEN_ANSWER


def _judge_no(response: requests.Response, is_reply: bool) -> tuple[Outcome, Reason]:
    """400 and 403: told apart by X's own words and the last segment of its problem type."""
    words = body_text(response).lower()
    kind = problem_type(response)
    if "duplicate content" in words:
        return Outcome.UNCERTAIN, Reason.DUPLICATE
    stopped = ("account is suspended", "account is temporarily locked")
    if kind in ("user-suspended", "user-locked") or any(said in words for said in stopped):
        return Outcome.NOT_SENT, Reason.SUSPENDED
    if is_reply and "deleted or not visible" in words:
        return Outcome.NOT_SENT, Reason.PARENT_INVISIBLE
    if "too long" in words:
        return Outcome.REFUSED, Reason.TOO_LONG
    if response.status_code == 403:
        return Outcome.REFUSED, Reason.NOT_PERMITTED
    return Outcome.REFUSED, Reason.BAD_REQUEST


def problem_type(response: requests.Response) -> str:
    """`user-suspended` of `https://api.x.com/2/problems/user-suspended`."""
    try:
        return problem(response).kind
    except Unreadable:
        return ""


def _x_id(response: requests.Response) -> str:
    try:
        return post_accepted(response).id
    except Unreadable:
        return ""


def _limits(response: requests.Response) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in response.headers.items()
        if name.lower().startswith("x-") and "limit" in name.lower()
    }


def seconds_to_reset(response: requests.Response) -> float | None:
    """How long until the latest reset among the limits whose `remaining` is 0.

    None of them at 0: `x-rate-limit-reset`; no header at all: None. Counted by X's own clock
    when the answer carries a date.
    """
    headers = _limits(response)
    resets: list[float] = []
    for name, value in headers.items():
        if name.endswith("-remaining") and value.strip() == "0":
            resets.append(_number(headers.get(name.removesuffix("-remaining") + "-reset")))
    reset = max(resets, default=0.0) or _number(headers.get("x-rate-limit-reset"))
    if not reset:
        return None
    date = email.utils.parsedate_tz(response.headers.get("Date", ""))
    now = email.utils.mktime_tz(date) if date else time.time()
    return max(reset - now, 1.0)


def _number(value: str | None) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return 0.0
