"""What administrators set for a category of an account beyond its rule of approval."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action, lock_account
from accounts.actions.departments import RuleCannotBeMet
from accounts.approval_rule import rule_of
from accounts.capabilities import CAPABILITIES
from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import Person
from approvals.models import Category, CategoryRule


@action
def set_category_rule(
    account_id: int, category: str, required: int, function: str = "", *, actor: Person
) -> None:
    """For what is submitted from now on, in place of the category's rule of before. Raises Invalid
    for what asks for nothing more, or for what the people of the account cannot meet.
    """
    require_office(CAPABILITIES["change_rule"], actor)
    account = lock_account(account_id)
    fewest = account.approvals_required
    if required < fewest or (required == fewest and not function):
        raise Invalid(
            _(
                "Le compte demande déjà %(count)d accords pour tout texte : demandez-en davantage, "
                "ou l’accord d’une fonction."
            )
            % {"count": fewest},
            field="required",
        )
    rule = rule_of(account, required, function)
    if not rule.can_be_met:
        beyond = not rule.supervisors or required > rule.most
        raise RuleCannotBeMet(rule.why_not, field="required" if beyond else "function")
    standing = CategoryRule.objects.filter(account=account, category=category, ended_at=None)
    if standing.filter(required=required, function=function).exists():
        return
    standing.update(ended_at=Now(), ended_by=actor)
    row = CategoryRule.objects.create(
        account=account,
        category=Category(category),
        required=required,
        function=function,
        added_by=actor,
    )
    _record("category_rule.set", row, actor)


@action
def end_category_rule(rule_id: int, *, actor: Person) -> None:
    """The category follows the account's rule again. Raises Conflict when somebody was faster."""
    require_office(CAPABILITIES["change_rule"], actor)
    row = CategoryRule.objects.filter(pk=rule_id).first()
    if row is None:
        raise NotFound
    lock_account(row.account_id)
    if not CategoryRule.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=Now(), ended_by=actor
    ):
        raise Conflict
    _record("category_rule.ended", row, actor)


def _record(act: str, row: CategoryRule, actor: Person) -> None:
    audit.record(
        act,
        actor=actor,
        account=row.account_id,
        subject=row,
        category=row.category,
        required=row.required,
        function=row.function,
    )
