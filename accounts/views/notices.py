"""What somebody was told: the page behind the bell."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Notice
from accounts.notices import mark_read, shown
from accounts.paging import keyset_page
from accounts.requests import PersonRequest


@require_safe
def notices(request: PersonRequest) -> HttpResponse:
    """The newest first; being listed here is not being read."""
    page = keyset_page(shown(request.user).select_related("account"), request, "pk", size=30)
    return render(request, "accounts/notices.html", {"page": page})


@require_POST
def read_all(request: PersonRequest) -> HttpResponseRedirect:
    mark_read(Notice.objects.filter(person=request.user))
    return redirect("notices")
