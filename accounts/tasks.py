"""Delivering owed mails: each is claimed by one worker, and tried again when it fails."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now

from accounts.clock import in_seconds
from accounts.mails import mail_of
from accounts.models import Notice

log = structlog.get_logger("accounts.mail")

# Seconds to the next try; after the last one nobody tries any more.
RETRIES = (60, 300, 900, 3_600, 6 * 3_600, 24 * 3_600)
AT_ONCE = 100


@shared_task
def deliver_notices() -> int:
    """How many left. A mail may leave twice when a worker dies just after sending it."""
    delivered = 0
    for _ in range(AT_ONCE):
        notice = claim()
        if notice is None:
            break
        delivered += deliver(notice)
    return delivered


@transaction.atomic(durable=True)
def claim() -> Notice | None:
    """One due notice, with its next try already written down."""
    notice = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("person", "account")
        .filter(sent_at=None, next_try_at__lte=Now())
        .order_by("next_try_at", "pk")
        .first()
    )
    if notice is None:
        return None
    ended = not notice.person.is_active
    again = not ended and notice.tries < len(RETRIES)
    notice.next_try_at = in_seconds(RETRIES[notice.tries]) if again else None
    notice.tries += 1
    notice.save(update_fields=["next_try_at", "tries"])
    return notice


def deliver(notice: Notice) -> bool:
    if not notice.person.is_active:
        return False
    mail = mail_of(notice)
    try:
        send_mail(mail.subject, mail.body, None, [mail.to])
    except OSError as error:
        log.warning("mail not sent", notice=notice.pk, error=type(error).__name__)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=Now(), next_try_at=None)
    return True
