"""An account's connection to X: kept only if X answers with that very handle, and probed."""

from __future__ import annotations

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action, lock_account
from accounts.clock import db_now, in_seconds
from accounts.crypto import NotSealedForThis, Secret
from accounts.errors import Refusal
from accounts.models import Account, Credential, Person
from accounts.models.credential import Connection
from accounts.models.notice import NoticeAct
from publishing import wake
from publishing.actions import stops
from publishing.capabilities import CAPABILITIES
from publishing.gateway import ApiCredentials, Unreadable, who_am_i
from publishing.models import Reason
from publishing.notices import notify_of_connection


class NotThatAccount(Refusal):
    code = "not_that_account"
    sentence = _("X répond pour un autre compte : rien n’a été enregistré.")


class NoAnswerFromX(Refusal):
    code = "no_answer_from_x"
    status = 503
    sentence = _("X n’a pas répondu, ou a refusé ces jetons : rien n’a été enregistré.")


class NeverConnected(Refusal):
    code = "never_connected"
    sentence = _("Ce compte n’a jamais été connecté à X : il n’y a rien à vérifier.")


def connect(*, account: Account, token: Secret, token_secret: Secret) -> Credential:
    """An operator's act: stores the tokens if X answers for them with the account's handle.

    Raises NotThatAccount or NoAnswerFromX, and then keeps nothing.
    """
    try:
        x_user_id, handle = who_am_i(ApiCredentials(account.handle, "", token, token_secret))
    except Unreadable as error:
        raise NoAnswerFromX(status_of_x=error.status) from error
    if handle.lower() != account.handle.lower():
        raise NotThatAccount
    return _store(account=account, x_user_id=x_user_id, token=token, token_secret=token_secret)


@action
def _store(*, account: Account, x_user_id: str, token: Secret, token_secret: Secret) -> Credential:
    lock_account(account.pk)
    credential, _created = Credential.objects.update_or_create(
        account=account,
        defaults={
            **Credential.sealed(account.pk, x_user_id, token, token_secret),
            "state": Connection.CONNECTED,
            "cause": "",
            "connected_at": Now(),
            "checked_at": Now(),
            "refused_at": None,
            "probes": 0,
            "next_probe_at": None,
        },
    )
    audit.record("account.connected", actor=None, account=account, subject=credential)
    return credential


@action
def ask_for_check(*, actor: Person, account: Account) -> None:
    """An administrator wants to know now whether X still knows these tokens. The row says who
    asked; the message to the worker names the account only, and the scan finds the row without it.
    """
    require_office(CAPABILITIES["check_connection"], actor)
    lock_account(account.pk)
    credential = Credential.objects.select_for_update().filter(account=account).first()
    if credential is None:
        raise NeverConnected
    credential.asked_by, credential.next_probe_at = actor, db_now()
    credential.save(update_fields=["asked_by", "next_probe_at"])
    audit.record("account.check_asked", actor=actor, account=account, subject=credential)
    wake.after_commit(wake.PROBE, account.pk)


def credentials_of(account_id: int) -> ApiCredentials | None:
    """The account's credentials to X; None without tokens, or with such as are not its own."""
    credential = Credential.objects.select_related("account").filter(account=account_id).first()
    try:
        return ApiCredentials.of(credential) if credential is not None else None
    except NotSealedForThis:
        return None


def probe(account_id: int) -> bool:
    """Asks X who these tokens are, and writes down what follows; whether the credentials stands."""
    credential = Credential.objects.select_related("account").filter(account=account_id).first()
    if credential is None:
        return False
    try:
        x_id, handle = who_am_i(ApiCredentials.of(credential))
    except Unreadable as error:
        _probed(account_id, fine=False, status=error.status)
        return False
    except NotSealedForThis:
        _distrust(account_id)
        return False
    fine = x_id == credential.x_user_id and handle.lower() == credential.account.handle.lower()
    _probed(account_id, fine=fine, status=200)
    return fine


@action
def _distrust(account_id: int) -> None:
    """X was not asked: what is stored is not this account's."""
    stops.distrust_tokens(lock_account(account_id))


@action
def _probed(account_id: int, *, fine: bool, status: int | None) -> None:
    lock_account(account_id)
    credential = Credential.objects.select_for_update().get(account=account_id)
    before, actor = credential.state, credential.asked_by
    durations = settings.DURATIONS
    # Whoever asked has their answer, whatever it is.
    credential.asked_by, credential.next_probe_at = None, None
    if fine and credential.cause == Reason.ACCOUNT_REFUSED and actor is None:
        pass  # its tokens are good; why X refuses its texts is a person's to find out
    elif fine:
        credential.state, credential.cause = Connection.CONNECTED, ""
        credential.probes, credential.refused_at = 0, None
    elif status == 200:
        credential.state = Connection.RECONNECT  # it answers for somebody else
    elif status == 401 or before == Connection.PROBING:
        credential.probes += 1
        if credential.probes >= len(durations.unauthorized_probes) and status == 401:
            credential.state = Connection.RECONNECT
        elif before == Connection.CONNECTED:
            credential.state, credential.refused_at = Connection.PROBING, db_now()
    if credential.state != Connection.CONNECTED and credential.cause != Reason.ACCOUNT_REFUSED:
        credential.next_probe_at = in_seconds(_wait(credential))
    if status is not None:  # X answered, if only to say no
        credential.checked_at, credential.checked_by = db_now(), actor
    credential.save()
    if actor is not None or before != credential.state:
        if credential.state == Connection.RECONNECT and before != Connection.RECONNECT:
            notify_of_connection(credential.account, NoticeAct.RECONNECT)
        audit.record(
            "account.checked",
            actor=actor,
            account=account_id,
            subject=credential,
            before=before,
            after=credential.state,
        )


def _wait(credential: Credential) -> float:
    """Seconds to the next question: 1, 5, 15 minutes after the first 401, then each quarter."""
    durations = settings.DURATIONS
    if credential.state != Connection.PROBING or credential.refused_at is None:
        return float(durations.connection_probe)
    steps = durations.unauthorized_probes
    if credential.probes >= len(steps):
        return float(durations.connection_probe)
    since = (db_now() - credential.refused_at).total_seconds()
    return float(max(steps[credential.probes] - since, 1))


def probes_due() -> list[int]:
    """Accounts of which X is to be asked again now."""
    return list(
        Credential.objects.filter(next_probe_at__lte=Now()).values_list("account_id", flat=True)
    )


def connected_accounts() -> list[int]:
    """Accounts that have tokens, whatever X last said of them."""
    return list(Credential.objects.values_list("account_id", flat=True))
