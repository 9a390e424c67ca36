"""What X showed of the accounts and their posts at a moment: dated, and never changed."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import append_only


class FollowerCount(models.Model):
    """The followers of one account on one day of its zone. A day without a row is a gap."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    observed_at = models.DateTimeField(db_default=Now())
    followers = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="followers_once_a_day"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}: {self.followers}"


class Age(models.TextChoices):
    """How long after it left a post is looked at."""

    HOUR = "hour", _("1 heure")
    DAY = "day", _("1 jour")
    WEEK = "week", _("7 jours")
    MONTH = "month", _("30 jours")

    @property
    def length(self) -> dt.timedelta:
        return _LENGTHS[self]

    @property
    def window(self) -> dt.timedelta:
        """For how long after that moment the figure still says what it is called."""
        return self.length / 4


_LENGTHS = {
    Age.HOUR: dt.timedelta(hours=1),
    Age.DAY: dt.timedelta(days=1),
    Age.WEEK: dt.timedelta(days=7),
    Age.MONTH: dt.timedelta(days=30),
}


class PostMetrics(models.Model):
    """What X counted of one post at one age. The last two are empty where X did not give them: it
    does for thirty days only. An age without a row is a gap.
    """

    part = models.ForeignKey("publishing.Part", on_delete=models.PROTECT, related_name="+")
    age = models.CharField(max_length=5, choices=Age.choices)
    observed_at = models.DateTimeField(db_default=Now())
    impressions = models.PositiveIntegerField()
    likes = models.PositiveIntegerField()
    reposts = models.PositiveIntegerField()
    replies = models.PositiveIntegerField()
    quotes = models.PositiveIntegerField()
    bookmarks = models.PositiveIntegerField()
    link_clicks = models.PositiveIntegerField(null=True)
    profile_clicks = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "age"], name="metrics_once_an_age"),
            models.CheckConstraint(
                condition=models.Q(age__in=Age.values), name="metrics_age_known"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.part_id} after {self.age}: {self.impressions}"


class ReadSpending(models.Model):
    """What was read of X for these observations in one day (UTC): X charges for each."""

    day = models.DateField(primary_key=True)
    calls = models.PositiveIntegerField(db_default=0)
    users = models.PositiveIntegerField(db_default=0)
    posts = models.PositiveIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls"
