"""What was sent, counted by day: what X charges for."""

from __future__ import annotations

from django.db import models


class DailySpending(models.Model):
    """What X took of one account in one day of its zone, written with each part: a page that sums
    a month reads these rows, however many posts there are.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    day = models.DateField()
    posts = models.PositiveIntegerField(db_default=0)
    posts_with_url = models.PositiveIntegerField(db_default=0)
    alt_texts = models.PositiveIntegerField(db_default=0)
    deletions = models.PositiveIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="one_count_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}: {self.posts}"
