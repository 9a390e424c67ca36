"""Command line: python -m x_sandbox --data DIR --accounts FILE."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from x_sandbox.server import build, serve
from x_sandbox.switches import BadSwitch
from x_sandbox.world import Account


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m x_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data", type=Path, required=True, help="folder of the journal and media")
    parser.add_argument("--accounts", type=Path, required=True, help="JSON: consumer and accounts")
    parser.add_argument("--parameters", default="{}", help="JSON: parameters to begin with")
    options = parser.parse_args()
    try:
        given: dict[str, Any] = json.loads(options.accounts.read_text(encoding="utf-8"))
        accounts = [Account(**account) for account in given["accounts"]]
        app = build(options.data, given["consumer"], accounts, json.loads(options.parameters))
        asyncio.run(serve(app, options.host, options.port))
    except (OSError, ValueError, KeyError, TypeError, BadSwitch) as error:
        sys.exit(f"The sandbox cannot start: {error}")


if __name__ == "__main__":
    main()
