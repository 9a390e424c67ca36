"""What a period amounts to: counts, delays, checks, setbacks, followers.

It is gathered message by message: a year of a hundred departments is not held in memory.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from accounts.models import Account
from approvals.models import Category, DraftState
from insights.audience import Followers
from insights.invitations import Invitations
from insights.lessons import Lesson, ThemeLessons
from insights.models import Age
from insights.records import Fired, MessageRecord, Setback
from publishing.models import PublicationState

Step = Literal["writing", "review", "sending"]
STEPS: tuple[Step, ...] = ("writing", "review", "sending")


@dataclass(frozen=True)
class AccountFollowers:
    """The first and the last count of the period; `gaps` are days without one in between."""

    account: str
    name: str
    start: int | None
    end: int | None
    gaps: int
    days: list[tuple[dt.date, int]]


@dataclass(frozen=True)
class Delay:
    """Seconds that a step took: `writing` from the first key to the first submit, `review` from
    there to the release, `sending` from the due time to X.
    """

    step: str
    messages: int
    median: float | None
    slow: float | None  # nine of ten were quicker


@dataclass(frozen=True)
class CheckCount:
    """What became of what one check found."""

    check: str
    severity: str
    fired: int
    kept: int
    changed: int
    open: int


@dataclass(frozen=True)
class NamedSetback:
    """A setback with the message that it befell."""

    message: int
    account: str
    act: str
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class AccountCounts:
    account: str
    name: str
    messages: int
    published: int
    posts: int
    refusals: int


@dataclass(frozen=True)
class AgeMetrics:
    """Of the posts that were counted at this age: how many, and the median of each figure."""

    age: str
    posts: int
    impressions: int
    likes: int
    reposts: int
    replies: int


@dataclass(frozen=True)
class AccountInvitations:
    """How many an account invited to follow it in the period, and how many answered in it."""

    account: str
    name: str
    invited: int
    accepted: int
    declined: int


@dataclass(frozen=True)
class LessonSaid:
    """A lesson learned; `state` is « kept », « set_aside » or « pending »."""

    account: str
    theme: str
    state: str
    note: str
    instruction: str


@dataclass(frozen=True)
class Summary:
    """`trail` is the digest of the trail's rows that all of it rests on."""

    format: Literal["policetweets report"]
    version: int
    since: dt.date
    until: dt.date
    trail: str
    accounts: list[AccountCounts]
    messages: int
    states: dict[str, int]
    categories: dict[str, int]
    hours: list[int]
    delays: list[Delay]
    comments: int
    refusals: int
    checks: list[CheckCount]
    setbacks: list[NamedSetback]
    followers: list[AccountFollowers]
    metrics: list[AgeMetrics]
    lessons: list[LessonSaid]
    invitations: list[AccountInvitations] = field(default_factory=list)


VERSION = 1
# What a report names one by one; more are in the data files.
MAX_SETBACKS = 500


