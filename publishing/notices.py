"""Who is told of what became of a publication, or of the connection to X."""

from __future__ import annotations

from django.urls import reverse

from accounts.access import administrators, reviewers
from accounts.models import Account
from accounts.models.notice import NoticeKind
from accounts.notices import queue_notice
from publishing.models import Confirmation, Publication


def notify_account(publication: Publication) -> None:
    """Tells everybody who can act on the account that this publication needs them."""
    path = reverse("draft", args=[publication.draft_id])
    queue_notice(
        list(reviewers(publication.account_id)),
        NoticeKind.ALERT,
        path=path,
        account=publication.account,
    )


def notify_administrators(path: str, account: Account | None = None) -> None:
    """Tells those who alone can mend a connection, or buy credits."""
    queue_notice(list(administrators()), NoticeKind.ALERT, path=path, account=account)


def notify_deciders(proposal: Confirmation, account: Account | None, people: list[int]) -> None:
    """Tells those who can answer: a proposal expires within the hour."""
    if proposal.publication is not None:
        path = reverse("draft", args=[proposal.publication.draft_id])
    elif account is not None:
        path = reverse("account", args=[account.handle])
    else:
        path = reverse("freezes")
    others = [pk for pk in people if pk != proposal.proposed_by_id]
    queue_notice(others, NoticeKind.AWAITS_YOU, path=path, account=account)
