"""Pages about departments, for administrators: seats, supervisors, rule, settings."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import covers, rights
from accounts.actions import departments as actions
from accounts.approval_rule import rule_of
from accounts.capabilities import CAPABILITIES
from accounts.departments import Department, all_departments, department, past_rights, waiting_on
from accounts.errors import NotFound, Refusal
from accounts.forms import (
    AccountForm,
    AppointForm,
    CoverForm,
    FunctionForm,
    RuleForm,
    SettingsForm,
    SupervisorForm,
)
from accounts.models import Cover, Seat, Supervision
from accounts.requests import PersonRequest, by_office
from accounts.timefmt import format_date


@by_office(CAPABILITIES["see_departments"])
@require_safe
def departments(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/departments.html", {"departments": all_departments()})


@by_office(CAPABILITIES["add_account"])
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PersonRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/department_add.html", {"form": form})
    try:
        account = actions.add_account(form.save(commit=False), actor=request.user)
    except Refusal as refusal:
        return refused(request, "accounts/department_add.html", form, refusal)
    messages.success(
        request, _("%(name)s est ajouté. Attribuez ses sièges.") % {"name": account.name}
    )
    return redirect("department", account.code)


@by_office(CAPABILITIES["see_departments"])
@require_safe
def page(request: PersonRequest, code: str) -> HttpResponse:
    shown = department(code)
    form = RuleForm(initial={"approvals_required": shown.account.approvals_required})
    return show(request, shown, form)


def show(
    request: PersonRequest, shown: Department, form: RuleForm, status: int = 200
) -> HttpResponse:
    context = {
        "department": shown,
        "account": shown.account,
        "rule": shown.rule,
        "form": form,
        "past": past_rights(shown.account),
    }
    return render(request, "accounts/department.html", context, status=status)


@by_office(CAPABILITIES["appoint"])
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: PersonRequest, code: str, number: int | None = None) -> HttpResponse:
    """Somebody for a free seat; without a number, one more supervisor."""
    if number is not None and number not in Seat.NUMBERS:
        raise NotFound
    shown = department(code)
    form_class = SupervisorForm if number is None else AppointForm
    form = form_class(request.POST or None, account=shown.account)
    context = {"account": shown.account, "number": number}
    template = "accounts/appoint.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {"form": form, **context})
    person = form.cleaned_data["person"]
    try:
        if number is None:
            function = form.cleaned_data["function"]
            rights.name_supervisor(shown.account.pk, person.pk, function, actor=request.user)
            words = _("%(name)s supervise désormais ce compte.")
        else:
            rights.appoint(shown.account.pk, number, person.pk, actor=request.user)
            words = _("%(name)s tient désormais le siège %(number)s.")
    except Refusal as refusal:
        return refused(request, template, form, refusal, **context)
    messages.success(request, words % {"name": person.name, "number": number})
    return redirect("department", code)


@by_office(CAPABILITIES["vacate"])
@require_http_methods(["GET", "HEAD", "POST"])
def vacate(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    shown = department(code)
    seat = Seat.objects.filter(pk=pk, account=shown.account).select_related("person").first()
    return end_right(request, code, seat)


@by_office(CAPABILITIES["end_supervision"])
@require_http_methods(["GET", "HEAD", "POST"])
def end_supervision(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    shown = department(code)
    supervision = Supervision.objects.filter(pk=pk, account=shown.account)
    return end_right(request, code, supervision.select_related("person").first())


@by_office(CAPABILITIES["cover"])
@require_http_methods(["GET", "HEAD", "POST"])
def cover_seat(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    rights = Seat.objects.filter(pk=pk, account__code=code, ended_at=None)
    return cover(request, code, rights.select_related("person", "account").first())


@by_office(CAPABILITIES["cover"])
@require_http_methods(["GET", "HEAD", "POST"])
def cover_supervision(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    rights = Supervision.objects.filter(pk=pk, account__code=code, ended_at=None)
    return cover(request, code, rights.select_related("person", "account").first())


def cover(request: PersonRequest, code: str, right: Seat | Supervision | None) -> HttpResponse:
    """Lends a place while its holder is away."""
    if right is None:
        raise NotFound
    form = CoverForm(request.POST or None, account=right.account)
    context = {
        "account": right.account,
        "right": right,
        "number": right.number if isinstance(right, Seat) else None,
    }
    template = "accounts/cover.html"
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, template, {"form": form, **context}, status=status)
    person = form.cleaned_data["person"]
    try:
        made = covers.cover(
            right,
            person_id=person.pk,
            starts_at=form.starts_at,
            ends_at=form.ends_at,
            actor=request.user,
        )
    except Refusal as refusal:
        return refused(request, template, form, refusal, **context)
    messages.success(
        request,
        _("%(name)s remplace %(absent)s jusqu’au %(last)s inclus.")
        % {
            "name": person.name,
            "absent": right.person.name,
            "last": format_date(made.last_day, "j F Y"),
        },
    )
    return redirect("department", code)


@by_office(CAPABILITIES["change_function"])
@require_http_methods(["GET", "HEAD", "POST"])
def change_function(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """Says what would become impossible without the function that the supervisor has."""
    account = department(code).account
    supervision = Supervision.objects.filter(pk=pk, account=account).select_related("person")
    right = supervision.first()
    if right is None:
        raise NotFound
    if right.ended_at is not None:
        raise rights.NotHeld
    typed = request.POST if request.method == "POST" else None
    form = FunctionForm(typed, initial={"function": right.function})
    if request.method != "POST" or not form.is_valid():
        context = {"account": account, "right": right, "form": form}
        return render(request, "accounts/change_function.html", context)
    rights.change_function(right.pk, form.cleaned_data["function"], actor=request.user)
    messages.success(
        request, _("La fonction de %(name)s est enregistrée.") % {"name": right.person.name}
    )
    return redirect("department", code)


@by_office(CAPABILITIES["cover"])
@require_POST
def end_cover(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    if not Cover.objects.filter(pk=pk, account__code=code).exists():
        raise NotFound
    covers.end_cover(pk, actor=request.user)
    messages.success(request, _("C’est fait : ce remplacement a pris fin."))
    return redirect("department", code)


def end_right(request: PersonRequest, code: str, right: Seat | Supervision | None) -> HttpResponse:
    """Asks once, and says what will be held."""
    if right is None:
        raise NotFound
    if request.method == "POST":
        if isinstance(right, Seat):
            rights.vacate(right.pk, actor=request.user)
        else:
            rights.end_supervision(right.pk, actor=request.user)
        messages.success(
            request, _("C’est fait : %(name)s n’a plus ce droit.") % {"name": right.person.name}
        )
        return redirect("department", code)
    if right.ended_at is not None:
        raise rights.NotHeld
    context = {
        "account": right.account,
        "right": right,
        "number": right.number if isinstance(right, Seat) else None,
        "waiting": waiting_on(right.account_id, right.person_id),
    }
    return render(request, "accounts/right_end.html", context)


@by_office(CAPABILITIES["change_rule"])
@require_safe
def rule_sentence(request: PersonRequest, code: str) -> HttpResponse:
    """The rule as it would be, while somebody edits it."""
    account = department(code).account
    form = RuleForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/_rule_unclear.html", {"form": form})
    rule = rule_of(account, form.cleaned_data["approvals_required"])
    return render(request, "accounts/_rule.html", {"rule": rule})


@by_office(CAPABILITIES["change_rule"])
@require_POST
def change_rule(request: PersonRequest, code: str) -> HttpResponse:
    shown = department(code)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return show(request, department(code), form, 400)
    try:
        actions.change_rule(
            shown.account.pk, form.cleaned_data["approvals_required"], actor=request.user
        )
    except Refusal as refusal:
        form.add_error("approvals_required", str(refusal))
        return show(request, department(code), form, refusal.status)
    messages.success(
        request, _("La règle est enregistrée ; elle s’appliquera aux prochaines soumissions.")
    )
    return redirect("department", code)


@by_office(CAPABILITIES["change_settings"])
@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request: PersonRequest, code: str) -> HttpResponse:
    account = department(code).account
    form = SettingsForm(request.POST or None, instance=account)
    context = {"code": code}
    template = "accounts/department_settings.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {"form": form, **context})
    try:
        actions.change_settings(account.pk, form.cleaned_data, actor=request.user)
    except Refusal as refusal:
        return refused(request, template, form, refusal, **context)
    messages.success(request, _("Les réglages sont enregistrés."))
    return redirect("department", code)


def refused(
    request: PersonRequest, template: str, form: BaseForm, refusal: Refusal, **context: object
) -> HttpResponse:
    """The form again, with the sentence above it and everything typed still there."""
    form.add_error(None, str(refusal))
    return render(request, template, {"form": form, **context}, status=refusal.status)
