"""Make .venv and install the locked requirements, or say in one sentence what is missing.

Run by bootstrap.py as a file, before anything is installed: the standard library only.
"""

from __future__ import annotations

import hashlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.txt"
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
STAMP = VENV / "installed.stamp"
PYTHON = "python" + ".".join(map(str, sys.version_info[:2]))


def stop(sentence: str) -> typing.NoReturn:
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def stamp() -> str:
    """What .venv was made from: a moved folder, another Python or another lock changes it."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return "\n".join([str(VENV), os.path.realpath(VENV_PYTHON), lock]) + "\n"


def is_installed() -> bool:
    return is_usable() and STAMP.exists() and STAMP.read_text() == stamp()


def is_usable() -> bool:
    """Whether .venv was made here, by a Python that still exists (and is the one asked for)."""
    try:
        made_from = STAMP.read_text().split("\n")[:2]
    except OSError:
        return False
    asked_for = "PYTHON_GIVEN" not in os.environ or (VENV / "lib" / PYTHON).exists()
    return asked_for and VENV_PYTHON.exists() and made_from == stamp().split("\n")[:2]


def check_folder() -> None:
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            pass
    except OSError as error:
        stop(
            f"The folder {ROOT} cannot be written ({error.strerror}): copy the project to a "
            "folder of yours, or make this one writable."
        )


def check_venv_module() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            f"{PYTHON} lacks its venv module: install it with « apt install {PYTHON}-venv » "
            "(or python3-venv) and start again."
        )


def run(doing: str, command: list[str]) -> None:
    """One step, shown as it is done; its output only if it fails."""
    sys.stdout.write(f"{doing} … ")
    sys.stdout.flush()
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.stdout.write("failed\n" + done.stdout)
        sys.stdout.flush()
        stop(f"« {doing} » failed: read the lines above, check the network, and start again.")
    sys.stdout.write(f"done in {time.monotonic() - began:.1f} s\n")


def uv_requirement() -> str:
    """The lock's own lines for uv, hashes included."""
    block = re.search(r"^uv==(?:.*\\\n)*.*", LOCK.read_text(), flags=re.MULTILINE)
    if block is None:
        stop("requirements.txt does not pin uv: restore it, or run « make lock ».")
    return block.group() + "\n"


def install_uv() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(uv_requirement())
        file.flush()
        run(
            "Installing uv",
            [
                *[str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-deps"],
                *["--disable-pip-version-check", "--require-hashes", "-r", file.name],
            ],
        )


def install() -> None:
    check_folder()
    if not is_usable():
        check_venv_module()
        run(f"Making .venv with {PYTHON}", [sys.executable, "-m", "venv", "--clear", str(VENV)])
        install_uv()
    # Behind a filtering proxy only the machine's own certificates know it.
    certificates = ["--system-certs"] if pathlib.Path(SYSTEM_CERTIFICATES).exists() else []
    run(
        "Installing the locked requirements",
        [
            *[str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes"],
            "--compile-bytecode",
            *[*certificates, "--python", str(VENV_PYTHON), str(LOCK)],
        ],
    )
    STAMP.write_text(stamp())


def main() -> None:
    # Neither a terminal of another encoding nor a caller's virtual environment may get in the way.
    for stream in (sys.stdout, sys.stderr):
        typing.cast(io.TextIOWrapper, stream).reconfigure(errors="replace")
    os.environ.pop("VIRTUAL_ENV", None)
    try:
        if not is_installed():
            install()
    except OSError as error:
        stop(f"The set-up stopped ({error}): make {ROOT} writable and start again.")
    except KeyboardInterrupt:
        stop("\nThe set-up was stopped; start again, it goes on where it was.")


if __name__ == "__main__":
    main()
