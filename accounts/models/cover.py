"""Covers: a seat or a supervision lent to a named person while its holder is away."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from accounts.models.account import Account, Seat, Supervision
from accounts.models.triggers import never_deleted

# Whoever covers is nobody of the account yet: the person's row is locked first, as in ONE_ROLE, so
# that an appointment and a cover at once see each other.
LENT_TO_WHO_MAY = """
PERFORM 1 FROM accounts_person WHERE id = NEW.person_id FOR UPDATE;
SELECT coalesce(s.account_id, v.account_id) AS account_id,
       coalesce(s.ended_at, v.ended_at) AS ended_at
INTO lent
FROM (SELECT 1) one
LEFT JOIN accounts_seat s ON s.id = NEW.seat_id
LEFT JOIN accounts_supervision v ON v.id = NEW.supervision_id;
IF lent.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a right that has ended is not lent'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cover_of_standing_right';
END IF;
IF lent.account_id IS DISTINCT FROM NEW.account_id THEN
    RAISE EXCEPTION 'a cover is of the account of the right that it lends'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cover_of_its_account';
END IF;
IF EXISTS (
    SELECT 1 FROM accounts_person
    WHERE id = NEW.person_id AND (is_administrator OR ended_at IS NOT NULL)
) THEN
    RAISE EXCEPTION 'an administrator or an ended person holds no seat and no supervision'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'person_roles_apart';
END IF;
IF EXISTS (SELECT 1 FROM accounts_seat s WHERE s.account_id = NEW.account_id
           AND s.person_id = NEW.person_id AND s.ended_at IS NULL)
   OR EXISTS (SELECT 1 FROM accounts_supervision v WHERE v.account_id = NEW.account_id
              AND v.person_id = NEW.person_id AND v.ended_at IS NULL)
THEN
    RAISE EXCEPTION 'who covers holds no seat and no supervision of the same account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'covers_or_holds';
END IF;
RETURN NEW;
"""


# The covers that run at this moment, as the view behind `Right` has them.
RUNNING = models.Q(ended_at=None, starts_at__lte=Now(), ends_at__gt=Now())


class Cover(models.Model):
    """Lends one right from `starts_at` to `ends_at`, unless `ended_at` comes first. While it runs,
    `person` holds the right and its holder does not: see the view behind `Right`.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True)
    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, null=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now(), editable=False)
    # Set by whoever ends it early, and by the clock (nobody) once it has run.
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seat__isnull=False, supervision__isnull=True)
                | models.Q(seat__isnull=True, supervision__isnull=False),
                name="cover_of_one_right",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="cover_has_a_length"
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=models.Q(ended_at__isnull=True),
                name="seat_lent_once",
            ),
            models.UniqueConstraint(
                fields=["supervision"],
                condition=models.Q(ended_at__isnull=True),
                name="supervision_lent_once",
            ),
            models.UniqueConstraint(
                fields=["account", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="covers_one_each",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="covers_by_person",
            ),
            models.Index(
                fields=["ends_at"],
                condition=models.Q(ended_at__isnull=True),
                name="covers_to_end",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lent_to_who_may",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("lent", "record")],
                func=LENT_TO_WHO_MAY,
            ),
            pgtrigger.ReadOnly(name="only_ended", exclude=["ended_at", "ended_by"]),
            pgtrigger.Protect(
                name="ended_stays_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.person_id}"

    @property
    def last_day(self) -> dt.date:
        """In the account's zone; it ends at the midnight after it."""
        return (self.ends_at.astimezone(self.account.zone) - dt.timedelta(microseconds=1)).date()

    @property
    def first_day(self) -> dt.date:
        return self.starts_at.astimezone(self.account.zone).date()

    @property
    def lent(self) -> Seat | Supervision:
        """Whichever it is: `cover_of_one_right`."""
        return self.seat or self.supervision  # type: ignore[return-value]
