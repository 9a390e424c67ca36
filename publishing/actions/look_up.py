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

from accounts.actions.base import action, record
from publishing import matching
from publishing.actions.connect import line_of
from publishing.actions.effects import take_effect
from publishing.actions.looks import plan_again
from publishing.actions.moves import alert, lock_publication
from publishing.actions.parts import found
from publishing.actions.retract import retract_again
from publishing.gateway import Line, Lookup, Seen, Unreadable, read_posts, read_timeline
from publishing.models import (
    Answer,
    Look,
    LookKind,
    LookResult,
    Part,
    PartState,
    Publication,
    Reason,
)
from publishing.models.publication import Reading

log = structlog.get_logger(__name__)

SEARCHES = (LookKind.LOOK_UP, LookKind.GIVEN_UP, LookKind.BEFORE_ACT)
READS = (LookKind.READ_BACK, LookKind.RETRACTED, LookKind.POINTED)
POSTS_A_READ = 100


def looks_due() -> QuerySet[Look]:
    return Look.objects.filter(done_at=None, due_at__lte=Now())


def accounts_to_look() -> list[int]:
    return list(
        looks_due().values_list("part__publication__account_id", flat=True).distinct()[:200]
    )


def look(account_id: int) -> int:
    """Makes every look that is due of one account, with as few reads of X as can be; how many."""
    due = list(
        looks_due()
        .filter(part__publication__account_id=account_id)
        .select_related("part__publication__release__revision")[:POSTS_A_READ]
    )
    line = line_of(account_id)
    searches = [one for one in due if one.kind in SEARCHES]
    reads = [one for one in due if one.kind in READS]
    if searches:
        _search(searches, line)
    if reads:
        _read(reads, line)
    return len(due)


def _search(looks: list[Look], line: Line | None) -> None:
    since = min(wanted_of(one.part).not_before for one in looks)
    posts: list[Seen] | None = None
    status = None
    try:
        if line is not None:
            posts = read_timeline(line, since=since - _look_back(looks))
    except Unreadable as error:
        status = error.status
        log.info("timeline unreadable", account=looks[0].part.publication.account_id,
                 status=error.status)  # fmt: skip
    for one in looks:
        with _alone(one):
            _searched(one.pk, posts, status)


def _look_back(looks: list[Look]) -> dt.timedelta:
    """Where X spoke of a duplicate, the older equal post that it means is worth finding too."""
    duplicate = any(one.part.publication.reason == Reason.DUPLICATE for one in looks)
    return dt.timedelta(days=2 if duplicate else 0)


def wanted_of(part: Part) -> matching.Wanted:
    """What the part would look like on X."""
    before = Part.objects.filter(
        publication=part.publication_id, position=part.position - 1
    ).first()
    posted = part.attempts.aggregate(first=Min("posting_at"))["first"]
    first = posted or (before and before.out_at) or part.publication.release.released_at
    ids = {str(upload["id"]) for upload in part.media.values()}
    return matching.Wanted(
        text=part.text,
        parent=(before.x_id or "") if before else "",
        media=frozenset(ids) if part.has_images else frozenset(),
        not_before=first - dt.timedelta(seconds=settings.DURATIONS.look_up_margin),
    )


@action
def _searched(look_id: int, posts: Iterable[Seen] | None, status: int | None) -> None:
    """Writes down one search and what follows from it; `posts` is None when X was unreadable, and
    `status` what it answered then.
    """
    one, publication = _lock_look(look_id)
    if one.done_at is not None:
        return
    part = one.part
    if not _still_wanted(one):
        _done(one, LookResult.MOOT)
        return
    match = matching.Match()
    wanted = wanted_of(part)  # now: the part before it may just have been found
    if posts is not None:
        match = matching.find(wanted, posts, _taken(part, posts))
    if match.lookalike and match.lookalike != part.lookalike_id:
        Part.objects.filter(pk=part.pk).update(lookalike_id=match.lookalike)
    if match.x_id:
        _done(one, LookResult.FOUND, x_id=match.x_id)
        found(publication, part, match.x_id)
        return
    _done(one, LookResult.ABSENT if posts is not None else LookResult.UNREADABLE, status)
    _not_found(one, publication, readable=posts is not None)


def _still_wanted(one: Look) -> bool:
    """Not of a part that is there, or just being sent; a decision, or a link, also concerns one
    that is to be sent again.
    """
    states = [PartState.UNCERTAIN, PartState.REFUSED]
    if one.kind in (LookKind.BEFORE_ACT, LookKind.POINTED):
        states.append(PartState.PENDING)
    return one.part.state in states


def _taken(part: Part, posts: Iterable[Seen]) -> set[str]:
    """Those of the posts that are some other part's, or that X gave to one just now."""
    seen = [post.x_id for post in posts]
    parts = Part.objects.filter(x_id__in=seen).exclude(pk=part.pk)
    answers = Answer.objects.filter(x_id__in=seen).exclude(attempt__part=part.pk)
    return {x_id or "" for rows in (parts, answers) for x_id in rows.values_list("x_id", flat=True)}


