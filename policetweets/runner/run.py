"""`make run`: servers, sandbox of X, migrations, demo, web and workers; then keep them alive."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from accounts.france import DEPARTMENTS
from policetweets.design_system import inputs
from policetweets.runner import signals
from policetweets.runner.demo import PILOTS, accounts_file, load_secrets
from policetweets.runner.folder import LOCAL, ROOT, locked, make_private
from policetweets.runner.postgres import Postgres
from policetweets.runner.processes import Process, Service
from policetweets.runner.redis import Redis
from policetweets.runner.supervisor import shown, stop_all, watch
from policetweets.runner.terminal import Stop, say, step, wait_until

RUNNING = (
    "policetweets already runs in this folder (process {pid}): stop it first, with Ctrl-C where "
    "it runs or with « kill {pid} »."
)
HOST = "127.0.0.1"
# Two workers, so that sends that hang keep neither the clock nor a deletion waiting: the name of
# each, its queues and how many things it does at once.
WORKERS = {"worker-send": ("send,lookups", 4), "worker-clock": ("clock,retract,default", 3)}


@dataclass(frozen=True)
class Ports:
    web: int
    sandbox: int


@dataclass(frozen=True)
class Period:
    """Messages of the past that the demonstration is filled with."""

    step: str = ""
    arguments: tuple[str, ...] = ()
    codes: tuple[str, ...] = tuple(PILOTS)


PERIODS = {
    "": Period(),
    "pilot": Period("Playing the pilot, from December 2013 to March 2014", ("--pilot",)),
    "year": Period("Playing a year of 101 departments", codes=tuple(DEPARTMENTS)),
}


def period() -> str:
    """PERIOD, in the environment."""
    chosen = os.environ.get("PERIOD", "")
    if chosen not in PERIODS:
        raise Stop(f"PERIOD={chosen} is none: choose pilot or year.")
    return chosen


def ports() -> Ports:
    chosen = Ports(port("PORT", 8000), port("SANDBOX_PORT", 8001))
    if chosen.web == chosen.sandbox:
        raise Stop(f"PORT and SANDBOX_PORT are both {chosen.web}: choose two different ones.")
    return chosen


def port(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Stop(f"{name}={text} is not a port: give a number from 1 to 65535.")
    return int(text)


def check_free(number: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except PermissionError as error:
            raise Stop(
                f"Only root may use port {number}: choose one above 1023, for example "
                f"« make run {name}=8080 »."
            ) from error
        except OSError as error:
            raise Stop(
                f"Port {number} is taken: stop what uses it, or choose another, for example "
                f"« make run {name}={number + 80} »."
            ) from error


def given_servers() -> dict[str, str]:
    given = {n: os.environ[n] for n in ("DATABASE_URL", "REDIS_URL") if os.environ.get(n)}
    if len(given) == 1:
        raise Stop("Set both DATABASE_URL and REDIS_URL to use servers of yours, or neither.")
    return given


def environment(folder: Path, chosen: Ports, servers: dict[str, str]) -> dict[str, str]:
    """The children's: what policetweets/settings.py reads, and docs/settings.md explains."""
    kept = load_secrets(folder)
    inherited = {
        name: value
        for name, value in os.environ.items()
        # PGOPTIONS, PGPORT… are meant for other servers than ours.
        if not name.startswith("PG") or given_servers()
    }
    sandbox = f"http://{HOST}:{chosen.sandbox}"
    return {
        "PUBLIC_URL": f"http://{HOST}:{chosen.web}",
        **inherited,
        **kept,
        **servers,
        "POLICETWEETS_ENV": "demo",
        "X_API_BASE_URL": sandbox,
        "X_SITE_URL": sandbox,
        "SANDBOX_ACCOUNTS": str(accounts_file(folder, kept, PERIODS[period()].codes)),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(make_private(folder / "static")),
        "PYTHONUNBUFFERED": "1",
    }


