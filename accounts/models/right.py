"""Who holds which seat and which supervision at this moment, covers included."""

from __future__ import annotations

from django.db import models

from accounts.models.account import Account
from accounts.models.cover import Cover

# One branch a kind of row, so that a condition on the person or the account reaches the indexes of
# each. `reviewer_role` and every page ask this view.
RIGHTS = """
CREATE OR REPLACE VIEW accounts_right AS
    SELECT 'seat-' || s.id AS id, s.account_id, s.person_id, 'seat' AS role, s.number,
           NULL::bigint AS cover_id
    FROM accounts_seat s JOIN accounts_person p ON p.id = s.person_id AND p.ended_at IS NULL
    WHERE s.ended_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_cover c WHERE c.seat_id = s.id AND c.ended_at IS NULL
        AND statement_timestamp() >= c.starts_at AND statement_timestamp() < c.ends_at)
UNION ALL
    SELECT 'supervision-' || v.id, v.account_id, v.person_id, 'supervision', NULL::smallint,
           NULL::bigint
    FROM accounts_supervision v JOIN accounts_person p ON p.id = v.person_id AND p.ended_at IS NULL
    WHERE v.ended_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_cover c WHERE c.supervision_id = v.id AND c.ended_at IS NULL
        AND statement_timestamp() >= c.starts_at AND statement_timestamp() < c.ends_at)
UNION ALL
    SELECT 'cover-' || c.id, c.account_id, c.person_id,
           CASE WHEN c.seat_id IS NULL THEN 'supervision' ELSE 'seat' END, s.number, c.id
    FROM accounts_cover c JOIN accounts_person p ON p.id = c.person_id AND p.ended_at IS NULL
    LEFT JOIN accounts_seat s ON s.id = c.seat_id
    LEFT JOIN accounts_supervision v ON v.id = c.supervision_id
    WHERE c.ended_at IS NULL
      AND statement_timestamp() >= c.starts_at AND statement_timestamp() < c.ends_at
      AND s.ended_at IS NULL AND v.ended_at IS NULL
"""


class Right(models.Model):
    """A row of the view: at most one for a person and an account. `number` is the seat's; `cover`
    is set when the right is another person's, lent.
    """

    id = models.CharField(primary_key=True, max_length=40)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+")
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.DO_NOTHING, related_name="rights"
    )
    role = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField(null=True)
    cover = models.ForeignKey(Cover, on_delete=models.DO_NOTHING, null=True, related_name="+")

    class Meta:
        managed = False
        db_table = "accounts_right"

    def __str__(self) -> str:
        return self.id
