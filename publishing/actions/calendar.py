"""What people do with the calendar: expected events, a moved hour, the address of their feed."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db.models.functions import Now

from accounts import audit
from accounts.access import require_role, role_on
from accounts.actions.base import action, require_text
from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import Account, Person
from approvals.actions.drafts import Content, save_draft
from approvals.models import Draft
from publishing.capabilities import CAPABILITIES
from publishing.models import CalendarFeed, ExpectedEvent


@action
def add_event(
    *, actor: Person, account: Account, title: str, starts_at: dt.datetime, ends_at: dt.datetime
) -> ExpectedEvent:
    """Something that the account's people expect. Raises NotFound, Invalid."""
    CAPABILITIES["plan"].require(require_role(actor, account))
    if ends_at <= starts_at:
        raise Invalid(field="ends_at")
    event = ExpectedEvent.objects.create(
        account=account,
        title=require_text(title, field="title", max_length=120),
        starts_at=starts_at,
        ends_at=ends_at,
        added_by=actor,
    )
    audit.record("event.added", actor=actor, account=account.pk, subject=event)
    return event


@action
def end_event(*, actor: Person, event_id: int) -> ExpectedEvent:
    """It is expected no more. Raises NotFound, Conflict."""
    event = ExpectedEvent.objects.filter(pk=event_id).first()
    role = role_on(actor, event.account_id) if event is not None else None
    if event is None or role is None:
        raise NotFound
    CAPABILITIES["plan"].require(role)
    standing = ExpectedEvent.objects.filter(pk=event_id, ended_at=None)
    if not standing.update(ended_at=Now(), ended_by=actor):
        raise Conflict
    audit.record("event.removed", actor=actor, account=event.account_id, subject=event)
    return event


def move_draft(*, actor: Person, draft: Draft, version: int, moment: dt.datetime) -> Draft:
    """Saves the draft with another hour and nothing else: what a submit made comes to its end, as
    with any change.
    """
    return save_draft(
        actor=actor, draft_id=draft.pk, version=version, content=Content.of(draft).at(moment)
    )


@action
def make_feed(*, actor: Person) -> str:
    """A new secret, said this once; the address of before ends."""
    _end_feed(actor)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(person=actor, token_sha256=_hashed(token))
    audit.record("feed.made", actor=actor, subject=feed)
    return token


@action
def end_feed(*, actor: Person) -> None:
    """Whoever has the address reads nothing any more."""
    if _end_feed(actor):
        audit.record("feed.ended", actor=actor)


def _end_feed(person: Person) -> bool:
    Person.objects.select_for_update().get(pk=person.pk)
    return bool(CalendarFeed.objects.filter(person=person, ended_at=None).update(ended_at=Now()))


def reader_of(token: str) -> Person:
    """Whose address this is. Raises NotFound."""
    standing = CalendarFeed.objects.filter(token_sha256=_hashed(token), ended_at=None)
    feed = standing.select_related("person").first()
    if feed is None or not feed.person.is_active or feed.person.is_administrator:
        raise NotFound
    return feed.person


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
