"""Exports of a case file: JSON at once, PDF by a worker; each is in the trail with its digest."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation

from accounts import audit
from accounts.access import role_on
from accounts.actions.base import action
from accounts.clock import in_seconds
from accounts.errors import NotFound
from accounts.models import Person
from approvals.actions.base import lock_draft
from approvals.models import Draft
from publishing import wake
from publishing.case_file import CaseFile, read_case_file, to_json
from publishing.case_file_text import document_of
from publishing.models import CaseFileExport, Publication
from publishing.pdf import NotTypeset, pdf_of

MAX_TRIES = 3


@action
def export_json(*, actor: Person, draft_id: int) -> bytes:
    """The case file as JSON. Raises NotFound."""
    draft, case_file = _locked(actor, draft_id)
    content = to_json(case_file)
    _record(actor, draft, "json", content)
    return content


@action
def ask_for_pdf(*, actor: Person, draft_id: int) -> CaseFileExport:
    """Has a worker make the PDF in the language of now; one that is being made is enough. Raises
    NotFound.
    """
    draft, _role = lock_draft(draft_id, actor, act="read")
    language = translation.get_language() or settings.LANGUAGE_CODE
    asked = CaseFileExport.objects.filter(draft=draft, asked_by=actor, language=language)
    export = asked.filter(next_try_at__isnull=False).defer("content").first()
    if export is None:
        export = CaseFileExport.objects.create(draft=draft, asked_by=actor, language=language)
        wake.after_commit(wake.CASE_FILE, export.pk)
    return export


def exports_to_make() -> QuerySet[CaseFileExport]:
    return CaseFileExport.objects.filter(next_try_at__lte=Now()).order_by("next_try_at")


def make_pdf(export_id: int) -> bool:
    """Claims one, makes it, keeps it. Whose right has ended meanwhile gets nothing."""
    export = _claim(export_id)
    if export is None:
        return False
    try:
        with transaction.atomic():
            draft, case_file = _locked(export.asked_by, export.draft_id)
        with translation.override(export.language):
            digest = hashlib.sha256(to_json(case_file)).hexdigest()
            content = pdf_of(document_of(case_file, digest))
        _keep(export, draft, content)
    except NotFound:
        CaseFileExport.objects.filter(pk=export.pk).delete()
        return False
    except (NotTypeset, OSError):
        if export.tries >= MAX_TRIES:
            CaseFileExport.objects.filter(pk=export.pk, made_at=None).update(next_try_at=None)
        return False
    return True


def delete_old_exports() -> int:
    """Those that were kept for long enough."""
    oldest = in_seconds(-settings.DURATIONS.case_file_kept)
    return CaseFileExport.objects.filter(asked_at__lt=oldest).delete()[0]


def _locked(actor: Person, draft_id: int) -> tuple[Draft, CaseFile]:
    """One state of it all: nobody moves the draft or its publications while they are read."""
    draft, _role = lock_draft(draft_id, actor, act="read")
    publications = Publication.objects.filter(release__revision__draft=draft)
    list(publications.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return draft, read_case_file(draft)


@action
def _claim(export_id: int) -> CaseFileExport | None:
    """The next worker may try after this one's time is over."""
    rows = CaseFileExport.objects.select_for_update(of=("self",), skip_locked=True)
    due = rows.filter(pk=export_id, next_try_at__lte=Now(), tries__lt=MAX_TRIES)
    export = due.select_related("asked_by").defer("content").first()
    if export is not None:
        export.tries += 1
        export.next_try_at = in_seconds(settings.DURATIONS.case_file_retry)
        export.save(update_fields=["tries", "next_try_at"])
    return export


@action
def _keep(export: CaseFileExport, draft: Draft, content: bytes) -> None:
    if role_on(export.asked_by, draft.account_id) is None:
        raise NotFound
    kept = CaseFileExport.objects.filter(pk=export.pk, made_at=None).update(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=Now(),
        next_try_at=None,
    )
    if kept:
        _record(export.asked_by, draft, "pdf", content)


def _record(actor: Person, draft: Draft, kind: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    audit.record("case_file.exported", actor=actor, about=draft, file=kind, digest=digest)
