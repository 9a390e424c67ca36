"""Whose documents are whose: those that one asked for, of accounts that are all one's own now. And
whose lessons learned and invitations: those of one's accounts; all others do not exist.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from accounts.access import memberships, role_on
from accounts.errors import NotFound
from accounts.models import Account, Person
from accounts.roles import Role
from insights.capabilities import CAPABILITIES
from insights.models import Export, ExportState, Invitation, LessonLearned


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


def lessons_of(accounts: list[Account]) -> QuerySet[LessonLearned]:
    """With all that a page says of them: one query."""
    rows = LessonLearned.objects.filter(account__in=accounts)
    return rows.select_related("account", "draft", "written_by", "outcome")


def lesson_for(person: Person, lesson_id: int) -> tuple[LessonLearned, Role]:
    """One lesson and the person's role on its account. Raises NotFound."""
    rows = LessonLearned.objects.select_related("account", "draft", "written_by", "outcome")
    lesson = rows.filter(pk=lesson_id).first()
    role = role_on(person, lesson.account_id) if lesson is not None else None
    if lesson is None or role is None:
        raise NotFound
    return lesson, role


def invitations_to(accounts: Collection[Account]) -> QuerySet[Invitation]:
    """To follow these accounts, with all that a page says of them: one query."""
    return Invitation.objects.filter(account__in=accounts).select_related("account", "invited_by")


def invitation_for(person: Person, invitation_id: int) -> Invitation:
    """One invitation of the person's accounts. Raises NotFound."""
    rows = Invitation.objects.select_related("account", "invited_by")
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None or role_on(person, invitation.account_id) is None:
        raise NotFound
    return invitation
