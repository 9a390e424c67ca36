"""What the page of a draft shows of its publication: the steps, the sentence, each message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from accounts.fetching import attach, fetch_together
from accounts.models import Account, Credential, Person
from accounts.models.credential import Connection
from accounts.roles import Role
from approvals.models import DraftState, FollowUp, Review, Verdict
from publishing.actions.removal import is_due
from publishing.acts import possible_acts
from publishing.capabilities import OFFERS
from publishing.family import Family, family_of, relatives
from publishing.heartbeat import LOOKUPS, RETRACT, SEND, Interruption, beats, interruptions
from publishing.models import (
    Attempt,
    Confirmation,
    Lookup,
    LookupKind,
    LookupResult,
    Part,
    PartState,
    PlannedRetraction,
    Publication,
    PublicationState,
    Reason,
    Retraction,
    Throttle,
)
from publishing.models.lookup import SEARCHES
from publishing.models.publication import Reading
from publishing.models.states import FINAL, FOR_GOOD
from publishing.rules import closes_at
from publishing.status_badge import StatusBadge, link_of, reading_is_bad, status_badge
from publishing.status_text import (
    Situation,
    advice,
    deadline_words,
    looked,
    pointed,
    status_sentence,
    too_late_to_recall,
)

# How far a state has come on « approuvé, prévu, envoyé, sur X », and how that step looks.
PROGRESS: dict[str, tuple[int, str]] = {
    PublicationState.WAITING: (1, "current"),
    PublicationState.HELD: (1, "stopped"),
    PublicationState.MISSED: (1, "stopped"),
    PublicationState.RECALLED: (1, "stopped"),
    PublicationState.SENDING: (2, "current"),
    PublicationState.UNCERTAIN: (2, "current"),
    PublicationState.REFUSED: (2, "stopped"),
    PublicationState.PARTIAL: (3, "stopped"),
    PublicationState.PUBLISHED: (3, "done"),
    PublicationState.RETRACTED: (3, "stopped"),
}
ICONS: dict[str, Sentence] = {
    "done": gettext_lazy("fait"),
    "current": gettext_lazy("en cours"),
    "stopped": gettext_lazy("arrêté"),
    "todo": gettext_lazy("à venir"),
}


@dataclass(frozen=True)
class Step:
    """One of the four; `progress` is done, current, stopped or todo."""

    label: str
    progress: str
    at: dt.datetime | None = None
    more: str = ""

    @property
    def icon_words(self) -> Sentence:
        return ICONS[self.progress]


@dataclass(frozen=True)
class ShownPart:
    """One message with its own state; `link` when it is on X, `lookalike` when an older equal
    post is, which X may have meant.
    """

    part: Part
    number: int
    text: str
    state: str
    link: str
    lookalike: str


@dataclass(frozen=True)
class GivenLink:
    """The last link that somebody gave, and what X said of it."""

    link: str
    at: dt.datetime
    result: str


@dataclass(frozen=True)
class Panel:
    """`advice` is what people may do; `searched` what X showed when it was last searched."""

    publication: Publication
    account: Account
    sentence: str
    status: StatusBadge
    steps: list[Step]
    signatures: list[Review]
    parts: list[ShownPart]
    acts: frozenset[str]
    confirmation: Confirmation | None
    retraction: Retraction | None
    deadline: dt.datetime | None
    deadline_words: str
    advice: str
    searched: str
    link: GivenLink | None
    family: Family
    planned: PlannedRetraction | None

    @property
    def is_live(self) -> bool:
        """Something may still change by itself: the page asks again."""
        return (
            self.publication.state not in FINAL
            or self.retraction is not None
            or self.family.is_moving
            or self.planned is not None
        )

    @property
    def withdrawn(self) -> bool:
        """It is off X, or asked to be: somebody may want to correct it, unless its search ended."""
        if any(
            member.draft.follow_up == FollowUp.END_OF_SEARCH
            and member.draft.state not in (DraftState.REJECTED, DraftState.ABANDONED)
            for member in self.family.after
        ):
            return False
        gone = (
            self.publication.reading == Reading.GONE
            and self.publication.state == PublicationState.PUBLISHED
        )
        return (
            gone
            or self.retraction is not None
            or self.publication.state == PublicationState.RETRACTED
        )

    @property
    def to_remove(self) -> bool:
        """Its last day on X has come, and nobody has asked for its removal yet."""
        return self.retraction is None and is_due(self.publication)

    @property
    def first_act(self) -> str:
        """The one act that the state is waiting for: the page's primary button."""
        if self.to_remove:
            return "retract"
        first = OFFERS[PublicationState(self.publication.state)].primary
        return first if self.confirmation is None and self.retraction is None else ""

    @property
    def said_again(self) -> str:
        """Changes when the sentence is worth reading aloud again, not with every second."""
        standing = self.retraction.state if self.retraction else ""
        p = self.publication
        out = sum(1 for shown in self.parts if shown.link)
        return f"{p.state}-{p.reason}-{p.reading}-{standing}-{out}"


