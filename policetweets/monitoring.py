"""Pages of those who watch: /healthz and /metrics for machines, health for administrators."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.capabilities import CAPABILITIES
from accounts.errors import NotFound
from accounts.requests import PersonRequest, by_office
from approvals.forms.filter import OUTCOMES
from policetweets import health, metrics
from publishing.models import PublicationState


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """503 with the names of what fails, else 200, within two seconds; `deciding` names what waits
    for people, who are told by their own pages and mails.
    """
    problems = health.checked()
    outages = [problem for problem in problems if problem.name not in health.DECIDED_BY_PEOPLE]
    content = {
        "status": "failing" if outages else "ok",
        "failing": [problem.name for problem in outages],
        "deciding": health.deciding(),
        **{problem.name: problem.answer for problem in outages if problem.answer},
    }
    response = JsonResponse(content, status=503 if outages else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    if not metrics.may_read(request):
        raise NotFound
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


@require_safe
@by_office(CAPABILITIES["see_health"])
def health_page(request: PersonRequest) -> HttpResponse:
    """Each thing that publishing needs, and the numbers of all accounts; no text."""
    failing = {problem.name: problem for problem in health.checked()} | health.unheard()
    context = {
        "lines": [(label, failing.get(name)) for name, label in health.NAMES.items()],
        # « Refusé » is also what two people gave up.
        "states": [
            (dict(OUTCOMES).get(state, PublicationState(state).label), count)
            for state, count in health.by_state().items()
        ],
        "accounts": health.accounts(),
    }
    return render(request, "health.html", context)
