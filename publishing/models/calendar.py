"""What the calendar holds of its own: events that people expect, and secret addresses of feeds."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from accounts.models.triggers import never_deleted
from approvals.models.lists import Temporary, only_ended


class ExpectedEvent(Temporary):
    """A match, a strike, a storm: what people of an account expect, from an instant to another."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(Temporary.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="event_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "ends_at"],
                condition=models.Q(ended_at__isnull=True),
                name="events_of_account",
            )
        ]
        triggers = only_ended()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.pk}"


class CalendarFeed(models.Model):
    """The secret address at which a person's calendar program reads; of the secret, its hash."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_feed_a_person",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="only_ended", exclude=["ended_at"]),
            pgtrigger.Protect(
                name="ended_stays_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.made_at}"
