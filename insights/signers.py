"""What a reviewer was in their service at the moment of a verdict or a word."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from accounts.models import AuditEntry, Function, Supervision
from accounts.roles import Role


class Functions:
    """Of the supervisors of these accounts, in two queries. A supervision says the present
    function; the trail says what it was before each change.
    """

    def __init__(self, account_ids: Collection[int]) -> None:
        self.held: dict[tuple[int, int], list[Supervision]] = defaultdict(list)
        rows = Supervision.objects.filter(account__in=account_ids).order_by("started_at", "pk")
        for row in rows:
            self.held[row.account_id, row.person_id].append(row)
        self.changes: dict[int, list[AuditEntry]] = defaultdict(list)
        acts = AuditEntry.objects.filter(
            account__in=account_ids, act="supervision.function_changed"
        )
        for entry in acts.order_by("pk"):
            self.changes[entry.subject_id or 0].append(entry)

    def words(self, account_id: int, person_id: int, role: str, at: dt.datetime) -> str:
        """« supervision, chef de service »"""
        label = str(Role(role).label)
        if role != Role.SUPERVISION:
            return label
        function = self.function(account_id, person_id, at)
        return f"{label}, {Function(function).label}" if function else label

    def supervised(self, account_id: int, person_id: int, at: dt.datetime) -> bool:
        """Whether a supervision of theirs stood at that moment."""
        return any(
            row.started_at <= at and (row.ended_at is None or row.ended_at > at)
            for row in self.held[account_id, person_id]
        )

    def function(self, account_id: int, person_id: int, at: dt.datetime) -> str:
        """A value of Function, or nothing: without one, or in a place that was lent."""
        held = [row for row in self.held[account_id, person_id] if row.started_at <= at]
        if not held:
            return ""
        for change in self.changes[held[-1].pk]:
            if change.at > at:
                before: str = change.details["before"]
                return "" if before == "no_function" else before
        return held[-1].function
