"""A minute of the soak in every run of the tests; `make soak` is the long one."""

import os
import re
import subprocess
import sys
from random import Random

import pytest

from policetweets.runner.folder import ROOT
from tests.soak.schedule import SHARES, draw


@pytest.mark.soak
@pytest.mark.long
def test_nothing_doubles_gets_lost_or_leaves_unapproved_in_a_minute_of_faults():
    size = {"SEED": "7", "RELEASES": "120", "ACCOUNTS": "8", "SECONDS": "35", "EVERY": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak"],
        env={**os.environ, **size},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr[-5000:]}"
    found = re.search(r"released (\d+), out (\d+), doubled 0, lost 0", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 60
    assert int(found[2]) > 10


def test_the_seed_makes_the_schedule():
    once, again, other = (draw(Random(seed), 300, 1.0) for seed in (5, 5, 6))
    assert once == again != other
    assert {trouble.name for trouble in once} == set(SHARES)
