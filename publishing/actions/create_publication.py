"""A release becomes its publication: in the release's own transaction, or by the scan."""

from __future__ import annotations

from accounts import audit
from accounts.actions.base import action, lock_account
from accounts.clock import db_now
from approvals.models import Release
from publishing import wake
from publishing.models import Part, Publication


def create_publication(release: Release) -> Publication:
    """The publication of this release, one to one, with a part for each post."""
    revision = release.revision
    due_at = revision.requested_at or release.released_at
    publication, created = Publication.objects.get_or_create(
        release=release,
        defaults={
            "account_id": release.account_id,
            "due_at": due_at,
            "next_try_at": due_at,
            "removal_on": revision.signed.fields.get("removal_on"),
        },
    )
    if created:
        Part.objects.bulk_create(
            Part(publication=publication, position=i) for i in range(len(revision.messages))
        )
        audit.record(
            "publication.waiting",
            actor=None,
            account=release.account_id,
            subject=publication,
            draft_id=revision.draft_id,
        )
        if due_at <= db_now():
            wake.after_commit(wake.SEND, release.account_id)
    return publication


@action
def create_missing_publications(release_id: int) -> None:
    """What the scan does with a release whose publication nobody made."""
    release = Release.objects.select_related("revision").get(pk=release_id)
    lock_account(release.account_id)
    if release.revision.closed_at is None:
        create_publication(release)


def releases_without_publication() -> list[int]:
    """Releases that stand without a publication."""
    return list(
        Release.objects.filter(
            publication__isnull=True, revision__closed_at__isnull=True
        ).values_list("pk", flat=True)[:100]
    )
