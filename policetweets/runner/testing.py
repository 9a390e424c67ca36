"""Lint, types and the tests, the last on an embedded PostgreSQL and Redis of their own."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from cryptography.fernet import Fernet

from policetweets.runner import browser
from policetweets.runner.folder import LOCAL, ROOT, locked
from policetweets.runner.postgres import Postgres
from policetweets.runner.redis import Redis
from policetweets.runner.run import collect_static_files, given_servers, manage
from policetweets.runner.terminal import Stop, say, step

PYTHON = sys.executable


def digest_of(patterns: Iterable[str]) -> str:
    files = sorted(file for pattern in patterns for file in ROOT.glob(pattern))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


MIGRATED_BY = ("*/migrations/*.py", "*/sql/*.sql", "accounts/models/right.py", "requirements.txt")
# Migrated once, as long as nothing of it changes; each test process and each stack of servers
# copies it.
TEMPLATES = "test_policetweets_template_"
TEMPLATE_DATABASE = f"{TEMPLATES}{digest_of(MIGRATED_BY)}"
PAGES = ("templates", "x_sandbox/templates")
# One process more than cores: tests of the whole system mostly wait.
SPREAD = ["-n", str(min(os.cpu_count() or 1, 4) + 1), "--dist", "loadgroup", "--durations", "20"]


def settings(folder: Path) -> dict[str, str]:
    """What the settings need; nothing here reaches the real X."""
    return {
        "POLICETWEETS_ENV": "demo",
        "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "X_API_BASE_URL": "http://127.0.0.1:9",
        "X_SITE_URL": "http://127.0.0.1:9",
        "X_API_KEY": "test-consumer-key",
        "X_API_SECRET": "test-consumer-secret",
        "X_TOKEN_KEYS": Fernet.generate_key().decode(),
        "NOTICE_KEYS": Fernet.generate_key().decode(),
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def test_environment() -> Iterator[dict[str, str]]:
    """The given servers, or two of our own in the first of .local/test, test2… that is free."""
    given = given_servers()
    with ExitStack() as stack:
        folder = free_folder(stack)
        (folder / "static").mkdir(exist_ok=True)
        if not given:
            postgres, redis = Postgres(folder, durable=False), Redis(folder, durable=False)
            for server in (postgres, redis):
                stack.callback(server.stop)
                server.start()
            given = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
            given["DATABASE_APP_URL"] = postgres.app_url
        env = {**os.environ, **settings(folder), **given}
        forget_old_templates(env)
        collect_static_files(env)
        yield env


def forget_old_templates(env: Mapping[str, str]) -> None:
    with closing(psycopg2.connect(env["DATABASE_URL"])) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s",
                [TEMPLATES, TEMPLATE_DATABASE],
            )
            for (old,) in cursor.fetchall():
                cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")


def make_template(env: Mapping[str, str]) -> None:
    """Unless another process has: of two that ask at once, the second waits for the first."""
    with closing(psycopg2.connect(env["DATABASE_URL"])) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE_DATABASE])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE_DATABASE])
            if cursor.fetchone():
                return
            unfinished = f"{TEMPLATE_DATABASE}_new"
            cursor.execute(f"DROP DATABASE IF EXISTS {unfinished}")
            cursor.execute(f"CREATE DATABASE {unfinished}")
            address = urlsplit(env["DATABASE_URL"])._replace(path=f"/{unfinished}")
            manage({**env, "DATABASE_URL": urlunsplit(address)}, "migrate", "--no-input")
            cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE_DATABASE}")


def free_folder(stack: ExitStack) -> Path:
    for number in range(1, 9):
        folder = LOCAL / ("test" if number == 1 else f"test{number}")
        try:
            stack.enter_context(locked(folder, "taken by {pid}"))
        except Stop:
            if number < 8:
                continue
            raise
        return folder
    raise AssertionError


def call(command: list[str], env: Mapping[str, str]) -> int:
    """Run in the foreground; Ctrl-C is the child's to answer, we only wait for its end."""
    child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *command], env=env, cwd=ROOT)

    def pass_on(number: int, frame: object) -> None:
        if number == signal.SIGTERM:
            child.terminate()

    kept = {n: signal.signal(n, pass_on) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        return child.wait()
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def only_tests(arguments: list[str]) -> int:
    """Pytest's own closing line is the last thing printed."""
    with test_environment() as env:
        return pytest(arguments, env)


def pytest(arguments: list[str], env: Mapping[str, str]) -> int:
    return call([PYTHON, "-m", "pytest", *arguments], env)


def without_servers() -> dict[str, str]:
    """For what reads the settings and asks no server."""
    none = {"DATABASE_URL": "postgresql:///none", "REDIS_URL": "unix:///none"}
    return {**os.environ, **settings(LOCAL / "test"), **none}


def begun(checks: dict[str, list[str]]) -> dict[str, subprocess.Popen[str]]:
    """Start all of them: mypy leaves the other core to the rest."""
    env = without_servers()
    return {
        name: subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name, command in checks.items()
    }


def failures(begun_checks: dict[str, subprocess.Popen[str]]) -> int:
    """Wait for each, show what the failed ones said; how many failed."""
    failed = 0
    for name, check in begun_checks.items():
        try:
            with step(name):
                said, _ = check.communicate()
                if check.returncode:
                    raise subprocess.CalledProcessError(check.returncode, check.args, said)
        except subprocess.CalledProcessError as error:
            say(error.stdout)
            failed += 1
    return failed


IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
LINT = {
    "Lint: ruff check": [PYTHON, "-m", "ruff", "check", "."],
    "Lint: ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "Lint: templates": [PYTHON, "-m", "djlint", *PAGES, "--lint", "--quiet"],
    "Lint: import arrows": [PYTHON, "-c", IMPORTS],
}
TYPES = {
    "Types: mypy": [
        *[PYTHON, "-m", "mypy"],
        *["--exclude", "migrations/", "--exclude", "^tests/"],
        ".",
    ]
}


def lint() -> int:
    return failures(begun(LINT))


def types() -> int:
    return failures(begun(TYPES))


def messages() -> int:
    return call([PYTHON, "manage.py", "messages"], without_servers())


def content_checks() -> int:
    return call([PYTHON, "-m", "tests.checks"], without_servers())


def everything(arguments: list[str]) -> int:
    checks = begun({**LINT, **TYPES})
    browser.ensure()
    with test_environment() as env:
        # While mypy keeps one core for a minute.
        with step("Migrating the database of the tests"):
            make_template(env)
        if failed := failures(checks):
            say(f"{failed} check(s) failed; the tests were not started.")
            return 1
        return pytest([*SPREAD, *arguments], env)
