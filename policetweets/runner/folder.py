"""The .local/ folder: everything a run keeps, one lock for it, and where its sockets are."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from policetweets.runner.terminal import Stop

ROOT = Path(__file__).resolve().parents[2]
LOCAL = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local")

# A socket's whole path has 107 bytes; PostgreSQL adds a name of 18 (its lock file) to the folder.
SOCKET_FOLDER_LIMIT = 85


def make_private(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(
            f"The folder {folder} cannot be made ({error.strerror}): "
            "make the project's folder writable and start again."
        ) from error
    return folder


def wheel(package: str) -> Path:
    """Where an installed package lies, without running any of its Python."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Stop(f"{package} is not installed in this Python: start through make.")
    return Path(spec.origin).parent


def socket_folder(folder: Path) -> Path:
    """`folder`/run, or when a socket's path would be too long or odd, one under /tmp named after
    it, which must be ours alone."""
    near = make_private(folder) / "run"
    if len(os.fsencode(near)) <= SOCKET_FOLDER_LIMIT and re.fullmatch(r"[\w./-]+", str(near)):
        return make_private(near)
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    far = make_private(Path("/tmp") / f"policetweets-{os.geteuid()}-{name}")  # noqa: S108
    status = far.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise Stop(f"{far} belongs to somebody else or is open to others: remove it, start again.")
    return far


def is_locked(folder: Path) -> bool:
    try:
        with locked(folder, "{pid}"):
            return False
    except Stop:
        return True


@contextlib.contextmanager
def locked(folder: Path, refusal: str) -> Iterator[None]:
    """Hold the folder's one lock, or stop with `refusal`, where {pid} is who holds it."""
    make_private(folder)
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 20).decode() or "unknown"
            raise Stop(refusal.format(pid=holder)) from error
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        os.close(file)
