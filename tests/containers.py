"""The compose file, the Dockerfile and docs/containers.md as the tests read them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::[-?]([^}]*))?\}")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose(**given: str) -> dict[str, Any]:
    """As Compose reads it, with these variables in its environment."""

    def value(found: re.Match[str]) -> str:
        name, otherwise = found.groups()
        if ":?" in found[0]:
            return given.get(name, "")
        return given.get(name) or otherwise or ""

    return yaml.safe_load(VARIABLE.sub(value, text("docker-compose.yml")))


def app_services() -> dict[str, dict[str, Any]]:
    """Those of our own image that read the settings."""
    services = compose()["services"]
    return {n: s for n, s in services.items() if "build" in s and n != "sandbox"}


def env_file(name: str) -> dict[str, str]:
    lines = [line for line in text(name).splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, continued lines joined: ("RUN", "apt-get …")."""
    lines = "\n".join(x for x in text("Dockerfile").splitlines() if not x.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in joined.splitlines() if line]


def in_image() -> list[str]:
    """What .dockerignore lets in."""
    return [line[1:].rstrip("/") for line in text(".dockerignore").splitlines() if line[0] == "!"]


def copy_image(target: Path) -> None:
    """What « COPY . . » puts there."""
    for name in in_image():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target / name)


def block(mark: str) -> str:
    """One of the commands of docs/containers.md."""
    found = re.search(rf"```sh {mark}\n(.*?)```", text("docs/containers.md"), re.DOTALL)
    assert found, mark
    return found[1]