@dataclass
class Gathering:
    """Takes one record after the other; `summary` says what they amount to."""

    accounts: list[Account]
    messages: int = 0
    comments: int = 0
    states: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    delays: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    checks: dict[str, Counter[str]] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    setbacks: list[NamedSetback] = field(default_factory=list)
    of_account: dict[str, Counter[str]] = field(default_factory=dict)
    metrics: dict[str, list[tuple[int, int, int, int]]] = field(
        default_factory=lambda: {age.value: [] for age in Age}
    )

    def add(self, record: MessageRecord) -> None:
        self.messages += 1
        self.states[record.state] += 1
        self.categories[record.category] += 1
        self.comments += sum(opinion.kind == "comment" for opinion in record.debate)
        counts = self.of_account.setdefault(record.account, Counter())
        counts["messages"] += 1
        counts["refusals"] += len(record.refusals)
        if record.published_at is not None:
            zone = next(a.zone for a in self.accounts if a.handle == record.account)
            self.hours[record.published_at.astimezone(zone).hour] += 1
            counts["published"] += 1
            counts["posts"] += len(record.texts)
        self._add_delays(record)
        for fired in record.findings:
            self._add_check(fired)
        self.setbacks += [_named(record, setback) for setback in record.setbacks]
        for row in record.metrics:
            self.metrics[row.age].append((row.impressions, row.likes, row.reposts, row.replies))

    def _add_delays(self, record: MessageRecord) -> None:
        moments = {
            "writing": (record.begun_at, record.submitted_at),
            "review": (record.submitted_at, record.released_at),
            "sending": (record.due_at, record.published_at),
        }
        for step, (start, end) in moments.items():
            if start is not None and end is not None:
                self.delays[step].append(max((end - start).total_seconds(), 0))

    def _add_check(self, fired: Fired) -> None:
        self.severities[fired.check] = fired.severity
        counts = self.checks.setdefault(fired.check, Counter())
        counts["fired"] += 1
        counts[fired.outcome] += 1

    def summary(
        self,
        since: dt.date,
        until: dt.date,
        trail: str,
        followers: Sequence[Followers] = (),
        lessons: Sequence[ThemeLessons] = (),
        invitations: Sequence[Invitations] = (),
    ) -> Summary:
        return Summary(
            format="policetweets report",
            version=VERSION,
            since=since,
            until=until,
            trail=trail,
            accounts=[self._account(account) for account in self.accounts],
            messages=self.messages,
            states={state: self.states[state] for state in ORDER if self.states[state]},
            categories={
                category: self.categories[category]
                for category in (*Category.values, "")
                if self.categories[category]
            },
            hours=[self.hours[hour] for hour in range(24)],
            delays=[_delay(step, self.delays[step]) for step in STEPS],
            comments=self.comments,
            refusals=sum(counts["refusals"] for counts in self.of_account.values()),
            checks=[self._check(check) for check in sorted(self.checks)],
            setbacks=sorted(self.setbacks, key=lambda one: (one.at, one.message)),
            followers=[_followers(row) for row in followers],
            metrics=[_metrics(age, self.metrics[age]) for age in Age.values],
            lessons=[_lesson(one) for theme in lessons for one in _of_theme(theme)],
            invitations=[_invitations(row) for row in invitations],
        )

    def _account(self, account: Account) -> AccountCounts:
        counts = self.of_account.get(account.handle, Counter())
        names = ("messages", "published", "posts", "refusals")
        return AccountCounts(account.handle, account.name, *(counts[name] for name in names))

    def _check(self, check: str) -> CheckCount:
        counts = self.checks[check]
        outcomes = (counts[name] for name in ("fired", "kept", "changed", "open"))
        return CheckCount(check, self.severities[check], *outcomes)


# How states stand in a table: what went well first.
ORDER = list(
    dict.fromkeys(
        [
            PublicationState.PUBLISHED.value,
            PublicationState.RETRACTED.value,
            *PublicationState.values,
            *DraftState.values,
        ]
    )
)


def _named(record: MessageRecord, setback: Setback) -> NamedSetback:
    return NamedSetback(record.id, record.account, setback.act, setback.at, setback.reason)


def _delay(step: str, seconds: list[float]) -> Delay:
    return Delay(step, len(seconds), _quantile(seconds, 0.5), _quantile(seconds, 0.9))


def _quantile(values: list[float], share: float) -> float | None:
    """The smallest value that so many of them do not pass."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _followers(row: Followers) -> AccountFollowers:
    days = sorted(row.counts.items())
    return AccountFollowers(
        row.account.handle, row.account.name, row.start, row.end, row.gaps, days
    )


def _invitations(row: Invitations) -> AccountInvitations:
    figures = (row.invited, row.accepted, row.declined)
    return AccountInvitations(row.account.handle, row.account.name, *figures)


def _of_theme(theme: ThemeLessons) -> tuple[Lesson, ...]:
    """What two people kept first."""
    return (*theme.kept, *theme.pending, *theme.set_aside)


def _lesson(lesson: Lesson) -> LessonSaid:
    return LessonSaid(lesson.handle, lesson.theme, lesson.state, lesson.note, lesson.instruction)


def _metrics(age: str, rows: list[tuple[int, int, int, int]]) -> AgeMetrics:
    columns = zip(*rows, strict=True)
    medians = [int(_quantile([float(value) for value in one], 0.5) or 0) for one in columns]
    return AgeMetrics(age, len(rows), *(medians or [0, 0, 0, 0]))


def to_json(summary: Summary) -> bytes:
    """Canonical: keys sorted, no white space, UTF-8, moments in UTC."""
    return msgspec.json.encode(summary, order="sorted")
