"""Triggers that several tables share."""

from __future__ import annotations

import pgtrigger


def append_only() -> list[pgtrigger.Trigger]:
    """Rows can be added and nothing else: UPDATE, DELETE and TRUNCATE are refused."""
    return [
        pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
        *never_deleted(),
    ]


def never_deleted() -> list[pgtrigger.Trigger]:
    """DELETE and TRUNCATE are refused."""
    return [
        pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
        ),
    ]
