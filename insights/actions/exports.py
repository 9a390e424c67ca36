"""Documents that take long: asked for, made by a worker, fetched, and deleted after a while.

Each of the first three is in the trail of every account that the document is about, with its digest
once there is one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import threading
from typing import IO

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, wake
from accounts.actions.base import action
from accounts.clock import db_now, in_seconds
from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import Account, Person
from insights.access import export_to_fetch, require_all
from insights.makers import MAKERS
from insights.models import Export, ExportState
from insights.models.export import OPEN
from insights.progress import Lost, kept_alive

log = structlog.get_logger(__name__)

MAKE_EXPORT = "insights.tasks.make_export"
MAX_TRIES = 3
# What one person may wait for at once, and how long a period may be.
MAX_OPEN = 5
MAX_DAYS = 3660
PIECE = 1024 * 1024
# A document takes memory and a processor: one at a time in each process, the others wait.
_one_at_a_time = threading.Lock()


class TooManyOpen(Conflict):
    code = "too_many_exports"


@action
def ask_for_export(
    *, actor: Person, kind: str, accounts: list[Account], since: dt.date, until: dt.date
) -> Export:
    """Has a worker make it; the same one that is being made is enough. Raises NotFound, Invalid,
    TooManyOpen.
    """
    require_all(actor, [account.pk for account in accounts])
    _check_period(accounts, since, until)
    if kind not in MAKERS:
        raise Invalid(field="kind")
    Person.objects.select_for_update(no_key=True).get(pk=actor.pk)  # one of theirs at a time
    waiting = list(Export.objects.filter(asked_by=actor, state__in=OPEN))
    language = translation.get_language() or settings.LANGUAGE_CODE
    asked = {"kind": kind, "since": since, "until": until, "language": language}
    for one in waiting:
        if set(one.accounts.all()) == set(accounts) and all(
            getattr(one, name) == value for name, value in asked.items()
        ):
            return one
    if len(waiting) >= MAX_OPEN:
        raise TooManyOpen(_("D’autres documents sont en cours : attendez qu’ils soient établis."))
    export = Export.objects.create(asked_by=actor, **asked)
    export.accounts.set(accounts)
    _record("export.asked", export, actor)
    wake.after_commit(MAKE_EXPORT, export.pk)
    return export


def _check_period(accounts: list[Account], since: dt.date, until: dt.date) -> None:
    """A period that is over: what is said of it then changes no more."""
    if until < since:
        raise Invalid(_("Le dernier jour est avant le premier."), field="until")
    if (until - since).days >= MAX_DAYS:
        raise Invalid(_("Dix ans au plus à la fois."), field="since")
    now = db_now()
    if any(until >= now.astimezone(account.zone).date() for account in accounts):
        raise Invalid(_("Le dernier jour doit être passé : hier au plus tard."), field="until")


def exports_to_make() -> QuerySet[Export]:
    """Those that wait, and those whose worker is no longer heard of; the oldest first."""
    dead = Q(state=ExportState.WORKING, lease_until__lte=Now())
    return Export.objects.filter(Q(state=ExportState.ASKED) | dead).order_by("asked_at", "pk")


def make_export(export_id: int) -> bool:
    """Claims one, makes it, keeps it. Nothing happens while this process is at another: that one is
    found by the scan.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return False
    try:
        export = _claim(export_id)
        return export is not None and _make(export)
    finally:
        _one_at_a_time.release()


def _make(export: Export) -> bool:
    """Whose right has ended meanwhile gets nothing."""
    try:
        with tempfile.TemporaryFile() as file:
            with kept_alive(export) as progress, translation.override(export.language):
                MAKERS[export.kind].write(export, file, progress)
                export.sha256, export.size = _digest(file)
                export.file = _store(export, file)
            _keep(export)
    except NotFound:
        _delete(export)
    except Lost:
        log.warning("export lost", export=export.pk, tries=export.tries)
        default_storage.delete(name_of(export, export.tries))
    except Exception as error:
        log.exception("export failed", export=export.pk, error=type(error).__name__)
        _give_back(export)
    else:
        return True
    return False


def _store(export: Export, file: IO[bytes]) -> str:
    """Under a name of this try: whoever makes it a second time writes beside it."""
    name = name_of(export, export.tries)
    default_storage.delete(name)
    file.seek(0)
    return default_storage.save(name, File(file))


def name_of(export: Export, number: int) -> str:
    return f"exports/{export.pk}-{number}"


def _digest(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


@action
def _claim(export_id: int) -> Export | None:
    """The next worker may have it once this one is no longer heard of."""
    rows = exports_to_make().select_for_update(of=("self",), skip_locked=True)
    export = rows.filter(pk=export_id).select_related("asked_by").first()
    if export is None:
        return None
    if export.tries >= MAX_TRIES:  # it took its workers with it
        _fail(export)
        return None
    export.state = ExportState.WORKING
    export.tries += 1
    export.lease_until = in_seconds(settings.DURATIONS.export_lease)
    export.save(update_fields=["state", "tries", "lease_until"])
    return export


def _mine(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, state=ExportState.WORKING, tries=export.tries)


@action
def _keep(export: Export) -> None:
    require_all(export.asked_by, [account.pk for account in export.accounts.all()])
    kept = _mine(export).update(
        state=ExportState.MADE,
        lease_until=None,
        done=F("total"),
        made_at=Now(),
        file=export.file,
        size=export.size,
        sha256=export.sha256,
    )
    if not kept:
        raise Lost
    _record("export.made", export, None, digest=export.sha256)


@action
def _give_back(export: Export) -> None:
    if export.tries >= MAX_TRIES:
        _fail(export)
    else:
        _mine(export).update(state=ExportState.ASKED, lease_until=None)


def _fail(export: Export) -> None:
    if _mine(export).update(state=ExportState.FAILED, lease_until=None):
        _record("export.failed", export, None)


@action
def fetch_export(*, actor: Person, export_id: int) -> Export:
    """One that may be read now. Raises NotFound."""
    export = export_to_fetch(actor, export_id)
    _record("export.fetched", export, actor, digest=export.sha256)
    return export


def delete_old_exports() -> int:
    """Those that were kept for long enough, with the files of every try."""
    oldest = in_seconds(-settings.DURATIONS.export_kept)
    old = list(Export.objects.filter(asked_at__lt=oldest).exclude(state__in=OPEN))
    for export in old:
        _delete(export)
    return len(old)


def _delete(export: Export) -> None:
    """The files first: no row that is gone leaves one behind."""
    for number in range(1, export.tries + 1):
        default_storage.delete(name_of(export, number))
    Export.objects.filter(pk=export.pk).delete()


def _record(act: str, export: Export, actor: Person | None, digest: str = "") -> None:
    for account in export.accounts.order_by("code"):
        audit.record(
            act,
            actor=actor,
            account=account,
            subject=export,
            document=export.kind,
            period=export.period,
            digest=digest,
        )
