"""Files of a ZIP that is the same bytes each time: nothing of the machine or the moment in it."""

from __future__ import annotations

import zipfile
from typing import IO

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o100644 << 16


def new_file(
    archive: zipfile.ZipFile, path: str, size: int, method: int = zipfile.ZIP_DEFLATED
) -> IO[bytes]:
    """To be written to and closed; `size` in bytes, at least what it will be."""
    entry = zipfile.ZipInfo(path, FIRST_DAY)
    entry.create_system, entry.external_attr = UNIX, READABLE
    entry.compress_type, entry.file_size = method, size
    return archive.open(entry, "w")
