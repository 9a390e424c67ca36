"""The lists that checks read and that change: domains, accounts, units, words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from approvals.checks.vocabulary import word_set


def _listed(name: str) -> Any:
    return field(default_factory=lambda: word_set("lists", name))


@dataclass(frozen=True, slots=True)
class Lists:
    """What administrators may change; everything in lower case. Domains without www, accounts
    without the @. Each of `words` blocks, its accents or not.
    """

    shorteners: frozenset[str] = _listed("shorteners")
    domains: frozenset[str] = _listed("domains")
    accounts: frozenset[str] = _listed("accounts")
    units: frozenset[str] = _listed("units")
    words: frozenset[str] = frozenset()


DEFAULT_LISTS = Lists()


@dataclass(frozen=True, slots=True)
class Reserve:
    """An electoral reserve, with its last day."""

    label: str
    ends_on: dt.date
