"""Covers: lending a seat or a supervision to a named person while its holder is away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action, lock_account
from accounts.capabilities import CAPABILITIES
from accounts.clock import db_now
from accounts.errors import Conflict, Invalid
from accounts.models import Cover, Person, Seat, Supervision
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.signals import right_ended


class NotCovered(Conflict):
    code = "not_covered"
    sentence = _("Ce remplacement a déjà pris fin.")


@action
def cover(
    right: Seat | Supervision,
    *,
    person_id: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    actor: Person,
) -> Cover:
    """Lends the right from one moment to another; a start that is past is now.

    Whoever covers is of no other place on the account: the database refuses it otherwise. Raises
    Invalid for an end that is past.
    """
    require_office(CAPABILITIES["cover"], actor)
    account = lock_account(right.account_id)
    now = db_now()
    if ends_at <= max(now, starts_at):
        raise Invalid(_("Le dernier jour est passé."), field="last_day")
    lent = {"seat": right} if isinstance(right, Seat) else {"supervision": right}
    made = Cover.objects.create(
        account=account,
        person_id=person_id,
        starts_at=max(now, starts_at),
        ends_at=ends_at,
        decided_by=actor,
        **lent,
    )
    audit.record(
        "cover.decided",
        actor=actor,
        account=account,
        subject=made,
        person_id=person_id,
        covers_id=right.person_id,
        starts_at=made.starts_at.isoformat(),
        ends_at=made.ends_at.isoformat(),
    )
    _tell(made, NoticeAct.RIGHT_GIVEN, NoticeAct.RIGHT_ENDED)
    return made


@action
def end_cover(cover_id: int, *, actor: Person) -> None:
    """Before its last day: its holder has the right again at once."""
    require_office(CAPABILITIES["cover"], actor)
    found = Cover.objects.filter(pk=cover_id).first()
    if found is None:
        raise NotCovered
    lock_account(found.account_id)
    _end(found, actor=actor)


def covers_run_out() -> list[int]:
    """Ids of those whose last day is over."""
    over = Cover.objects.filter(ended_at=None, ends_at__lte=Now())
    return list(over.order_by("ends_at").values_list("pk", flat=True)[:100])


@action
def end_run_out(cover_id: int) -> None:
    """What waits on an approval or a draft of the person who covered is held, here and now."""
    found = Cover.objects.get(pk=cover_id)
    lock_account(found.account_id)
    if Cover.objects.filter(pk=cover_id, ended_at=None).exists():
        _end(found, actor=None)


def end_covers(of: Mapping[str, object], *, actor: Person) -> None:
    """Ends those of one right, or of one person, under the account's lock."""
    for found in Cover.objects.filter(**of, ended_at=None):
        _end(found, actor=actor)


def _end(found: Cover, *, actor: Person | None) -> None:
    ended = Cover.objects.filter(pk=found.pk, ended_at=None)
    if not ended.update(ended_at=Now(), ended_by=actor):
        raise NotCovered
    audit.record(
        "cover.ended",
        actor=actor,
        account=found.account_id,
        subject=found,
        person_id=found.person_id,
    )
    _tell(found, NoticeAct.RIGHT_ENDED, NoticeAct.RIGHT_GIVEN)
    right_ended.send(Cover, account_id=found.account_id, person_id=found.person_id)


def _tell(made: Cover, covering: NoticeAct, absent: NoticeAct) -> None:
    """Whoever covers, and whose right it is."""
    for person_id, act in ((made.person_id, covering), (made.lent.person_id, absent)):
        queue_notice([person_id], NoticeKind.RIGHT, path="/", account=made.account, act=act)
