"""X's no to an account or to the application: who waits, until when, and who is told.

Called under the account's lock, in the transaction that writes down what an answer came to.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action
from accounts.clock import db_now, in_seconds
from accounts.errors import Conflict
from accounts.models import Account, Credential, Person
from accounts.models.credential import Connection
from accounts.models.notice import NoticeAct
from publishing.capabilities import CAPABILITIES
from publishing.gateway.refusals import UNKNOWN
from publishing.models import Answer, CreditStop, Publication, Reason, Throttle
from publishing.notices import notify_of_connection, notify_of_stop

# An unknown no to so many texts of an account within the hour is a no to the account; to so many
# accounts, a no to the application.
TEXTS_REFUSED, ACCOUNTS_REFUSED = 2, 3
APP_LIMIT = "x-app-limit-24hour-remaining"


def stop_account(account: Account, reason: Reason) -> None:
    """The account's rows are held until its tokens may speak again; administrators are told."""
    # What nobody understands is not tried again before somebody has looked at it.
    later = settings.DURATIONS.connection_probe if reason != Reason.ACCOUNT_REFUSED else None
    Credential.objects.filter(account=account).update(
        state=Connection.SUSPENDED if reason == Reason.SUSPENDED else Connection.REFUSED,
        cause=reason,
        refused_at=Now(),
        next_probe_at=in_seconds(later) if later is not None else None,
    )
    audit.record("account.refused", actor=None, account=account, subject=account, reason=reason)
    notify_of_connection(account, NoticeAct.ACCOUNT_STOPPED)


def stop_application(reason: Reason) -> None:
    """Everything stops until an administrator says that it is mended."""
    standing = CreditStop.objects.filter(ended_at=None)
    if standing.update(restored_at=None, probe=None, cause=reason) == 0:
        stop = CreditStop.objects.create(cause=reason)
        audit.record("application.refused", actor=None, subject=stop, reason=reason)
    notify_of_stop(reverse("freezes"))


def distrust_tokens(account: Account) -> None:
    """The tokens that are stored are not this account's: it is to be connected anew."""
    others = Credential.objects.filter(account=account).exclude(state=Connection.RECONNECT)
    if not others.update(
        state=Connection.RECONNECT, refused_at=Now(), next_probe_at=None, asked_by=None
    ):
        return
    audit.record("account.tokens_distrusted", actor=None, account=account, subject=account)
    notify_of_connection(account, NoticeAct.RECONNECT)


def count_unknown_refusal(publication: Publication) -> None:
    """X refused this text, and no row of the table says why. One cause must not burn every text:
    the second within the hour holds the account, the third account so held holds all.
    """
    hour_ago = db_now() - dt.timedelta(seconds=settings.DURATIONS.unknown_refusals)
    refused = Answer.objects.filter(
        attempt__account=publication.account_id, reason__in=UNKNOWN, at__gt=hour_ago
    )
    texts = refused.values("attempt__part__publication").distinct().count()
    if texts < TEXTS_REFUSED:
        return
    stop_account(publication.account, Reason.ACCOUNT_REFUSED)
    so_held = Credential.objects.filter(cause=Reason.ACCOUNT_REFUSED, refused_at__gt=hour_ago)
    if so_held.count() >= ACCOUNTS_REFUSED:
        stop_application(Reason.APP_STOPPED)


def throttle(account_id: int, answer: Answer) -> None:
    """Nothing of this account before the limit opens: when X says, but while it goes on saying no
    never before a pause that doubles. The application's limit of the day stops every account.
    """
    accounts = [account_id]
    if answer.limits.get(APP_LIMIT) == 0:
        accounts = list(Credential.objects.values_list("account_id", flat=True))
        notify_of_stop(reverse("health"))
    for stopped_id in accounts:
        row, _created = Throttle.objects.get_or_create(
            account_id=stopped_id, defaults={"until": db_now()}
        )
        row.until = in_seconds(_pause(answer.retry_after, row.tries))
        row.tries = min(row.tries + 1, 1000)
        row.save()


def _pause(retry_after: float | None, tries: int) -> float:
    """Seconds; `tries` is how often X has said so in a row before."""
    durations = settings.DURATIONS
    doubling = min(
        durations.rate_limit_first * 2.0 ** min(tries, 20), float(durations.rate_limit_most)
    )
    if retry_after is None:
        return doubling
    return max(retry_after, doubling if tries else 0.0)


@action
def credits_restored(*, actor: Person) -> None:
    """An administrator says so; one send is let through first. Raises Forbidden, Conflict."""
    require_office(CAPABILITIES["restore_credits"], actor)
    stop = CreditStop.objects.select_for_update().filter(ended_at=None).first()
    if stop is None:
        raise Conflict
    CreditStop.objects.filter(pk=stop.pk).update(restored_at=Now(), restored_by=actor, probe=None)
    audit.record("credits.restored", actor=actor, subject=stop)
