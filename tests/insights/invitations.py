"""Shortcuts of the tests about invitations."""

from __future__ import annotations

import datetime as dt

from insights.actions.invitations import forget_invited, note_answer, note_invitation
from insights.invited import Invited
from insights.models import Invitation

DAY = dt.date(2014, 1, 10)
QUALITY = "maire de Nantes"


def an_invitation(cast, by="claire", name="", **more) -> Invitation:
    """Of 44, of somebody else each time unless they are named."""
    name = name or f"Jeanne Martin {Invitation.objects.count() + 1}"
    invited = {"handle": "", "quality": QUALITY, "invited_on": DAY, **more}
    person = getattr(cast, by)
    return note_invitation(
        actor=person, account=cast.nantes, invited=Invited(name, **invited), invited_by=person
    )


def answered(cast, invitation, answer="accepted", day=DAY, who="claire") -> Invitation:
    note_answer(
        actor=getattr(cast, who), invitation_id=invitation.pk, answer=answer, answered_on=day
    )
    return Invitation.objects.get(pk=invitation.pk)


def forgotten(cast, invitation, who="claire") -> Invitation:
    forget_invited(actor=getattr(cast, who), invitation_id=invitation.pk)
    return Invitation.objects.get(pk=invitation.pk)
