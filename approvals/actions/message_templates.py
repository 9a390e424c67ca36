"""Templates: proposed by somebody, approved by somebody else, filled in by a seat holder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.access import require_role, role_on
from accounts.actions.base import action, lock_account, require_text
from accounts.clock import db_now
from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import Account, Person
from accounts.roles import Role
from approvals.actions.drafts import Content, begin_draft
from approvals.capabilities import TEMPLATE_CAPABILITIES
from approvals.errors import TemplateNeedsSupervisor, TemplateNotUsable
from approvals.message import Message
from approvals.models import Category, Draft, MessageTemplate
from approvals.notices import notify_of_approved_template, notify_of_template
from approvals.schedule import latest, next_that_exists
from approvals.slots import (
    MAX_SLOTS,
    Slot,
    fill,
    has_stray_bracket,
    longest_text,
    names_in,
    slots_as_json,
)
from approvals.tweet_text import MAX_WEIGHT, normalise_typed, weighted_length
from approvals.typed_time import Unreadable

MAX_TITLE, MAX_TEMPLATE = 80, 1000


@dataclass(frozen=True)
class TemplateContent:
    """What is approved of a template."""

    title: str
    category: str
    text: str
    slots: tuple[Slot, ...] = ()
    every: str = ""
    first_on: dt.date | None = None
    at_hour: dt.time | None = None


@action
def propose_template(
    *,
    actor: Person,
    account: Account,
    content: TemplateContent,
    replaces: MessageTemplate | None = None,
) -> MessageTemplate:
    """A template that another person is to approve; until then `replaces` stays in use. Raises
    NotFound, Invalid, TemplateNotUsable.
    """
    account = lock_account(account.pk)
    TEMPLATE_CAPABILITIES["propose"].require(require_role(actor, account))
    if replaces is not None:
        replaces.refresh_from_db()
        if not replaces.is_usable:
            raise TemplateNotUsable
    content = _fit(content)
    template = MessageTemplate.objects.create(
        account=account,
        added_by=actor,
        replaces=replaces,
        **{**vars(content), "slots": slots_as_json(content.slots)},
    )
    _record("template.proposed", template, actor)
    notify_of_template(template)
    return template


def _fit(content: TemplateContent) -> TemplateContent:
    """As it is kept. Raises Invalid: filled in at its longest, the text still fits on X."""
    title = require_text(normalise_typed(content.title), field="title", max_length=MAX_TITLE)
    text = require_text(normalise_typed(content.text), field="text", max_length=MAX_TEMPLATE)
    if content.category not in Category.values:
        raise Invalid(_("Choisissez une catégorie."), field="category")
    if has_stray_bracket(text):
        raise Invalid(
            _("Un crochet est seul, vide ou trop long : écrivez « [lieu] »."), field="text"
        )
    if len(names_in(text)) > MAX_SLOTS:
        raise Invalid(
            _("C’est trop : %(count)d champs au plus.") % {"count": MAX_SLOTS}, field="text"
        )
    if [slot.name for slot in content.slots] != names_in(text):
        raise Invalid(_("Dites ce que reçoit chaque champ du texte."), field="text")
    for slot in content.slots:
        if not slot.is_bounded:
            raise Invalid(
                _("Le champ « %(name)s » n’a pas de limite valable.") % {"name": slot.name},
                field="text",
            )
    weight = weighted_length(longest_text(text, content.slots))
    if weight > MAX_WEIGHT:
        raise Invalid(
            ngettext(
                "Rempli au plus long, ce texte compte %(count)d signe ; X en prend 280.",
                "Rempli au plus long, ce texte compte %(count)d signes ; X en prend 280.",
                weight,
            )
            % {"count": weight},
            field="text",
        )
    return replace(content, title=title, text=text)


def lock_template(template_id: int, actor: Person, *, act: str) -> tuple[MessageTemplate, Role]:
    """Locks the account; the template and the actor's role under that lock. Raises NotFound,
    Forbidden.
    """
    template = MessageTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFound
    template.account = lock_account(template.account_id)
    role = require_role(actor, template.account)
    template.refresh_from_db(fields=["approved_at", "approved_by", "ended_at", "ended_by"])
    capability = TEMPLATE_CAPABILITIES[act]
    capability.require(role, contributor=template.added_by_id == actor.pk)
    return template, role


@action
def approve_template(*, actor: Person, template_id: int) -> MessageTemplate:
    """From now on drafts may begin from it, and no longer from the one that it replaces. Raises
    NotFound, Forbidden, Conflict.
    """
    template, role = lock_template(template_id, actor, act="approve")
    if template.approved_at is not None or template.ended_at is not None:
        raise Conflict
    if not one_supervises(template, role):
        raise TemplateNeedsSupervisor
    MessageTemplate.objects.filter(pk=template.pk).update(approved_by=actor, approved_at=Now())
    _record("template.approved", template, actor)
    if template.replaces is not None and not _end(template.replaces, actor):
        raise Conflict
    notify_of_approved_template(template)
    return template


def one_supervises(template: MessageTemplate, role: Role) -> bool:
    """Of who proposed it, as they are now, and of somebody who has this role."""
    return Role.SUPERVISION in (role, role_on(template.added_by, template.account_id))


@action
def end_template(*, actor: Person, template_id: int) -> MessageTemplate:
    """Nothing begins from it any more, or nobody is asked to approve it. Raises NotFound,
    Conflict.
    """
    template, _role = lock_template(template_id, actor, act="end")
    if not _end(template, actor):
        raise Conflict
    return template


def _end(template: MessageTemplate, actor: Person) -> bool:
    standing = MessageTemplate.objects.filter(pk=template.pk, ended_at=None)
    if not standing.update(ended_at=Now(), ended_by=actor):
        return False
    _record("template.ended", template, actor)
    return True


def _record(act: str, template: MessageTemplate, actor: Person) -> None:
    audit.record(
        act,
        actor=actor,
        account=template.account_id,
        subject=template,
        template_id=template.pk,
        replaces=template.replaces_id,
    )


def fill_template(
    *,
    actor: Person,
    template: MessageTemplate,
    typed: Mapping[str, str],
    day: dt.date | None = None,
) -> Draft:
    """A draft with the template's text, its slots filled, for one of its next dates if one is
    named; submitted and approved like any other. Raises Invalid, NotFound, TemplateNotUsable.
    """
    TEMPLATE_CAPABILITIES["fill"].require(require_role(actor, template.account))
    if not template.is_usable:
        raise TemplateNotUsable
    zone = template.account.zone
    now = db_now().astimezone(zone)
    words = {}
    for slot in template.filled_with:
        try:
            words[slot.name] = slot.parse(typed.get(slot.name, ""), now.date())
        except Unreadable as error:
            raise Invalid(str(error), field=slot.name) from error
    content = Content(
        messages=(Message(fill(template.text, words)),),
        category=template.category,
        reply_settings=template.account.reply_settings,
    )
    if day is not None:
        content = content.at(moment_of(template, day, now))
    return begin_draft(actor=actor, account=template.account, content=content, template=template)


def moment_of(template: MessageTemplate, day: dt.date, now: dt.datetime) -> dt.datetime:
    """The instant of one of its dates. Raises NotFound for what is none, or cannot be scheduled
    yet.
    """
    if not template.is_usable or day not in template.next_dates(now):
        raise NotFound
    moment = instant_of(template, day)
    if moment > latest(now):
        raise NotFound
    return moment


def instant_of(template: MessageTemplate, day: dt.date) -> dt.datetime:
    """Its hour on one of its dates, or the next one that exists, in the account's zone."""
    hour = template.at_hour or dt.time()
    return next_that_exists(day, hour, template.account.zone)
