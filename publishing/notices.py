"""Who is told of what became of a publication, or of the connection to X."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from accounts.access import administrators, members, reviewers
from accounts.models import Account, Person
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from approvals import notices
from publishing.models import Confirmation, Publication, PublicationState, Reason
from publishing.models.states import ALERTING

# What is news to the author of a text; the states that alert tell everybody.
NEWS = {
    PublicationState.PUBLISHED: NoticeAct.PUBLISHED,
    PublicationState.RECALLED: NoticeAct.RECALLED,
    PublicationState.RETRACTED: NoticeAct.RETRACTED,
}


def notify_account(
    publication: Publication, act: NoticeAct | None = None, people: list[int] | None = None
) -> None:
    """Tells everybody who can act on the account, or `people`, that this publication needs them:
    `act`, or what its state says.
    """
    if act is None and publication.state in ALERTING:
        act = NoticeAct(publication.state)
        if act == NoticeAct.REFUSED and publication.reason == Reason.GIVEN_UP:
            act = NoticeAct.GIVEN_UP
    queue_notice(
        list(reviewers(publication.account_id)) if people is None else people,
        NoticeKind.REMOVAL if act == NoticeAct.REMOVAL else NoticeKind.ALERT,
        path=reverse("draft", args=[publication.draft_id]),
        account=publication.account,
        act=act or "",
        urgent=publication.release.revision.draft.urgent,
    )


def notify_author(publication: Publication, actor: Person | None) -> None:
    """Tells its author that the text left, is off X, or was recalled by somebody else."""
    draft = publication.release.revision.draft
    recalled_it = publication.state == PublicationState.RECALLED and draft.author == actor
    if recalled_it or draft.author_id not in reviewers(publication.account_id):
        return
    notices.notify_author(draft, NEWS[PublicationState(publication.state)])


def notify_of_connection(account: Account, act: NoticeAct) -> None:
    """Tells those who can mend it, and those whose posts wait meanwhile."""
    told: list[tuple[Iterable[Person | int], str]] = [
        (administrators(), reverse("department", args=[account.code])),
        (reviewers(account), reverse("account", args=[account.handle])),
    ]
    for people, path in told:
        queue_notice(people, NoticeKind.CONNECTION, path=path, account=account, act=act)


def notify_of_stop(path: str) -> None:
    """Tells administrators that X refuses every account: they alone can mend it, or buy credits."""
    act = NoticeAct.ALL_STOPPED
    queue_notice(administrators(), NoticeKind.CONNECTION, path=path, act=act)


def notify_of_freeze(account: Account | None, act: NoticeAct, actor: Person) -> None:
    """Tells everybody else whose posts stop, or leave again; administrators too if it is of all."""
    told: list[tuple[Iterable[int], str]] = []
    if account is not None:
        told = [(reviewers(account), reverse("account", args=[account.handle]))]
    else:
        told = [
            (members().values_list("pk", flat=True), reverse("own-accounts")),
            (administrators().values_list("pk", flat=True), reverse("freezes")),
        ]
    for people, path in told:
        others = [pk for pk in people if pk != actor.pk]
        queue_notice(others, NoticeKind.FREEZE, path=path, account=account, act=act)


def notify_deciders(proposal: Confirmation, account: Account | None, people: list[int]) -> None:
    """Tells those who can answer: a proposal expires within the hour."""
    if proposal.publication is not None:
        path = reverse("draft", args=[proposal.publication.draft_id])
    elif account is not None:
        path = reverse("account", args=[account.handle])
    else:
        path = reverse("freezes")
    others = [pk for pk in people if pk != proposal.proposed_by_id]
    about = proposal.publication
    queue_notice(
        others,
        NoticeKind.AWAITS_YOU,
        path=path,
        account=account,
        act=NoticeAct.CONFIRM,
        urgent=about is not None and about.release.revision.draft.urgent,
        until=proposal.expires_at,
    )
