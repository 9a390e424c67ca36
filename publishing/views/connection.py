"""An administrator asks whether an account's connection to X stands; a worker asks X."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Account
from accounts.requests import PersonRequest, by_office
from publishing.actions.connect import ask_for_check
from publishing.capabilities import CAPABILITIES


@require_POST
@by_office(CAPABILITIES["check_connection"])
def check_connection(request: PersonRequest, code: str) -> HttpResponse:
    account = get_object_or_404(Account, code=code)
    ask_for_check(actor=request.user, account=account)
    messages.info(
        request, _("Vérification demandée : l’heure du contrôle change dès que X a répondu.")
    )
    return redirect("department", code=code)
