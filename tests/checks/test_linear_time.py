"""No text makes a check slow: four times the text costs about four times as much."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from approvals.checks import CHECKS
from approvals.checks.analysis import Analysis, Context
from approvals.checks.finding import MAX_OF_ONE_KIND

SHORT, LONG = 5_000, 20_000
# A quadratic check would cost sixteen times as much; the margin is for a busy machine.
MAX_RATIO = 10
NOTICEABLE = 0.1  # seconds
PIECES = [
    *("a", "a ", "1 ", "a.", "(x ", "#a-b ", "@a ", "« ", "😀", "\u200b", "\u043e", "http://"),
    *("le voleur de ", "un homme a ", "06 12 ", "garde à vue ", "Jean Dupont ", "Léa, 12 ans "),
    *("12 rue ", "AB-123-", "mineur ", "coupable ", "??? ", "ne pas ", "Marie-", "viol ", "race "),
    *("[date ", "JEAN DE LA ", "il y a ", "https://bit.ly/", "présumé ", "la la "),
]


def seconds(check, text: str) -> float:
    analysis = Analysis(text, Context(department="44", image_count=1))
    assert analysis.folded is not None
    assert analysis.links is not None
    assert analysis.sentences is not None
    start = time.process_time()
    list(islice(check(analysis), MAX_OF_ONE_KIND))
    return time.process_time() - start


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_takes_time_in_proportion_to_the_text(check):
    for piece in PIECES:
        long_time = seconds(check, (piece * LONG)[:LONG])
        if long_time > NOTICEABLE:
            short_time = seconds(check, (piece * SHORT)[:SHORT])
            assert long_time < MAX_RATIO * short_time, piece
