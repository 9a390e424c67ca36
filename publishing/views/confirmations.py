"""What one person proposed and another answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict, NotFound
from accounts.requests import PersonRequest
from approvals.content import replied_to
from approvals.preview import shown_messages
from publishing.access import publication_for
from publishing.actions import decide
from publishing.models import Confirmation, ConfirmationKind, ConfirmationState, Publication
from publishing.views.acts import ACTS, moved_on

CONFIRMED = {
    ConfirmationKind.NEW_TIME: _("Nouvel horaire confirmé."),
    ConfirmationKind.SEND_AGAIN: _("Nouvel envoi confirmé."),
    ConfirmationKind.GIVE_UP: _("Abandon confirmé."),
    ConfirmationKind.FOUND: _("Présence sur X confirmée."),
    ConfirmationKind.GO_ON: _("Poursuite du fil confirmée."),
    ConfirmationKind.RECALL: _("Rappel confirmé."),
}
DONE = {
    "decline": _("Proposition refusée : rien ne change."),
    "withdraw": _("Proposition retirée : rien ne change."),
}


def _proposal_for(request: PersonRequest, confirmation_id: int) -> tuple[Confirmation, Publication]:
    """With its publication. Raises NotFound for another account's, or for one of a freeze."""
    proposal = Confirmation.objects.select_related("proposed_by").filter(pk=confirmation_id).first()
    if proposal is None or proposal.publication_id is None:
        raise NotFound
    publication, _role = publication_for(request.user, proposal.publication_id)
    proposal.publication = publication
    return proposal, publication


@require_safe
def confirmation_is_current(request: PersonRequest, confirmation_id: int) -> HttpResponse:
    """Nothing while the proposal is open; else what has become of its publication."""
    proposal, publication = _proposal_for(request, confirmation_id)
    if proposal.state == ConfirmationState.OPEN:
        return HttpResponse(status=204)
    return moved_on(request, publication)


@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: PersonRequest, confirmation_id: int) -> HttpResponse:
    """The proposal with its reason and the text; the answer is one button."""
    proposal, publication = _proposal_for(request, confirmation_id)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer not in decide.ANSWERS:
            raise Conflict
        decide.ANSWERS[answer](actor=request.user, confirmation_id=proposal.pk)
        done = CONFIRMED[ConfirmationKind(proposal.kind)] if answer == "confirm" else DONE[answer]
        messages.success(request, done)
        return redirect("draft", publication.draft_id)
    if proposal.state != ConfirmationState.OPEN:
        raise decide.NotOpen
    signed = publication.release.revision.signed
    context = {
        "proposal": proposal,
        "act": ACTS[f"propose_{proposal.kind}"],
        "publication": publication,
        "account": publication.account,
        "parts": shown_messages(signed.messages),
        "replied_to": replied_to(signed.in_reply_to),
        "answers": decide.answers_of(proposal, request.user),
    }
    return render(request, "publishing/confirmation.html", context)
