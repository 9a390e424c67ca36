"""The calendar, the step before a message is moved, the events that people expect."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import account_of, memberships, require_role
from accounts.clock import db_now
from accounts.errors import Conflict, Invalid, NotFound
from accounts.requests import PersonRequest, parse_int
from approvals import capabilities as approvals
from approvals.access import draft_for
from approvals.models import Draft, DraftState, Review, Verdict
from publishing.access import publication_of
from publishing.actions import calendar as actions
from publishing.actions.decide import propose
from publishing.actions.effects import can_propose
from publishing.actions.recall import can_recall, recall
from publishing.calendar import calendar_of, month_of, week_of
from publishing.calendar_forms import EventForm, MoveForm, MoveReleasedForm
from publishing.capabilities import CAPABILITIES
from publishing.feed import feed_of
from publishing.forms import OwnAccountsForm
from publishing.models import CalendarFeed, ConfirmationKind, Publication

VIEWS = {
    "mois": gettext_lazy("Mois"),
    "semaine": gettext_lazy("Semaine"),
    "liste": gettext_lazy("Liste"),
}
DAY = dt.timedelta(days=1)
LIST_DAYS = 30


@require_safe
def calendar_page(request: PersonRequest) -> HttpResponse:
    """Nonsense asks for this month and all of one's accounts."""
    if request.user.is_administrator:
        raise NotFound
    places = memberships(request.user)
    mine = [place.account for place in places]
    form = OwnAccountsForm(mine, request.GET)
    form.is_valid()
    handle = form.cleaned_data.get("account") or ""
    accounts = [a for a in mine if a.handle == handle] or mine
    today = db_now().astimezone(accounts[0].zone).date() if accounts else db_now().date()
    view = request.GET.get("vue", "")
    view = view if view in VIEWS else "mois"
    day = _read_day(request.GET.get("jour", "")) or today
    first, last, before, after = _span(view, day)
    shown = calendar_of(accounts, first, last)
    context = {
        "form": form,
        "memberships": places,
        "writes": {
            place.account.pk
            for place in places
            if approvals.CAPABILITIES["edit"].allows(place.role)
        },
        "calendar": shown,
        "first": first,
        "last": last,
        "days": [d for d in shown.days if d.posts or d.expected or view == "semaine"],
        "view": view,
        "views": VIEWS,
        "day": day,
        "today": today,
        "before": before,
        "after": after,
        "weekdays": shown.days[:7],
    }
    return render(request, "publishing/calendar.html", context)


def _read_day(typed: str) -> dt.date | None:
    """A day with a year on both of its sides."""
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return None
    return day if dt.date(2000, 1, 1) <= day <= dt.date(2100, 1, 1) else None


def _span(view: str, day: dt.date) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """The first and the last day shown, and a day of what comes before and after."""
    if view == "semaine":
        return (*week_of(day), day - 7 * DAY, day + 7 * DAY)
    if view == "liste":
        return day, day + LIST_DAYS * DAY, day - LIST_DAYS * DAY, day + LIST_DAYS * DAY
    first = day.replace(day=1)
    return (*month_of(day), first - DAY, (first + 31 * DAY).replace(day=1))


# What it costs to move a message, by how it comes to its new hour.
COSTS = {
    "edit": gettext_lazy("Ce texte n’est pas encore soumis : seule son heure change."),
    "submitted": gettext_lazy(
        "L’heure est soumise avec le texte : le déplacer le reprend en rédaction. Les accords "
        "tombent ; il faudra le soumettre à nouveau."
    ),
    "recall": gettext_lazy(
        "L’heure a été signée avec le texte : le déplacer le rappelle. Les accords tombent ; il "
        "faudra le soumettre et le faire approuver à nouveau."
    ),
    "propose": gettext_lazy(
        "Cette heure est passée. Une autre personne du compte doit confirmer la nouvelle dans "
        "l’heure ; l’une de vous deux est superviseur. Les accords restent."
    ),
}


