"""Freeze and lift: no POST leaves, for one account or for all; deleting and reading go on."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office, require_role
from accounts.actions.base import action, lock_account, require_text
from accounts.errors import Conflict
from accounts.models import Account, Person
from accounts.models.notice import NoticeAct
from publishing.actions.scan import reevaluate_account
from publishing.actions.transitions import lock_publication, transition
from publishing.capabilities import CAPABILITIES
from publishing.models import Confirmation, Freeze, Publication, PublicationState, Reason
from publishing.models.states import FOR_GOOD
from publishing.notices import notify_of_freeze


class AlreadyFrozen(Conflict):
    code = "already_frozen"
    sentence = _("Les envois sont déjà gelés.")


@action
def freeze(*, actor: Person, account: Account | None, reason: str) -> Freeze:
    """Stops every POST of the account at once, or of all for an administrator, with a reason.

    What was waiting is held in this very transaction (for all: by the scan; the last look before
    each POST, and the database itself, refuse meanwhile).
    """
    if account is not None:
        account = lock_account(account.pk)
        CAPABILITIES["freeze"].require(require_role(actor, account))
    else:
        require_office(CAPABILITIES["freeze_all"], actor)
    reason = require_text(reason)
    try:
        with transaction.atomic():
            freeze_row = Freeze.objects.create(account=account, reason=reason, frozen_by=actor)
    except IntegrityError as error:
        raise AlreadyFrozen from error
    audit.record("freeze.standing", actor=actor, account=account, subject=freeze_row)
    notify_of_freeze(account, NoticeAct.FROZEN, actor)
    if account is not None:
        reevaluate_account(account.pk)
    return freeze_row


def lift(confirmation: Confirmation, *, actor: Person) -> None:
    """In the transaction of the confirmation: whatever is past its hour is missed, tolerance or
    not, so that nothing leaves by itself after a freeze that people have forgotten.
    """
    standing = confirmation.freeze
    if standing is None:
        raise ValueError("this confirmation lifts no freeze")
    rows = Publication.objects.filter(
        state__in=[PublicationState.WAITING, PublicationState.HELD], due_at__lte=Now()
    ).exclude(reason__in=FOR_GOOD)
    if standing.account_id is not None:
        rows = rows.filter(account=standing.account_id)
    for publication_id in rows.order_by("account_id", "pk").values_list("pk", flat=True):
        publication = lock_publication(publication_id)
        if publication.state in (PublicationState.WAITING, PublicationState.HELD):
            transition(publication, PublicationState.MISSED, reason=Reason.LIFTED_LATE)
    Freeze.objects.filter(pk=standing.pk).update(lifted_at=Now())
    audit.record("freeze.lifted", actor=actor, account=standing.account_id, subject=standing)
    notify_of_freeze(standing.account, NoticeAct.UNFROZEN, actor)
