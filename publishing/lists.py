"""What home shows of what left or is to leave: to decide, scheduled, published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Membership
from accounts.errors import Sentence
from accounts.fetching import attach, fetch_together
from publishing.access import shown
from publishing.actions.removal import removals_due
from publishing.heartbeat import SEND, Interruption, beats, interruptions
from publishing.models import (
    Confirmation,
    Part,
    Publication,
    PublicationState,
    Reason,
    Retraction,
    RetractionState,
)
from publishing.models.publication import ALERTS, BAD, Reading
from publishing.panel import now_of, situation_of
from publishing.status_badge import link_of
from publishing.status_text import advice, interrupted, status_sentence

MAX, ALERTS_SHOWN, LAST = 50, 20, 5
URGENT_FIRST = (F("urgency").desc(), F("key").desc(), F("pk").desc())


@dataclass(frozen=True)
class Row:
    """One publication in a list; `sentence` and `advice` where something is to be decided."""

    publication: Publication
    text: str
    sentence: str = ""
    advice: str = ""
    link: str = ""


@dataclass(frozen=True)
class AtHome:
    """The first of each, and how many there are."""

    to_decide: list[Row]
    to_decide_count: int
    scheduled: list[Row]
    scheduled_count: int
    published: list[Row]
    to_remove: list[Row]


def at_home(places: list[Membership]) -> AtHome:
    """Two queries, however much there is."""
    accounts = [place.account.pk for place in places]
    rows = shown().filter(account__in=accounts)
    alerts = rows.filter(alerting())
    scheduled = rows.filter(state__in=(PublicationState.WAITING, PublicationState.SENDING))
    standing = Retraction.objects.filter(publication=OuterRef("pk"), ended_at=None)
    published = rows.filter(~Exists(standing), state=PublicationState.PUBLISHED)
    heard = beats()
    to_decide = by_urgency(alerts).order_by(*URGENT_FIRST)[:ALERTS_SHOWN]
    next_ones = scheduled.order_by("due_at")[:MAX]
    last_ones = published.exclude(reading__in=BAD).order_by("-published_at")[:LAST]
    to_remove = removals_due(rows).order_by("removal_on")[:MAX]
    counts = [_number(alerts), _number(scheduled)]
    fetch_together(to_decide, next_ones, last_ones, to_remove, heard, *counts)
    _complete([*to_decide, *last_ones])
    to_decide_count, scheduled_count = (sum(count) for count in counts)
    stopped = interruptions(heard)
    return AtHome(
        to_decide=[_decision(p, stopped) for p in to_decide],
        to_decide_count=to_decide_count,
        scheduled=_scheduled(next_ones, stopped.get(SEND)),
        scheduled_count=scheduled_count,
        published=[
            Row(p, _text(p), link=link_of(p.account, p.parts.all()[0].x_id)) for p in last_ones
        ],
        to_remove=[Row(p, _text(p)) for p in to_remove],
    )


def _number(rows: QuerySet[Publication]) -> QuerySet[Publication, int]:
    """How many there are: one row, or none at all."""
    whole = rows.order_by().values(one=Value(1))
    return whole.annotate(number=Count("pk")).values_list("number", flat=True)


def _scheduled(rows: Iterable[Publication], interruption: Interruption | None) -> list[Row]:
    """What becomes of those whose hour has come stands beside them."""
    return [
        Row(
            p,
            _text(p),
            interrupted(interruption, p.account.zone, now_of(p))
            if interruption is not None
            else _("l’envoi part d’un instant à l’autre"),
        )
        for p in rows
    ]


def failing() -> QuerySet[Retraction]:
    return Retraction.objects.filter(ended_at=None, state=RetractionState.FAILING)


def alerting() -> Q:
    """What stands where it alerts somebody until somebody acts. Each half has its own index: what
    is over is never read.
    """
    standing = Publication.objects.filter(ALERTS).values("pk")
    return Q(pk__in=standing.union(failing().values("publication")))


def by_urgency(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    """`urgency` and, within it, `key`: the highest first.

    3: X shows, or may show, something else than what was approved (uncertain, gone, differs, half
    a thread, a retraction that fails); 2: marked urgent; 1: held, it may still leave, the nearest
    hour first; 0: what is over its hour or was refused. Within the others the newest comes first.
    """
    on_x = Q(
        state__in=(PublicationState.UNCERTAIN, PublicationState.PARTIAL, PublicationState.PUBLISHED)
    ) | Exists(failing().filter(publication=OuterRef("pk")))
    held = Q(state=PublicationState.HELD)
    return rows.annotate(
        urgency=Case(
            When(on_x, then=3),
            When(release__revision__draft__urgent=True, then=2),
            When(held, then=1),
            default=0,
            output_field=IntegerField(),
        ),
        key=Case(
            When(
                Q(state=PublicationState.HELD, release__revision__draft__urgent=False),
                then=_micros("due_at", "-"),
            ),
            default=_micros("since"),
            output_field=BigIntegerField(),
        ),
    )


def _micros(field: str, sign: str = "") -> Func:
    """Microseconds since 1970: a number that an address can hold."""
    template = f"({sign}extract(epoch from %(expressions)s) * 1000000)::bigint"
    return Func(F(field), template=template, output_field=BigIntegerField())


# What an alert is, as people may look for it.
KINDS: dict[str, tuple[Sentence, Q]] = {
    **{
        state: (PublicationState(state).label, Q(state=state))
        for state in (
            PublicationState.UNCERTAIN,
            PublicationState.PARTIAL,
            PublicationState.HELD,
            PublicationState.MISSED,
        )
    },
    PublicationState.REFUSED: (
        PublicationState.REFUSED.label,
        Q(state=PublicationState.REFUSED) & ~Q(reason=Reason.GIVEN_UP),
    ),
    Reason.GIVEN_UP: (
        Reason.GIVEN_UP.label,
        Q(state=PublicationState.REFUSED, reason=Reason.GIVEN_UP),
    ),
    **{
        reading: (Reading(reading).label, Q(state=PublicationState.PUBLISHED, reading=reading))
        for reading in BAD
    },
    "retraction": (
        gettext_lazy("X ne le supprime pas"),
        Q(retractions__ended_at=None, retractions__state=RetractionState.FAILING),
    ),
}


def decisions(rows: list[Publication]) -> list[Row]:
    """Each with what happens and what can be done."""
    _complete(rows)
    stopped = interruptions() if rows else {}
    return [_decision(publication, stopped) for publication in rows]


def _complete(publications: list[Publication]) -> None:
    """With their parts, retractions and proposals: one query."""
    parts = Part.objects.filter(publication__in=publications).order_by("position")
    retractions = Retraction.objects.filter(publication__in=publications)
    proposals = Confirmation.objects.filter(publication__in=publications)
    proposals = proposals.select_related("proposed_by")
    fetch_together(parts, retractions, proposals)
    attach(publications, "parts", parts)
    attach(publications, "retractions", retractions)
    attach(publications, "confirmations", proposals)


def _decision(publication: Publication, stopped: dict[str, Interruption]) -> Row:
    situation = situation_of(
        publication,
        list(publication.parts.all()),
        publication.standing_retraction,
        publication.open_confirmation,
        stopped,
    )
    return Row(publication, _text(publication), status_sentence(situation), advice(situation))


def _text(publication: Publication) -> str:
    return " ".join(publication.release.revision.texts)
