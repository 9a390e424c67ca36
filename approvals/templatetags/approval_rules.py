"""Rules of approval by category, on the pages of accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from accounts.departments import Department
from accounts.models import Account, Person
from approvals import category_rules as rules

register = template.Library()


@register.simple_tag
def category_rules(account: Account) -> list[rules.NamedRule]:
    return rules.category_rules(account)


@register.simple_tag
def rules_lost_without(account: Account, person: Person) -> list[rules.NamedRule]:
    """Which rules nobody could meet any more if this person's right ended."""
    return rules.rules_lost(account, person)


@register.simple_tag
def rules_lost_without_function(account: Account, person: Person) -> list[rules.NamedRule]:
    return rules.rules_lost(account, person, function_only=True)


@register.simple_tag
def accounts_with_unmet_category(departments: Iterable[Department]) -> set[int]:
    """The accounts of these that have a category which nobody can approve now: one query."""
    return rules.accounts_with_unmet({d.account.pk: d.rule for d in departments})
