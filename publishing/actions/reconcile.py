"""Reconciliation: what is uncertain is looked for on X, what was published is read back."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator

import structlog
from django.conf import settings
from django.db import OperationalError
from django.db.models import Min, QuerySet
from django.db.models.functions import Now

from accounts import audit
from accounts.actions.base import action
from accounts.models.notice import NoticeAct
from publishing import matching
from publishing.actions.connect import credentials_of
from publishing.actions.effects import take_effect
from publishing.actions.lookup_schedule import plan_again
from publishing.actions.retract import retract_again
from publishing.actions.transitions import lock_publication, mark_found
from publishing.gateway import (
    ApiCredentials,
    ReadPosts,
    Seen,
    Unreadable,
    read_posts,
    read_timeline,
)
from publishing.models import (
    Answer,
    Lookup,
    LookupKind,
    LookupResult,
    Part,
    PartState,
    Publication,
    Reason,
)
from publishing.models.lookup import SEARCHES
from publishing.models.publication import Reading
from publishing.notices import notify_account
from publishing.replies import parent_of

log = structlog.get_logger(__name__)

POSTS_A_READ = 100


def lookups_due() -> QuerySet[Lookup]:
    return Lookup.objects.filter(done_at=None, due_at__lte=Now())


def accounts_to_reconcile() -> list[int]:
    return list(
        lookups_due().values_list("part__publication__account_id", flat=True).distinct()[:200]
    )


def reconcile_account(account_id: int) -> int:
    """Makes every lookup that is due of one account, with as few reads of X as can be; how many."""
    due = list(
        lookups_due()
        .filter(part__publication__account_id=account_id)
        .select_related("part__publication__release__revision")[:POSTS_A_READ]
    )
    credentials = credentials_of(account_id)
    searches = [lookup for lookup in due if lookup.kind in SEARCHES]
    reads = [lookup for lookup in due if lookup.kind not in SEARCHES]
    if searches:
        _search(searches, credentials)
    if reads:
        _read(reads, credentials)
    return len(due)


def _search(lookups: list[Lookup], credentials: ApiCredentials | None) -> None:
    since = min(wanted_of(lookup.part).not_before for lookup in lookups)
    posts: list[Seen] | None = None
    status = None
    try:
        if credentials is not None:
            posts = read_timeline(credentials, since=since - _reach_back(lookups))
    except Unreadable as error:
        status = error.status
        log.info(
            "timeline unreadable",
            account=lookups[0].part.publication.account_id,
            status=error.status,
        )
    for lookup in lookups:
        with _alone(lookup):
            _searched(lookup.pk, posts, status)


def _reach_back(lookups: list[Lookup]) -> dt.timedelta:
    """Where X spoke of a duplicate, the older equal post that it means is worth finding too."""
    duplicate = any(lookup.part.publication.reason == Reason.DUPLICATE for lookup in lookups)
    return dt.timedelta(days=2 if duplicate else 0)


def wanted_of(part: Part) -> matching.Wanted:
    """What the part would look like on X."""
    parent = parent_of(part)
    posted = part.attempts.aggregate(first=Min("posting_at"))["first"]
    before = parent.out_at if parent and part.position else None
    first = posted or before or part.publication.release.released_at
    ids = {str(upload["id"]) for upload in part.media.values()}
    return matching.Wanted(
        text=part.text,
        parent=(parent.x_id or "") if parent else "",
        media=frozenset(ids) if part.has_images else frozenset(),
        not_before=first - dt.timedelta(seconds=settings.DURATIONS.lookup_margin),
    )


@action
def _searched(lookup_id: int, posts: Iterable[Seen] | None, status: int | None) -> None:
    """Writes down one search and what follows from it; `posts` is None when X was unreadable, and
    `status` what it answered then.
    """
    lookup, publication = _lock_lookup(lookup_id)
    if lookup.done_at is not None:
        return
    part = lookup.part
    if not _still_wanted(lookup):
        _done(lookup, LookupResult.CANCELLED)
        return
    match = matching.Match()
    wanted = wanted_of(part)  # now: the part before it may just have been found
    if posts is not None:
        match = matching.find(wanted, posts, _taken(part, posts))
    if match.lookalike and match.lookalike != part.lookalike_id:
        Part.objects.filter(pk=part.pk).update(lookalike_id=match.lookalike)
    if match.x_id:
        _done(lookup, LookupResult.FOUND, x_id=match.x_id)
        mark_found(publication, part, match.x_id)
        return
    _done(lookup, LookupResult.ABSENT if posts is not None else LookupResult.UNREADABLE, status)
    _not_found(lookup, publication, readable=posts is not None)


def _still_wanted(lookup: Lookup) -> bool:
    """Not of a part that is there, or just being sent; a decision, or a link, also concerns one
    that is to be sent again.
    """
    states = [PartState.UNCERTAIN, PartState.REFUSED]
    if lookup.kind in (LookupKind.BEFORE_ACT, LookupKind.POINTED):
        states.append(PartState.PENDING)
    return lookup.part.state in states


def _taken(part: Part, posts: Iterable[Seen]) -> set[str]:
    """Those of the posts that are some other part's, or that X gave to one just now."""
    seen = [post.x_id for post in posts]
    parts = Part.objects.filter(x_id__in=seen).exclude(pk=part.pk)
    answers = Answer.objects.filter(x_id__in=seen).exclude(attempt__part=part.pk)
    return {x_id or "" for rows in (parts, answers) for x_id in rows.values_list("x_id", flat=True)}


