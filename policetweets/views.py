"""Pages of the shell: home, the language, the legal pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language

from accounts.models import Person
from accounts.requests import PersonRequest


@require_GET
def home(request: PersonRequest) -> HttpResponse:
    return render(request, "home.html")


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