def _not_found(one: Look, publication: Publication, *, readable: bool) -> None:
    if one.kind == LookKind.LOOK_UP:
        made = one.part.looks_made + 1
        Part.objects.filter(pk=one.part_id).update(looks_made=made)
        if one.is_last:
            alert(publication)
    elif one.kind == LookKind.BEFORE_ACT and one.confirmation is not None:
        if readable:
            take_effect(one.confirmation, publication)
        else:
            plan_again(one)


def _read(looks: list[Look], line: Line | None) -> None:
    ids = {one.x_id or one.part.x_id or "" for one in looks} - {""}
    lookup = Lookup({}, frozenset())  # nothing is known of any
    with contextlib.suppress(Unreadable):
        if line is not None:
            lookup = read_posts(line, sorted(ids))
    author = line.x_user_id if line is not None else ""
    for one in looks:
        with _alone(one):
            if one.kind == LookKind.POINTED:
                _pointed(one.pk, wanted_of(one.part), lookup, author)
            elif one.kind == LookKind.RETRACTED:
                _read_retracted(one.pk, lookup, author)
            else:
                _read_back(one.pk, wanted_of(one.part), lookup, author)


@contextlib.contextmanager
def _alone(one: Look) -> Iterator[None]:
    """One look that goes wrong must not keep the account's others from being made."""
    try:
        yield
    except OperationalError:
        raise
    except Exception as error:
        log.exception("look", look=one.pk, error=type(error).__name__)


@action
def _read_back(look_id: int, wanted: matching.Wanted, lookup: Lookup, author: str) -> None:
    """A published post, as X shows it now: there, gone, or different from what was sent. The post
    of another account is not what was sent.
    """
    one, publication = _lock_look(look_id)
    if one.done_at is not None or one.part.state != PartState.OUT:
        _done(one, LookResult.MOOT)
        return
    seen = lookup.posts.get(one.part.x_id or "")
    if seen is None:
        _done_unseen(one, lookup, one.part.x_id)
    elif seen.author != author or not matching.same_text(wanted.text, seen):
        _done(one, LookResult.DIFFERS)
    else:
        _done(one, LookResult.FOUND)
    _reading(publication, _reading_of(publication))


def _reading_of(publication: Publication) -> Reading:
    """From the last reading of each part: a post that lagged at first is there after all."""
    made = Look.objects.filter(
        part__publication=publication, kind=LookKind.READ_BACK, done_at__isnull=False
    ).exclude(result__in=[LookResult.UNREADABLE, LookResult.MOOT])
    last = {one.part_id: one.result for one in made.order_by("done_at", "pk")}
    for result, reading in (
        (LookResult.ABSENT, Reading.GONE),
        (LookResult.DIFFERS, Reading.DIFFERS),
        (LookResult.FOUND, Reading.SEEN),
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
    record(f"publication.{reading}", actor=None, account=publication.account_id,
           subject=publication, draft_id=publication.draft_id)  # fmt: skip
    if reading in (Reading.GONE, Reading.DIFFERS):
        alert(publication)


@action
def _read_retracted(look_id: int, lookup: Lookup, author: str) -> None:
    """A retracted post, read again: X may have shown nothing of it for a moment only."""
    one, publication = _lock_look(look_id)
    if one.done_at is not None or one.part.state != PartState.DELETED:
        _done(one, LookResult.MOOT)
        return
    seen = lookup.posts.get(one.part.x_id or "")
    if seen is None or seen.author != author:
        _done_unseen(one, lookup, one.part.x_id)
        return
    _done(one, LookResult.FOUND)
    retract_again(publication, one.part)


def _done_unseen(one: Look, lookup: Lookup, x_id: str | None) -> None:
    """Gone only if X says so of this very post; otherwise X has said nothing of it."""
    _done(one, LookResult.ABSENT if x_id in lookup.gone else LookResult.UNREADABLE)


@action
def _pointed(look_id: int, wanted: matching.Wanted, lookup: Lookup, author: str) -> None:
    """A person says « c’est sur X » and gives the link: believed when X shows this very post."""
    one, publication = _lock_look(look_id)
    if one.done_at is not None or not _still_wanted(one):
        _done(one, LookResult.MOOT)
        return
    seen = lookup.posts.get(one.x_id)
    if seen is None:
        _done_unseen(one, lookup, one.x_id)
    elif (
        seen.author != author
        or Part.objects.filter(x_id=seen.x_id).exists()
        or not matching.find(wanted, [seen], set()).x_id
    ):
        _done(one, LookResult.DIFFERS)
    else:
        _done(one, LookResult.FOUND)
        found(publication, one.part, seen.x_id)


def _lock_look(look_id: int) -> tuple[Look, Publication]:
    publication_id = Look.objects.values_list("part__publication_id", flat=True).get(pk=look_id)
    publication = lock_publication(publication_id)
    one = (
        Look.objects.select_for_update(of=("self",)).select_related("confirmation").get(pk=look_id)
    )
    one.part = Part.objects.get(pk=one.part_id)
    one.part.publication = publication
    return one, publication


def _done(
    one: Look, result: LookResult, status: int | None = None, x_id: str | None = None
) -> None:
    """What the look came to; `x_id` is the post that it found, the evidence that a part is out."""
    if one.done_at is None:
        Look.objects.filter(pk=one.pk).update(
            done_at=Now(), result=result, status=status, x_id=x_id or one.x_id
        )
