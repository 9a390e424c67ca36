"""Pages of the project package: home, the language, the legal pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from accounts.access import few_administrators, lent_places, memberships
from accounts.channels.mail import count_late_mails, mail_failures
from accounts.departments import all_departments
from accounts.models import Person
from accounts.requests import PersonRequest
from approvals.capabilities import CAPABILITIES
from approvals.waiting import waiting_for


@require_safe
def home(request: PersonRequest) -> HttpResponse:
    """What awaits this person, the urgent first; an administrator's departments instead."""
    if request.user.is_administrator:
        return administrators_home(request)
    places = memberships(request.user)
    context = {
        "memberships": places,
        "lent": lent_places(request.user),
        "writes": [m for m in places if CAPABILITIES["begin"].allows(m.role)],
        "waiting": waiting_for(request.user, places),
    }
    return render(request, "home.html", context)


def administrators_home(request: PersonRequest) -> HttpResponse:
    """What departments lack, then all of them."""
    departments = all_departments()
    context = {
        "memberships": [],
        "departments": departments,
        "needy": [department for department in departments if department.missing],
        "few_administrators": few_administrators(),
        "late_mails": count_late_mails(),
        "mail_failures": mail_failures(),
    }
    return render(request, "home_administrator.html", context)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """The browser keeps the choice; the person's mails follow it."""
    response = django_set_language(request)
    chosen = request.POST.get("language")
    if isinstance(request.user, Person) and chosen in ("fr", "en"):
        Person.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


@login_not_required
@require_GET
def legal_notice(request: HttpRequest) -> HttpResponse:
    return render(request, "legal_notice.html")


@login_not_required
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html")