def http_answers(number: int) -> bool:
    connection = http.client.HTTPConnection(HOST, number, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_alive(file: Path) -> bool:
    """A worker touches its file every two seconds while it lives and reaches Redis."""
    try:
        return time.time() - file.stat().st_mtime < 6
    except FileNotFoundError:
        return False


def sandbox(folder: Path, env: dict[str, str], chosen: Ports) -> Service:
    return Service(
        "sandbox",
        folder,
        [
            *[sys.executable, "-m", "x_sandbox", "--host", HOST],
            *["--port", str(chosen.sandbox), "--data", str(folder / "sandbox")],
            *["--accounts", env["SANDBOX_ACCOUNTS"]],
        ],
        env,
        answers=lambda: http_answers(chosen.sandbox),
    )


def worker(folder: Path, env: dict[str, str], name: str) -> Service:
    queues, at_once = WORKERS[name]
    alive = folder / f"{name}.alive"
    return Service(
        name,
        folder,
        [
            *[sys.executable, "-m", "celery", "-A", "policetweets", "worker"],
            *["--hostname", f"{name}@policetweets", "--queues", queues],
            *["--concurrency", str(at_once)],
            *["--loglevel", "INFO", "--without-gossip", "--without-mingle"],
        ],
        {**env, "ALIVE_FILE": str(alive)},
        answers=lambda: is_alive(alive),
        alive_file=alive,
        # First warm, so that what is being sent ends; a POST takes 20 s at most.
        steps=[(signal.SIGTERM, 45), (signal.SIGQUIT, 28)],
    )


def application(folder: Path, env: dict[str, str], chosen: Ports) -> list[Service]:
    """In the order of their start; they stop the other way round."""
    return [
        *(worker(folder, env, name) for name in WORKERS),
        Service(
            "web",
            folder,
            [sys.executable, "-m", "policetweets.web", "--host", HOST, "--port", str(chosen.web)],
            env,
            answers=lambda: http_answers(chosen.web),
            # What is being answered ends first: 20 s at most.
            steps=[(signal.SIGTERM, 25)],
        ),
    ]


def manage(env: dict[str, str], *arguments: str, seconds: float = 600) -> str:
    """One command of manage.py to its end; what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "manage.py", *arguments],
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            wait_until(lambda: child.poll() is not None, seconds)
        finally:
            child.terminate()
            child.wait()
        out.seek(0)
        err.seek(0)
        said, complained = out.read(), err.read()
    if child.returncode:
        raise Stop(
            f"{said}{complained}\n« manage.py {arguments[0]} » failed: read the lines above; "
            "« make reset » empties the demo."
        )
    return said


def collect_static_files(env: dict[str, str]) -> None:
    """Only when what they are made of has changed: it takes some seconds."""
    folder, made_of = Path(env["STATIC_ROOT"]), inputs()
    stamp = folder.with_suffix(".sha256")
    collected = (folder / "staticfiles.json").exists() and stamp.exists()
    if collected and stamp.read_text() == made_of:
        return
    stamp.unlink(missing_ok=True)
    manage(env, "collectstatic", "--no-input", "--clear")
    stamp.write_text(made_of)


def clear_all_leftovers(folder: Path) -> None:
    """End what a run that was killed left; it was told to stop when its parent died."""
    left = [Process(file.stem, folder, folder / "logs") for file in sorted(folder.glob("*.pid"))]
    if left:
        with step("Ending what a killed run left"):
            for process in left:
                process.clear_leftovers()
    if (folder / "postgres").exists():
        Postgres(folder).clear_leftovers()


def start_all(children: list[Process], folder: Path, chosen: Ports) -> str:
    """Start each child, adding it to `children` first; the people to sign in as."""
    servers = given_servers()
    owner: dict[str, str] = {}
    if servers:
        say("DATABASE_URL and REDIS_URL are given: no server is embedded.")
    else:
        postgres, redis = Postgres(folder), Redis(folder)
        for server, name in ((postgres, "PostgreSQL"), (redis, "Redis (Valkey)")):
            children.append(server)
            with step(f"Starting {name}"):
                server.start()
        servers = {"DATABASE_URL": postgres.app_url, "REDIS_URL": redis.url}
        owner = {"DATABASE_URL": postgres.url, "DATABASE_APP_URL": postgres.app_url}
    env = environment(folder, chosen, servers)
    sandbox_of_x = sandbox(folder, env, chosen)
    services = application(folder, env, chosen)
    children.append(sandbox_of_x)
    with step("Starting the sandbox of X"):
        sandbox_of_x.start()
    with step("Migrating the database"):
        manage({**env, **owner}, "migrate", "--no-input")
    with step("Collecting the static files"):
        collect_static_files(env)
    with step("Seeding the demo"):
        people = manage(env, "seed_demo", "--messages")
        if count := os.environ.get("ALERTS"):
            manage(env, "seed_alerts", count)
    played = PERIODS[period()]
    if played.step:
        with step(played.step):
            manage({**env, **owner}, "demo_year", *played.arguments, seconds=7200)
    children.extend(services)
    for service in services:
        service.begin()
    for service in services:
        with step(f"Starting {service.name}"):
            service.wait()
    return people


def closing_block(people: str, chosen: Ports, seconds: float) -> str:
    lines = "\n".join(f"  {line}" for line in people.strip().splitlines())
    return f"""
policetweets is ready ({seconds:.0f} s).

  The application     http://{HOST}:{chosen.web}/
  X, as it would be   http://{HOST}:{chosen.sandbox}/

{lines}

  Logs are in {shown(LOCAL / "logs")}/. Ctrl-C stops everything and keeps the data.
"""


def run() -> int:
    began = time.monotonic()
    chosen = ports()
    given_servers()
    children: list[Process] = []
    with locked(LOCAL, RUNNING):
        make_private(LOCAL / "logs")
        signals.listen()
        try:
            clear_all_leftovers(LOCAL)
            check_free(chosen.web, "PORT")
            check_free(chosen.sandbox, "SANDBOX_PORT")
            people = start_all(children, LOCAL, chosen)
            say(closing_block(people, chosen, time.monotonic() - began))
            watch(children)
        except signals.Asked:
            say("\nStopping; what is being sent to X right now may end first.")
        finally:
            stop_all(children)
    say("Stopped; everything is kept in .local/.")
    return 0
