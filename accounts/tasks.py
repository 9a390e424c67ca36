"""Delivering what is due: each delivery is claimed by one worker, and tried again when it fails."""

from __future__ import annotations

import time

import structlog
from celery import shared_task
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.actions.covers import covers_run_out, end_run_out
from accounts.channels import CHANNELS
from accounts.channels.base import Answer, Result
from accounts.channels.mail import smtp_code
from accounts.clock import in_seconds
from accounts.models import Delivery, SignInCount
from accounts.models.notice import Channel, DeliveryFailure

log = structlog.get_logger("accounts.notices")

# Seconds to the next try, the last one again and again until the notice is too old.
RETRIES = (60, 300, 900, 3_600)
BATCH = 100
# Seconds after which one run claims nothing more: the next one is about to begin.
MAX_RUN = 8


@shared_task
def deliver_mails() -> int:
    return deliver_due(Channel.MAIL)


@shared_task
def end_covers() -> None:
    """Those whose last day is over."""
    for cover_id in covers_run_out():
        end_run_out(cover_id)


@shared_task
def delete_sign_in_counts() -> int:
    """Those whose window has ended."""
    return SignInCount.objects.filter(ends_at__lt=Now()).delete()[0]


def queued(channel: Channel) -> QuerySet[Delivery]:
    return Delivery.objects.filter(channel=channel, next_try_at__isnull=False)


def deliver_due(channel: Channel) -> int:
    """How many were taken. While the channel cannot be used, nothing is claimed, no try is spent.

    At least once: when a worker dies after the server took one and before that is written, it
    leaves again a minute later, under the same name. docs/notices.md says how each channel tells.
    """
    way = CHANNELS[channel]
    if not way.is_usable():
        return 0
    queued(channel).filter(notice__created_at__lt=in_seconds(-way.max_age)).update(
        next_try_at=None, failure=DeliveryFailure.EXPIRED
    )
    if not queued(channel).filter(next_try_at__lte=Now()).exists():
        return 0
    taken, end = 0, time.monotonic() + MAX_RUN
    try:
        with way.open() as send:
            while taken < BATCH and time.monotonic() < end:
                delivery = claim(channel)
                if delivery is None:
                    break
                if delivery.person.is_active:
                    taken += record(delivery, send(delivery))
    except OSError as error:
        log.error("not usable", channel=channel, error=type(error).__name__, code=smtp_code(error))
    return taken


@transaction.atomic(durable=True)
def claim(channel: Channel) -> Delivery | None:
    """One that is due, with its next try already written down."""
    delivery = (
        queued(channel)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("person", "notice__person", "notice__account")
        .filter(next_try_at__lte=Now())
        .order_by("next_try_at", "pk")
        .first()
    )
    if delivery is None:
        return None
    seconds = RETRIES[min(delivery.tries, len(RETRIES) - 1)]
    delivery.next_try_at = in_seconds(seconds) if delivery.person.is_active else None
    delivery.tries += 1
    delivery.save(update_fields=["next_try_at", "tries"])
    return delivery


def record(delivery: Delivery, answer: Answer) -> bool:
    """Whether it was taken. What was replaced meanwhile, and left all the same, has left."""
    this_one = Delivery.objects.filter(pk=delivery.pk)
    if answer.result is Result.TAKEN:
        this_one.update(sent_at=Now(), next_try_at=None, failure="", answer_code=answer.code)
        return True
    log.warning(
        "not taken", channel=delivery.channel, delivery=delivery.pk, answer=answer.result.value,
        code=answer.code,
    )  # fmt: skip
    if answer.result is Result.REFUSED:
        this_one.update(next_try_at=None, failure=DeliveryFailure.REFUSED, answer_code=answer.code)
    return False
