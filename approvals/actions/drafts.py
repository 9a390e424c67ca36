"""Writing: begin, save, submit, take back, abandon, adopt, use again. What its actor was writing in
the debate when an act was done is recorded with it or not at all: `comment`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import lasts_until, require_role
from accounts.actions.base import action, lock_account
from accounts.clock import db_now
from accounts.errors import Forbidden, Invalid
from accounts.models import Account, Person
from accounts.models.account import ReplySettings
from accounts.roles import Role
from approvals.actions.base import (
    add_comment,
    close_revision,
    contribute,
    lock_draft,
    require_state,
    transition,
)
from approvals.actions.images import refuse_undescribed, refuse_unfit_images
from approvals.actions.purge import purges_of
from approvals.capabilities import CAPABILITIES
from approvals.categories import field_missing, missing_fields
from approvals.category_rules import needed_for
from approvals.checking import context_of, findings_of_thread, stored, unanswered
from approvals.checks import Severity
from approvals.content import content_of
from approvals.digest import digest_of
from approvals.errors import SavedElsewhere, WrongState
from approvals.message import Message, as_json
from approvals.models import (
    CloseReason,
    Draft,
    DraftState,
    FollowUp,
    MessageTemplate,
    Release,
    Revision,
)
from approvals.notices import notify_reviewers
from approvals.origin import stands_on_x
from approvals.passage import TypedComment
from approvals.thread import (
    MAX_PARTS,
    TEXT_TOO_LONG,
    THREAD_TOO_LONG,
    TOO_MANY_MESSAGES,
    text_too_long,
    thread_too_long,
)
from approvals.tweet_text import normalise_typed


@dataclass(frozen=True)
class Content:
    """What an author can change of a draft."""

    messages: tuple[Message, ...] = (Message(),)
    category: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    urgent: bool = False
    reply_settings: str = ReplySettings.MENTIONED
    in_reply: bool = False
    requested_at: dt.datetime | None = None
    requested_local: str = ""
    requested_zone: str = ""

    @classmethod
    def of(cls, draft: Draft, **changes: Any) -> Content:
        """What the draft holds now, but for some changes."""
        kept = {field.name: getattr(draft, field.name) for field in fields(cls)}
        return cls(**{**kept, **changes})

    def at(self, moment: dt.datetime) -> Content:
        """The same for an instant, said by the clock of its zone."""
        return replace(
            self,
            requested_at=moment.astimezone(dt.UTC),
            requested_local=f"{moment:%Y-%m-%dT%H:%M}",
            requested_zone=str(moment.tzinfo),
        )


def _write(draft: Draft, content: Content) -> list[str]:
    """Puts the content on the draft; the names of the fields that changed. Raises Invalid."""
    if not 1 <= len(content.messages) <= MAX_PARTS:
        raise Invalid(TOO_MANY_MESSAGES, field="parts")
    messages = [_normalised(message) for message in content.messages]
    if any(map(text_too_long, messages)):
        raise Invalid(TEXT_TOO_LONG, field="text")
    if thread_too_long(messages):
        raise Invalid(THREAD_TOO_LONG, field="parts")
    refuse_unfit_images(draft, messages)
    new = {name: value for name, value in vars(content).items() if name != "messages"}
    new["parts"] = as_json(messages)
    changed = [name for name, value in new.items() if getattr(draft, name) != value]
    for name in changed:
        setattr(draft, name, new[name])
    return changed


def _normalised(message: Message) -> Message:
    images = (replace(i, alt=normalise_typed(i.alt).strip()) for i in message.images)
    return Message(normalise_typed(message.text), tuple(images))


@action
def begin_draft(
    *,
    actor: Person,
    account: Account,
    content: Content,
    came_from: Draft | None = None,
    template: MessageTemplate | None = None,
    comment: TypedComment | None = None,
) -> Draft:
    """A new draft of the account, by one of its seat holders; a comment is about the earlier one,
    from which it came.
    """
    account = lock_account(account.pk)
    CAPABILITIES["begin"].require(require_role(actor, account))
    if comment is not None and came_from is not None:
        add_comment(came_from, actor, comment)
    draft = Draft(account=account, author=actor, came_from=came_from, template=template)
    _begin(draft, content)
    audit.record(
        "draft.begun",
        actor=actor,
        about=draft,
        came_from=came_from.pk if came_from else None,
        template=template.pk if template else None,
    )
    return draft


def _begin(draft: Draft, content: Content) -> None:
    _write(draft, content)
    draft.save(force_insert=True)
    contribute(draft, draft.author)


def begin_follow_up(
    release: Release, kind: FollowUp, content: Content, *, actor: Person, comment: str = ""
) -> Draft:
    """A draft that follows what its account released, in the transaction and under the lock of
    the caller, who knows that it is on X; a comment opens its debate.
    """
    CAPABILITIES["begin"].require(require_role(actor, release.account))
    draft = Draft(account=release.account, author=actor, follows=release, follow_up=kind)
    _begin(draft, content)
    audit.record(
        "draft.begun",
        actor=actor,
        about=draft,
        follow_up=kind,
        follows=release.revision.draft_id,
    )
    if comment:
        add_comment(draft, actor, TypedComment(comment))
    return draft


@action
def save_draft(*, actor: Person, draft_id: int, version: int, content: Content) -> Draft:
    """Saves a change made on `version`; the second of two concurrent saves is told.

    Saving nothing changed does nothing. A change of what was submitted takes the draft back to
    writing and closes the revision. Raises SavedElsewhere, WrongState, Invalid.
    """
    draft, _role = lock_draft(draft_id, actor, act="edit")
    require_state(draft, "edit")
    save_locked(draft, content, actor=actor, version=version)
    return draft


def save_locked(draft: Draft, content: Content, *, actor: Person, version: int) -> None:
    """The same under the lock of the caller, who knows that this person may edit it now."""
    before = content_of(draft)
    shown_version = draft.version
    changed = _write(draft, content)
    if not changed:
        return
    if version != shown_version:
        draft.refresh_from_db(from_queryset=Draft.objects.select_related("account", "author"))
        raise SavedElsewhere(draft=draft)
    draft.version += 1
    draft.save()
    Draft.objects.filter(pk=draft.pk).update(updated_at=Now())
    contribute(draft, actor)
    if draft.state == DraftState.IN_REVIEW and content_of(draft) != before:
        close_revision(draft, CloseReason.EDITED, actor=actor)
        transition(draft, "edit")
    audit.record(
        "draft.saved", actor=actor, about=draft, version=draft.version, fields=sorted(changed)
    )


def _refuse_unfit(draft: Draft) -> dict[str, Any]:
    """Raises Invalid with the first thing that stops a submission, and the field it is in; what
    the checks found otherwise, for the revision to keep.
    """
    if not draft.category:
        raise Invalid(
            _("Choisissez une catégorie : elle est signée avec le texte."), field="category"
        )
    # Before the checks: some of them pass once these fields are filled.
    for missing in missing_fields(draft.category, draft.fields):
        raise Invalid(field_missing(), field=missing.name)
    found = findings_of_thread(draft.messages, context_of(draft))
    for position, findings in enumerate(found):
        for finding in findings:
            if finding.severity == Severity.BLOCK:
                field = "images" if finding.check.endswith("_in_description") else "text"
                raise Invalid(finding.sentence, field=field, position=position)
    refuse_undescribed(draft.messages)
    if draft.requested_at is not None and draft.requested_at <= db_now():
        raise Invalid(_("Cette heure est déjà passée : choisissez-en une autre."), field="when")
    if not lasts_until(draft.author, draft.account_id, draft.requested_at):
        raise Invalid(
            _(
                "Le remplacement de %(name)s, qui a commencé ce brouillon, s’achève avant cette "
                "heure : choisissez-en une plus proche, ou demandez à un titulaire de le reprendre."
            )
            % {"name": draft.author.name},
            field="when",
        )
    if draft.in_reply and not stands_on_x(draft.follows_id):
        raise Invalid(
            _(
                "Le message auquel il répondrait n’est plus sur X, ou en est retiré : publiez-le "
                "seul."
            ),
            field="in_reply",
        )
    if unanswered((f for part in found for f in part), draft.reasons):
        raise Invalid(_("Dites pourquoi vous gardez ces mots."), field="reasons")
    return stored(found, draft.reasons)


@action
def submit_draft(*, actor: Person, draft_id: int, version: int) -> Revision:
    """Makes the immutable revision that reviewers see and sign, with the rule of this moment."""
    draft, _role = lock_draft(draft_id, actor, act="submit")
    require_state(draft, "submit")
    if draft.version != version:
        raise SavedElsewhere(draft=draft)
    checks = _refuse_unfit(draft)
    needed = needed_for(draft.account_id, draft.category)
    content = content_of(draft).canonical()
    last = draft.revisions.order_by("-number").first()
    revision = Revision.objects.create(
        draft=draft,
        number=last.number + 1 if last else 1,
        content=content,
        digest=digest_of(content),
        required=needed.required,
        function=needed.function,
        requested_at=draft.requested_at,
        checks=checks,
        submitted_by=actor,
    )
    # A page that still shows the draft as being written is told at its next save.
    draft.version += 1
    draft.save(update_fields=["version"])
    transition(draft, "submit")
    audit.record(
        "draft.submitted",
        actor=actor,
        about=draft,
        subject=revision,
        digest=revision.digest,
        required=revision.required,
        function=revision.function,
    )
    notify_reviewers(draft)
    return revision


@action
def take_back(*, actor: Person, draft_id: int, comment: TypedComment | None = None) -> Draft:
    """A seat holder takes a submitted draft back to writing; its approvals end."""
    draft, _role = lock_draft(draft_id, actor, act="take_back")
    require_state(draft, "take_back")
    if comment is not None:
        add_comment(draft, actor, comment)
    close_revision(draft, CloseReason.TAKEN_BACK, actor=actor)
    transition(draft, "take_back")
    audit.record("draft.taken_back", actor=actor, about=draft)
    return draft


def author_left(draft: Draft) -> bool:
    """Whether the draft's author no longer holds a seat of its account: one that is lent while
    they are away is still theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT standing_role(%s, %s)", [draft.account_id, draft.author_id])
        return bool(cursor.fetchone()[0] != Role.SEAT)


