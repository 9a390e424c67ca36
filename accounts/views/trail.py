"""The trail, for administrators: filtered, without texts; and in the demo the mails."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.audit_text import lines
from accounts.capabilities import CAPABILITIES
from accounts.channels import chat, push
from accounts.channels.mail import mail_of
from accounts.errors import NotFound
from accounts.forms import TrailForm
from accounts.models import AuditEntry, Notice
from accounts.models.notice import BY_MAIL_ALONE
from accounts.paging import page_of
from accounts.requests import PersonRequest, by_office


@by_office(CAPABILITIES["see_journal"])
@require_safe
def journal(request: PersonRequest) -> HttpResponse:
    form = TrailForm(request.GET)
    entries = AuditEntry.objects.select_related("actor", "account").order_by("-id")
    page = page_of(filtered(entries, form), request, size=50)
    context = {"form": form, "page": page, "lines": lines(page.rows), "asked": bool(request.GET)}
    return render(request, "accounts/journal.html", context)


def filtered(entries: QuerySet[AuditEntry], form: TrailForm) -> QuerySet[AuditEntry]:
    """What cannot be read filters nothing; the form says so beside it."""
    form.is_valid()
    asked = form.cleaned_data
    if account := asked.get("account"):
        entries = entries.filter(account=account)
    if person := asked.get("person"):
        entries = entries.filter(actor=person)
    if act := asked.get("act"):
        entries = entries.filter(act=act)
    if since := asked.get("since"):
        entries = entries.filter(at__gte=midnight(since))
    if (until := asked.get("until")) and until < dt.date.max:
        entries = entries.filter(at__lt=midnight(until + dt.timedelta(days=1)))
    return entries


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=get_current_timezone())


@require_safe
@never_cache
def mails(request: PersonRequest) -> HttpResponse:
    """In the demo, the mails that would have left: one's own, and all for administrators."""
    if not settings.IS_DEMO:
        raise NotFound
    notices = Notice.objects.select_related("person", "account").order_by("-id")
    if not CAPABILITIES["see_mails_of_all"].allows(request.user.office):
        notices = notices.filter(person=request.user)
    page = page_of(notices, request, size=20)
    context = {"page": page, "told": [what_leaves(notice) for notice in page.rows]}
    return render(request, "accounts/mails.html", context)


def what_leaves(notice: Notice) -> dict[str, Any]:
    """What each channel would say of it; a password's is in its mail alone."""
    said: dict[str, Any] = {"notice": notice, "mail": mail_of(notice)}
    if notice.kind not in BY_MAIL_ALONE:
        said |= {"push": push.message_of(notice), "chat": chat.message_of(notice)}
    return said
