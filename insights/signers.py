"""What a reviewer was in their service at the moment of a verdict."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from accounts.models import Account, AuditEntry, Function, Supervision
from accounts.roles import Role


class Functions:
    """Of the supervisors of one account. A supervision says the present function; the trail says
    what it was before each change.
    """

    def __init__(self, account: Account) -> None:
        self.held: dict[int, list[Supervision]] = defaultdict(list)
        for row in Supervision.objects.filter(account=account).order_by("started_at", "pk"):
            self.held[row.person_id].append(row)
        self.changes: dict[int, list[AuditEntry]] = defaultdict(list)
        acts = AuditEntry.objects.filter(account=account, act="supervision.function_changed")
        for entry in acts.order_by("pk"):
            self.changes[entry.subject_id or 0].append(entry)

    def words(self, person_id: int, role: str, at: dt.datetime) -> str:
        """« supervision, chef de service »"""
        label = str(Role(role).label)
        if role != Role.SUPERVISION:
            return label
        held = [row for row in self.held[person_id] if row.started_at <= at]
        if not held:
            return label  # a place that was lent
        function = held[-1].function
        for change in self.changes[held[-1].pk]:
            if change.at > at:
                before = change.details["before"]
                function = "" if before == "no_function" else before
                break
        return f"{label}, {Function(function).label}" if function else label
