"""Each rule of docs/rules.md and each fault of docs/faults.md has a test of its number."""

from __future__ import annotations

import re

import pytest

from tests.architecture.test_layers import ROOT, sources

TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize(("kind", "count"), [("rule", 12), ("fault", 54)])
def test_each_has_its_test(kind, count):
    text = (ROOT / f"docs/{kind}s.md").read_text()
    said = set(re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE))
    tests = "".join(file.read_text() for file in TESTS)
    assert len(said) == count
    assert said - set(re.findall(rf"def test_{kind}_(\d+)_", tests)) == set()


# What reads a machine's own clock and why it may: nothing leaves, waits or is missed by it.
CLOCKS = {
    "accounts/templatetags/timefmt.py": "« il y a 5 min » on a page",
    "approvals/views/compose.py": "« enregistré à » on a page",
    "policetweets/templatetags/publishing_health.py": "« depuis » on a page",
    "publishing/actions/media.py": "an upload is good for a day, made anew an hour before its end",
    "publishing/actions/pieces.py": "so is one that goes piece by piece",
    "publishing/gateway/answers.py": "429 without a date of X's",
}
READS_A_CLOCK = re.compile(
    r"timezone\.(now|localtime|localdate)\(|\.(utcnow|today)\(|datetime\.now\(|time\.time(_ns)?\("
    r"|auto_now"
)


def test_fault_14_no_clock_but_postgresql_s_decides_what_leaves():
    mine = ("policetweets/runner/", "x_sandbox/")
    reading = {
        name
        for file in sources()
        if READS_A_CLOCK.search(file.read_text())
        and not (name := str(file.relative_to(ROOT))).startswith(mine)
    }
    assert reading == set(CLOCKS)
