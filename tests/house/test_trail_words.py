"""Every act that the code writes into the trail is said in words where people read it."""

from __future__ import annotations

import re
from pathlib import Path

from accounts.audit_words import WORDS

ROOT = Path(__file__).resolve().parents[2]


def recorded() -> dict[str, str]:
    """Act -> the file that records it; acts made of a variable are left to their own tests."""
    found = {}
    for room in ("accounts", "approvals", "publishing", "policetweets"):
        for file in (ROOT / room).rglob("*.py"):
            for act in re.findall(r'\brecord\(\s*"([a-z_.]+)"', file.read_text(encoding="utf-8")):
                found[act] = str(file.relative_to(ROOT))
    return found


def test_every_act_of_the_trail_has_its_words():
    acts = recorded()
    assert len(acts) > 20
    assert {act: file for act, file in acts.items() if act not in WORDS} == {}
