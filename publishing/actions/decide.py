"""Confirmation: one proposes with a reason, and another confirms, declines, or lets it expire."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import administers, administrators, reviewers, role_on
from accounts.actions.base import action, lock_account, require_text
from accounts.clock import db_now, in_seconds
from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.models import Account, Person
from accounts.roles import Role
from publishing.actions import freeze as freezing
from publishing.actions.effects import RULES, NotNow, can_propose
from publishing.actions.transitions import lock_own
from publishing.capabilities import may
from publishing.matching import is_post_id
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    Freeze,
    Lookup,
    LookupKind,
    Publication,
    Reason,
)
from publishing.notices import notify_deciders


class AlreadyOpen(Conflict):
    code = "already_proposed"
    sentence = _("Une proposition attend déjà une réponse.")


class NotOpen(Conflict):
    code = "not_open"
    sentence = _("Cette proposition n’attend plus de réponse.")


class NeedsAnother(Forbidden):
    code = "needs_another"
    sentence = _("Une autre personne doit confirmer ; l’une des deux est superviseur du compte.")


@action
def propose(
    *,
    actor: Person,
    publication_id: int,
    kind: ConfirmationKind,
    reason: str,
    due_at: dt.datetime | None = None,
    x_id: str = "",
) -> Confirmation:
    """Proposes a decision on a publication; somebody else of the account confirms it within the
    hour. Raises NotFound, Invalid, NotNow, AlreadyOpen.
    """
    publication = lock_own(actor, publication_id, act="propose")
    if not can_propose(publication, kind):
        raise NotNow
    if due_at is not None and due_at <= db_now():
        raise Invalid(_("Cette heure est déjà passée : choisissez-en une autre."), field="due_at")
    if kind == ConfirmationKind.FOUND and not is_post_id(x_id):
        raise Invalid(_("Donnez le lien du tweet sur X."), field="link")
    if publication.confirmations.filter(state=ConfirmationState.OPEN).exists():
        raise AlreadyOpen
    proposal = Confirmation.objects.create(
        kind=kind,
        publication=publication,
        reason=require_text(reason),
        due_at=due_at,
        x_id=x_id,
        proposed_by=actor,
        expires_at=in_seconds(settings.DURATIONS.confirmation_expires),
    )
    audit.record(
        "confirmation.proposed", actor=actor, about=publication, subject=proposal, kind=kind
    )
    notify_deciders(proposal, publication.account, list(reviewers(publication.account_id)))
    return proposal


@action
def propose_lift(*, actor: Person, freeze_id: int, reason: str) -> Confirmation:
    """Proposes to lift a freeze: of an account by its people, of all by administrators."""
    freeze = _locked_freeze(freeze_id, actor)
    _refuse_unread(freeze)
    if freeze.confirmations.filter(state=ConfirmationState.OPEN).exists():
        raise AlreadyOpen
    proposal = Confirmation.objects.create(
        kind=ConfirmationKind.LIFT,
        freeze=freeze,
        reason=require_text(reason),
        proposed_by=actor,
        expires_at=in_seconds(settings.DURATIONS.confirmation_expires),
    )
    audit.record(
        "confirmation.proposed",
        actor=actor,
        account=freeze.account_id,
        subject=proposal,
        kind=ConfirmationKind.LIFT,
    )
    if freeze.account is not None:
        notify_deciders(proposal, freeze.account, list(reviewers(freeze.account)))
    else:
        notify_deciders(proposal, None, [person.pk for person in administrators()])
    return proposal


@action
def confirm(*, actor: Person, confirmation_id: int) -> Confirmation:
    """The second person agrees, and it takes effect. Raises NeedsAnother, NotOpen, NotNow."""
    proposal, publication = _lock(confirmation_id, actor)
    if "confirm" not in answers_of(proposal, actor):
        raise NeedsAnother
    if publication is not None and not can_propose(publication, ConfirmationKind(proposal.kind)):
        raise NotNow
    if proposal.due_at is not None and proposal.due_at <= db_now():
        raise NotNow(_("L’heure proposée est passée : proposez-en une autre."))
    _decide(proposal, ConfirmationState.CONFIRMED, actor)
    if proposal.freeze is not None:
        _refuse_unread(proposal.freeze)
        freezing.lift(proposal, actor=actor)
    elif publication is not None:
        RULES[ConfirmationKind(proposal.kind)].effect(proposal, publication)
    return proposal


def _refuse_unread(freeze: Freeze) -> None:
    """A restored copy stays frozen until X was looked at for all that may have left since."""
    unread = Lookup.objects.filter(
        done_at=None, kind=LookupKind.UNCERTAIN, part__publication__reason=Reason.RESTORED
    )
    if freeze.restored_from is not None and unread.exists():
        raise NotNow(_("Base restaurée : X est encore lu pour savoir ce qui est parti depuis."))


@action
def decline(*, actor: Person, confirmation_id: int) -> Confirmation:
    """Somebody else of the account says no."""
    proposal, _publication = _lock(confirmation_id, actor)
    if "decline" not in answers_of(proposal, actor):
        raise Forbidden(_("C’est votre proposition : vous pouvez la retirer."))
    _decide(proposal, ConfirmationState.DECLINED, actor)
    return proposal


@action
def withdraw(*, actor: Person, confirmation_id: int) -> Confirmation:
    """The proposer takes it back."""
    proposal, _publication = _lock(confirmation_id, actor)
    if "withdraw" not in answers_of(proposal, actor):
        raise Forbidden
    _decide(proposal, ConfirmationState.WITHDRAWN, actor)
    return proposal


# Its names are what `answers_of` gives.
ANSWERS = {"confirm": confirm, "decline": decline, "withdraw": withdraw}


def answers_of(proposal: Confirmation, person: Person) -> set[str]:
    """What this person may answer to an open proposal: of the two who agree both have their right,
    and where an account is meant one of them is its supervisor.
    """
    mine = _side(person, _account_id(proposal))
    if mine is None:
        return set()
    if proposal.proposed_by_id == person.pk:
        return {"withdraw"}
    theirs = _side(proposal.proposed_by, _account_id(proposal))
    return {"confirm", "decline"} if two_agree(mine, theirs) else {"decline"}


def two_agree(mine: Role | None, theirs: Role | None) -> bool:
    """Whether these two roles are enough for a decision."""
    two = {mine, theirs}
    return None not in two and not two.isdisjoint({Role.SUPERVISION, Role.ADMINISTRATOR})


def _side(person: Person, account_id: int | None) -> Role | None:
    """The person's role on the account; of all of them, an administrator's."""
    if account_id is not None:
        return role_on(person, account_id)
    return Role.ADMINISTRATOR if administers(person) else None


def _locked_freeze(freeze_id: int, actor: Person) -> Freeze:
    account_ids = Freeze.objects.filter(pk=freeze_id).values_list("account_id", flat=True)
    if not account_ids:
        raise NotFound
    if account_ids[0] is not None:
        lock_account(account_ids[0])
    if not may("lift_all" if account_ids[0] is None else "lift", _side(actor, account_ids[0])):
        raise NotFound
    freeze = Freeze.objects.select_for_update().get(pk=freeze_id)
    if freeze.lifted_at is not None:
        raise NotOpen(_("Ce gel est déjà levé."))
    return freeze


def _lock(confirmation_id: int, actor: Person) -> tuple[Confirmation, Publication | None]:
    row = Confirmation.objects.filter(pk=confirmation_id).first()
    if row is None:
        raise NotFound
    publication = None
    if row.publication_id is not None:
        publication = lock_own(actor, row.publication_id, act="answer")
    elif row.freeze_id is not None:
        _locked_freeze(row.freeze_id, actor)
    proposal = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation_id)
    if proposal.state != ConfirmationState.OPEN or proposal.expires_at <= db_now():
        raise NotOpen
    return proposal, publication


def _account_id(proposal: Confirmation) -> int | None:
    if proposal.publication is not None:
        return proposal.publication.account_id
    return proposal.freeze.account_id if proposal.freeze is not None else None


def _decide(proposal: Confirmation, state: ConfirmationState, actor: Person | None) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, db_now()
    Confirmation.objects.filter(pk=proposal.pk).update(
        state=state, decided_by=actor, decided_at=proposal.decided_at
    )
    draft_id = proposal.publication.draft_id if proposal.publication else None
    audit.record(
        f"confirmation.{state}",
        actor=actor,
        account=_account_id(proposal),
        subject=proposal,
        draft_id=draft_id,
        kind=proposal.kind,
    )


def lapse_of_proposer(account: Account | int, person_id: int) -> None:
    """The proposer's right ended: what they proposed lapses with it, in that transaction."""
    account_id = account.pk if isinstance(account, Account) else account
    on_account = Q(publication__account=account_id) | Q(freeze__account=account_id)
    rows = Confirmation.objects.filter(
        on_account, state=ConfirmationState.OPEN, proposed_by=person_id
    )
    rows = rows.select_for_update(of=("self",))
    for proposal in rows.select_related("publication__release__revision", "freeze"):
        _decide(proposal, ConfirmationState.LAPSED, None)


@action
def expire(confirmation_id: int) -> None:
    """After an hour without an answer."""
    proposal = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation_id)
    if proposal.state == ConfirmationState.OPEN and proposal.expires_at <= db_now():
        _decide(proposal, ConfirmationState.EXPIRED, None)


def expired() -> list[int]:
    rows = Confirmation.objects.filter(state=ConfirmationState.OPEN, expires_at__lte=Now())
    return list(rows.values_list("pk", flat=True)[:100])
