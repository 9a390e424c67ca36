"""The iCalendar feed of a person: handle, state and hour of what is scheduled; never a text."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from accounts.access import memberships
from accounts.models import Person
from publishing.calendar import posts_of

BEFORE, AHEAD = dt.timedelta(days=30), dt.timedelta(days=190)


def feed_of(person: Person, now: dt.datetime) -> bytes:
    """From a month ago to as far ahead as anything is scheduled, by RFC 5545."""
    feed = Calendar()
    feed.add("prodid", "-//policetweets//FR")
    feed.add("version", "2.0")
    accounts = [place.account for place in memberships(person)]
    posts, _more = posts_of(accounts, now - BEFORE, now + AHEAD)
    for post in posts:
        event = Event()
        event.add("uid", f"draft-{post.draft_id}@policetweets")
        event.add("dtstamp", now)
        event.add("dtstart", post.at.astimezone(dt.UTC))
        event.add("summary", f"@{post.account.handle} · {post.badge.label}")
        event.add("url", settings.PUBLIC_URL + reverse("draft", args=[post.draft_id]))
        feed.add_component(event)
    body: bytes = feed.to_ical()
    return body
