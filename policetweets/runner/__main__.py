"""`python -m policetweets.runner`: run, test, pytest, lint, types, messages, reset, psql."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from io import TextIOWrapper
from typing import cast

from policetweets.runner import testing, upkeep
from policetweets.runner.folder import ROOT
from policetweets.runner.run import run
from policetweets.runner.terminal import Stop

COMMANDS = {
    "run": "everything, until Ctrl-C",
    "test": "lint, types, then every test (ARGS in the environment, or what follows: pytest's)",
    "pytest": "only the tests, with pytest's arguments, on embedded servers of their own",
    "lint": "ruff, import arrows, templates",
    "types": "mypy",
    "checks": "how well the content checks find what they should",
    "messages": "bring the translations up to date with the code",
    "reset": "empty the demo",
    "psql": "open its database",
}


def parse() -> tuple[str, list[str]]:
    lines = "\n".join(f"  {name:8} {what}" for name, what in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="policetweets.runner",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands:\n{lines}",
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    return given.command, [*shlex.split(os.environ.get("ARGS", "")), *given.arguments]


def main() -> int:
    command, arguments = parse()
    os.chdir(ROOT)
    # Of the processes that are started here, each would compile all of it again: half of its start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for stream in (sys.stdout, sys.stderr):
        cast(TextIOWrapper, stream).reconfigure(errors="replace")
    try:
        match command:
            case "run":
                return run()
            case "reset":
                return upkeep.reset()
            case "psql":
                return upkeep.psql(arguments)
            case "test":
                return testing.everything(arguments)
            case "pytest":
                return testing.only_tests(arguments)
            case "lint":
                return testing.lint()
            case "checks":
                return testing.content_checks()
            case "messages":
                return testing.messages()
            case _:
                return testing.types()
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