def panel_of(publication: Publication, person: Person, role: Role) -> Panel:
    """Reads all that the page needs, in one query and one more for a family; `publication` as
    `publishing.access.shown` gives it.
    """
    account = publication.account
    read = _Read(publication)
    parts = list(publication.parts.all())
    retraction, confirmation = publication.standing_retraction, publication.open_confirmation
    stopped = interruptions(read.beats)
    situation = situation_of(publication, parts, retraction, confirmation, stopped)
    acts = possible_acts(publication, person, role)
    sending = publication.state == PublicationState.SENDING
    return Panel(
        publication=publication,
        account=account,
        sentence=status_sentence(situation),
        status=status_badge(publication, retraction),
        steps=_steps(publication, parts),
        signatures=list(read.signatures),
        parts=[_shown(part, publication, account) for part in parts],
        acts=acts,
        confirmation=confirmation,
        retraction=retraction,
        deadline=_deadline(publication),
        deadline_words=deadline_words(publication.reason, publication.due_at, now_of(publication)),
        advice=too_late_to_recall() if sending and "recall" not in acts else advice(situation),
        searched=_searched(publication, read.lookups),
        link=_given_link(publication, read.lookups),
        family=family_of(publication.draft_id, among=read.relatives),
        planned=next(iter(read.planned), None),
    )


class _Read:
    """What the page of a publication needs of other tables, fetched together. What the rules ask
    of it as well is where they look: its parts, with their attempts and lookups, its retractions
    and its confirmations.
    """

    def __init__(self, publication: Publication) -> None:
        parts = Part.objects.filter(publication=publication)
        attempts = Attempt.objects.filter(part__publication=publication)
        self.lookups = Lookup.objects.filter(part__publication=publication)
        retractions = Retraction.objects.filter(publication=publication)
        retractions = retractions.select_related("requested_by").order_by("pk")
        proposals = Confirmation.objects.filter(publication=publication)
        proposals = proposals.select_related("proposed_by")
        self.signatures = Review.objects.filter(
            revision=publication.release.revision_id, verdict=Verdict.APPROVE
        ).select_related("reviewer")
        planned = PlannedRetraction.objects.filter(publication=publication, done_at=None)
        self.planned = planned.select_related("after", "planned_by").order_by("-pk")[:1]
        self.relatives = relatives(publication.draft_id)
        self.beats = beats()
        on_it = (parts, attempts, self.lookups, retractions, proposals)
        fetch_together(*on_it, self.signatures, self.planned, self.relatives, self.beats)
        attach([publication], "parts", parts)
        attach(parts, "attempts", attempts)
        attach(parts, "lookups", self.lookups)
        attach([publication], "retractions", retractions)
        attach([publication], "confirmations", proposals)


def _deadline(publication: Publication) -> dt.datetime | None:
    """Until when a held one may still leave: no tolerance counts when a freeze is lifted."""
    if publication.state != PublicationState.HELD or publication.reason in FOR_GOOD:
        return None
    return publication.due_at if publication.reason == Reason.FROZEN else closes_at(publication)


def _searched(publication: Publication, lookups: Iterable[Lookup]) -> str:
    """Of what is uncertain."""
    if publication.state != PublicationState.UNCERTAIN:
        return ""
    made = [
        (one.done_at, one)
        for one in lookups
        if one.done_at and one.kind in SEARCHES and one.result != LookupResult.CANCELLED
    ]
    if not made:
        return ""
    _at, last = max(made, key=itemgetter(0))
    return looked(last.result, last.status)


