"""A PDF: its blocks and its images handed to `publishing/typeset.py`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import tempfile
import threading
from typing import Any

import structlog

from approvals.images import Unreadable, poster_bytes, stored_bytes
from publishing import typeset

log = structlog.get_logger(__name__)

# A thread of 25 messages with four large images each takes a minute.
SECONDS = 240


class NotTypeset(Exception):
    """The process gave no PDF; its log says why."""


def pdf_of(document: dict[str, Any]) -> bytes:
    """Images are read one after the other: a thread may have a hundred. Raises NotTypeset, and what
    the storage raises when it does not answer.
    """
    wanted = sorted({block["file"] for block in document["blocks"] if block["kind"] == "image"})
    command = [sys.executable, "-I", typeset.__file__]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env={}
        ) as process,
    ):
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            made = _exchange(process, document, wanted)
        finally:
            late.cancel()
            process.kill()  # no more than a no to what has ended
        if process.wait() != 0 or not made.startswith(b"%PDF"):
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
            log.error("not typeset", status=process.returncode, said=last)
            raise NotTypeset
    return made


def _exchange(
    process: subprocess.Popen[bytes], document: dict[str, Any], wanted: list[str]
) -> bytes:
    """Sends the images, then the document with the names of those that cannot be read."""
    if process.stdin is None or process.stdout is None:
        raise NotTypeset
    missing = []
    with contextlib.suppress(BrokenPipeError):  # its status says why
        for sha256 in wanted:
            if raw := _readable(sha256):
                process.stdin.write(json.dumps({"image": sha256, "size": len(raw)}).encode())
                process.stdin.write(b"\n" + raw)
            else:
                missing.append(sha256)
        process.stdin.write(json.dumps(document | {"missing": missing}).encode() + b"\n")
        process.stdin.close()
    made = process.stdout.read()
    process.wait()
    return made


def _readable(name: str) -> bytes:
    """The bytes that were stored, or none; of « SHA256.jpg » the still of what moves."""
    sha256, dot, _suffix = name.partition(".")
    try:
        if dot:
            return poster_bytes(sha256)
        raw = stored_bytes(sha256)
    except (FileNotFoundError, Unreadable):
        return b""
    return raw if hashlib.sha256(raw).hexdigest() == sha256 else b""
