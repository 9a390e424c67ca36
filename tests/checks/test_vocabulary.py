"""The words kept as data: every line is read, every section is used."""

from __future__ import annotations

import re
from pathlib import Path

import approvals.checks
from approvals.checks.vocabulary import sections, word_set

FOLDER = Path(approvals.checks.__file__).parent
SETS = {"lists": None, "names": {"also_words", "also_words_alone", "never_family"}}
PLAIN = {"communes", "first_names", "spelling", "macros"}


def files() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "words").glob("*.txt"))


def test_every_section_is_asked_for_somewhere():
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    for file in files():
        if file in PLAIN or file == "judicial":
            continue
        for name in re.findall(r"^\[(\w+)", (FOLDER / f"words/{file}.txt").read_text(), re.M):
            assert f'"{name}"' in code, (file, name)


def test_every_line_of_a_pattern_compiles_and_weights_are_set():
    for file in set(files()) - PLAIN - {"lists"}:
        for name, section in sections(file).items():
            assert section.pattern, (file, name)
    weights = {n: s.weight for n, s in sections("judicial").items() if n != "other_meaning"}
    assert all(weights.values())


def test_the_lists_are_in_lower_case():
    for name in ("shorteners", "domains", "accounts", "units"):
        assert {word.lower() for word in word_set("lists", name)} == word_set("lists", name)
