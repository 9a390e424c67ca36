"""Lessons learned: those of one's accounts, one of them to weigh, and a new one."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import account_of, memberships, require_role
from accounts.clock import db_now
from accounts.errors import NotFound, Refusal
from accounts.models import Account, Person
from accounts.paging import page_of
from accounts.requests import PersonRequest
from accounts.roles import Role
from approvals.access import draft_for
from approvals.models import Draft
from insights.access import lesson_for, lessons_of
from insights.actions import lessons as actions
from insights.capabilities import CAPABILITIES
from insights.lesson_forms import LessonFilterForm, LessonForm, WeighForm
from insights.lessons import PENDING
from insights.models import LessonLearned, Weighing
from insights.ordering import in_order_of_themes

MONTHS = 24


@require_safe
def lessons_learned(request: PersonRequest) -> HttpResponse:
    """Those of the person's accounts, by theme. What is not in the lists filters nothing."""
    if request.user.is_administrator:
        raise NotFound
    places = memberships(request.user)
    form = LessonFilterForm([place.account for place in places], request.GET)
    form.is_valid()
    asked = form.cleaned_data
    accounts = [p.account for p in places if asked.get("account") in (None, "", p.account.handle)]
    rows = lessons_of(accounts)
    if asked.get("theme"):
        rows = rows.filter(theme=asked["theme"])
    context = {
        "form": form,
        "memberships": places,
        "page": page_of(in_order_of_themes(_of_state(rows, asked.get("state"))), request, size=50),
        "filtered": any(asked.values()),
    }
    return render(request, "insights/lessons_learned.html", context)


def _of_state(rows: QuerySet[LessonLearned], state: str | None) -> QuerySet[LessonLearned]:
    if not state:
        return rows
    return rows.filter(outcome=None) if state == PENDING else rows.filter(outcome__verdict=state)


@require_safe
def lesson_learned(request: PersonRequest, lesson_id: int) -> HttpResponse:
    lesson, role = lesson_for(request.user, lesson_id)
    return _show(request, lesson, role, WeighForm())


def _show(
    request: PersonRequest, lesson: LessonLearned, role: Role, form: WeighForm, status: int = 200
) -> HttpResponse:
    own = lesson.written_by_id == request.user.pk
    weighings = last_weighings(lesson)
    weighs = CAPABILITIES["weigh_lesson"].allows(role, contributor=own)
    context = {
        "lesson": lesson,
        "account": lesson.account,
        "weighings": weighings,
        "own": own,
        "weighed": _weighed_by(weighings, request.user),
        "form": form if weighs and not lesson.verdict else None,
    }
    return render(request, "insights/lesson_learned.html", context, status=status)


def last_weighings(lesson: LessonLearned) -> list[Weighing]:
    """The last of each person, in the order in which they were made: one query."""
    rows = lesson.weighings.select_related("weighed_by").order_by("pk")
    last = {weighing.weighed_by_id: weighing for weighing in rows}
    return sorted(last.values(), key=lambda weighing: weighing.pk)


def _weighed_by(weighings: list[Weighing], person: Person) -> bool:
    return any(weighing.weighed_by_id == person.pk for weighing in weighings)


@require_POST
def weigh_lesson(request: PersonRequest, lesson_id: int) -> HttpResponse:
    lesson, role = lesson_for(request.user, lesson_id)
    own = lesson.written_by_id == request.user.pk
    CAPABILITIES["weigh_lesson"].require(role, contributor=own)
    form = WeighForm(request.POST)
    if not form.is_valid():
        return _show(request, lesson, role, form, status=400)
    actions.weigh_lesson(actor=request.user, lesson_id=lesson_id, **form.cleaned_data)
    messages.success(request, _("Votre avis sur ce retour d’expérience est noté."))
    return redirect("lesson-learned", lesson_id)


@require_http_methods(["GET", "HEAD", "POST"])
def add_lesson(request: PersonRequest, draft_id: int) -> HttpResponse:
    """About a draft or its debate."""
    draft, role = draft_for(request.user, draft_id)
    CAPABILITIES["write_lesson"].require(role)
    form = LessonForm(request.POST if request.method == "POST" else None, months=[])
    return _add(request, draft.account, form, draft)


@require_http_methods(["GET", "HEAD", "POST"])
def add_lesson_of_month(request: PersonRequest, handle: str) -> HttpResponse:
    """`?mois=` names the month that is chosen first."""
    account = account_of(request.user, handle)
    CAPABILITIES["write_lesson"].require(require_role(request.user, account))
    asked = request.GET.get("mois", "")
    form = LessonForm(
        request.POST if request.method == "POST" else None,
        months=_months(db_now().astimezone(account.zone).date(), asked),
        initial={"month": asked},
    )
    return _add(request, account, form, None)


def _months(today: dt.date, asked: str) -> list[dt.date]:
    """The first days of the latest months, this one first, and of the one that is asked for."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - dt.timedelta(days=1)).replace(day=1))
    if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", asked):
        first = dt.date.fromisoformat(f"{asked}-01")
        months += [first] if first < months[-1] else []
    return months


def _add(
    request: PersonRequest, account: Account, form: LessonForm, draft: Draft | None
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            lesson = actions.write_lesson(
                actor=request.user, account=account, draft=draft, **form.typed()
            )
        except Refusal as refusal:
            form.add_error(refusal.details.get("field"), str(refusal))
        else:
            messages.success(
                request,
                _("Retour d’expérience ajouté : deux autres personnes du compte le pèsent."),
            )
            return redirect("lesson-learned", lesson.pk)
    context = {"account": account, "draft": draft, "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "insights/add_lesson.html", context, status=status)
