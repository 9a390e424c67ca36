"""The tasks that workers are woken for; should a message be lost, the scan finds the row anyway."""

from __future__ import annotations

from accounts.wake import STALE, after_commit, now, waits

__all__ = ["STALE", "after_commit", "now", "waits"]

SEND = "publishing.tasks.send_account"
RECONCILE = "publishing.tasks.reconcile_account"
PROBE = "publishing.tasks.probe_account"
PROBE_ALL = "publishing.tasks.probe_all"
RETRACT = "publishing.tasks.run_retraction"
CASE_FILE = "publishing.tasks.make_case_file"
