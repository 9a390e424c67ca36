"""What the page of a draft shows of its publication: the steps, the sentence, each message."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from accounts.models import Account, Credential, Person
from accounts.models.credential import Connection
from accounts.roles import Role
from approvals.models import Review, Verdict
from publishing.actions.look_up import SEARCHES
from publishing.acts import open_confirmation, possible_acts
from publishing.models import (
    Attempt,
    Confirmation,
    Look,
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
    Retraction,
    RetractionState,
    Throttle,
)
from publishing.models.publication import Reading
from publishing.models.states import FINAL, FOR_GOOD
from publishing.rules import closes_at
from publishing.words import (
    Situation,
    by_hand,
    can_do,
    cannot,
    deadline_words,
    happening,
    looked,
)

S = PublicationState

# How far a state has come on « approuvé, prévu, envoyé, sur X », and how that step looks.
PROGRESS: dict[str, tuple[int, str]] = {
    S.WAITING: (1, "current"),
    S.HELD: (1, "stopped"),
    S.MISSED: (1, "stopped"),
    S.RECALLED: (1, "stopped"),
    S.SENDING: (2, "current"),
    S.UNCERTAIN: (2, "current"),
    S.REFUSED: (2, "stopped"),
    S.PARTIAL: (3, "stopped"),
    S.PUBLISHED: (3, "done"),
    S.RETRACTED: (3, "stopped"),
}
# What waits for people until they say that they know, and the act that is most likely wanted.
ASKING = (S.REFUSED, S.PARTIAL)
FIRST: dict[str, str] = {
    S.MISSED: "propose_new_time",
    S.UNCERTAIN: "point_to",
    S.REFUSED: "recall",
    S.PARTIAL: "propose_go_on",
}
LOOKS: dict[str, Sentence] = {
    "done": gettext_lazy("fait"),
    "current": gettext_lazy("en cours"),
    "stopped": gettext_lazy("arrêté"),
    "todo": gettext_lazy("à venir"),
}
BADGES: dict[str, str] = {
    S.WAITING: "info",
    S.SENDING: "info",
    S.HELD: "warning",
    S.MISSED: "error",
    S.UNCERTAIN: "warning",
    S.REFUSED: "error",
    S.PARTIAL: "warning",
    S.PUBLISHED: "success",
}


@dataclass(frozen=True)
class Fate:
    """The state of a publication as a badge."""

    badge: str
    label: str


def fate_of(publication: Publication, retraction: Retraction | None = None) -> Fate:
    """`retraction` is the one that stands."""
    if retraction is not None:
        failing = retraction.state == RetractionState.FAILING
        return Fate("error", _("X ne le supprime pas")) if failing else Fate("info", _("retrait"))
    if _reading_is_bad(publication):
        return Fate("warning", publication.get_reading_display())
    return Fate(BADGES.get(publication.state, ""), publication.get_state_display())


@dataclass(frozen=True)
class Step:
    """One of the four; `look` is done, current, stopped or todo."""

    label: str
    look: str
    at: dt.datetime | None = None
    more: str = ""

    @property
    def look_words(self) -> Sentence:
        return LOOKS[self.look]


@dataclass(frozen=True)
class ShownPart:
    """One message with its own state; `link` when it is on X, `lookalike` when an older equal
    post is, which X may have meant.
    """

    part: Part
    number: int
    text: str
    link: str
    lookalike: str


@dataclass(frozen=True)
class Panel:
    publication: Publication
    account: Account
    sentence: str
    fate: Fate
    steps: list[Step]
    signatures: list[Review]
    parts: list[ShownPart]
    acts: frozenset[str]
    confirmation: Confirmation | None
    retraction: Retraction | None
    deadline: dt.datetime | None
    deadline_words: str
    last_look: Look | None

    @property
    def is_live(self) -> bool:
        """Something may still change by itself: the page asks again."""
        return self.publication.state not in FINAL or self.retraction is not None

    @property
    def looked(self) -> str:
        """What the last look at X has shown."""
        return looked(self.last_look.result, self.last_look.status) if self.last_look else ""

    @property
    def withdrawn(self) -> bool:
        """It is off X, or asked to be: somebody may want to correct it."""
        gone = self.publication.reading == Reading.GONE and self.publication.state == S.PUBLISHED
        return gone or self.retraction is not None or self.publication.state == S.RETRACTED

    @property
    def advice(self) -> str:
        """What this state does not allow, or asks of people; a proposal asks by itself."""
        p = self.publication
        if self.confirmation is not None:
            return ""
        if self.retraction is not None and self.retraction.state == RetractionState.FAILING:
            return by_hand()
        asks = p.state in ASKING or (p.state == S.PUBLISHED and _reading_is_bad(p))
        looked_for = p.state == S.UNCERTAIN and "propose_send_again" in self.acts
        if looked_for or (asks and p.acknowledged_at is None):
            return can_do(p.state, looked=looked_for)
        return cannot(p.state, self.acts)

    @property
    def first_act(self) -> str:
        """The one act that the state is waiting for: the page's primary button."""
        first = FIRST.get(self.publication.state, "")
        return first if self.confirmation is None and self.retraction is None else ""

    @property
    def said_again(self) -> str:
        """Changes when the sentence is worth reading aloud again, not with every second."""
        standing = self.retraction.state if self.retraction else ""
        p = self.publication
        out = sum(1 for shown in self.parts if shown.link)
        return f"{p.state}-{p.reason}-{p.reading}-{standing}-{out}"


