"""All drafts of one's accounts, and the beginning of a new one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import account_of, memberships, require_role
from accounts.errors import NotFound
from accounts.models import Person
from accounts.paging import keyset_page
from accounts.requests import PersonRequest
from approvals.access import drafts_of
from approvals.actions.drafts import Content, begin_draft
from approvals.capabilities import CAPABILITIES
from approvals.forms.filter import DraftFilterForm
from approvals.models import Draft, DraftState
from approvals.models.draft import one_empty_part
from approvals.search import of_state


@require_safe
def drafts(request: PersonRequest) -> HttpResponse:
    """Every draft of the person's accounts, the last changed first."""
    accounts = [m.account for m in memberships(request.user)]
    if request.user.is_administrator:
        raise NotFound
    form = DraftFilterForm(accounts, request.GET)
    drafts_shown = _filtered(drafts_of(request.user), form)
    page = keyset_page(drafts_shown, request, "updated_at", "pk", moment="updated_at")
    context = {"form": form, "page": page, "filtered": bool(request.GET)}
    return render(request, "approvals/drafts.html", context)


def _filtered(drafts_shown: QuerySet[Draft], form: DraftFilterForm) -> QuerySet[Draft]:
    """What is not in the lists of choices filters nothing."""
    form.is_valid()
    asked = form.cleaned_data
    if asked.get("account"):
        drafts_shown = drafts_shown.filter(account__handle__iexact=asked["account"])
    if asked.get("state"):
        drafts_shown = of_state(drafts_shown, asked["state"])
    if asked.get("category"):
        drafts_shown = drafts_shown.filter(category=asked["category"])
    return drafts_shown


@require_http_methods(["GET", "HEAD", "POST"])
def new_draft(request: PersonRequest) -> HttpResponse:
    """The account first, then the composer; a draft just begun and still empty is taken again."""
    mine = [m for m in memberships(request.user) if CAPABILITIES["begin"].allows(m.role)]
    if request.user.is_administrator:
        raise NotFound
    if request.method != "POST":
        return render(request, "approvals/new_draft.html", {"seats": mine})
    account = account_of(request.user, request.POST.get("account", ""))
    CAPABILITIES["begin"].require(require_role(request.user, account))
    draft = _untouched(request.user, account.pk) or begin_draft(
        actor=request.user,
        account=account,
        content=Content(reply_settings=account.reply_settings),
    )
    return redirect("compose", draft.pk)


def _untouched(person: Person, account_id: int) -> Draft | None:
    return Draft.objects.filter(
        account=account_id,
        author=person,
        state=DraftState.WRITING,
        version=1,
        came_from=None,
        parts=one_empty_part(),
    ).first()
