"""The Chromium of the browser tests: found on the machine, else installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from policetweets.runner.terminal import say, step

# The browser without its own windows: a page opened costs a fifth of what it costs the whole one.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """A Chromium that starts: CHROMIUM, one of the usual names; None leaves it to Playwright."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        path = shutil.which(name) if name else None
        if path and _works(path):
            return path
    return None


def _works(path: str) -> bool:
    """Ubuntu's chromium-browser may be there and only say that one should install a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ensure() -> None:
    """Install one if none is there, or none that is light and root can have it of Debian; if that
    fails too, the browser tests will fail by name.
    """
    as_root = os.geteuid() == 0 and shutil.which("apt-get") is not None
    light = not as_root or os.environ.get("CHROMIUM") or shutil.which(SHELL)
    if os.environ.get("BROWSER") == "none" or (light and _is_usable()):
        return
    install = [sys.executable, "-m", "playwright", "install"]
    ways = {
        "Playwright's own Chromium": [[*install, *(["--with-deps"] * as_root), "chromium"]],
    }
    if as_root:
        # Playwright's driver needs libatomic1, which a bare machine lacks.
        add = ["apt-get", "install", "-y", "--no-install-recommends", "libatomic1"]
        add += ["fonts-liberation"]
        packages = (SHELL, "chromium")
        ways = {f"the package {p}": [["apt-get", "update"], [*add, p]] for p in packages} | ways
    for name, commands in ways.items():
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            with step(f"Installing {name} for the tests"):
                for command in commands:
                    _call(command)
            if _is_usable():
                return
    say(
        "No Chromium can be had here: its tests will fail. Install one as root (apt install "
        "chromium libatomic1), or leave these tests out with BROWSER=none."
    )


def _call(command: list[str]) -> None:
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


def _is_usable() -> bool:
    """Playwright's driver starts, and there is a browser for it, maybe its own."""
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            own = Path(playwright.chromium.executable_path)
    except Exception:  # its driver may die in any way
        return False
    return found() is not None or own.exists()