def _not_found(lookup: Lookup, publication: Publication, *, readable: bool) -> None:
    if lookup.kind == LookupKind.UNCERTAIN:
        lookups_made = lookup.part.lookups_made + 1
        Part.objects.filter(pk=lookup.part_id).update(lookups_made=lookups_made)
        if lookup.is_last:
            notify_account(publication)
    elif lookup.kind == LookupKind.BEFORE_ACT and lookup.confirmation is not None:
        if readable:
            take_effect(lookup.confirmation, publication)
        else:
            plan_again(lookup)


def _read(lookups: list[Lookup], credentials: ApiCredentials | None) -> None:
    ids = {lookup.x_id or lookup.part.x_id or "" for lookup in lookups} - {""}
    read = ReadPosts({}, frozenset())  # nothing is known of any
    with contextlib.suppress(Unreadable):
        if credentials is not None:
            read = read_posts(credentials, sorted(ids))
    author = credentials.x_user_id if credentials is not None else ""
    for lookup in lookups:
        with _alone(lookup):
            if lookup.kind == LookupKind.POINTED:
                _pointed(lookup.pk, wanted_of(lookup.part), read, author)
            elif lookup.kind == LookupKind.RETRACTED:
                _read_retracted(lookup.pk, read, author)
            else:
                _read_back(lookup.pk, wanted_of(lookup.part), read, author)


@contextlib.contextmanager
def _alone(lookup: Lookup) -> Iterator[None]:
    """One lookup that goes wrong must not keep the account's others from being made."""
    try:
        yield
    except OperationalError:
        raise
    except Exception as error:
        log.exception("lookup", lookup=lookup.pk, error=type(error).__name__)


@action
def _read_back(lookup_id: int, wanted: matching.Wanted, read: ReadPosts, author: str) -> None:
    """A published post, as X shows it now: there, gone, or different from what was sent. The post
    of another account is not what was sent.
    """
    lookup, publication = _lock_lookup(lookup_id)
    if lookup.done_at is not None or lookup.part.state != PartState.OUT:
        _done(lookup, LookupResult.CANCELLED)
        return
    seen = read.posts.get(lookup.part.x_id or "")
    if seen is None:
        _done_unseen(lookup, read, lookup.part.x_id)
    elif seen.author != author or not matching.same_text(wanted.text, seen):
        _done(lookup, LookupResult.DIFFERS)
    else:
        _done(lookup, LookupResult.FOUND)
    _reading(publication, _reading_of(publication))


