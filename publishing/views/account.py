"""An account as its people see it: freeze and lift, X's limits, what was spent; and all freezes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import account_of, few_administrators, memberships
from accounts.errors import Invalid, NotFound
from accounts.fetching import attach, fetch_together
from accounts.models import Account, Credential, Person
from accounts.requests import PersonRequest, by_office
from publishing.access import freeze_for
from publishing.actions import decide
from publishing.actions.freeze import freeze
from publishing.actions.stops import credits_restored
from publishing.capabilities import CAPABILITIES
from publishing.forms import FreezeForm
from publishing.models import (
    Confirmation,
    ConfirmationState,
    CreditStop,
    Freeze,
    Throttle,
)
from publishing.spending import spending_of

# Of the freezes that are over, a page shows the latest.
MAX_LIFTED = 10


def _freeze_context(
    account: Account | None, person: Person, *others: QuerySet[Any, Any]
) -> dict[str, Any]:
    """Of one account or of all; what else its page shows is fetched with it."""
    freezes = Freeze.objects.filter(account=account)
    standing_ones = freezes.filter(lifted_at=None).select_related("account", "frozen_by")
    lifted = freezes.filter(lifted_at__isnull=False).order_by("-since")[:MAX_LIFTED]
    lifted = lifted.select_related("frozen_by")
    proposals = Confirmation.objects.filter(
        state=ConfirmationState.OPEN, freeze__in=standing_ones.values("pk")
    ).select_related("proposed_by", "freeze")
    confirmed = Confirmation.objects.filter(
        state=ConfirmationState.CONFIRMED, freeze__in=lifted.values("pk")
    ).select_related("proposed_by", "decided_by")
    fetch_together(standing_ones, lifted, proposals, confirmed, *others)
    attach(lifted, "confirmations", confirmed, "lifted_by")
    standing, proposal = next(iter(standing_ones), None), next(iter(proposals), None)
    return {
        "lifted": lifted,
        # Freezes of all are told in the zone of the service itself.
        "place": account or Account(time_zone=settings.TIME_ZONE),
        "freeze": standing,
        "proposal": proposal,
        "answers": decide.answers_of(proposal, person) if proposal else set(),
        "form": FreezeForm(auto_id="freeze_%s"),
    }


@require_safe
def account_page(request: PersonRequest, handle: str) -> HttpResponse:
    account = account_of(request.user, handle)
    return _show_account(request, account)


def _show_account(
    request: PersonRequest, account: Account, status: int = 200, **more: Any
) -> HttpResponse:
    throttles = Throttle.objects.filter(account=account, until__gt=Now())
    credentials = Credential.objects.filter(account=account).defer("token", "token_secret")
    frozen = _freeze_context(account, request.user, throttles, credentials)
    context = {
        "account": account,
        "spending": spending_of(account),
        "throttle": next(iter(throttles), None),
        "credential": next(iter(credentials), None),
        **frozen,
        **more,
    }
    return render(request, "publishing/account.html", context, status=status)


@require_POST
def freeze_account(request: PersonRequest, handle: str) -> HttpResponse:
    account = account_of(request.user, handle)
    form = FreezeForm(request.POST, auto_id="freeze_%s")
    if not form.is_valid():
        return _show_account(request, account, 400, form=form)
    freeze(actor=request.user, account=account, reason=form.cleaned_data["reason"])
    messages.success(request, _("Les envois de ce compte sont gelés : plus rien ne part."))
    return redirect("account", account.handle)


@require_safe
def own_accounts(request: PersonRequest) -> HttpResponse:
    """Where the members of an account freeze it: the page of the only one, or a list."""
    if request.user.is_administrator:
        raise NotFound
    places = [m for m in memberships(request.user) if CAPABILITIES["freeze"].allows(m.role)]
    if len(places) == 1:
        return redirect("account", places[0].account.handle)
    standing = Freeze.objects.filter(lifted_at=None, account__in=[m.account for m in places])
    frozen = {freeze.account_id: freeze for freeze in standing}
    rows = [(m, frozen.get(m.account.pk)) for m in places]
    return render(request, "publishing/own_accounts.html", {"rows": rows})


@require_safe
@by_office(CAPABILITIES["see_freezes"])
def freezes_page(request: PersonRequest) -> HttpResponse:
    return _show_freezes(request)


def _show_freezes(request: PersonRequest, status: int = 200, **more: Any) -> HttpResponse:
    of_accounts = Freeze.objects.filter(lifted_at=None, account__isnull=False)
    context = {
        "of_accounts": of_accounts.select_related("account", "frozen_by").order_by("since"),
        "credit_stop": CreditStop.objects.filter(ended_at=None)
        .select_related("restored_by")
        .first(),
        "few_administrators": few_administrators(),
        **_freeze_context(None, request.user),
        **more,
    }
    return render(request, "publishing/freezes.html", context, status=status)


@require_POST
@by_office(CAPABILITIES["restore_credits"])
def restore_credits(request: PersonRequest) -> HttpResponse:
    credits_restored(actor=request.user)
    messages.success(
        request, _("Noté : un premier envoi part seul, les autres suivent s’il passe.")
    )
    return redirect("freezes")


@require_POST
@by_office(CAPABILITIES["freeze_all"])
def freeze_all(request: PersonRequest) -> HttpResponse:
    form = FreezeForm(request.POST, auto_id="freeze_%s")
    if not form.is_valid():
        return _show_freezes(request, 400, form=form)
    freeze(actor=request.user, account=None, reason=form.cleaned_data["reason"])
    messages.success(request, _("Tous les envois sont gelés : plus rien ne part."))
    return redirect("freezes")


@require_POST
def propose_lift(request: PersonRequest, freeze_id: int) -> HttpResponse:
    freeze_for(request.user, freeze_id)
    form = FreezeForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Dites pourquoi le gel peut être levé, en une phrase."), field="reason")
    proposal = decide.propose_lift(
        actor=request.user, freeze_id=freeze_id, reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("Proposé : une autre personne doit confirmer dans l’heure."))
    return _back(proposal)


@require_POST
def answer_lift(request: PersonRequest, confirmation_id: int, answer: str) -> HttpResponse:
    if not Confirmation.objects.filter(pk=confirmation_id, freeze__isnull=False).exists():
        raise NotFound  # one about a publication is answered on its own page
    proposal = decide.ANSWERS[answer](actor=request.user, confirmation_id=confirmation_id)
    said = {
        "confirm": _(
            "Le gel est levé. Les messages dont l’heure est passée attendent un nouvel horaire."
        ),
        "decline": _("Vous avez refusé : le gel reste en place."),
        "withdraw": _("Proposition retirée : le gel reste en place."),
    }[answer]
    messages.success(request, said)
    return _back(proposal)


def _back(proposal: Confirmation) -> HttpResponse:
    if proposal.freeze is not None and proposal.freeze.account is not None:
        return redirect("account", proposal.freeze.account.handle)
    return redirect("freezes")