def _given_link(publication: Publication, lookups: Iterable[Lookup]) -> GivenLink | None:
    """Once the matter is over only one that was right is still of interest."""
    links = [lookup for lookup in lookups if lookup.kind == LookupKind.POINTED]
    last = max(links, key=attrgetter("pk"), default=None)
    if last is None or (publication.state in FINAL and last.result != LookupResult.FOUND):
        return None
    link = link_of(publication.account, last.x_id)
    return GivenLink(link, last.done_at or last.due_at, pointed(last.result))


def situation_of(
    publication: Publication,
    parts: list[Part],
    retraction: Retraction | None = None,
    proposal: Confirmation | None = None,
    stopped: dict[str, Interruption] | None = None,
) -> Situation:
    """`publication` as `publishing.access.shown` gives it; `stopped` spares the query of
    `publishing.heartbeat.interruptions`.
    """
    reason, next_at = _next(publication)
    queue = RETRACT if retraction is not None else _awaits(publication)
    if queue and stopped is None:
        stopped = interruptions()
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
        interruption=stopped.get(queue) if stopped is not None else None,
        last_lookup=publication.last_lookup,  # type: ignore[attr-defined]
        searched_at=publication.searched_at,  # type: ignore[attr-defined]
        decided=publication.decided,  # type: ignore[attr-defined]
        acknowledged=publication.acknowledged_at is not None,
        proposal=_("%(who)s propose : %(what)s")
        % {"who": proposal.proposed_by.name, "what": proposal.get_kind_display()}
        if proposal is not None
        else "",
    )


def _awaits(publication: Publication) -> str:
    """The queue whose work comes next, if nobody else has to act first."""
    if publication.state == PublicationState.UNCERTAIN:
        return LOOKUPS if publication.next_lookup else ""  # type: ignore[attr-defined]
    due = publication.due_at <= now_of(publication)
    leaving = publication.state == PublicationState.SENDING or (
        due and publication.state == PublicationState.WAITING
    )
    return SEND if leaving else ""


def now_of(publication: Publication) -> dt.datetime:
    """PostgreSQL's clock, as `shown` noted it with the row."""
    now: dt.datetime = publication.now  # type: ignore[attr-defined]
    return now


def _next(publication: Publication) -> tuple[str, dt.datetime | None]:
    """The reason to give, and when something is tried or looked for again."""
    if publication.state == PublicationState.UNCERTAIN:
        return publication.reason, publication.next_lookup  # type: ignore[attr-defined]
    if publication.state != PublicationState.WAITING or publication.due_at > now_of(publication):
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
    done, current = PROGRESS[publication.state]
    if reading_is_bad(publication):
        current = "stopped"
    progress = ["done"] * done + [current] + ["todo"] * (3 - done)
    # Of a text that was sent again, the hour of the last time.
    left = [one.posting_at for part in parts[:1] for one in part.attempts.all() if one.posting_at]
    posted = max(left, default=None) if done >= 2 else None
    revision = publication.release.revision
    as_soon = "" if revision.requested_at else _("dès que les accords sont réunis")
    arrived = [part.out_at for part in parts if part.out_at is not None]
    sent = _("Peut-être envoyé") if publication.state == PublicationState.UNCERTAIN else _("Envoyé")
    return [
        Step(_("Approuvé"), progress[0], publication.release.released_at),
        Step(_("Rappelé"), progress[1], publication.since)
        if publication.state == PublicationState.RECALLED
        else Step(_("Prévu"), progress[1], publication.due_at, as_soon),
        Step(sent, progress[2], posted),
        Step(_("Retiré de X"), progress[3], publication.since)
        if publication.state == PublicationState.RETRACTED
        else Step(_("Sur X"), progress[3], max(arrived) if arrived else None),
    ]


def _shown(part: Part, publication: Publication, account: Account) -> ShownPart:
    part.publication = publication
    on_x = part.state == PartState.OUT
    return ShownPart(
        part=part,
        number=part.position + 1,
        text=part.text,
        state=_("abandonné")
        if part.state == PartState.REFUSED and publication.reason == Reason.GIVEN_UP
        else part.get_state_display(),
        link=link_of(account, part.x_id) if on_x else "",
        lookalike=link_of(account, part.lookalike_id) if not on_x else "",
    )
