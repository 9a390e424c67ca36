"""Sign-ins in the trail, and a pause after too many failed ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.fields.json import KT
from django.dispatch import receiver
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.actions.base import record
from accounts.clock import db_now
from accounts.errors import Refusal
from accounts.models import AuditEntry, Person

FAILED = "person.sign_in_failed"
MOST_FAILURES = 10


class TooManySignIns(Refusal):
    code = "too_many_sign_ins"
    status = 429
    sentence = _(
        "Trop d’essais de connexion pour cette adresse. Patientez un quart d’heure, ou demandez "
        "un nouveau lien à un administrateur."
    )


def fingerprint(email: str) -> str:
    """Tells addresses apart in the trail without naming them."""
    return salted_hmac("accounts.sign_ins", email.strip().lower()).hexdigest()[:16]


def refuse_after_too_many(email: str) -> None:
    """What is refused here is not counted, so that nobody is kept out for longer than the pause."""
    since = db_now() - dt.timedelta(seconds=settings.DURATIONS.sign_in_pause)
    # By an index of its own: the failures of others, however many, must not hide these.
    mine = AuditEntry.objects.annotate(address=KT("details__address")).filter(
        act=FAILED, address=fingerprint(email)
    )
    last = mine.order_by("-id").values_list("at", flat=True)[:MOST_FAILURES]
    if sum(at > since for at in last) >= MOST_FAILURES:
        raise TooManySignIns


@receiver(user_logged_in)
def note_signed_in(user: Person, **kwargs: Any) -> None:
    record("person.signed_in", actor=user, subject=user)


@receiver(user_logged_out)
def note_signed_out(user: Person | None, **kwargs: Any) -> None:
    if user is not None:
        record("person.signed_out", actor=user, subject=user)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], **kwargs: Any) -> None:
    record(FAILED, actor=None, address=fingerprint(credentials.get("username") or ""))
