"""Each rule of docs/rules.md and each fault that publishing survives has a test of its number."""

from __future__ import annotations

import re

from tests.house.test_house import ROOT, sources

TESTS = sorted((ROOT / "tests").rglob("*.py"))
# 25 comes with tokens that are renewed; 32 to 37, 40, 44 to 46 are of approval.
FAULTS = {*range(1, 25), *range(26, 32), 38, 39, 41, 42, 43, *range(47, 52)}


def numbers(kind: str) -> set[int]:
    found = re.findall(rf"def test_{kind}_(\d+)_", "".join(file.read_text() for file in TESTS))
    return {int(number) for number in found}


def test_each_fault_has_its_test():
    assert FAULTS - numbers("fault") == set()


def test_each_rule_has_its_test():
    rules = re.findall(r"^\| (\d+) \|", (ROOT / "docs/rules.md").read_text(), flags=re.MULTILINE)
    assert numbers("rule") == {int(number) for number in rules}


# What reads a machine's own clock and why it may: nothing leaves, waits or is missed by it.
CLOCKS = {
    "accounts/templatetags/moments.py": "« il y a 5 min » on a page",
    "approvals/views/compose.py": "« enregistré à » on a page",
    "policetweets/templatetags/line_health.py": "« depuis » on a page",
    "publishing/actions/send.py": "an upload is good for a day, made anew an hour before its end",
    "publishing/gateway/answers.py": "429 without a date of X's",
}
READS_A_CLOCK = re.compile(
    r"timezone\.(now|localtime|localdate)\(|\.(utcnow|today)\(|datetime\.now\(|time\.time(_ns)?\("
    r"|auto_now"
)


def test_fault_14_no_clock_but_postgresql_s_decides_what_leaves():
    mine = ("publishing/sandbox/", "policetweets/runner/")
    reading = {
        name
        for file in sources()
        if READS_A_CLOCK.search(file.read_text())
        and not (name := str(file.relative_to(ROOT))).startswith(mine)
    }
    assert reading == set(CLOCKS)
