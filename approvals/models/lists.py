"""What administrators change of what the checks read: entries of lists, and electoral reserves."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted


class ListName(models.TextChoices):
    """The fields of `approvals.checks.lists.Lists`."""

    SHORTENERS = "shorteners", _("raccourcisseurs de liens")
    DOMAINS = "domains", _("sites officiels")
    ACCOUNTS = "accounts", _("comptes officiels")
    UNITS = "units", _("unités protégées")
    WORDS = "words", _("mots refusés")


class Temporary(models.Model):
    """What somebody added and somebody ends; the row stays."""

    added_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


def only_ended() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.ReadOnly(name="only_ended", exclude=["ended_by", "ended_at"]),
        pgtrigger.Protect(
            name="ended_stays_ended",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__ended_at__isnull=False),
        ),
        *never_deleted(),
    ]


class ListEntry(Temporary):
    """A change to a list that the application comes with: a value more or, `excluded`, one of its
    own less. Ending the row undoes the change.
    """

    list = models.CharField(max_length=12, choices=ListName.choices)
    value = models.CharField(max_length=80)
    excluded = models.BooleanField(default=False)

    class Meta(Temporary.Meta):
        abstract = False
        ordering = ["list", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "value"],
                condition=models.Q(ended_at__isnull=True),
                name="list_entry_once",
            ),
            models.CheckConstraint(
                condition=models.Q(list__in=ListName.values), name="list_entry_of_known_list"
            ),
            models.CheckConstraint(
                condition=models.Q(value=Lower("value")) & ~models.Q(value=""),
                name="list_entry_lower_case",
            ),
        ]
        triggers = only_ended()

    def __str__(self) -> str:
        return f"{self.list}: {self.value}"


class ReservePeriod(Temporary):
    """An electoral reserve, its first and last day included, by the clock of each account.
    `departments` are codes of accounts; none means all.
    """

    label = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    departments = ArrayField(models.CharField(max_length=3), default=list, blank=True)

    class Meta(Temporary.Meta):
        abstract = False
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="reserve_ends_after_it_starts",
            ),
        ]
        triggers = only_ended()

    def __str__(self) -> str:
        return f"{self.label}, {self.starts_on} – {self.ends_on}"
