"""The Chromium of the browser tests: found on the machine, else installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from policetweets.runner.terminal import say, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    """Install one if none is there; if that fails too, the browser tests will fail by name."""
    if os.environ.get("BROWSER") == "none" or found() or _playwrights_own():
        return
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways.insert(0, ["apt-get", "install", "-y", "--no-install-recommends", "chromium"])
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
        ways[1].insert(-1, "--with-deps")
    for way in ways:
        try:
            with step(f"Installing a Chromium for the tests ({' '.join(way[-4:])})"):
                env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
                subprocess.run(
                    way, check=True, capture_output=True, env=env, stdin=subprocess.DEVNULL
                )
        except (OSError, subprocess.CalledProcessError):
            continue
        if found() or _playwrights_own():
            return
    say("No Chromium could be had: its tests will fail; BROWSER=none leaves them out.")


def _playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()
