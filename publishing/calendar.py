"""The calendar: what is scheduled, published or missed, and what is expected, day by day."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.clock import db_now
from accounts.models import Account
from accounts.timefmt import exists_twice, format_hour, zone_words
from approvals.actions.message_templates import instant_of
from approvals.models import Draft, DraftState, MessageTemplate, ReservePeriod
from approvals.schedule import latest
from publishing.models import ExpectedEvent, Publication, PublicationState, Retraction
from publishing.status_badge import StatusBadge, status_badge

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# Of each account: more than any publishes in a month.
MAX_POSTS = 400
# So many posts in an hour of an account are too many to be read.
CROWDED = 3
# When posts are read; a free hour of the night is of no use.
FIRST_HOUR, LAST_HOUR = 7, 22
ON_X = (PublicationState.PUBLISHED, PublicationState.RETRACTED)
MOVABLE = (PublicationState.WAITING, PublicationState.HELD, PublicationState.MISSED)


@dataclass(frozen=True)
class Post:
    """A message at its hour, in the zone of its account."""

    draft_id: int
    account: Account
    at: dt.datetime
    badge: StatusBadge
    text: str
    movable: bool

    @property
    def hour(self) -> str:
        """« 18 h », with the season where that hour exists twice."""
        hour = format_hour(self.at)
        return f"{hour} ({zone_words(self.at)})" if exists_twice(self.at) else hour


@dataclass(frozen=True)
class Expected:
    """An event or an electoral reserve, on each of its days; `event_id` of what people added. Or a
    date of advice that comes back, and `fill` where its message can be prepared.
    """

    title: str
    where: str
    hours: str = ""
    event_id: int | None = None
    account_id: int | None = None
    fill: str = ""


@dataclass
class Day:
    """One day with what it holds, in the order of the hours."""

    date: dt.date
    posts: list[Post] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    crowded: str = ""
    free: str = ""


@dataclass(frozen=True)
class Calendar:
    """Days one after the other; `more` when some account has more posts than are shown."""

    days: list[Day]
    more: bool

    @property
    def weeks(self) -> list[list[Day]]:
        return [self.days[i : i + 7] for i in range(0, len(self.days), 7)]


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of the weeks that hold the month of this day."""
    first = day.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first - DAY * first.weekday(), last + DAY * (6 - last.weekday())


def week_of(day: dt.date) -> tuple[dt.date, dt.date]:
    monday = day - DAY * day.weekday()
    return monday, monday + DAY * 6


def calendar_of(accounts: Sequence[Account], first: dt.date, last: dt.date) -> Calendar:
    """From a day to a day, both included, by the clock of each account: six queries."""
    days = {first + DAY * n: Day(first + DAY * n) for n in range((last - first).days + 1)}
    # No zone is further than a day from UTC.
    begins, ends = _utc(first) - DAY, _utc(last) + 2 * DAY
    posts, more = posts_of(accounts, begins, ends)
    for post in posts:
        if day := days.get(post.at.date()):
            day.posts.append(post)
    _put_expected(days, accounts, begins, ends)
    _put_advice(days, accounts)
    for day in days.values():
        _put_hours(day, [account.zone for account in accounts])
    return Calendar(list(days.values()), more)


def _utc(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=dt.UTC)


def posts_of(
    accounts: Sequence[Account], begins: dt.datetime, ends: dt.datetime
) -> tuple[list[Post], bool]:
    """In the order of their hours, and whether an account has more: two queries."""
    published, more = _publications(accounts, begins, ends)
    return sorted([*published, *_drafts(accounts, begins, ends)], key=lambda one: one.at), more


def publications_of(
    accounts: Sequence[Account], begins: dt.datetime, ends: dt.datetime
) -> list[Publication]:
    """Of each account the first ones of this time, but for what was recalled: each is one look
    into an index, with its texts and whether it is being retracted.
    """
    standing = Retraction.objects.filter(publication=OuterRef("pk"), ended_at=None)
    each = [
        Publication.objects.filter(account=account, due_at__gte=begins, due_at__lt=ends)
        .exclude(state=PublicationState.RECALLED)
        .annotate(withdrawing=Exists(standing))
        .select_related("account", "release__revision")
        .order_by("due_at")[: MAX_POSTS + 1]
        for account in accounts
    ]
    if len(each) < 2:
        return [row for rows in each for row in rows]
    return sorted(each[0].union(*each[1:], all=True), key=lambda row: row.due_at)


def _publications(
    accounts: Sequence[Account], begins: dt.datetime, ends: dt.datetime
) -> tuple[list[Post], bool]:
    posts = []
    counted: Counter[int] = Counter()
    for row in publications_of(accounts, begins, ends):
        counted[row.account_id] += 1
        if counted[row.account_id] > MAX_POSTS:
            continue
        at = row.published_at if row.state in ON_X and row.published_at else row.due_at
        badge = StatusBadge("info", _("retrait")) if row.withdrawing else status_badge(row)  # type: ignore[attr-defined]
        revision = row.release.revision
        posts.append(
            Post(
                revision.draft_id,
                row.account,
                at.astimezone(row.account.zone),
                badge,
                " ".join(revision.texts),
                row.state in MOVABLE,
            )
        )
    return posts, max(counted.values(), default=0) > MAX_POSTS


