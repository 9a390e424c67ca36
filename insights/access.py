"""Whose documents are whose: those that one asked for, of accounts that are all one's own now."""

from __future__ import annotations

from collections.abc import Collection

from accounts.access import memberships
from accounts.errors import NotFound
from accounts.models import Account, Person
from insights.capabilities import CAPABILITIES
from insights.models import Export, ExportState


def accounts_to_export(person: Person) -> list[Account]:
    """Those of which one may have documents, by department. Raises NotFound for none."""
    capability = CAPABILITIES["export"]
    found = [p.account for p in memberships(person) if capability.allows(p.role)]
    if not found:
        raise NotFound
    return found


def require_all(person: Person, account_ids: Collection[int]) -> None:
    """Raises NotFound unless one may have documents of each of them now."""
    own = {account.pk for account in accounts_to_export(person)}
    if not account_ids or not own.issuperset(account_ids):
        raise NotFound


def exports_of(person: Person, own: list[Account]) -> list[Export]:
    """The latest first, each with its accounts: two queries."""
    rows = Export.objects.filter(asked_by=person).prefetch_related("accounts").order_by("-pk")
    ids = {account.pk for account in own}
    return [row for row in rows if ids.issuperset(account.pk for account in row.accounts.all())]


def export_to_fetch(person: Person, export_id: int) -> Export:
    """One that is made. Raises NotFound."""
    rows = Export.objects.filter(pk=export_id, asked_by=person, state=ExportState.MADE)
    export = rows.prefetch_related("accounts").first()
    if export is None:
        raise NotFound
    require_all(person, [account.pk for account in export.accounts.all()])
    return export
