"""The words that checks look for, kept as data: one alternative a line, in words/*.txt.

A section begins with `[name]`. `begins` after the name means that each line begins at the
beginning of a word, `words` that it ends there too, a number is the section's weight. `{NAME}`
stands for any line of that section of macros.txt. A line that begins with « # » and a space says
why. Lines are regular expressions over folded text; none may repeat without a bound what another
repeats, so that reading takes time in proportion to the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_HEADING = re.compile(r"\[(\w+)(?: (begins|words))?(?: ([+-]\d+))?\]")
_MACRO = re.compile(r"\{([A-Z]+)\}")


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    weight: int
    pattern: re.Pattern[str]


def pattern(file: str, section: str) -> re.Pattern[str]:
    """Any line of one section."""
    return sections(file)[section].pattern


@cache
def sections(file: str) -> dict[str, Section]:
    """The sections of words/<file>.txt, in their order."""
    found: dict[str, Section] = {}
    for heading, lines in _read(file):
        name, kind, weight = heading.groups()
        any_line = "|".join(lines)
        if kind:
            any_line = rf"\b(?:{any_line})" + (r"\b" if kind == "words" else "")
        found[name] = Section(name, int(weight or 0), re.compile(_expanded(any_line)))
    return found


@cache
def word_set(file: str, section: str) -> frozenset[str]:
    """The words of one section, as they stand."""
    found = (lines for heading, lines in _read(file) if heading[1] == section)
    return frozenset(" ".join(next(found)).split())


def _expanded(rule: str) -> str:
    macros = _macros()
    while _MACRO.search(rule):
        rule = _MACRO.sub(lambda match: macros[match[1]], rule)
    return rule


@cache
def _macros() -> dict[str, str]:
    return {heading[1]: f"(?:{'|'.join(lines)})" for heading, lines in _read("macros")}


def _read(file: str) -> list[tuple[re.Match[str], list[str]]]:
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in words_of(file):
        if heading := _HEADING.fullmatch(line):
            found.append((heading, []))
        else:
            found[-1][1].append(line)
    return found


def words_of(file: str) -> list[str]:
    """The lines of words/<file>.txt that say something."""
    path = resources.files("approvals.checks").joinpath(f"words/{file}.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("# ")]
