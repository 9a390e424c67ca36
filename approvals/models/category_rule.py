"""What an account asks for a category beyond its rule of approval."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account, Function
from approvals.models.draft import Category
from approvals.models.lists import Temporary, only_ended


class CategoryRule(Temporary):
    """More approvals, a named function's, or both. A change ends the row and adds another: a
    revision keeps what it was submitted under. `rule_for` of approvals/sql/functions.sql reads it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    category = models.CharField(_("catégorie"), max_length=20, choices=Category.choices)
    required = models.PositiveSmallIntegerField(_("nombre d’accords"))
    function = models.CharField(
        _("fonction"), max_length=12, choices=Function.choices, blank=True, default=""
    )

    class Meta(Temporary.Meta):
        abstract = False
        ordering = ["account", "category", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "category"],
                condition=models.Q(ended_at__isnull=True),
                name="category_rule_once",
            ),
            models.CheckConstraint(
                condition=models.Q(required__range=(1, 9), category__in=Category.values)
                & models.Q(function__in=["", *Function.values]),
                name="category_rule_within_bounds",
            ),
        ]
        triggers = only_ended()

    def __str__(self) -> str:
        return f"{self.account_id} {self.category}: {self.required} {self.function}"