class CannotMove(Conflict):
    code = "cannot_move"
    sentence = gettext_lazy(
        "Ce message ne se déplace plus : il est parti, ou peut-être parti, ou clos."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Asks for the hour, then says what it costs, then does it."""
    draft, role = draft_for(request.user, draft_id)
    approvals.CAPABILITIES["edit"].require(role)
    publication = publication_of(draft.pk) if draft.state == DraftState.RELEASED else None
    way = _way(draft, publication)
    day = _read_day(request.GET.get("jour", ""))
    form_class = MoveForm if way == "edit" else MoveReleasedForm
    form = form_class(draft, f"{day:%d/%m/%Y}" if day else "", request.POST or None)
    confirms = bool(request.POST.get("confirmed"))
    if request.method == "POST" and form.is_valid() and confirms and form.moment is not None:
        return _moved(request, draft, publication, way, form, form.moment)
    approved = Review.objects.filter(
        verdict=Verdict.APPROVE, revision__draft=draft, revision__closed_at=None
    ).select_related("reviewer")
    context = {
        "draft": draft,
        "account": draft.account,
        "form": form,
        "way": way,
        "cost": COSTS["submitted" if draft.state == DraftState.IN_REVIEW else way],
        "cost_type": "info" if draft.state == DraftState.WRITING else "warning",
        "approved": [review.reviewer for review in approved],
        "asks": form.is_bound and form.is_valid(),
    }
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "publishing/move.html", context, status=status)


def _way(draft: Draft, publication: Publication | None) -> str:
    """How this message comes to another hour. Raises CannotMove."""
    if draft.state in (DraftState.WRITING, DraftState.IN_REVIEW):
        return "edit"
    if publication is not None and can_propose(publication, ConfirmationKind.NEW_TIME):
        return "propose"
    if publication is not None and can_recall(publication):
        return "recall"
    raise CannotMove


def _moved(
    request: PersonRequest,
    draft: Draft,
    publication: Publication | None,
    way: str,
    form: MoveForm | MoveReleasedForm,
    moment: dt.datetime,
) -> HttpResponse:
    reason = form.cleaned_data.get("reason", "")
    if way == "propose" and publication is not None:
        propose(
            actor=request.user,
            publication_id=publication.pk,
            kind=ConfirmationKind.NEW_TIME,
            reason=reason,
            due_at=moment,
        )
        messages.success(request, _("Proposé : une autre personne du compte doit confirmer."))
        return redirect("draft", draft.pk)
    version = parse_int(request.POST.get("version", "")) or draft.version
    if way == "recall" and publication is not None:
        recall(actor=request.user, publication_id=publication.pk, reason=reason)
        draft, _role = draft_for(request.user, draft.pk)
        version = draft.version
    was_submitted = way == "recall" or draft.state == DraftState.IN_REVIEW
    actions.move_draft(actor=request.user, draft=draft, version=version, moment=moment)
    messages.success(request, _("Déplacé : %(moment)s.") % {"moment": form.moment_words})
    if was_submitted:
        messages.warning(request, _("Ses accords sont tombés : soumettez-le à nouveau."))
    return redirect("draft", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def add_event(request: PersonRequest, handle: str) -> HttpResponse:
    account = account_of(request.user, handle)
    CAPABILITIES["plan"].require(require_role(request.user, account))
    form = EventForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_event(actor=request.user, account=account, **form.cleaned_data)
        except Invalid as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("L’événement est au calendrier."))
            return redirect("calendar")
    context = {"form": form, "account": account}
    return render(request, "publishing/event.html", context, status=400 if form.is_bound else 200)


@require_POST
def end_event(request: PersonRequest, event_id: int) -> HttpResponse:
    actions.end_event(actor=request.user, event_id=event_id)
    messages.success(request, _("L’événement est retiré du calendrier."))
    return redirect("calendar")


@require_http_methods(["GET", "HEAD", "POST"])
def feed_settings(request: PersonRequest) -> HttpResponse:
    """The address is shown once, when it is made; asking again makes another."""
    if request.user.is_administrator:
        raise NotFound
    address = ""
    if request.method == "POST" and request.POST.get("act") == "end":
        actions.end_feed(actor=request.user)
        messages.success(request, _("L’adresse ne donne plus rien."))
        return redirect("calendar-feed")
    if request.method == "POST":
        token = actions.make_feed(actor=request.user)
        address = settings.PUBLIC_URL + reverse("calendar-ics", args=[token])
    feed = CalendarFeed.objects.filter(person=request.user, ended_at=None).first()
    context = {"feed": feed, "address": address}
    return render(request, "publishing/feed.html", context)


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the address reads it: it names handles, states and hours."""
    person = actions.reader_of(token)
    with override(person.language):
        body = feed_of(person, db_now())
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store"},
    )
