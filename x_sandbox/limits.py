"""X's rate limits: fixed windows, counted per account and for the whole application."""

import time
from dataclasses import dataclass

from x_sandbox.switches import Switches


@dataclass
class _Window:
    ends_at: float
    used: int = 0


class Limits:
    """Counts requests; says what to put in the headers and whether it was one too many."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._windows: dict[tuple[str, str], _Window] = {}

    def clear(self) -> None:
        self._windows.clear()

    def count(self, operation: str, handle: str) -> tuple[bool, dict[str, str]]:
        """Whether the request may go on, and the headers that say what is left."""
        get = self._switches.get
        if not get("limits", handle):
            return True, {}
        names = [("x-rate-limit", operation, handle, f"limit_{operation}", "limit_window")]
        if operation == "post":
            names += [
                ("x-user-limit-24hour", "day", handle, "user_posts_a_day", "day_window"),
                ("x-app-limit-24hour", "day", "", "app_posts_a_day", "day_window"),
            ]
        now = time.time()
        counted = []
        for header, kind, owner, limit_name, length_name in names:
            window = self._windows.get((kind, owner.lower()))
            if window is None or window.ends_at <= now:
                window = _Window(now + get(length_name, handle))
                self._windows[kind, owner.lower()] = window
            counted.append((header, window, int(get(limit_name, handle))))
        allowed = all(window.used < limit for _, window, limit in counted)
        headers = {}
        for header, window, limit in counted:
            window.used += allowed
            headers[f"{header}-limit"] = str(limit)
            headers[f"{header}-remaining"] = str(max(0, limit - window.used))
            headers[f"{header}-reset"] = str(int(window.ends_at) + 1)
        return allowed, headers
