"""Every command of the compose file, run from a copy of what the image holds.

In production's configuration, against real PostgreSQL and Redis; only paths, addresses and ports
are this machine's. What only Docker does (users, read-only roots, networks) is not seen here.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import kombu
import psycopg2
import pytest
import redis

from policetweets.runner.postgres import binaries
from policetweets.runner.redis import binary
from tests.containers import block, compose, copy_image, env_file, instructions
from tests.journeys.stack import as_application
from tests.sandbox import until

PUBLIC = "comptes.police.example"
LONG_RUNNING = ["web", "worker-clock", "worker-send", "worker-retract", "worker-rest"]
BIN = str(Path(sys.executable).parent)


def clean_environment() -> dict[str, str]:
    """As in a container: nothing of ours is inherited."""
    return {"PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nowhere"}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The address of an empty one on the tests' server."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"compose_{os.getpid()}_{time.monotonic_ns()}"
    server = psycopg2.connect(os.environ["DATABASE_URL"])
    server.autocommit = True
    server.cursor().execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@dataclass
class Machine:
    """A folder that stands for the machine: /app, /run/secrets, /srv, and each service's /tmp."""

    root: Path
    given: dict[str, str]
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def here(self, text: str, service: str) -> str:
        """The container's paths, addresses and ports as this machine's; one pass, longest first."""
        places = {
            "/run/secrets": str(self.root / "secrets"),
            "/srv": str(self.root / "srv"),
            "/tmp": str(self.root / "tmp" / service),  # noqa: S108 - the container's
            "0.0.0.0": "127.0.0.1",  # noqa: S104
            "http://sandbox:8001": f"http://127.0.0.1:{self.sandbox_port}",
            "8000": str(self.port),
            "8001": str(self.sandbox_port),
            "$$": "$",
        }
        found = re.compile("|".join(re.escape(place) for place in places))
        return found.sub(lambda match: places[match[0]], text)

    def environment(self, name: str) -> dict[str, str]:
        service = compose(**self.given)["services"][name]
        # What is left empty is null in YAML, and an empty string to the container.
        own = {
            k: self.here("" if v is None else str(v), name)
            for k, v in service["environment"].items()
        }
        return {**clean_environment(), **own}

    def start(self, name: str, **changes: str) -> subprocess.Popen[bytes]:
        command = compose(**self.given)["services"][name]["command"]
        (self.root / "tmp" / name).mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [
                    *["setpriv", "--pdeathsig", "KILL", "--"],
                    *[self.here(str(word), name) for word in command],
                ],
                cwd=self.root / "app",
                env={**self.environment(name), **changes},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def run(self, name: str, **changes: str) -> tuple[int, str]:
        """To its end; what it said."""
        code = self.start(name, **changes).wait(120)
        return code, self.said(name)

    def healthy(self, name: str) -> bool:
        how, *test = compose(**self.given)["services"][name]["healthcheck"]["test"]
        command = [self.here(word, name) for word in test]
        if how == "CMD-SHELL":
            command = ["sh", "-c", *command]
        environment = self.environment(name)
        return not subprocess.run(command, env=environment, capture_output=True).returncode

    def stop(self, name: str) -> int:
        """As Docker does; within the grace that the file gives."""
        process = self.processes.pop(name)
        grace = compose()["services"][name].get("stop_grace_period", "10s")
        process.send_signal(signal.SIGTERM)
        return process.wait(int(grace.removesuffix("s")))

    def end(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def log(self, name: str) -> Path:
        return self.root / f"{name}.log"

    def said(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        """As the proxy asks."""
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(web):
            headers = {"Host": PUBLIC, "X-Forwarded-Proto": "https"}
            web.request("GET", path, headers=headers)
            answer = web.getresponse()
            return answer.status, answer.read().decode(errors="replace")


@pytest.fixture
def image(tmp_path) -> Path:
    """/app as « COPY . . » makes it."""
    app = tmp_path / "app"
    app.mkdir()
    copy_image(app)
    return app


def finish(image: Path) -> None:
    """The Dockerfile's last RUN: static files and bytecode."""
    last = [rest for verb, rest in instructions() if verb == "RUN"][-1]
    assert "collectstatic" in last
    subprocess.run(["sh", "-ec", last], cwd=image, env=clean_environment(), check=True)


@contextlib.contextmanager
def machine(root: Path, address: str, given: dict[str, str]) -> Iterator[Machine]:
    """Its secrets are made by the commands of docs/containers.md."""
    subprocess.run(["sh", "-ec", block("secrets")], cwd=root, check=True)
    made = Machine(root, given)
    write(root / "secrets" / "database_owner_url", address)
    write(root / "secrets" / "database_url", as_application(address))
    write(root / "secrets" / "redis_url", os.environ["REDIS_URL"])
    for name in ("x_api_key", "x_api_secret"):
        write(root / "secrets" / name, f"the-{name}-of-the-portal")
    try:
        yield made
    finally:
        made.end()
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            client.flushdb()


def write(file: Path, content: str) -> None:
    file.unlink(missing_ok=True)
    file.write_text(content)


@pytest.fixture
def production(tmp_path, image) -> Iterator[Machine]:
    given = {"PUBLIC_URL": f"https://{PUBLIC}"}
    with database() as address, machine(tmp_path, address, given) as made:
        yield made


@pytest.mark.long
def test_everything_starts_serves_answers_its_checks_and_stops(production, image):
    finish(image)
    code, said = production.run("migrate")
    assert code == 0, said
    assert not any(production.healthy(name) for name in LONG_RUNNING)
    before = sorted(image.rglob("*"))

    for name in LONG_RUNNING:
        production.start(name)
    for name in LONG_RUNNING:
        until(lambda name=name: production.healthy(name), 90)
    # Workers, beat and the clock between them, as the application sees them.
    until(lambda: production.get("/healthz")[0] == 200, 60)

    status, page = production.get("/connexion")
    assert status == 200, page
    styles = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', page)
    assert styles
    assert all(production.get(style)[0] == 200 for style in styles)

    for name in LONG_RUNNING:
        assert production.stop(name) == 0, production.said(name)
    assert not production.healthy("web")
    assert sorted(image.rglob("*")) == before, "the root file system is read-only"


def test_a_check_of_health_fails_once_a_process_is_silent(production):
    alive = production.root / "tmp" / "worker-clock" / "alive"
    alive.parent.mkdir(parents=True)
    alive.touch()
    assert production.healthy("worker-clock")
    os.utime(alive, (time.time() - 60, time.time() - 60))
    assert not production.healthy("worker-clock")


@pytest.mark.parametrize(
    ("name", "change", "number"),
    [
        ("web", {"X_API_BASE_URL": "http://sandbox:8001"}, "E001"),
        ("worker-send", {"X_API_KEY": ""}, "E003"),
        ("worker-rest", {"EMAIL_URL": "consolemail:"}, "E010"),
        ("worker-clock", {"X_API_BASE_URL": "http://sandbox:8001"}, "E001"),
    ],
)
def test_a_door_stays_shut_against_an_error(production, name, change, number):
    code, said = production.run(name, **change)
    assert code != 0
    assert f"policetweets.{number}" in said


def test_a_door_stays_shut_while_the_database_cannot_be_asked(production):
    code, said = production.run("worker-send", DATABASE_URL="postgresql://127.0.0.1:9/none")
    assert code != 0
    assert "the database does not answer" in said


@pytest.mark.long
def test_the_demo_runs_and_its_database_is_refused_in_production(tmp_path, image):
    given = env_file("docker-compose.demo.env")
    with database() as address, machine(tmp_path, address, given) as demo:
        # The block names the demo's folder; here both are one.
        for name in ("x_api_key", "x_api_secret"):
            (tmp_path / "secrets" / name).unlink()
        sandbox = block("sandbox").replace("secrets-demo", "secrets")
        subprocess.run(["sh", "-ec", sandbox], cwd=tmp_path, check=True)
        assert not demo.healthy("sandbox")
        demo.start("sandbox")
        until(lambda: demo.healthy("sandbox"))
        code, said = demo.run("migrate")
        assert code == 0, said
        code, said = demo.run("seed")
        assert code == 0, said
        assert "claire.44@demo.invalid" in said
        with contextlib.closing(psycopg2.connect(address)) as server, server.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_auditentry WHERE act = 'account.seeded'")
            assert cursor.fetchone() == (5,), "its messages are made as by `make run`"
        assert demo.stop("sandbox") == 0

        code, said = demo.run("migrate", POLICETWEETS_ENV="production")
        assert code != 0
        assert "policetweets.E009" in said


def test_the_check_of_postgres(tmp_path):
    service = compose()["services"]["postgres"]
    _, *test = service["healthcheck"]["test"]
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as server:
        place = f"--host={server.info.host}", f"--port={server.info.port}"
    command = [word for word in test if not word.startswith("--host")]
    command[0] = str(binaries() / command[0])
    assert subprocess.run([*command, *place]).returncode == 0
    assert subprocess.run([*command, f"--host={tmp_path}"]).returncode == 2


def carries_messages(url: str) -> None:
    """All that Celery asks of Redis, with the rights of this user."""
    with kombu.Connection(url) as broker, broker.SimpleQueue("send") as queue:
        queue.put({"id": 1})
        message = queue.get(timeout=30)
        assert message.payload == {"id": 1}
        message.reject(requeue=True)
        queue.get(timeout=30).ack()
        broker.default_channel.qos.restore_visible()


def test_redis_starts_as_told(tmp_path):
    subprocess.run(["sh", "-ec", block("secrets")], cwd=tmp_path, check=True)
    acl = "/run/secrets/redis_acl"
    name, *options = compose()["services"]["redis"]["command"]
    assert acl in options
    options = ["secrets/redis_acl" if option == acl else option for option in options]
    assert binary().name == name
    place = ["--port", "0", "--unixsocket", "r.sock", "--dir", "."]
    server = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", str(binary()), *options, *place], cwd=tmp_path
    )
    try:
        until(lambda: (tmp_path / "r.sock").exists())
        user, _at, password = urlsplit((tmp_path / "secrets/redis_url").read_text())[1].partition(
            ":"
        )
        who = {"username": "policetweets", "password": password.partition("@")[0]}
        assert user == who["username"]
        place_of_it = os.path.relpath(tmp_path / "r.sock")
        stranger = redis.Redis(unix_socket_path=place_of_it)
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("kept")
        with redis.Redis(unix_socket_path=place_of_it, **who) as client:
            client.set("kept", "yes")
            for command in ("FLUSHALL", "CONFIG GET *", "REPLICAOF NO ONE", "SHUTDOWN", "KEYS *"):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    client.execute_command(command)
        carries_messages(f"redis+socket://{who['username']}:{who['password']}@{tmp_path}/r.sock")
    finally:
        server.terminate()
        server.wait(30)
    assert list(tmp_path.glob("appendonlydir/*"))
