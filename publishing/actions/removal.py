"""Messages that are to leave X on a day that people signed: reminded of, then escalated.

Nothing is removed by a machine: whoever is in charge is told on that day, everybody who can act on
the account each day after, until the message is retracted.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now, TruncDate
from django.utils import translation

from accounts import audit
from accounts.access import reviewers
from accounts.actions.base import action
from accounts.clock import db_now
from accounts.models import AuditEntry
from accounts.models.notice import NoticeAct
from accounts.requests import parse_int
from accounts.timefmt import PARIS, format_date
from publishing.actions.transitions import lock_publication
from publishing.models import Publication, PublicationState, Retraction
from publishing.notices import notify_account

REMINDED = "publication.removal_reminded"
ON_X = (PublicationState.PUBLISHED, PublicationState.PARTIAL)


def removals_due(among: QuerySet[Publication]) -> QuerySet[Publication]:
    """On X on their last day or after it, and no retraction under way."""
    standing = Retraction.objects.filter(publication=OuterRef("pk"), ended_at=None)
    today = TruncDate(Now(), tzinfo=PARIS)
    return among.filter(~Exists(standing), state__in=ON_X, removal_on__lte=today)


def is_due(publication: Publication) -> bool:
    """Whether its last day on X has come; whether somebody retracts it already is not asked."""
    last_day = publication.removal_on
    return publication.state in ON_X and last_day is not None and last_day <= _today()


def reason_to_retract(publication: Publication) -> str:
    """What whoever retracts it on that day would write. In French, as reasons are: colleagues read
    it, whatever the language of the page.
    """
    if not is_due(publication) or publication.removal_on is None:
        return ""
    with translation.override("fr"):
        day = format_date(publication.removal_on, "j F Y")
    return f"Date de retrait signée avec le texte : {day}."


def removals_to_remind() -> list[int]:
    """Those of which nobody was told today."""
    return list(_untold().values_list("pk", flat=True)[:100])


def _untold() -> QuerySet[Publication]:
    midnight = dt.datetime.combine(_today(), dt.time(), tzinfo=PARIS)
    told = AuditEntry.objects.filter(
        act=REMINDED, subject_type="publication", subject_id=OuterRef("pk"), at__gte=midnight
    )
    return removals_due(Publication.objects.all()).filter(~Exists(told))


@action
def remind_removal(publication_id: int) -> None:
    """Tells who is in charge the first time, and everybody from the second on. Run at will: what
    was told today is not told again.
    """
    publication = lock_publication(publication_id)
    if not _untold().filter(pk=publication_id).exists():
        return
    subject = {"subject_type": "publication", "subject_id": publication.pk}
    first = not AuditEntry.objects.filter(act=REMINDED, **subject).exists()
    signed = publication.release.revision.signed
    charged = parse_int(signed.fields.get("removal_by", ""))
    people = list(reviewers(publication.account_id))
    told = [charged] if first and charged in people else people
    notify_account(publication, NoticeAct.REMOVAL, told)
    audit.record(REMINDED, actor=None, about=publication)


def _today() -> dt.date:
    return db_now().astimezone(PARIS).date()
