"""What differs between any two versions of a draft, in words, images and settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from approvals.access import draft_for
from approvals.content import compare, content_of
from approvals.forms.versions import NOW, VersionsForm
from approvals.models import DraftState


@require_safe
def versions(request: PersonRequest, draft_id: int) -> HttpResponse:
    """`de` and `a`: the numbers of two versions, or what is being written now."""
    draft, role = draft_for(request.user, draft_id)
    revisions = list(draft.revisions.order_by("number"))
    form = VersionsForm(
        revisions, draft.account.zone, request.GET, writing=draft.state == DraftState.WRITING
    )
    context = {"draft": draft, "account": draft.account, "form": form, "role": role}
    if form.is_valid():
        by_number = {str(revision.number): revision for revision in revisions}
        before, after = by_number[form.cleaned_data["de"]], form.cleaned_data["a"]
        content = content_of(draft) if after == NOW else by_number[after].signed
        context |= {
            "changed": compare(before, content, draft.account),
            "count": max(len(before.messages), len(content.messages)),
        }
    status = 200 if form.is_valid() else 400
    return render(request, "approvals/versions.html", context, status=status)
