"""Times as people say them, in the account's own zone, with the exact time at hand."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Account
from accounts.timefmt import (
    distance,
    format_date,
    format_day_and_hour,
    format_exact,
    format_hour,
    format_relative,
    format_seconds,
)

register = template.Library()


def _element(moment: dt.datetime, zone: ZoneInfo, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(zone).isoformat(timespec="seconds"),
        format_exact(moment, zone),
        words,
    )


@register.filter
def moment(value: dt.datetime | None, account: Account) -> str:
    """`{{ draft.requested_at|moment:draft.account }}`: « aujourd’hui à 18 h »."""
    if value is None:
        return ""
    return _element(value, account.zone, format_relative(value, account.zone, timezone.now()))


@register.filter
def moment_words(value: dt.datetime, account: Account) -> str:
    """The same as plain words, for an attribute."""
    return format_relative(value, account.zone, timezone.now())


@register.filter
def exact(value: dt.datetime, account: Account) -> str:
    """`{{ publication.published_at|exact:account }}`: the whole date and hour, with its zone."""
    return _element(value, account.zone, format_exact(value, account.zone))


@register.filter
def exact_words(value: dt.datetime, account: Account) -> str:
    """The same as plain words, for an attribute."""
    return format_exact(value, account.zone)


@register.filter
def distant(value: dt.datetime | None, account: Account) -> str:
    """`{{ publication.due_at|distant:account }}`: « dans 2 h 10 »."""
    if value is None:
        return ""
    return _element(value, account.zone, distance(value, timezone.now()))


@register.simple_tag(takes_context=True)
def readers_place(context: dict[str, Any], account: Account | None = None) -> Account:
    """`{% readers_place as place %}{{ since|moment:place }}`: whose zone tells an hour. Of what
    concerns every account, that of the reader's own where they agree, else the service's.
    """
    if account is not None:
        return account
    zones = {membership.account.time_zone for membership in context.get("memberships", [])}
    return Account(time_zone=zones.pop() if len(zones) == 1 else settings.TIME_ZONE)


@register.filter(expects_localtime=True)
def long_date(value: dt.datetime | None, pattern: str) -> str:
    """`{{ seat.started_at|long_date:"j F Y" }}`: « 1er décembre 2026 »."""
    return format_date(value, pattern) if value else ""


@register.filter
def hour(value: dt.datetime, account: Account) -> str:
    """`{{ at|hour:account }}`: « 18 h 05 », in the account's zone."""
    return format_hour(value.astimezone(account.zone))


@register.filter(expects_localtime=True)
def long_moment(value: dt.datetime | None) -> str:
    """`{{ seat.started_at|long_moment }}`: « 1er décembre 2026 à 18 h »."""
    return format_day_and_hour(value) if value else ""


@register.filter(expects_localtime=True)
def with_seconds(value: dt.datetime) -> str:
    """`{{ entry.at|with_seconds }}`: « 02/12/2026 18 h 00 min 09 s »."""
    return f"{value:%d/%m/%Y} {format_seconds(value)}"
