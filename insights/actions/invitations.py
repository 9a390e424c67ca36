"""Invitations to follow an account: noted, answered, corrected, and forgotten for good. Nothing is
ever sent from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require_role, role_on
from accounts.actions.base import action, lock_account
from accounts.clock import db_now
from accounts.errors import Invalid, NotFound
from accounts.models import Account, Person
from insights.capabilities import CAPABILITIES
from insights.errors import Forgotten
from insights.invited import Invited, key_of, require_day
from insights.models import Invitation, InvitationAnswer


@action
def note_invitation(
    *, actor: Person, account: Account, invited: Invited, invited_by: Person
) -> Invitation:
    """Raises NotFound, Invalid, or Constrained for somebody who is invited already."""
    account = _lock(actor, account.pk)
    _require_colleague(account, invited_by)
    invitation = Invitation.objects.create(account=account, invited_by=invited_by, **vars(invited))
    audit.record("invitation.noted", actor=actor, account=account, subject=invitation)
    return invitation


@action
def read_file(
    *, actor: Person, account: Account, invited: Sequence[Invited], invited_by: Person
) -> int:
    """All of them or none; how many were not invited yet. Raises NotFound, Invalid."""
    account = _lock(actor, account.pk)
    _require_colleague(account, invited_by)
    new = not_yet_invited(account, invited)
    Invitation.objects.bulk_create(
        Invitation(account=account, invited_by=invited_by, **vars(one)) for one in new
    )
    if new:
        audit.record("invitations.read", actor=actor, account=account, invitations=len(new))
    return len(new)


def not_yet_invited(account: Account, invited: Sequence[Invited]) -> list[Invited]:
    """Those of them whom the account has not invited: one query."""
    rows = Invitation.objects.filter(account=account, forgotten_at=None)
    known = {key_of(*row) for row in rows.values_list("name", "handle")}
    return [one for one in invited if one.key not in known]


@action
def correct_invitation(
    *, actor: Person, invitation_id: int, invited: Invited, invited_by: Person
) -> Invitation:
    """Raises NotFound, Forgotten, Invalid, or Constrained for somebody who is invited already."""
    invitation = _open(actor, invitation_id)
    if invited_by.pk != invitation.invited_by_id:
        _require_colleague(invitation.account, invited_by)
    if invitation.answered_on is not None and invited.invited_on > invitation.answered_on:
        raise Invalid(_("La réponse est venue avant ce jour."), field="invited_on")
    after = {**vars(invited), "invited_by": invited_by}
    if any(getattr(invitation, name) != value for name, value in after.items()):
        for name, value in after.items():
            setattr(invitation, name, value)
        invitation.save(update_fields=list(after))
        account = invitation.account
        audit.record("invitation.corrected", actor=actor, account=account, subject=invitation)
    return invitation


@action
def note_answer(
    *, actor: Person, invitation_id: int, answer: str, answered_on: dt.date | None
) -> None:
    """In place of what was noted before. Raises NotFound, Forgotten, Invalid."""
    invitation = _open(actor, invitation_id)
    if answer not in InvitationAnswer.values:
        raise Invalid(_("Choisissez une réponse."), field="answer")
    if answer == InvitationAnswer.PENDING:
        answered_on = None
    elif answered_on is None:
        raise Invalid(_("Dites quel jour la réponse est venue."), field="answered_on")
    else:
        today = db_now().astimezone(invitation.account.zone).date()
        require_day(answered_on, invitation.invited_on, today, field="answered_on")
    if (answer, answered_on) == (invitation.answer, invitation.answered_on):
        return
    invitation.answer, invitation.answered_on = answer, answered_on
    invitation.save(update_fields=["answer", "answered_on"])
    account = invitation.account
    audit.record("invitation.answered", actor=actor, account=account, subject=invitation)


@action
def forget_invited(*, actor: Person, invitation_id: int) -> None:
    """Deletes who it was; the dates and the answer stay. Raises NotFound, Forgotten."""
    invitation = _open(actor, invitation_id)
    nameless = {"name": "", "handle": "", "quality": "", "forgotten_at": Now()}
    Invitation.objects.filter(pk=invitation.pk).update(**nameless)
    account = invitation.account
    audit.record("invitation.forgotten", actor=actor, account=account, subject=invitation)


@action
def fetch_invitations(*, actor: Person, account: Account) -> Collection[Invitation]:
    """Those of nobody who was forgotten, as they were noted. Raises NotFound."""
    account = _lock(actor, account.pk)
    rows = Invitation.objects.filter(account=account, forgotten_at=None)
    invitations = list(rows.select_related("invited_by").order_by("pk"))
    counted = len(invitations)
    audit.record("invitations.fetched", actor=actor, account=account, invitations=counted)
    return invitations


def _lock(actor: Person, account_id: int) -> Account:
    account = lock_account(account_id)
    CAPABILITIES["note_invitations"].require(require_role(actor, account))
    return account


def _require_colleague(account: Account, person: Person) -> None:
    if role_on(person, account) is None:
        raise Invalid(_("Cette personne n’est pas de ce compte."), field="invited_by")


def _open(actor: Person, invitation_id: int) -> Invitation:
    """One that may still change, under the lock of its account."""
    account_id = Invitation.objects.filter(pk=invitation_id).values_list("account_id").first()
    if account_id is None:
        raise NotFound
    _lock(actor, account_id[0])
    invitation = Invitation.objects.select_related("account").get(pk=invitation_id)
    if invitation.is_forgotten:
        raise Forgotten
    return invitation
