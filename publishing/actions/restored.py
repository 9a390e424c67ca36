"""After a backup came back: nothing leaves until what left since was looked for on X."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions.base import action
from publishing.actions.transitions import (
    close_doubtful,
    close_unsent,
    lock_publication,
    mark_uncertain,
)
from publishing.models import (
    Attempt,
    Freeze,
    PartState,
    Phase,
    Publication,
    PublicationState,
    Reason,
)


@action
def freeze_restored(made_at: dt.datetime) -> int:
    """Freezes all, and makes uncertain every row that may have left since the backup was made;
    lookup on X begin at once. How many rows those are.

    The freeze is nobody's; two administrators lift it, when every final lookup was made.
    """
    standing, _created = Freeze.objects.get_or_create(
        account=None,
        lifted_at=None,
        defaults={
            "reason": _("Base restaurée : ce qui est parti depuis la sauvegarde est recherché."),
            "restored_from": made_at,
        },
    )
    Freeze.objects.filter(pk=standing.pk).update(restored_from=made_at)
    audit.record("backup.restored", actor=None, subject=standing, made_at=made_at.isoformat())
    count = 0
    for publication_id in _perhaps_gone():
        count += _doubt(publication_id)
    return count


def _perhaps_gone() -> list[int]:
    """Rows whose time has come, and threads that were on their way or may have gone on. Of a
    partial one nothing leaves before it was looked for: `decide` sees to that.
    """
    due = Q(
        state__in=[PublicationState.WAITING, PublicationState.HELD, PublicationState.MISSED],
        due_at__lte=Now(),
    )
    rows = Publication.objects.filter(
        due | Q(state__in=[PublicationState.SENDING, PublicationState.UNCERTAIN])
    )
    return list(rows.order_by("account_id", "pk").values_list("pk", flat=True))


def _doubt(publication_id: int) -> int:
    publication = lock_publication(publication_id)
    tries = Attempt.objects.filter(part__publication=publication)
    parts = list(publication.parts.filter(state__in=[PartState.PENDING, PartState.POSTING]))
    for preparing in tries.filter(phase=Phase.PREPARING):
        close_unsent(preparing, Reason.WORKER_LOST)
    for posting in tries.filter(phase=Phase.POSTING):
        close_doubtful(posting)
    if not parts:
        return 0  # it is looked for already
    mark_uncertain(publication, parts, Reason.RESTORED)
    return 1
