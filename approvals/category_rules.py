"""What a category needs of approvals on an account, and which rules its people can meet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.approval_rule import ApprovalRule, rule_of
from accounts.errors import Sentence
from accounts.models import Account, Function, Person
from approvals.models import Category, CategoryRule


@dataclass(frozen=True)
class Needed:
    """How many approvals, and the function of which one signer is to be, or empty."""

    required: int
    function: str = ""

    @property
    def function_label(self) -> str:
        return str(Function(self.function).label) if self.function else ""


def needed_for(account_id: int, category: str) -> Needed:
    """As the database says it, which compares when a revision is made: one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT required, by_function FROM rule_for(%s, %s)", [account_id, category])
        required, function = cursor.fetchone()
    return Needed(required, function)


@dataclass(frozen=True)
class NamedRule:
    """A rule as pages show it; `row` is None for the account's own."""

    label: Sentence
    rule: ApprovalRule
    row: CategoryRule | None = None

    @property
    def function_label(self) -> str:
        return str(Function(self.rule.function).label) if self.rule.function else ""


def category_rules(account: Account) -> list[NamedRule]:
    """Those of the account's categories, with who can meet them: two queries."""
    return _named(rule_of(account), _rows([account.pk]).get(account.pk, []))


def rules_lost(account: Account, person: Person, *, function_only: bool = False) -> list[NamedRule]:
    """The rules that can be met now, and could not without this person, or without the function
    that they hold; as they would be then.
    """
    base = rule_of(account)
    then = base.without_function(person) if function_only else base.without(person)
    rows = _rows([account.pk]).get(account.pk, [])
    before = [NamedRule(_("tous les textes"), base), *_named(base, rows)]
    after = [NamedRule(_("tous les textes"), then), *_named(then, rows)]
    return [
        new
        for old, new in zip(before, after, strict=True)
        if old.rule.can_be_met and not new.rule.can_be_met
    ]


def accounts_with_unmet(rules: dict[int, ApprovalRule]) -> set[int]:
    """Of these accounts, with their own rules, those with a category that nobody can approve: one
    query.
    """
    rows = _rows(rules)
    return {
        pk
        for pk, base in rules.items()
        if any(not named.rule.can_be_met for named in _named(base, rows.get(pk, [])))
    }


def _rows(account_ids: Collection[int]) -> dict[int, list[CategoryRule]]:
    rows: dict[int, list[CategoryRule]] = {}
    found = CategoryRule.objects.filter(account__in=account_ids, ended_at=None)
    for row in found.select_related("added_by"):
        rows.setdefault(row.account_id, []).append(row)
    return rows


def _named(base: ApprovalRule, rows: list[CategoryRule]) -> list[NamedRule]:
    return [
        NamedRule(
            Category(row.category).label,
            replace(base, required=max(base.required, row.required), function=row.function),
            row,
        )
        for row in rows
    ]
