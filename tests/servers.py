"""Pytest plugin: the servers that the runner started; every xdist worker has its own part."""

import os
import re

import pytest

if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
    raise pytest.UsageError(
        "The tests need servers: start them with « make test » or "
        "« .venv/bin/python -m policetweets.runner pytest »."
    )


def redis_of_worker(url: str, worker: str) -> str:
    """The same server, another of its numbered databases."""
    number = int(worker.removeprefix("gw") or 0) + 1
    if url.startswith("unix:"):
        return f"{url.split('?')[0]}?db={number}"
    return re.sub(r"(/\d*)?$", f"/{number}", url, count=1)


if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["REDIS_URL"] = redis_of_worker(os.environ["REDIS_URL"], worker)
    # A file is named by its digest: what one test purges is another's picture.
    os.environ["MEDIA_ROOT"] = f"{os.environ['MEDIA_ROOT']}-{worker}"
