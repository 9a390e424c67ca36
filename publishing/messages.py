"""What may stand in a queue: the name of one of our tasks and ids, nothing else. Parsed once."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

# Our messages take some hundred bytes.
MAX_BODY = 4096
MAX_ID = 2**63 - 1


class NotAMessage(ValueError):
    """What stood in the queue is not a message of ours; `args[0]` says what is wrong with it."""


def parse(raw: object, tasks: Mapping[str, Callable[..., object]], queue: str) -> dict[str, Any]:
    """The same message with only what a worker needs of it. Raises NotAMessage.

    `tasks` are those that may be asked for, by name. What else a message may say to Celery (an
    ETA, callbacks, time limits, where to answer) is not taken over.
    """
    message = _dict(raw, "message")
    headers = _dict(message.get("headers"), "headers")
    properties = _dict(message.get("properties"), "properties")
    name, task_id = _text(headers.get("task"), "task"), _text(headers.get("id"), "id")
    tag = _text(properties.get("delivery_tag"), "delivery_tag")
    if name not in tasks:
        raise NotAMessage("unknown task")
    args = _ids(message.get("body"))
    try:
        inspect.signature(tasks[name]).bind(*args)
    except TypeError as error:
        raise NotAMessage("arguments") from error
    body = json.dumps(
        [args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    )
    return {
        "body": base64.b64encode(body.encode()).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {
            "lang": "py",
            "task": name,
            "id": task_id,
            "root_id": task_id,
            "expires": _moment(headers.get("expires")),
            "ignore_result": True,
            "redelivered": headers.get("redelivered") is True,
        },
        "properties": {
            "delivery_tag": tag,
            "delivery_info": {"exchange": queue, "routing_key": queue},
            "delivery_mode": 2,
            "priority": 0,
            "correlation_id": task_id,
            "reply_to": None,
            "body_encoding": "base64",
        },
    }


def _ids(body: object) -> list[int]:
    """The arguments, all of them ids."""
    if not isinstance(body, str) or len(body) > MAX_BODY:
        raise NotAMessage("body")
    try:
        content = json.loads(base64.b64decode(body, validate=True))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise NotAMessage("body") from error
    if not isinstance(content, list) or len(content) != 3:
        raise NotAMessage("body")
    args, kwargs, _more = content
    if not isinstance(args, list) or kwargs != {}:
        raise NotAMessage("arguments")
    if not all(type(arg) is int and 0 < arg <= MAX_ID for arg in args):
        raise NotAMessage("arguments")
    return args


def _dict(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAMessage(name)
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise NotAMessage(name)
    return value


def _moment(value: object) -> str | None:
    if value is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(_text(value, "expires"))
    except ValueError as error:
        raise NotAMessage("expires") from error
    if moment.tzinfo is None:
        raise NotAMessage("expires")
    return moment.isoformat()
