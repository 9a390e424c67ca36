"""`make reset` empties the demo; `make psql` opens its database."""

from __future__ import annotations

import os
import shutil

from policetweets.runner.folder import LOCAL, is_locked, locked, socket_folder
from policetweets.runner.postgres import Postgres, binaries
from policetweets.runner.run import RUNNING, clear_all_leftovers, given_servers
from policetweets.runner.terminal import Stop, say, step
from policetweets.runner.testing import call


def reset() -> int:
    if given_servers():
        raise Stop("DATABASE_URL and REDIS_URL name servers of yours: empty those yourself.")
    with locked(LOCAL, RUNNING), step("Emptying the demo"):
        sockets = socket_folder(LOCAL)
        clear_all_leftovers(LOCAL)
        shutil.rmtree(sockets)
        for path in LOCAL.iterdir():
            if path.is_dir() and not path.name.startswith("test"):
                shutil.rmtree(path)
            elif path.is_file() and path.name != "lock":
                path.unlink()
    say("The next « make run » starts from nothing.")
    return 0


def psql(arguments: list[str]) -> int:
    terminfo = "/etc/terminfo:/lib/terminfo:/usr/share/terminfo"
    env = {**os.environ, "TERMINFO_DIRS": terminfo}
    program = str(binaries() / "psql")
    if url := given_servers().get("DATABASE_URL"):
        return call([program, url, *arguments], env)
    server = Postgres(LOCAL)
    if not server.data.exists():
        raise Stop("There is no database yet: « make run » makes one.")
    if is_locked(LOCAL):
        return call([program, server.url, *arguments], env)
    with locked(LOCAL, RUNNING):
        server.start()
        try:
            return call([program, server.url, *arguments], env)
        finally:
            server.stop()
