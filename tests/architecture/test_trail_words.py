"""Every act that the code writes into the trail is said in words where people read it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from accounts.audit_text import DETAILS, WORDS

ROOT = Path(__file__).resolve().parents[2]


def recorded() -> dict[str, str]:
    """Act -> the file that records it; acts made of a variable are left to their own tests."""
    found = {}
    for app in ("accounts", "approvals", "publishing", "insights", "policetweets"):
        for file in (ROOT / app).rglob("*.py"):
            for act in re.findall(r'\brecord\(\s*"([a-z_.]+)"', file.read_text(encoding="utf-8")):
                found[act] = str(file.relative_to(ROOT))
    return found


def test_every_act_of_the_trail_has_its_words():
    acts = recorded()
    assert len(acts) > 20
    assert {act: file for act, file in acts.items() if act not in WORDS} == {}


# Said each in a way of its own, never said, or no detail at all.
APART = {"person_id", "covers_id", "author_before", "number", "after", "address"}
RECORDERS = {"record", "transition"}
NO_DETAIL = {"actor", "about", "account", "subject", "draft_id", "next_try_at"}


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def detailed() -> set[str]:
    """The names of the details that acts are recorded with, by `transition` too."""
    names: set[str] = set()
    for app in ("accounts", "approvals", "publishing", "insights", "policetweets"):
        for file in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and called(node) in RECORDERS:
                    names |= {given.arg for given in node.keywords if given.arg}
    return names - NO_DETAIL


def test_every_detail_of_the_trail_has_its_words():
    names = detailed()
    assert {"role", "reason", "kind", "outcome", "fields"} <= names
    assert names - APART - set(DETAILS) == set()