@action
def abandon_draft(*, actor: Person, draft_id: int, comment: TypedComment | None = None) -> Draft:
    """The author, or any seat holder once the author's seat has ended, gives the draft up."""
    draft, _role = lock_draft(draft_id, actor, act="abandon")
    require_state(draft, "abandon")
    if draft.author_id != actor.pk and not author_left(draft):
        raise Forbidden(_("Seul l’auteur de ce brouillon peut l’abandonner."))
    if comment is not None:
        add_comment(draft, actor, comment)
    close_revision(draft, CloseReason.ABANDONED, actor=actor)
    transition(draft, "abandon")
    audit.record("draft.abandoned", actor=actor, about=draft)
    return draft


@action
def adopt_draft(*, actor: Person, draft_id: int, comment: TypedComment | None = None) -> Draft:
    """Another seat holder takes over a draft whose author left; their own approval of it, if
    there was one, counts no more.
    """
    draft, _role = lock_draft(draft_id, actor, act="adopt")
    require_state(draft, "adopt")
    if not author_left(draft):
        raise WrongState(_("L’auteur de ce brouillon est toujours titulaire de ce compte."))
    if comment is not None:
        add_comment(draft, actor, comment)
    before = draft.author_id
    draft.author = actor
    draft.save(update_fields=["author"])
    contribute(draft, actor)
    audit.record("draft.adopted", actor=actor, about=draft, author_before=before)
    return draft


def use_again(*, actor: Person, draft: Draft, comment: TypedComment | None = None) -> Draft:
    """A new draft with the text of an earlier one, which it names as its origin; without the
    images that were purged.
    """
    gone = purges_of(draft)
    messages = tuple(
        replace(message, images=tuple(one for one in message.images if one.sha256 not in gone))
        for message in draft.messages
    )
    content = Content(
        messages=messages,
        category=draft.category,
        fields=draft.fields,
        reply_settings=draft.reply_settings,
    )
    return begin_draft(
        actor=actor, account=draft.account, content=content, came_from=draft, comment=comment
    )
