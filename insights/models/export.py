"""Documents that take long to make: somebody asks, a worker makes a file, who asked fetches it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ExportKind(models.TextChoices):
    DEPOSIT = "deposit", _("versement aux archives")
    REPORT = "report", _("rapport")


class ExportState(models.TextChoices):
    ASKED = "asked", _("demandé")
    WORKING = "working", _("en cours")
    MADE = "made", _("établi")
    FAILED = "failed", _("abandonné")


# What somebody still waits for.
OPEN = (ExportState.ASKED, ExportState.WORKING)
# before -> {after: when}
EXPORT_TRANSITIONS: dict[str, dict[str, str]] = {
    ExportState.ASKED: {ExportState.WORKING: "claimed by a worker"},
    ExportState.WORKING: {
        ExportState.ASKED: "it went wrong, and is tried again",
        ExportState.MADE: "its file is in the storage",
        ExportState.FAILED: "it went wrong too often",
    },
    ExportState.MADE: {},
    ExportState.FAILED: {},
}


class Export(models.Model):
    """A document about some accounts from one day to another, both included, as the zone of each
    account has them.

    `lease_until`: until then the worker that makes it is believed alive. `tries` counts who took
    it up. `file` names what is in the storage; only who asked may fetch it.
    """

    kind = models.CharField(max_length=8, choices=ExportKind.choices)
    accounts = models.ManyToManyField("accounts.Account", related_name="+")
    since = models.DateField()
    until = models.DateField()
    language = models.CharField(max_length=5)
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    state = models.CharField(
        max_length=7, choices=ExportState.choices, default=ExportState.ASKED, editable=False
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=60, default="", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ExportKind.values), name="export_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ExportState.values), name="export_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="export_period_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ExportState.WORKING, lease_until__isnull=False)
                | ~models.Q(state=ExportState.WORKING) & models.Q(lease_until=None),
                name="export_working_leased",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ExportState.MADE, made_at__isnull=False)
                & models.Q(sha256__regex=r"^[0-9a-f]{64}$")
                & ~models.Q(file="")
                | ~models.Q(state=ExportState.MADE)
                & models.Q(made_at=None, sha256="", file="", size=0),
                name="export_made_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(state__in=OPEN), name="exports_to_make"
            ),
            models.Index(fields=["asked_by", "-id"], name="exports_of_person"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[
                    (before, after)
                    for before, reasons in EXPORT_TRANSITIONS.items()
                    for after in reasons
                ],
            ),
            pgtrigger.ReadOnly(
                name="asked_for_good",
                fields=["kind", "since", "until", "language", "asked_by", "asked_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}/{self.until}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def period(self) -> str:
        """As the trail and the names of files say it."""
        return f"{self.since}/{self.until}"
