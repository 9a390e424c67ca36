"""One request on its way through the endpoints."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from x_sandbox.switches import Fault
from x_sandbox.world import Account


@dataclass
class Call:
    """Who asks, what, and the fault it drew."""

    request: web.Request
    account: Account
    body: Any = None
    fault: Fault | None = None

    def drew(self, fault: str) -> Fault | None:
        return self.fault if self.fault and self.fault.fault == fault else None
