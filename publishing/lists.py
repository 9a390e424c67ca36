"""What home shows of what left or is to leave: to decide, scheduled, published."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.access import Membership
from publishing.access import shown
from publishing.models import Part, Publication, PublicationState, Retraction, RetractionState
from publishing.models.publication import Reading
from publishing.panel import link_of, situation_of
from publishing.words import by_hand, can_do, happening

S = PublicationState
AT_MOST, LAST = 50, 5
BAD = (Reading.GONE, Reading.DIFFERS)


@dataclass(frozen=True)
class Row:
    """One publication in a list; `sentence` and `can_do` where something is to be decided."""

    publication: Publication
    text: str
    sentence: str = ""
    can_do: str = ""
    link: str = ""


@dataclass(frozen=True)
class AtHome:
    to_decide: list[Row]
    scheduled: list[Row]
    published: list[Row]


def at_home(places: list[Membership]) -> AtHome:
    """The same number of queries however much there is."""
    accounts = [place.account.pk for place in places]
    rows = shown().filter(account__in=accounts)
    standing = Retraction.objects.filter(publication=OuterRef("pk"), ended_at=None)
    return AtHome(
        to_decide=[_decision(p) for p in _complete(rows.filter(alerting()).order_by("since"))],
        scheduled=[
            Row(p, _text(p))
            for p in rows.filter(state__in=(S.WAITING, S.SENDING)).order_by("due_at")[:AT_MOST]
        ],
        published=[
            Row(p, _text(p), link=link_of(p.account, p.parts.all()[0].x_id))
            for p in _complete(
                rows.filter(~Exists(standing), state=S.PUBLISHED)
                .exclude(reading__in=BAD)
                .order_by("-published_at"),
                LAST,
            )
        ],
    )


def alerting() -> Q:
    """What stands where it alerts somebody until somebody acts."""
    unseen = Q(acknowledged_at=None)
    return (
        Q(state__in=(S.HELD, S.MISSED, S.UNCERTAIN))
        | Q(state__in=(S.REFUSED, S.PARTIAL)) & unseen
        | Q(state=S.PUBLISHED, reading__in=BAD) & unseen
        | Q(retractions__ended_at=None, retractions__state=RetractionState.FAILING)
    )


def _complete(rows: QuerySet[Publication], at_most: int = AT_MOST) -> QuerySet[Publication]:
    """With their parts and the retraction that stands."""
    standing = Retraction.objects.filter(ended_at=None)
    parts = Part.objects.order_by("position")
    return rows.prefetch_related(
        Prefetch("parts", parts), Prefetch("retractions", standing, "standing")
    ).distinct()[:at_most]


def _decision(publication: Publication) -> Row:
    standing: list[Retraction] = publication.standing  # type: ignore[attr-defined]
    situation = situation_of(publication, list(publication.parts.all()), next(iter(standing), None))
    return Row(
        publication, _text(publication), happening(situation),
        by_hand() if standing else can_do(publication.state, looked=situation.next_at is None),
    )  # fmt: skip


def _text(publication: Publication) -> str:
    return " ".join(publication.release.revision.texts)
