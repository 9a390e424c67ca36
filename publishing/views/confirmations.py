"""What one person proposed and another answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Moved, NotYours
from accounts.requests import PersonRequest
from approvals.views.compose import shown_parts
from publishing.access import publication_for
from publishing.actions import decide
from publishing.acts import answers
from publishing.models import Confirmation, ConfirmationState
from publishing.views.acts import ACTS

DONE = {
    "confirm": (decide.confirm, _("Confirmé.")),
    "decline": (decide.decline, _("Proposition refusée : rien ne change.")),
    "withdraw": (decide.withdraw, _("Proposition retirée : rien ne change.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: PersonRequest, confirmation_id: int) -> HttpResponse:
    """The proposal with its reason and the text; the answer is one button."""
    one = Confirmation.objects.select_related("proposed_by").filter(pk=confirmation_id).first()
    if one is None or one.publication_id is None:
        raise NotYours
    publication, role = publication_for(request.user, one.publication_id)
    one.publication = publication
    draft_id = publication.release.revision.draft_id
    if request.method == "POST":
        if request.POST.get("answer") not in DONE:
            raise Moved
        act, done = DONE[request.POST["answer"]]
        act(actor=request.user, confirmation_id=one.pk)
        messages.success(request, done)
        return redirect("draft", draft_id)
    if one.state != ConfirmationState.OPEN:
        raise decide.NotOpen
    context = {
        "one": one,
        "act": ACTS[f"propose_{one.kind}"],
        "publication": publication,
        "account": publication.account,
        "parts": shown_parts(publication.release.revision.parts),
        "answers": answers(one, request.user, role),
    }
    return render(request, "publishing/confirmation.html", context)
