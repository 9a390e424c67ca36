"""Anything may stand in Redis: it ends no worker, names nobody and carries nothing out."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
import redis

from accounts import wake as accounts_wake
from accounts.access import administrators
from accounts.models import AuditEntry, Credential
from publishing import wake
from publishing.actions.connect import ask_for_check
from publishing.messages import NotAMessage, parse
from tests.cast import person
from tests.sandbox import until

# One system for all of them: in one process.
pytestmark = pytest.mark.xdist_group("system")

MANY = 100_000
EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def message(task: Any = wake.SEND, args: Any = (1,), kwargs: Any = None, **more: Any) -> dict:
    body = json.dumps([args, kwargs or {}, EMBED]).encode()
    task_id = str(uuid.uuid4())
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": task, "id": task_id, **more.pop("headers", {})},
        "properties": {
            "correlation_id": task_id,
            "delivery_tag": str(uuid.uuid4()),
            "delivery_info": {"exchange": "send", "routing_key": "send"},
            "body_encoding": "base64",
        },
        **more,
    }


def without(name: str, whole: dict) -> dict:
    return {key: value for key, value in whole.items() if key != name}


NO_MESSAGES: dict[str, Any] = {
    "bytes": b"\xff\xfe\x00garbage",
    "nothing": b"",
    "text": b"bonjour",
    "number": b"42",
    "null": b"null",
    "list": b"[]",
    "empty": {},
    "a typed object": b'{"__type__": "datetime", "__value__": "never"}',
    "an unknown type": b'{"__type__": [], "__value__": {}}',
    "nested": b"[" * MANY,
    "huge": b'"' + b"x" * 5_000_000 + b'"',
    "no headers": without("headers", message()),
    "no properties": without("properties", message()),
    "no body": without("body", message()),
    "a body that is no base64": message(body="é!"),
    "a body that is no JSON": message(body=base64.b64encode(b"\xff").decode()),
    "a nested body": message(body=base64.b64encode(b"[" * 3000).decode()),
    "a body of another type": message(body=12),
    "a pickle": {**message(), "content-type": "application/x-python-serialize", "body": "gASVDA=="},
    "headers that are a list": message() | {"headers": []},
    "an unknown task": message("os.system"),
    "a task of Celery's own": message("celery.backend_cleanup", []),
    "a task that is a list": message([wake.SEND]),
    "an id that is text": message(args=["1"]),
    "an id that is true": message(args=[True]),
    "an id below": message(args=[-1]),
    "an id beyond PostgreSQL": message(args=[2**70]),
    "an id with a fraction": message(args=[1.5]),
    "no id": message(args=[]),
    "one id too many": message(wake.PROBE, [1, 2]),
    "names": message(kwargs={"account_id": 1}),
    "an expiry of letters": message(headers={"expires": "demain"}),
    "a tag that is an object": message() | {"properties": {"delivery_tag": {}}},
}


def raw(item: Any) -> bytes:
    return item if isinstance(item, bytes) else json.dumps(item).encode()


def tasks() -> dict:
    return {wake.SEND: lambda account_id: None, wake.PROBE: lambda account_id: None}


@pytest.mark.parametrize("name", NO_MESSAGES)
def test_what_is_no_message_of_ours_is_told_so(name):
    try:
        item = json.loads(raw(NO_MESSAGES[name]))
    except (ValueError, RecursionError):
        return  # told by JSON itself
    with pytest.raises(NotAMessage):
        parse(item, tasks(), "send")


def test_a_message_keeps_nothing_but_its_task_and_ids():
    asked = message(headers={"eta": "2100-01-01", "timelimit": [1, 1], "retries": 9})
    asked["properties"]["reply_to"] = "elsewhere"
    parsed = parse(asked, tasks(), "send")
    assert not {"eta", "timelimit", "retries"} & parsed["headers"].keys()
    assert parsed["properties"]["reply_to"] is None
    assert json.loads(base64.b64decode(parsed["body"]))[0] == [1]


def pids(system) -> list[int]:
    return [service.pid for service in system.services]


def test_fault_94_what_is_no_message_ends_no_worker(system, town):
    before = pids(system)
    unknown = [message(args=[987_654_321]), message(wake.RETRACT, [987_654_321])]
    unknown += [message(wake.PROBE, [987_654_321]), message(wake.RECONCILE, [987_654_321])]
    with redis.Redis.from_url(system.redis.url) as client:
        for queue in ("send", "lookups", "clock", "retract", "default"):
            client.lpush(queue, *map(raw, [*NO_MESSAGES.values(), *unknown]))
        client.hset("unacked", "a-tag", b"\xff no JSON")
        client.zadd("unacked_index", {"a-tag": 1})
        publication = town.released()

        def published() -> bool:
            publication.refresh_from_db()
            return publication.state == "published"

        until(published)
        until(lambda: not any(client.llen(queue) for queue in ("send", "lookups", "default")))
        until(lambda: not client.hexists("unacked", "a-tag"))
    assert len(system.x.posts(town.account.handle)) == 1
    assert pids(system) == before
    assert all(service.is_running() for service in system.services)


@pytest.mark.parametrize("command", ["shutdown", "cancel_consumer", "rate_limit", "pool_shrink"])
def test_fault_94_nobody_commands_a_worker_through_redis(system, town, command):
    before = pids(system)
    arguments = {
        "cancel_consumer": {"queue": "send"},
        "rate_limit": {"task_name": wake.SEND, "rate_limit": "1/h"},
        "pool_shrink": {"n": 4},
    }
    control = accounts_wake.current_app.control
    assert control.broadcast(command, arguments.get(command, {}), reply=True, timeout=1) == []
    publication = town.released()

    def published() -> bool:
        publication.refresh_from_db()
        return publication.state == "published"

    until(published)
    assert pids(system) == before


def checks(town) -> list[tuple[str, str | None]]:
    entries = AuditEntry.objects.filter(account=town.account, act__startswith="account.check")
    return list(entries.order_by("pk").values_list("act", "actor__name"))


def test_fault_94_who_asked_is_read_from_a_row_and_not_from_a_message(system, town):
    ada = administrators().first() or person("Ada", is_administrator=True)
    connected = Credential.objects.get(account=town.account).checked_at
    with redis.Redis.from_url(system.redis.url) as client:
        client.lpush("lookups", raw(message(wake.PROBE, [town.account.pk, ada.pk])))
        client.lpush("lookups", raw(message(wake.PROBE, [town.account.pk])))

    def checked() -> bool:
        return Credential.objects.get(account=town.account).checked_at > connected

    until(checked)
    assert checks(town) == []
    ask_for_check(actor=ada, account=town.account)
    until(lambda: len(checks(town)) == 2)
    assert checks(town) == [("account.check_asked", ada.name), ("account.checked", ada.name)]
    assert Credential.objects.get(account=town.account).asked_by is None
