"""The stack that the journeys through the real worker share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.journeys.stack import Stack, started


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    with started(tmp_path_factory.mktemp("stack"), f"journeys_{worker}") as running:
        yield running
