"""The processes of one run agree on what a test is called, whenever each of them started."""

from __future__ import annotations

import gzip

import pytest

from tests.conftest import LONGEST_ID, pytest_make_parametrize_id


@pytest.mark.parametrize("value", [gzip.compress(b"now", mtime=0), b"", "é" * (LONGEST_ID + 1)])
def test_neither_bytes_nor_an_endless_text_is_a_name(value, request):
    assert pytest_make_parametrize_id(value, "body") == "body"
    assert request.node.name.startswith(f"{request.function.__name__}[value")


def test_a_short_text_is_its_own_name():
    assert pytest_make_parametrize_id("é" * LONGEST_ID, "body") is None
