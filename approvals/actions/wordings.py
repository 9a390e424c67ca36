"""Wordings: propose another for a message in review, take one, decline it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions.base import action
from accounts.errors import Invalid, NotFound
from accounts.models import Person
from accounts.models.notice import NoticeAct
from approvals.actions.base import add_comment, lock_draft, open_revision, require_state
from approvals.actions.drafts import Content, author_left, save_locked
from approvals.errors import OnlyAuthor, TextMovedOn, WordingDecided, WordingOutdated, WrongState
from approvals.message import Message
from approvals.models import Draft, DraftState, Wording, WordingOutcome
from approvals.notices import notify_author, notify_of_decision
from approvals.passage import TypedComment
from approvals.thread import TEXT_TOO_LONG, text_too_long
from approvals.tweet_text import normalise_typed


@action
def propose_wordings(
    *,
    actor: Person,
    draft_id: int,
    revision_id: int,
    texts: Mapping[int, str],
    comment: TypedComment | None = None,
) -> list[Wording]:
    """Anybody of the account proposes other texts for messages of the open revision, which their
    page showed. Raises TextMovedOn, WrongState, Invalid.
    """
    draft, _role = lock_draft(draft_id, actor, act="propose_wording")
    revision = open_revision(draft)
    if revision is None or revision.pk != revision_id:
        raise TextMovedOn(draft=draft)
    if draft.state != DraftState.IN_REVIEW:
        raise WrongState
    if comment is not None:
        add_comment(draft, actor, comment)
    proposed = []
    for position, text in texts.items():
        wording = Wording.objects.create(
            revision=revision,
            position=position,
            before=revision.texts[position],
            after=_readable(text, position),
            author=actor,
        )
        audit.record("draft.wording_proposed", actor=actor, about=draft, subject=wording)
        proposed.append(wording)
    notify_author(draft, NoticeAct.WORDING)
    return proposed


@action
def take_wording(
    *, actor: Person, draft_id: int, wording_id: int, comment: TypedComment | None = None
) -> Draft:
    """Its author puts it into the draft, as a save of theirs; whoever proposed it is a contributor
    from now on, by a trigger. Raises OnlyAuthor, WordingDecided, WordingOutdated.
    """
    draft, wording = _lock_wording(actor, draft_id, wording_id, comment)
    require_state(draft, "edit")
    if not wording.fits(draft):
        raise WordingOutdated(draft=draft)
    _decide(wording, WordingOutcome.TAKEN, actor)
    messages = list(draft.messages)
    messages[wording.position] = replace(messages[wording.position], text=wording.after)
    content = Content.of(draft, messages=tuple(messages))
    save_locked(draft, content, actor=actor, version=draft.version)
    audit.record("draft.wording_taken", actor=actor, about=draft, subject=wording)
    notify_of_decision(draft, wording, NoticeAct.WORDING_TAKEN)
    return draft


@action
def decline_wording(
    *, actor: Person, draft_id: int, wording_id: int, comment: TypedComment | None = None
) -> Draft:
    """Its author keeps the text as it is. Raises OnlyAuthor, WordingDecided."""
    draft, wording = _lock_wording(actor, draft_id, wording_id, comment)
    _decide(wording, WordingOutcome.DECLINED, actor)
    audit.record("draft.wording_declined", actor=actor, about=draft, subject=wording)
    notify_of_decision(draft, wording, NoticeAct.WORDING_DECLINED)
    return draft


def _lock_wording(
    actor: Person, draft_id: int, wording_id: int, comment: TypedComment | None
) -> tuple[Draft, Wording]:
    draft, _role = lock_draft(draft_id, actor, act="edit")
    wording = Wording.objects.filter(pk=wording_id, revision__draft=draft).first()
    if wording is None:
        raise NotFound
    if draft.author_id != actor.pk and not author_left(draft):
        raise OnlyAuthor
    if wording.outcome:
        raise WordingDecided
    if comment is not None:
        add_comment(draft, actor, comment)
    return draft, wording


def _readable(text: str, position: int) -> str:
    """As it is kept. Raises Invalid."""
    text = normalise_typed(text).strip()
    if not text:
        raise Invalid(_("Une formulation ne peut pas être vide."), position=position)
    if text_too_long(Message(text)):
        raise Invalid(TEXT_TOO_LONG, position=position)
    return text


def _decide(wording: Wording, outcome: WordingOutcome, actor: Person) -> None:
    Wording.objects.filter(pk=wording.pk).update(
        outcome=outcome, decided_by=actor, decided_at=Now()
    )
