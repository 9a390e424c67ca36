"""Delivering what is due: each delivery is claimed by one worker, and tried again when it fails."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection

import structlog
from celery import shared_task
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.actions.covers import covers_run_out, end_run_out
from accounts.channels import CHANNELS
from accounts.channels.base import Answer, Result, Send
from accounts.channels.mail import smtp_code
from accounts.channels.wire import Unreachable
from accounts.clock import db_now, in_seconds
from accounts.crypto import NotSealedForThis
from accounts.errors import Invalid
from accounts.models import ChannelChoice, Delivery, SignInCount
from accounts.models.notice import BY_MAIL_ALONE, Channel, DeliveryFailure
from accounts.notices import end_address

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
def deliver_pushes() -> int:
    return deliver_due(Channel.PUSH)


@shared_task
def deliver_chats() -> int:
    return deliver_due(Channel.CHAT)


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
    # What does not answer has its one try of this run: others do not wait for it again and again.
    silent: set[int] = set()
    try:
        with way.open() as send:
            while taken < BATCH and time.monotonic() < end:
                delivery = claim(channel, silent)
                if delivery is None:
                    break
                if delivery.tries == 0 or not delivery.person.is_active:
                    continue  # put off by quiet hours, or for nobody any more
                answer = attempt(send, delivery)
                taken += record(delivery, answer)
                if answer.result is Result.LATER and delivery.address_id is not None:
                    silent.add(delivery.address_id)
    except OSError as error:
        log.error("not usable", channel=channel, error=type(error).__name__, code=smtp_code(error))
    return taken


def attempt(send: Send, delivery: Delivery) -> Answer:
    """What came of one try. Raises OSError when the channel can be used for nobody."""
    try:
        return send(delivery)
    except Unreachable as error:
        log.warning("no answer", delivery=delivery.pk, error=str(error))
        return Answer(Result.LATER)
    except (Invalid, NotSealedForThis) as error:
        log.warning("not an address", delivery=delivery.pk, error=type(error).__name__)
        return Answer(Result.REFUSED)


@transaction.atomic(durable=True)
def claim(channel: Channel, silent: Collection[int] = ()) -> Delivery | None:
    """One that is due, with its next try already written down; in its person's quiet hours that is
    their end, and no try is spent.
    """
    delivery = (
        queued(channel)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("person", "notice__person", "notice__account", "address")
        .filter(Q(address=None) | ~Q(address__in=silent), next_try_at__lte=Now())
        .order_by("next_try_at", "pk")
        .first()
    )
    if delivery is None:
        return None
    seconds = RETRIES[min(delivery.tries, len(RETRIES) - 1)]
    delivery.next_try_at = in_seconds(seconds) if delivery.person.is_active else None
    if quiet_end := quiet_until(delivery):
        delivery.next_try_at, delivery.tries = quiet_end, 0
    else:
        delivery.tries += 1
    delivery.save(update_fields=["next_try_at", "tries"])
    return delivery


def quiet_until(delivery: Delivery) -> dt.datetime | None:
    """When this may leave, if its person wants nothing by this channel now."""
    if delivery.notice.kind in BY_MAIL_ALONE:
        return None
    choice = ChannelChoice.objects.filter(
        person=delivery.person_id, channel=delivery.channel
    ).first()
    if choice is None or (choice.urgent_passes and delivery.notice.urgent):
        return None
    return choice.quiet_until_after(db_now())


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
    if answer.result is Result.GONE and delivery.address_id is not None:
        end_address(delivery.address_id)
    elif answer.result in (Result.REFUSED, Result.GONE):
        this_one.update(next_try_at=None, failure=DeliveryFailure.REFUSED, answer_code=answer.code)
    return False
