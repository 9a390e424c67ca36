"""What X may say with 200 or 201 that is not so, or that nobody can read: lies and odd types."""

import copy
from collections.abc import Callable
from typing import Any

from x_sandbox import problems

_TO_ODD = str.maketrans("0123456789", "²¹²³٤٥٦٧٨٩")
# A page older than any id: the one that was just asked for, again.
_FOR_EVER = "o9223372036854775807"
_DEEP = 100_000


def _errors(title: str, detail: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"title": title, "detail": detail, "type": kind, **more}]}


def _denied(_: dict[str, Any]) -> Any:
    return _errors(
        "Authorization Error",
        "Sorry, you are not authorized to see the user with id: [2000000044].",
        f"{problems.TYPES}not-authorized-for-resource",
        resource_type="user",
        parameter="id",
        resource_id="2000000044",
        value="2000000044",
    )


def _suspended(_: dict[str, Any]) -> Any:
    return _errors(
        "Forbidden",
        "User has been suspended: [2000000044].",
        f"{problems.TYPES}resource-not-found",
        resource_type="user",
        parameter="id",
        resource_id="2000000044",
        value="2000000044",
    )


def _partly(body: dict[str, Any]) -> Any:
    return body | _errors(
        "Field Hydration Failure",
        "Some fields could not be read.",
        f"{problems.TYPES}field-hydration-failure",
        field="entities",
    )


def _meta(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"meta": body.get("meta", {}) | more}


def _wrong_count(body: dict[str, Any]) -> Any:
    return body | _meta(body, result_count=len(_rows(body)) + 1)


def _no_rows(body: dict[str, Any]) -> Any:
    return _meta(body, result_count=max(1, len(_rows(body))))


def _endless(body: dict[str, Any]) -> Any:
    return {"meta": {"result_count": 0, "next_token": _FOR_EVER}}


def _bad_row(body: dict[str, Any]) -> Any:
    rows = [{"id": None, "text": 12}, *_rows(body)[1:]]
    return body | {"data": rows} | _meta(body, result_count=len(rows))


def _null_urls(body: dict[str, Any]) -> Any:
    rows = [row | {"entities": {"urls": [None]}} for row in _rows(body)]
    return body | {"data": rows if isinstance(body.get("data"), list) else rows[0]}


def _other_author(body: dict[str, Any]) -> Any:
    return body | {"data": [row | {"author_id": "1"} for row in _rows(body)]}


def _swapped(body: dict[str, Any]) -> Any:
    """A list where an object belongs, and the other way round."""
    data = body.get("data")
    return body | {"data": {"rows": data} if isinstance(data, list) else [data]}


def _odd_digits(body: dict[str, Any]) -> Any:
    """Ids in digits that no id has."""
    return _each_value(body, lambda value, is_id: value.translate(_TO_ODD) if is_id else value)


def _numbers(body: dict[str, Any]) -> Any:
    """Ids as numbers, and numbers and truth as strings."""
    return _each_value(
        body,
        lambda value, is_id: (
            int(value) if is_id else str(value) if type(value) in (int, bool) else value
        ),
    )


def _each_value(value: Any, change: Callable[[Any, bool], Any], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _each_value(each, change, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_each_value(each, change, name) for each in value]
    is_id = isinstance(value, str) and value.isdecimal() and name.endswith(("id", "ids"))
    return change(value, is_id)


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    data = body.get("data") or []
    return data if isinstance(data, list) else [data]


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda body: {},
    "data_null": lambda body: {"data": None},
    "no_meta": lambda body: {"data": body.get("data", [])},
    "denied": _denied,
    "suspended_user": _suspended,
    "partly": _partly,
    "wrong_count": _wrong_count,
    "no_rows": _no_rows,
    "endless": _endless,
    "bad_row": _bad_row,
    "null_row": lambda body: body | {"data": [None]} | _meta(body, result_count=1),
    "null_urls": _null_urls,
    "other_author": _other_author,
    "swapped": _swapped,
    "odd_digits": _odd_digits,
    "numbers": _numbers,
    "nested": lambda body: b'{"data":' + b"[" * _DEEP + b"]" * _DEEP + b"}",
}


def lie(name: str, body: dict[str, Any]) -> Any:
    """The body that X gives instead, as JSON or as bytes."""
    return LIES[name](copy.deepcopy(body))


# Look-ups by id that leave out a post that is there, each with its reason.
def _left_out(title: str, detail: str, kind: str) -> Callable[[str], list[dict[str, Any]]]:
    def said(post_id: str) -> list[dict[str, Any]]:
        about = {"resource_type": "tweet", "parameter": "ids", "resource_id": post_id}
        row = {"title": title, "detail": detail.format(post_id), "type": kind, "value": post_id}
        return [row | about]

    return said


PARTIAL: dict[str, Callable[[str], list[dict[str, Any]]]] = {
    "not_found": lambda post_id: [problems.not_found("tweet", post_id, "ids")],
    "denied": _left_out(
        "Authorization Error",
        "Sorry, you are not authorized to see the Tweet with ids: [{}].",
        f"{problems.TYPES}not-authorized-for-resource",
    ),
    "suspended": _left_out(
        "Forbidden", "User has been suspended: [{}].", f"{problems.TYPES}resource-not-found"
    ),
    "unavailable": _left_out(
        "Resource Unavailable",
        "The Tweet with ids: [{}] is unavailable.",
        f"{problems.TYPES}resource-unavailable",
    ),
    "service": lambda post_id: [
        {
            "title": "Service Unavailable",
            "detail": "Service Unavailable",
            "type": "about:blank",
            "status": 503,
        }
    ],
    "silent": lambda post_id: [],
    "of_another": lambda post_id: [problems.not_found("tweet", "1", "ids")],
    "no_id": lambda post_id: [
        {
            "title": "Not Found Error",
            "detail": "Could not find tweet.",
            "resource_type": "tweet",
            "type": f"{problems.TYPES}resource-not-found",
        }
    ],
}
