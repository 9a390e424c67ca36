"""The real thing for journeys: web server, workers, beat and the sandbox of X as processes.

They run on the tests' PostgreSQL and Redis, in databases of their own, seeded with the
demonstration's people; everything is then done and seen in browsers and on X.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis
from psycopg2 import sql

from policetweets.runner.postgres import APP_ROLE, NAME
from policetweets.runner.run import Ports, application, manage
from policetweets.runner.terminal import Stop
from policetweets.runner.testing import TEMPLATE_DATABASE, make_template
from tests.sandbox import CONSUMER, Sandbox, _free_port, running

# Databases 1 to 16 are the test processes' own.
REDIS_DATABASE = 20


@dataclass
class Stack:
    url: str
    env: dict[str, str]
    x: Sandbox
    folder: Path
    owner_url: str

    def empty_redis(self) -> None:
        """FLUSHALL as far as this stack is concerned."""
        with contextlib.closing(redis.Redis.from_url(self.env["REDIS_URL"])) as client:
            client.flushdb()


@contextlib.contextmanager
def started(folder: Path, name: str) -> Iterator[Stack]:
    """Everything, answering; each process is stopped by its own number at the end."""
    with contextlib.ExitStack() as ends:
        sandbox = ends.enter_context(running(folder=folder / "sandbox"))
        ports = Ports(web=_free_port(), sandbox=sandbox.port)
        env = _environment(folder, ports, sandbox, ends.enter_context(_database(name)))
        manage(env, "migrate", "--no-input")
        owner_url = env["DATABASE_URL"]
        env["DATABASE_URL"] = as_application(owner_url)
        manage(env, "seed_demo")
        services = application(folder, env, ports)
        for service in services:
            ends.callback(service.stop)
            service.begin()
        try:
            for service in services:
                service.wait()
        except Stop as stop:
            raise RuntimeError(str(stop)) from stop
        yield Stack(env["PUBLIC_URL"], env, sandbox, folder, owner_url)


def as_application(url: str) -> str:
    """The same database for the application's role, where the tests run the server."""
    return url.replace(f"//{NAME}@", f"//{APP_ROLE}@")


def _environment(folder: Path, ports: Ports, sandbox: Sandbox, database: str) -> dict[str, str]:
    number = REDIS_DATABASE + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return {
        **os.environ,
        "PUBLIC_URL": f"http://127.0.0.1:{ports.web}",
        "DATABASE_URL": database,
        "REDIS_URL": f"{os.environ['REDIS_URL'].split('?')[0]}?db={number}",
        "X_API_BASE_URL": sandbox.base_url,
        "X_SITE_URL": sandbox.base_url,
        "X_API_KEY": CONSUMER["key"],
        "X_API_SECRET": CONSUMER["secret"],
        "SANDBOX_ACCOUNTS": str(sandbox.folder / "accounts.json"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def _database(name: str) -> Iterator[str]:
    """A database beside the tests' own, migrated and empty, dropped at the end."""
    make_template(os.environ)
    given = urlsplit(os.environ["DATABASE_URL"])
    with contextlib.closing(psycopg2.connect(urlunsplit(given))) as server:
        server.autocommit = True
        named = sql.Identifier(name)
        with server.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
            copied = sql.Identifier(TEMPLATE_DATABASE)
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(named, copied))
            yield urlunsplit(given._replace(path=f"/{name}"))
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))
