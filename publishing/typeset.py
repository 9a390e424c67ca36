"""A PDF/UA-1 set by typst from blocks, in a process of its own with limits on memory and time.

Standard input: for each image a line of JSON, {"image": its name, "size": ...}, and its bytes; then
a line with the document. Standard output: the PDF. Images are made smaller first: a page is 16 cm
wide. The texts reach typst as data, never as its source. Nothing of Django is loaded here.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import typst
from PIL import Image

MAX_MEMORY = 4 * 1024 * 1024 * 1024
MAX_CPU_SECONDS = 60
TEMPLATE = Path(__file__).with_name("document.typ")
# Two hundred points an inch on a page.
MAX_SIDE = 1250


def typeset(document: dict[str, Any], folder: Path) -> bytes:
    """The PDF; the images that its blocks name are in the folder."""
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        root=str(folder),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document)},
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=document["made_at"])
    if not isinstance(made, bytes):
        raise TypeError(f"typst made {type(made).__name__}")
    return made


def shrink(raw: bytes) -> bytes:
    """A JPEG of the picture that is no larger than a page needs."""
    picture: Image.Image
    with Image.open(io.BytesIO(raw), formats=["JPEG", "PNG", "WEBP"]) as picture:
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # of a JPEG: the decoder leaves points out
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        if picture.mode != "RGB":
            seen = picture.convert("RGBA")
            picture = Image.new("RGB", seen.size, "white")
            picture.paste(seen, mask=seen)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def main(source: BinaryIO, target: BinaryIO) -> None:
    with tempfile.TemporaryDirectory() as folder:
        while "image" in (asked := json.loads(source.readline())):
            raw = source.read(asked["size"])
            (Path(folder) / asked["image"]).write_bytes(shrink(raw))
        target.write(typeset(asked, Path(folder)))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    with contextlib.suppress(BrokenPipeError):
        main(sys.stdin.buffer, sys.stdout.buffer)
