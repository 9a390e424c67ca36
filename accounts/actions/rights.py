"""The three seats of an account and its supervisions: giving and ending them."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action, lock_account
from accounts.actions.covers import end_covers
from accounts.capabilities import CAPABILITIES
from accounts.errors import Conflict
from accounts.models import Person, Seat, Supervision
from accounts.notices import notify_of_right
from accounts.signals import function_changed, right_ended


class NotHeld(Conflict):
    code = "not_held"
    sentence = _("Ce droit a déjà pris fin.")


@action
def appoint(account_id: int, number: int, person_id: int, *, actor: Person) -> Seat:
    """Gives a free seat; the database refuses a fourth one, a taken one, a second role."""
    require_office(CAPABILITIES["appoint"], actor)
    account = lock_account(account_id)
    seat = Seat.objects.create(
        account=account, number=number, person_id=person_id, appointed_by=actor
    )
    audit.record(
        "seat.appointed",
        actor=actor,
        account=account,
        subject=seat,
        person_id=person_id,
        number=number,
    )
    notify_of_right(person_id, given=True, account=account)
    return seat


@action
def vacate(seat_id: int, *, actor: Person) -> None:
    require_office(CAPABILITIES["vacate"], actor)
    seat = Seat.objects.filter(pk=seat_id).first()
    if seat is None:
        raise NotHeld
    lock_account(seat.account_id)
    end_right(seat, actor=actor)


@action
def name_supervisor(
    account_id: int, person_id: int, function: str = "", *, actor: Person
) -> Supervision:
    require_office(CAPABILITIES["name_supervisor"], actor)
    account = lock_account(account_id)
    supervision = Supervision.objects.create(
        account=account, person_id=person_id, function=function, appointed_by=actor
    )
    audit.record(
        "supervision.named",
        actor=actor,
        account=account,
        subject=supervision,
        person_id=person_id,
        function=function,
    )
    notify_of_right(person_id, given=True, account=account)
    return supervision


@action
def change_function(supervision_id: int, function: str, *, actor: Person) -> None:
    """What rested on the function that somebody leaves is held in this very transaction."""
    require_office(CAPABILITIES["change_function"], actor)
    supervision = Supervision.objects.filter(pk=supervision_id).first()
    if supervision is None:
        raise NotHeld
    account = lock_account(supervision.account_id)
    supervision.refresh_from_db()
    if supervision.ended_at is not None:
        raise NotHeld
    before = supervision.function
    if before == function:
        return
    supervision.function = function
    supervision.save(update_fields=["function"])
    audit.record(
        "supervision.function_changed",
        actor=actor,
        account=account,
        subject=supervision,
        person_id=supervision.person_id,
        before=before or "no_function",
        after=function or "no_function",
    )
    function_changed.send(Supervision, account_id=account.pk)


@action
def end_supervision(supervision_id: int, *, actor: Person) -> None:
    require_office(CAPABILITIES["end_supervision"], actor)
    supervision = Supervision.objects.filter(pk=supervision_id).first()
    if supervision is None:
        raise NotHeld
    lock_account(supervision.account_id)
    end_right(supervision, actor=actor)


def end_right(right: Seat | Supervision, *, actor: Person) -> None:
    """Under the account's lock. What waits on this right is held in this very transaction, and
    whoever covers it does so no longer.
    """
    ended = (
        type(right)
        .objects.filter(pk=right.pk, ended_at=None)
        .update(ended_at=Now(), ended_by=actor)
    )
    if not ended:
        raise NotHeld
    end_covers({"seat": right} if isinstance(right, Seat) else {"supervision": right}, actor=actor)
    details: dict[str, Any] = {"number": right.number} if isinstance(right, Seat) else {}
    audit.record(
        "seat.vacated" if isinstance(right, Seat) else "supervision.ended",
        actor=actor,
        account=right.account_id,
        subject=right,
        person_id=right.person_id,
        **details,
    )
    notify_of_right(right.person_id, given=False, account=right.account)
    right_ended.send(type(right), account_id=right.account_id, person_id=right.person_id)
