"""The same images in a bucket: through the settings, to a server that speaks S3 over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT_IN_A_BUCKET = """
import django; django.setup()
from django.core.files.storage import default_storage
from approvals import images
from tests.pictures import picture, rewrite
image = rewrite(picture())
try:
    images.stored_bytes(image.sha256)
except FileNotFoundError:
    print("nothing yet")
image.put()
image.put()
assert images.shown_bytes(image.sha256) == image.raw
print(image.sha256)
"""


@pytest.fixture
def bucket():
    """What an S3-compatible server keeps: {path: bytes}; each request is signed."""
    objects: dict[str, bytes] = {}

    class Objects(BaseHTTPRequestHandler):
        def answer(self, status: int, body: bytes = b"") -> None:
            assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_PUT(self) -> None:
            objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200)

        def do_GET(self) -> None:
            known = self.path in objects
            self.answer(200 if known else 404, objects.get(self.path, b""))

        do_HEAD = do_GET

        def do_DELETE(self) -> None:
            objects.pop(self.path, None)
            self.answer(204)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", objects
    server.shutdown()
    server.server_close()


def test_images_are_kept_in_the_bucket_that_is_named(bucket):
    address, objects = bucket
    said = subprocess.run(
        [sys.executable, "-c", KEPT_IN_A_BUCKET],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "policetweets.settings",
            "MEDIA_BUCKET": "tweets",
            "MEDIA_S3_ENDPOINT": address,
            "MEDIA_S3_REGION": "fr-par",
            "MEDIA_S3_KEY": "key",
            "MEDIA_S3_SECRET": "secret",
        },
    ).stdout.split("\n")
    assert said[0] == "nothing yet"
    assert list(objects) == [f"/tweets/images/{said[1]}"]


def test_what_compose_passes_empty_is_not_set():
    """A machine's role then gives the key, and Amazon the address."""
    names = ("ENDPOINT", "REGION", "KEY", "SECRET")
    said = subprocess.run(
        [sys.executable, "-c", "from policetweets.settings import *; print(STORAGES['default'])"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"MEDIA_BUCKET": "tweets"} | {f"MEDIA_S3_{name}": "" for name in names},
    ).stdout
    for option in ("endpoint_url", "region_name", "access_key", "secret_key"):
        assert f"'{option}': None" in said