def _drafts(accounts: Sequence[Account], begins: dt.datetime, ends: dt.datetime) -> list[Post]:
    """What is written for an hour and not approved yet."""
    rows = Draft.objects.filter(
        account__in=accounts,
        state__in=(DraftState.WRITING, DraftState.IN_REVIEW),
        requested_at__gte=begins,
        requested_at__lt=ends,
    ).select_related("account")
    return [
        Post(
            row.pk,
            row.account,
            row.requested_at.astimezone(row.account.zone),
            StatusBadge("new", row.get_state_display()),
            row.text,
            movable=True,
        )
        for row in rows.order_by("requested_at")[:MAX_POSTS]
        if row.requested_at is not None
    ]


def _put_expected(
    days: dict[dt.date, Day], accounts: Sequence[Account], begins: dt.datetime, ends: dt.datetime
) -> None:
    events = ExpectedEvent.objects.filter(
        account__in=accounts, ended_at=None, starts_at__lt=ends, ends_at__gt=begins
    ).select_related("account")
    for event in events.order_by("starts_at")[:MAX_POSTS]:
        zone = event.account.zone
        starts, stops = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        for date in _dates(days, starts.date(), (stops - dt.timedelta(microseconds=1)).date()):
            hours = _("%(start)s – %(end)s") % {
                "start": format_hour(starts) if date == starts.date() else _("la veille"),
                "end": format_hour(stops) if date == stops.date() else _("le lendemain"),
            }
            one = Expected(event.title, f"@{event.account.handle}", hours, event.pk)
            days[date].expected.append(one)
    codes = {account.code for account in accounts}
    first, last = min(days), max(days)
    for reserve in ReservePeriod.objects.filter(
        ended_at=None, starts_on__lte=last, ends_on__gte=first
    ):
        if not reserve.departments or codes & set(reserve.departments):
            title = _("Réserve électorale : %(election)s") % {"election": reserve.label}
            for date in _dates(days, reserve.starts_on, reserve.ends_on):
                days[date].expected.append(Expected(title, ", ".join(reserve.departments)))


def _put_advice(days: dict[dt.date, Day], accounts: Sequence[Account]) -> None:
    """The dates to come of approved templates that recur, but for those that are prepared."""
    now, first, last = db_now(), min(days), max(days)
    templates = list(
        MessageTemplate.objects.filter(account__in=accounts, approved_at__isnull=False)
        .filter(ended_at=None, first_on__lte=last)
        .exclude(every="")
        .select_related("account")
        .order_by("at_hour", "pk")
    )
    of_these = {pk for one in templates for pk in (one.pk, one.replaces_id)}
    begun = Draft.objects.filter(template__in=of_these, requested_at__gte=now).exclude(
        state__in=(DraftState.REJECTED, DraftState.ABANDONED)
    )
    prepared = set(begun.values_list("template", "requested_at")) if templates else set()
    for template in templates:
        can_fill = set(template.next_dates(now))
        for date in template.dates_until(max(now, _utc(first) - DAY), last):
            at = instant_of(template, date)
            if date not in days or {(template.pk, at), (template.replaces_id, at)} & prepared:
                continue
            fill = f"{reverse('fill-template', args=[template.pk])}?le={date.isoformat()}"
            days[date].expected.append(
                Expected(
                    _("Conseil à préparer : %(title)s") % {"title": template.title},
                    f"@{template.account.handle}",
                    format_hour(at),
                    account_id=template.account_id,
                    fill=fill if date in can_fill and at <= latest(now) else "",
                )
            )


def _dates(days: dict[dt.date, Day], first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (date for date in days if first <= date <= last)


def hours_of(date: dt.date, zone: ZoneInfo) -> list[dt.datetime]:
    """The hours of a day as its clocks go: 23 when summer time begins, 25 when it ends."""
    begins = dt.datetime.combine(date, dt.time.min, tzinfo=zone).astimezone(dt.UTC)
    ends = dt.datetime.combine(date + DAY, dt.time.min, tzinfo=zone).astimezone(dt.UTC)
    count = int((ends - begins) / HOUR)
    return [(begins + HOUR * n).astimezone(zone) for n in range(count)]


def _put_hours(day: Day, zones: list[ZoneInfo]) -> None:
    """Which hours of one account are crowded, and which of the day nobody has taken. Free hours
    are said where all accounts share a clock.
    """
    per_hour = Counter((p.account.handle, _hour_of(p.at)) for p in day.posts)
    crowded = sorted((hour, count) for (_who, hour), count in per_hour.items() if count >= CROWDED)
    day.crowded = ", ".join(
        _("%(hour)s (%(count)d messages)") % {"hour": format_hour(hour), "count": count}
        for hour, count in crowded
    )
    if len(set(map(str, zones))) != 1:
        return
    taken = {_hour_of(post.at).astimezone(dt.UTC) for post in day.posts}
    free = [
        hour
        for hour in hours_of(day.date, zones[0])
        if FIRST_HOUR <= hour.hour < LAST_HOUR and hour.astimezone(dt.UTC) not in taken
    ]
    day.free = ", ".join(
        _("%(start)s – %(end)s") % {"start": format_hour(a), "end": format_hour(b + HOUR)}
        for a, b in _runs(free)
    )


def _hour_of(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _runs(hours: list[dt.datetime]) -> list[tuple[dt.datetime, dt.datetime]]:
    """The first and the last of the hours that follow each other."""
    runs: list[tuple[dt.datetime, dt.datetime]] = []
    for hour in hours:
        if runs and hour - runs[-1][1] == HOUR:
            runs[-1] = (runs[-1][0], hour)
        else:
            runs.append((hour, hour))
    return runs
