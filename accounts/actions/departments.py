"""Adding a department; its rule of approval and its settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action, lock_account
from accounts.approval_rule import rule_of
from accounts.capabilities import CAPABILITIES
from accounts.errors import Invalid, Refusal
from accounts.models import Account, Credential, Person


class RuleCannotBeMet(Invalid):
    code = "rule_cannot_be_met"


class HandleConnected(Refusal):
    code = "handle_connected"
    sentence = _("Ce compte est connecté à X sous ce nom : il ne change plus ici.")


SETTINGS = ("name", "handle", "time_zone", "tolerance_minutes", "reply_settings")


@action
def add_account(account: Account, *, actor: Person) -> Account:
    """A department as its form describes it; nobody may write for it yet."""
    require_office(CAPABILITIES["add_account"], actor)
    account.save(force_insert=True)
    audit.record("account.added", actor=actor, account=account, subject=account)
    return account


@action
def change_rule(account_id: int, approvals_required: int, *, actor: Person) -> None:
    """The number of approvals for what is submitted from now on."""
    require_office(CAPABILITIES["change_rule"], actor)
    account = lock_account(account_id)
    rule = rule_of(account, approvals_required)
    if approvals_required < 1 or not rule.can_be_met:
        raise RuleCannotBeMet(rule.why_not, field="approvals_required")
    before = account.approvals_required
    if before == approvals_required:
        return
    account.approvals_required = approvals_required
    account.save(update_fields=["approvals_required"])
    audit.record(
        "account.rule_changed",
        actor=actor,
        account=account,
        subject=account,
        before=before,
        after=approvals_required,
    )


@action
def change_settings(account_id: int, changes: dict[str, Any], *, actor: Person) -> None:
    """The trail names the fields that changed."""
    require_office(CAPABILITIES["change_settings"], actor)
    account = lock_account(account_id)
    changed = [name for name in SETTINGS if changes[name] != getattr(account, name)]
    if "handle" in changed and Credential.objects.filter(account=account).exists():
        raise HandleConnected
    if not changed:
        return
    for name in changed:
        setattr(account, name, changes[name])
    account.save(update_fields=changed)
    audit.record("account.changed", actor=actor, account=account, subject=account, fields=changed)
