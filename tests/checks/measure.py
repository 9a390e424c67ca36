"""How well the checks find what they should: a table for each half of the corpus.

The texts were written by several people who had not read the rules, and labelled by them. The
checks were written beside the half called « writing »; « measuring » was not looked at meanwhile.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from approvals.management.commands.check_texts import Text, found_in

CORPUS = Path(__file__).parent / "corpus"
BLOCKS = (
    *("INVISIBLE", "HOMOGLYPH", "STYLED", "TOO_LONG", "DRAFT_WORDS", "TEST_WORDS"),
    *("GUILT_FORMULA", "RACE", "PLATE", "PHONE", "NIR", "RIO", "BAD_URL", "JUDICIAL"),
    *("MINOR_IDENTIFIED", "VICTIM_IDENTIFIED", "PROTECTED_UNIT"),
)
WARNS = (
    *("GUILT_WORDS", "MINOR_MENTION", "SEX_OFFENCE_MENTION", "ORIGIN", "LIVE_OPERATION"),
    *("VICTIM_BLAMING", "RELATIVE_DATE", "ADDRESS", "PERSONAL_VOICE", "POLITICS"),
    *("HASHTAG_BROKEN", "HASHTAG_STYLE", "MENTION"),
)


@dataclass
class Measure:
    """Counts of one half. `expected` and `found` are by check; the rest counts texts."""

    expected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    clean: int = 0
    falsely_blocked: int = 0
    falsely_warned: int = 0
    to_block: int = 0
    blocked: int = 0

    def recall(self, checks: Iterable[str]) -> float:
        checks = list(checks)
        return sum(self.found[c] for c in checks) / sum(self.expected[c] for c in checks)


def measure(half: str) -> Measure:
    """Of tests/checks/corpus/<half>.jsonl."""
    counts = Measure()
    for line in (CORPUS / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        labelled = json.loads(line)
        block, warn = set(labelled.pop("block")), set(labelled.pop("warn"))
        result = found_in(Text(**labelled))
        found = {*result["block"], *result["warn"]}
        counts.texts += 1
        counts.expected.update(block | warn)
        counts.found.update((block | warn) & found)
        counts.unexpected.update(found - block - warn)
        if block:
            counts.to_block += 1
            counts.blocked += bool(result["block"])
        if not block and not warn:
            counts.clean += 1
            counts.falsely_blocked += bool(result["block"])
            counts.falsely_warned += bool(result["warn"])
    return counts


def table(half: str) -> str:
    counts = measure(half)
    lines = [
        f"{half}: {counts.texts} texts, {counts.clean} of them clean",
        f"  to block, blocked       {counts.blocked}/{counts.to_block}"
        f" = {counts.blocked / counts.to_block:.1%}",
        f"  recall of block labels  {counts.recall(BLOCKS):.1%}",
        f"  recall of warn labels   {counts.recall(WARNS):.1%}",
        f"  clean, yet blocked      {counts.falsely_blocked / counts.clean:.1%}",
        f"  clean, yet warned       {counts.falsely_warned / counts.clean:.1%}",
        f"  {'check':22}{'found':>9}{'unexpected':>12}",
    ]
    lines += [
        f"  {check:22}{counts.found[check]:>4}/{counts.expected[check]:<4}"
        f"{counts.unexpected[check]:>12}"
        for check in (*BLOCKS, *WARNS)
    ]
    return "\n".join(lines)
