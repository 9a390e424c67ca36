"""What a first start makes: secrets of this machine's own, and the sandbox's accounts."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

PILOTS = {
    "44": "Police nationale de Loire-Atlantique",
    "35": "Police nationale d’Ille-et-Vilaine",
    "62": "Police nationale du Pas-de-Calais",
    "67": "Police nationale du Bas-Rhin",
    "06": "Police nationale des Alpes-Maritimes",
}


def load_secrets(folder: Path) -> dict[str, str]:
    """They stay what they are: tokens stored with one key cannot be read with another. What an
    older version did not make yet has a file of its own.
    """
    kept = _once(
        folder / "secrets.json",
        {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "X_TOKEN_KEYS": Fernet.generate_key().decode(),
            "X_API_KEY": secrets.token_urlsafe(18),
            "X_API_SECRET": secrets.token_urlsafe(36),
        },
    )
    of_notices = _once(
        folder / "notices.json",
        {
            "NOTICE_KEYS": Fernet.generate_key().decode(),
            # Any 32 bytes are a key, but for a chance of 1 in 2**32.
            "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
        },
    )
    return {**kept, **of_notices}


def accounts_file(folder: Path, kept: dict[str, str], codes: Iterable[str] = PILOTS) -> Path:
    """The consumer and the accounts that the sandbox of X knows: those of these departments are
    among them.
    """
    file = folder / "sandbox" / "accounts.json"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    consumer = {"key": kept["X_API_KEY"], "secret": kept["X_API_SECRET"]}
    content = _once(file, {"consumer": consumer, "accounts": [_account(code) for code in PILOTS]})
    known = {account["handle"] for account in content["accounts"]}
    new = [account for account in map(_account, codes) if account["handle"] not in known]
    if new:
        _write(file, content | {"accounts": content["accounts"] + new})
    return file


def _account(code: str) -> dict[str, str]:
    """X's ids are numbers: Corsica's 2A and 2B are 201 and 202."""
    number = code.replace("A", "01").replace("B", "02").zfill(3)
    return {
        "handle": f"pnationale{code}",
        "name": PILOTS.get(code, f"Police nationale {code}"),
        "id": f"2000000{number}",
        "token": f"2000000{number}-{secrets.token_urlsafe(24)}",
        "token_secret": secrets.token_urlsafe(36),
    }


def _once(file: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Write `content` for its owner's eyes unless the file is there; what it now holds."""
    if not file.exists():
        _write(file, content)
    stored: dict[str, Any] = json.loads(file.read_text())
    return stored


def _write(file: Path, content: dict[str, Any]) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(content, opened, indent=2, ensure_ascii=False)
        opened.flush()
        os.fsync(opened.fileno())
    new.rename(file)
