"""Templates: the list of one's accounts, one of them, its proposal and its filling in."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import account_of, memberships, require_role
from accounts.clock import db_now
from accounts.errors import NotFound, Refusal
from accounts.models import Account
from accounts.paging import page_of
from accounts.requests import PersonRequest
from accounts.roles import Role
from approvals.access import template_for
from approvals.actions import message_templates as actions
from approvals.capabilities import TEMPLATE_CAPABILITIES
from approvals.diff import changes
from approvals.forms.message_template import FillForm, TemplateForm
from approvals.models import Draft, DraftState, MessageTemplate
from approvals.schedule import latest
from approvals.slots import pieces

# Of one account: more wait for nobody at once.
MAX_PROPOSED = 50


@require_safe
def message_templates(request: PersonRequest) -> HttpResponse:
    """Those of the person's accounts: what waits for an approval first."""
    if request.user.is_administrator:
        raise NotFound
    mine = memberships(request.user)
    standing = MessageTemplate.objects.filter(
        account__in=[place.account for place in mine], ended_at=None
    ).select_related("account", "added_by")
    now = db_now()
    page = page_of(standing.exclude(approved_at=None), request)
    fills = {p.account.pk for p in mine if TEMPLATE_CAPABILITIES["fill"].allows(p.role)}
    context = {
        "memberships": mine,
        "proposed": standing.filter(approved_at=None)[:MAX_PROPOSED],
        "page": page,
        "rows": [(one, next(iter(one.next_dates(now, 1)), None)) for one in page.rows],
        "fills": fills,
    }
    return render(request, "approvals/message_templates.html", context)


@require_safe
def message_template(request: PersonRequest, template_id: int) -> HttpResponse:
    """Its text, who proposed and approved it, its next dates with what is prepared for them."""
    template, role = template_for(request.user, template_id)
    own = template.added_by_id == request.user.pk
    old = template.replaces if template.approved_at is None else None
    context = {
        "template": template,
        "account": template.account,
        "pieces": pieces(template.text),
        "differences": changes([old.text], [template.text]) if old else [],
        "dates": _dates(template) if template.is_usable else [],
        "latest": latest(db_now()),
        "fills": TEMPLATE_CAPABILITIES["fill"].allows(role),
        "own": own,
        "approves": _approves(template, role, own=own),
        "awaits": template.approved_at is None and template.ended_at is None,
    }
    return render(request, "approvals/message_template.html", context)


def _approves(template: MessageTemplate, role: Role, *, own: bool) -> bool:
    if not TEMPLATE_CAPABILITIES["approve"].allows(role, contributor=own):
        return False
    return actions.one_supervises(template, role)


def _dates(template: MessageTemplate) -> list[tuple[dt.datetime, Draft | None, bool]]:
    """Of each next date its instant, what is prepared for it, and whether one can prepare it."""
    now = db_now().astimezone(template.account.zone)
    moments = [actions.instant_of(template, day) for day in template.next_dates(now)]
    begun = Draft.objects.filter(
        template__in=(template.pk, template.replaces_id), requested_at__in=moments
    ).exclude(state__in=(DraftState.REJECTED, DraftState.ABANDONED))
    prepared = {draft.requested_at: draft for draft in begun} if moments else {}
    return [(at, prepared.get(at), at <= latest(now)) for at in moments]


@require_http_methods(["GET", "HEAD", "POST"])
def propose_template(request: PersonRequest, handle: str) -> HttpResponse:
    account = account_of(request.user, handle)
    TEMPLATE_CAPABILITIES["propose"].require(require_role(request.user, account))
    return _proposal(request, account, None)


@require_http_methods(["GET", "HEAD", "POST"])
def revise_template(request: PersonRequest, template_id: int) -> HttpResponse:
    """Other words are another template, which takes the place of this one once it is approved."""
    template, role = template_for(request.user, template_id)
    TEMPLATE_CAPABILITIES["propose"].require(role)
    return _proposal(request, template.account, template)


def _proposal(
    request: PersonRequest, account: Account, old: MessageTemplate | None
) -> HttpResponse:
    """The text first, then what each of its slots takes; what is wrong is said beside its field."""
    if request.method != "POST":
        form = TemplateForm(account.zone, old=old)
        return _show_proposal(request, account, form, old)
    form = TemplateForm(account.zone, request.POST)
    if not form.is_valid():
        return _show_proposal(request, account, form, old, status=400)
    if not form.is_complete:
        return _show_proposal(request, account, form, old, asks=True)
    try:
        template = actions.propose_template(
            actor=request.user, account=account, content=form.content(), replaces=old
        )
    except Refusal as refusal:
        form.add_error(refusal.details.get("field"), str(refusal))
        return _show_proposal(request, account, form, old, status=refusal.status)
    messages.success(request, _("Modèle proposé : une autre personne du compte doit l’approuver."))
    return redirect("message-template", template.pk)


def _show_proposal(
    request: PersonRequest,
    account: Account,
    form: TemplateForm,
    old: MessageTemplate | None,
    *,
    asks: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"account": account, "form": form, "old": old, "asks": asks}
    return render(request, "approvals/propose_template.html", context, status=status)


@require_POST
def approve_template(request: PersonRequest, template_id: int) -> HttpResponse:
    template_for(request.user, template_id)
    actions.approve_template(actor=request.user, template_id=template_id)
    messages.success(request, _("Modèle approuvé : les titulaires peuvent s’en servir."))
    return redirect("message-template", template_id)


@require_POST
def end_template(request: PersonRequest, template_id: int) -> HttpResponse:
    template_for(request.user, template_id)
    actions.end_template(actor=request.user, template_id=template_id)
    messages.success(request, _("Modèle retiré. Les brouillons commencés avec lui restent."))
    return redirect("message-templates")


@require_http_methods(["GET", "HEAD", "POST"])
def fill_template(request: PersonRequest, template_id: int) -> HttpResponse:
    """`?le=` names one of its next dates, for which the message is then scheduled."""
    template, role = template_for(request.user, template_id)
    TEMPLATE_CAPABILITIES["fill"].require(role)
    day = _read_day(request.GET.get("le", ""))
    now = db_now().astimezone(template.account.zone)
    form = FillForm(template, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        draft = actions.fill_template(
            actor=request.user, template=template, typed=form.typed(), day=day
        )
        messages.success(
            request, _("Brouillon préparé : relisez-le, puis soumettez-le à la relecture.")
        )
        return redirect("compose", draft.pk)
    context = {
        "template": template,
        "account": template.account,
        "pieces": pieces(template.text),
        "form": form,
        "at": actions.moment_of(template, day, now) if day else None,
    }
    status = 400 if form.is_bound else 200
    return render(request, "approvals/fill_template.html", context, status=status)


def _read_day(typed: str) -> dt.date | None:
    """Raises NotFound for nonsense."""
    try:
        return dt.date.fromisoformat(typed) if typed else None
    except ValueError:
        raise NotFound from None