def link_of(account: Account, x_id: str | None) -> str:
    return f"{settings.X_SITE_URL}/{account.handle}/status/{x_id}" if x_id else ""


def panel_of(publication: Publication, person: Person, role: Role) -> Panel:
    """Reads all that the page needs; `publication` as `publishing.access.shown` gives it."""
    account = publication.account
    parts = list(publication.parts.all())
    retraction = publication.retractions.filter(ended_at=None).first()
    situation = situation_of(publication, parts, retraction)
    return Panel(
        publication=publication,
        account=account,
        sentence=happening(situation),
        fate=fate_of(publication, retraction),
        steps=_steps(publication, parts),
        signatures=list(
            Review.objects.filter(
                revision=publication.release.revision, verdict=Verdict.APPROVE
            ).select_related("reviewer")
        ),
        parts=[_shown(part, publication, account) for part in parts],
        acts=possible_acts(publication, person, role),
        confirmation=open_confirmation(publication),
        retraction=retraction,
        deadline=_deadline(publication),
        deadline_words=deadline_words(publication.reason, publication.due_at, now_of(publication)),
        last_look=_last_look(publication) if publication.state == S.UNCERTAIN else None,
    )


def _deadline(publication: Publication) -> dt.datetime | None:
    """Until when a held one may still leave: no tolerance counts when a freeze is lifted."""
    if publication.state != S.HELD or publication.reason in FOR_GOOD:
        return None
    return publication.due_at if publication.reason == Reason.FROZEN else closes_at(publication)


def _last_look(publication: Publication) -> Look | None:
    searches = Look.objects.filter(part__publication=publication, done_at__isnull=False)
    return searches.filter(kind__in=SEARCHES).order_by("done_at").last()


def situation_of(
    publication: Publication, parts: list[Part], retraction: Retraction | None = None
) -> Situation:
    reason, next_at = _next(publication)
    if retraction is not None:
        next_at = retraction.next_try_at
    return Situation(
        state=publication.state,
        zone=publication.account.zone,
        now=now_of(publication),
        due_at=publication.due_at,
        reason=reason,
        next_at=next_at,
        out=sum(1 for part in parts if part.state == PartState.OUT),
        total=len(parts),
        reading=publication.reading,
        retraction=retraction.state if retraction is not None else "",
    )


def now_of(publication: Publication) -> dt.datetime:
    """PostgreSQL's clock, as `shown` noted it with the row."""
    now: dt.datetime = publication.now  # type: ignore[attr-defined]
    return now


def _reading_is_bad(publication: Publication) -> bool:
    bad = publication.reading in (Reading.GONE, Reading.DIFFERS)
    return bad and publication.state == S.PUBLISHED


def _next(publication: Publication) -> tuple[str, dt.datetime | None]:
    """The reason to give, and when something is tried or looked for again."""
    if publication.state == S.UNCERTAIN:
        return publication.reason, publication.next_look  # type: ignore[attr-defined]
    if publication.state != S.WAITING or publication.due_at > now_of(publication):
        return publication.reason, publication.next_try_at
    throttle = Throttle.objects.filter(account=publication.account_id).first()
    if throttle is not None and throttle.until > now_of(publication):
        return Reason.RATE_LIMITED, throttle.until
    probing = Credential.objects.filter(
        account=publication.account_id, state=Connection.PROBING
    ).first()
    if probing is not None:
        return Reason.UNAUTHORIZED, probing.next_probe_at
    return publication.reason, publication.next_try_at


def _steps(publication: Publication, parts: list[Part]) -> list[Step]:
    progress, look = PROGRESS[publication.state]
    if _reading_is_bad(publication):
        look = "stopped"
    looks = ["done"] * progress + [look] + ["todo"] * (3 - progress)
    attempts = Attempt.objects.filter(Q(part__in=parts) & Q(posting_at__isnull=False))
    posted = attempts.aggregate(at=Min("posting_at"))["at"] if progress >= 2 else None
    revision = publication.release.revision
    as_soon = "" if revision.requested_at else _("dès que les accords sont là")
    arrived = [part.out_at for part in parts if part.out_at is not None]
    sent = _("Peut-être envoyé") if publication.state == S.UNCERTAIN else _("Envoyé")
    return [
        Step(_("Approuvé"), looks[0], publication.release.released_at),
        Step(_("Prévu"), looks[1], publication.due_at, as_soon),
        Step(sent, looks[2], posted),
        Step(_("Sur X"), looks[3], max(arrived) if arrived else None),
    ]


def _shown(part: Part, publication: Publication, account: Account) -> ShownPart:
    part.publication = publication
    on_x = part.state == PartState.OUT
    return ShownPart(
        part=part,
        number=part.position + 1,
        text=part.text,
        link=link_of(account, part.x_id) if on_x else "",
        lookalike=link_of(account, part.lookalike_id) if not on_x else "",
    )
