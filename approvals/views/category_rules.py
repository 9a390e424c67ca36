"""The page of the rules of approval of an account's categories, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.capabilities import CAPABILITIES
from accounts.departments import department
from accounts.errors import NotFound, Refusal
from accounts.requests import PersonRequest, by_office
from approvals.actions import category_rules as actions
from approvals.forms.category_rule import CategoryRuleForm
from approvals.models import CategoryRule


@by_office(CAPABILITIES["change_rule"])
@require_http_methods(["GET", "HEAD", "POST"])
def category_rules(request: PersonRequest, code: str) -> HttpResponse:
    account = department(code).account
    form = CategoryRuleForm(request.POST or None, initial={"required": account.approvals_required})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_category_rule(account.pk, **form.cleaned_data, actor=request.user)
        except Refusal as refusal:
            form.add_error(refusal.details.get("field"), str(refusal))
            status = refusal.status
        else:
            messages.success(
                request,
                _("La règle est enregistrée ; elle s’appliquera aux prochaines soumissions."),
            )
            return redirect("category-rules", code)
    context = {"account": account, "form": form}
    return render(request, "approvals/category_rules.html", context, status=status)


@by_office(CAPABILITIES["change_rule"])
@require_POST
def end_category_rule(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    account = department(code).account
    if not CategoryRule.objects.filter(pk=pk, account=account).exists():
        raise NotFound
    actions.end_category_rule(pk, actor=request.user)
    messages.success(request, _("Cette catégorie suit de nouveau la règle du compte."))
    return redirect("category-rules", code)
