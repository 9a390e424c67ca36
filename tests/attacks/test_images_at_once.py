"""Large photographs that arrive at once at the real web server: one decode, and pages meanwhile."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from django.db import connection
from django.urls import reverse

from approvals.models import StoredImage
from tests.approvals.writing import a_draft
from tests.cast import signed_in
from tests.pictures import photograph
from tests.sandbox import _free_port, until

pytestmark = pytest.mark.django_db(transaction=True)

KB = 1024
TOKEN = "a" * 32
# Seconds: on a machine that is busy with something else four decodes take minutes.
PATIENCE = 300


class Web:
    """`python -m policetweets.web` on this test's database, and Claire's browser."""

    def __init__(self, cast, folder: Path) -> None:
        self.port = _free_port()
        database = urlsplit(os.environ["DATABASE_URL"])._replace(
            path="/" + str(connection.settings_dict["NAME"])
        )
        given = {"DATABASE_URL": database.geturl(), "MEDIA_ROOT": str(folder)}
        command = [sys.executable, "-m", "policetweets.web", "--port", str(self.port)]
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *command], env=os.environ | given
        )
        session = signed_in(cast.claire).cookies["sessionid"].value
        cookies = f"sessionid={session}; csrftoken={TOKEN}"
        self.headers = {
            "Host": "127.0.0.1:8000",
            "Cookie": cookies,
            "X-CSRFToken": TOKEN,
            "HX-Request": "true",
        }

    def get(self, path: str) -> requests.Response:
        address = f"http://127.0.0.1:{self.port}{path}"
        return requests.get(address, headers=self.headers, timeout=PATIENCE)

    def seconds(self, path: str) -> float:
        """How long a page takes."""
        began = time.monotonic()
        assert self.get(path).status_code == 200
        return time.monotonic() - began

    def post(self, path: str, raw: bytes) -> requests.Response:
        files = {"files-0": ("photo.jpg", raw, "image/jpeg")}
        address = f"http://127.0.0.1:{self.port}{path}"
        data = {"part": "0"}
        return requests.post(
            address, data=data, files=files, headers=self.headers, timeout=PATIENCE
        )

    def answers(self) -> bool:
        try:
            return self.get("/mentions-legales").status_code == 200
        except requests.ConnectionError:
            return False

    def decodes(self) -> list[int]:
        """What its children hold now, in kilobytes."""
        held = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                held.append(child.memory_info().rss // KB)
        return held

    def peak(self) -> int:
        """The most memory it has held, in kilobytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])


@pytest.fixture
def web(cast, media_folder) -> Iterator[Web]:
    one = Web(cast, media_folder)
    until(one.answers, PATIENCE)
    yield one
    one.process.terminate()
    assert one.process.wait(30) == 0


@pytest.mark.long
def test_fault_93_four_photographs_of_40_million_points_at_once_are_decoded_one_by_one(cast, web):
    raw = photograph()
    draft = a_draft(cast.claire, cast.nantes)
    alone = statistics.median(web.seconds("/") for _ in range(5))
    before, at_once, held, took = web.peak(), 0, 0, []
    with ThreadPoolExecutor(4) as people:
        sent = [
            people.submit(web.post, reverse("add-images", args=[draft.pk]), raw) for _ in range(4)
        ]
        while not all(one.done() for one in sent):
            decodes = web.decodes()
            at_once, held = max(at_once, len(decodes)), max(held, sum(decodes))
            took.append(web.seconds("/"))
    answers = [one.result() for one in sent]
    assert [answer.status_code for answer in answers] == [200] * 4
    sha256 = StoredImage.objects.get().sha256
    assert all(sha256 in answer.text for answer in answers)
    assert at_once == 1, "one decode at a time"
    assert held < 600_000
    assert web.peak() - before < 8 * len(raw) // KB + 40_000
    # A second, or on a machine that is busy with something else what it then takes.
    assert statistics.median(took) < max(1, 5 * alone)