def _reading_of(publication: Publication) -> Reading:
    """From the last reading of each part: a post that lagged at first is there after all."""
    readings = Lookup.objects.filter(
        part__publication=publication, kind=LookupKind.READ_BACK, done_at__isnull=False
    ).exclude(result__in=[LookupResult.UNREADABLE, LookupResult.CANCELLED])
    last = {lookup.part_id: lookup.result for lookup in readings.order_by("done_at", "pk")}
    for result, reading in (
        (LookupResult.ABSENT, Reading.GONE),
        (LookupResult.DIFFERS, Reading.DIFFERS),
        (LookupResult.FOUND, Reading.SEEN),
    ):
        if result in last.values():
            return reading
    return Reading(publication.reading)


def _reading(publication: Publication, reading: Reading) -> None:
    if publication.reading == reading:
        return
    fields: dict[str, object] = {"reading": reading}
    if reading in (Reading.GONE, Reading.DIFFERS):
        fields |= {"acknowledged_at": None, "acknowledged_by": None, "acknowledged_reason": ""}
    Publication.objects.filter(pk=publication.pk).update(**fields)
    publication.reading = reading
    audit.record(f"publication.{reading}", actor=None, about=publication)
    if reading in (Reading.GONE, Reading.DIFFERS):
        notify_account(publication, NoticeAct(reading))


@action
def _read_retracted(lookup_id: int, read: ReadPosts, author: str) -> None:
    """A retracted post, read again: X may have shown nothing of it for a moment only."""
    lookup, publication = _lock_lookup(lookup_id)
    if lookup.done_at is not None or lookup.part.state != PartState.DELETED:
        _done(lookup, LookupResult.CANCELLED)
        return
    seen = read.posts.get(lookup.part.x_id or "")
    if seen is None or seen.author != author:
        _done_unseen(lookup, read, lookup.part.x_id)
        return
    _done(lookup, LookupResult.FOUND)
    retract_again(publication, lookup.part)


def _done_unseen(lookup: Lookup, read: ReadPosts, x_id: str | None) -> None:
    """Gone only if X says so of this very post; otherwise X has said nothing of it."""
    _done(lookup, LookupResult.ABSENT if x_id in read.gone else LookupResult.UNREADABLE)


@action
def _pointed(lookup_id: int, wanted: matching.Wanted, read: ReadPosts, author: str) -> None:
    """A person says « c’est sur X » and gives the link: believed when X shows this very post."""
    lookup, publication = _lock_lookup(lookup_id)
    if lookup.done_at is not None or not _still_wanted(lookup):
        _done(lookup, LookupResult.CANCELLED)
        return
    seen = read.posts.get(lookup.x_id)
    if seen is None:
        _done_unseen(lookup, read, lookup.x_id)
    elif seen.author != author:
        _done(lookup, LookupResult.OTHER_ACCOUNT)
    elif (
        Part.objects.filter(x_id=seen.x_id).exists()
        or not matching.find(wanted, [seen], set()).x_id
    ):
        _done(lookup, LookupResult.DIFFERS)
    else:
        _done(lookup, LookupResult.FOUND)
        mark_found(publication, lookup.part, seen.x_id)


def _lock_lookup(lookup_id: int) -> tuple[Lookup, Publication]:
    publication_id = Lookup.objects.values_list("part__publication_id", flat=True).get(pk=lookup_id)
    publication = lock_publication(publication_id)
    lookup = (
        Lookup.objects.select_for_update(of=("self",))
        .select_related("confirmation")
        .get(pk=lookup_id)
    )
    lookup.part = Part.objects.get(pk=lookup.part_id)
    lookup.part.publication = publication
    return lookup, publication


def _done(
    lookup: Lookup, result: LookupResult, status: int | None = None, x_id: str | None = None
) -> None:
    """What the lookup came to; `x_id` is the post found, the evidence that a part is out."""
    if lookup.done_at is None:
        Lookup.objects.filter(pk=lookup.pk).update(
            done_at=Now(), result=result, status=status, x_id=x_id or lookup.x_id
        )
