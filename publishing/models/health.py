"""The health of publishing: heartbeats, rate limits, credits."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from publishing.models.states import Reason


class Heartbeat(models.Model):
    """A row for beat, for the clock, for each queue served; `seen_at` by PostgreSQL's clock."""

    process = models.CharField(max_length=120, unique=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.process


class Throttle(models.Model):
    """An account's 429: nothing of it is sent before `until`."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, related_name="throttle"
    )
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until}"


class CreditStop(models.Model):
    """X said no to the application, for want of credits (402), of a permission, a plan, a path:
    `cause`. Everything is held until an administrator says that this is mended; then one
    send is let through first (`probe`).
    """

    cause = models.CharField(
        max_length=20,
        choices=Reason.choices,
        db_default=Reason.NO_CREDITS,
        default=Reason.NO_CREDITS,
    )
    since = models.DateTimeField(db_default=Now())
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    probe = models.ForeignKey("publishing.Publication", on_delete=models.PROTECT, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(ended_at__isnull=True),
                name="one_standing_credit_stop",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause} since {self.since}"
