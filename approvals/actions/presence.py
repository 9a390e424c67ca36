"""Presence: that somebody reads or writes a draft now, and who else does."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from accounts.clock import db_now
from accounts.models import Person
from approvals.models import Draft, Presence

# One statement, for each open page asks every few seconds.
NOTE_AND_READ = """
WITH noted AS (
    INSERT INTO approvals_presence (draft_id, person_id, writing)
    SELECT %(draft)s, %(person)s, %(writing)s WHERE %(looks)s
    ON CONFLICT (draft_id, person_id, writing) DO UPDATE SET seen_at = now()
)
SELECT p.name, bool_or(s.writing) FROM approvals_presence s
JOIN accounts_person p ON p.id = s.person_id
WHERE s.draft_id = %(draft)s AND s.person_id <> %(person)s
  AND s.seen_at > now() - make_interval(secs => %(lasts)s)
GROUP BY p.id ORDER BY p.name, p.id
"""


def note_presence(draft: Draft, person: Person, *, writing: bool, looks: bool) -> list[str]:
    """Notes that this person reads or writes, if their page is one that they look at; what the
    others do, in words.
    """
    about = {"draft": draft.pk, "person": person.pk, "writing": writing, "looks": looks}
    lasts = settings.DURATIONS.presence_lasts
    try:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_AND_READ, {**about, "lasts": lasts})
            others = cursor.fetchall()
    except DatabaseError:  # one that takes no writes: the rest of the page goes on
        return []
    return [
        (_("%(name)s écrit") if writes else _("%(name)s lit ce texte")) % {"name": name}
        for name, writes in others
    ]


def forget_presence() -> None:
    """Deletes the rows that say nothing any more."""
    lasts = dt.timedelta(seconds=settings.DURATIONS.presence_lasts)
    Presence.objects.filter(seen_at__lt=db_now() - lasts).delete()
