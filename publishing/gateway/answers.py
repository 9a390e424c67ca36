"""Every answer of X to a POST is one of three: refused, not sent, uncertain; or accepted."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass, field

import requests

from accounts.requests import parse_int
from publishing.gateway.refusals import judge
from publishing.gateway.wire import Problem, Unreadable, body_text, post_accepted, problem
from publishing.models.attempt import Outcome
from publishing.models.states import Reason

MAX_BODY = 4000


@dataclass(frozen=True)
class ApiResult:
    """What came of one call. `retry_after` is in seconds from now, above 0 and a day at most;
    `limits` are X's headers that are whole numbers; `body` is for operators.
    """

    outcome: Outcome
    reason: Reason
    status: int | None = None
    x_id: str = ""
    retry_after: float | None = None
    limits: dict[str, int] = field(default_factory=dict)
    body: str = ""


def result_of_post(
    response: requests.Response | None, *, reached: bool, is_reply: bool = False
) -> ApiResult:
    """Judges the answer to POST /2/tweets.

    `reached` is whether the request can have left at all; `is_reply` whether it named a parent.
    """
    if response is None:
        if not reached:
            return ApiResult(Outcome.NOT_SENT, Reason.UNREACHABLE)
        return ApiResult(Outcome.UNCERTAIN, Reason.NO_ANSWER)
    outcome, reason = _judge(response, is_reply)
    x_id = _x_id(response) if outcome == Outcome.ACCEPTED else ""
    return ApiResult(
        outcome,
        reason,
        status=response.status_code,
        x_id=x_id,
        retry_after=seconds_to_reset(response) if response.status_code == 429 else None,
        limits=_limits(response),
        body=body_text(response)[:MAX_BODY],
    )


def _judge(response: requests.Response, is_reply: bool) -> tuple[Outcome, Reason]:
    status = response.status_code
    if 200 <= status < 300:
        if _x_id(response):
            return Outcome.ACCEPTED, Reason.ACCEPTED
        return Outcome.UNCERTAIN, Reason.BROKEN_ANSWER
    if status >= 500:
        return Outcome.UNCERTAIN, Reason.SERVER_ERROR
    said = said_by_x(response)
    if said is None and not (status == 429 and _limit_headers(response)):
        return Outcome.UNCERTAIN, Reason.BROKEN_ANSWER  # a page of some proxy is no word of X's
    if status == 401:
        return Outcome.NOT_SENT, Reason.UNAUTHORIZED
    if status == 402:
        return Outcome.NOT_SENT, Reason.NO_CREDITS
    if status == 429:
        # A cap of the month is no limit of minutes.
        capped = said is not None and "usage-capped" in said.kinds
        return Outcome.NOT_SENT, Reason.APP_STOPPED if capped else Reason.RATE_LIMITED
    if status == 413:
        return Outcome.REFUSED, Reason.TOO_LONG
    if said is not None and status in (400, 403, 404, 405, 410, 415, 422):
        return judge(said, status, is_reply=is_reply)
    return Outcome.UNCERTAIN, Reason.BROKEN_ANSWER


def said_by_x(response: requests.Response) -> Problem | None:
    """X's own words, or None for what is not X's."""
    try:
        return problem(response)
    except Unreadable:
        return None


def _x_id(response: requests.Response) -> str:
    try:
        return post_accepted(response).id
    except Unreadable:
        return ""


def _limit_headers(response: requests.Response) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in response.headers.items()
        if name.lower().startswith("x-") and "limit" in name.lower()
    }


def _limits(response: requests.Response) -> dict[str, int]:
    """What X says of its limits, as far as it is whole numbers."""
    said = {name: parse_int(text.strip()) for name, text in _limit_headers(response).items()}
    return {name: number for name, number in said.items() if number is not None}


# X's own windows, in seconds: 15 minutes, and a day for the limits that say so.
WINDOW, DAILY_WINDOW = 900.0, 86_400.0
# X's clock and ours may differ by so much.
CLOCKS_APART = 60.0


def seconds_to_reset(response: requests.Response) -> float | None:
    """How long until the latest reset among the limits whose `remaining` is 0.

    None of them at 0: `x-rate-limit-reset`. None: no header, or only such as cannot be true: not a
    number, past, or further away than the limit's window. Counted by X's own clock when the answer
    carries a date.
    """
    limits = _limits(response)
    exhausted = [
        name.removesuffix("-remaining")
        for name, left in limits.items()
        if name.endswith("-remaining") and left == 0
    ]
    now = _date_of(response)
    waits = [_wait(limits, limit, now) for limit in exhausted or ["x-rate-limit"]]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(limits: dict[str, int], limit: str, now: float) -> float | None:
    """Seconds until this limit opens, as far as that can be believed."""
    window = DAILY_WINDOW if "24hour" in limit else WINDOW
    wait = limits.get(f"{limit}-reset", 0) - now
    if not 0 < wait <= window + CLOCKS_APART:
        return None
    return min(max(wait, 1.0), window)


def _date_of(response: requests.Response) -> float:
    """X's clock when it answered; ours when it does not say, or says nonsense."""
    try:
        date = email.utils.parsedate_tz(response.headers.get("Date", ""))
        said = float(email.utils.mktime_tz(date)) if date else 0.0
    except (ValueError, OverflowError, TypeError):
        said = 0.0
    ours = time.time()
    return said if abs(said - ours) < DAILY_WINDOW else ours
