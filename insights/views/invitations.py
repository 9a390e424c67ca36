"""Invitations to follow one's accounts: noted by hand or from a file, followed up, forgotten."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import account_of, memberships, require_role, reviewers
from accounts.clock import db_now
from accounts.errors import NotFound, Refusal
from accounts.models import Account, Person
from accounts.paging import keyset_page
from accounts.requests import PersonRequest, max_body_size
from insights.access import invitation_for, invitations_to
from insights.actions import invitations as actions
from insights.capabilities import CAPABILITIES
from insights.errors import Forgotten
from insights.invitation_file import decode, read_invitations
from insights.invitation_forms import (
    AnswerForm,
    ConfirmFileForm,
    FileForm,
    InvitationFilterForm,
    InvitationForm,
)
from insights.models import Invitation, InvitationAnswer
from insights.spreadsheet import Table

# A file of Windows-1252 comes back from its preview in UTF-8, twice as heavy at most.
MAX_BODY = 500_000


@require_safe
def invitations(request: PersonRequest) -> HttpResponse:
    """Those of the person's accounts, the latest noted first. What is not in the lists filters
    nothing.
    """
    if request.user.is_administrator:
        raise NotFound
    places = memberships(request.user)
    form = InvitationFilterForm([place.account for place in places], request.GET)
    form.is_valid()
    asked = form.cleaned_data
    accounts = [p.account for p in places if asked.get("account") in (None, "", p.account.handle)]
    rows = invitations_to(accounts)
    counts = dict(rows.order_by().values_list("answer").annotate(n=Count("pk")))
    if asked.get("answer"):
        rows = rows.filter(answer=asked["answer"])
    context = {
        "form": form,
        "accounts": accounts,
        "counts": [(one.label, counts.get(one.value, 0)) for one in InvitationAnswer],
        "page": keyset_page(rows, request, "pk", size=50),
        "filtered": any(asked.values()),
    }
    return render(request, "insights/invitations.html", context)


@require_safe
def invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    found = invitation_for(request.user, invitation_id)
    given = {"answer": found.answer, "answered_on": found.answered_on or _today(found.account)}
    return _show(request, found, AnswerForm(initial=given))


def _show(
    request: PersonRequest, found: Invitation, form: AnswerForm, status: int = 200
) -> HttpResponse:
    context = {"invitation": found, "account": found.account, "form": form}
    return render(request, "insights/invitation.html", context, status=status)


@require_POST
def answer_invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    found = invitation_for(request.user, invitation_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.note_answer(
                actor=request.user, invitation_id=invitation_id, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(refusal.details.get("field"), str(refusal))
        else:
            messages.success(request, _("La réponse est notée."))
            return redirect("invitation", invitation_id)
    return _show(request, found, form, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
def add_invitation(request: PersonRequest, handle: str) -> HttpResponse:
    account = _account(request, handle)
    today = _today(account)
    form = InvitationForm(
        _people(account),
        today,
        request.POST if request.method == "POST" else None,
        initial={"invited_on": today, "invited_by": request.user.pk},
    )
    if form.is_bound and form.is_valid():
        try:
            actions.note_invitation(
                actor=request.user, account=account, invited=form.invited, invited_by=form.inviter
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("L’invitation est notée. Rien n’a été envoyé."))
            return redirect("invitations")
    context = {"invitation": None, "account": account, "form": form}
    return _form(request, "insights/add_invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct_invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    found = _open_invitation(request, invitation_id)
    names = ("name", "handle", "quality", "invited_on")
    form = InvitationForm(
        {**_people(found.account), found.invited_by_id: found.invited_by},
        _today(found.account),
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in names}
        | {"invited_by": found.invited_by_id},
    )
    if form.is_bound and form.is_valid():
        try:
            actions.correct_invitation(
                actor=request.user,
                invitation_id=invitation_id,
                invited=form.invited,
                invited_by=form.inviter,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("L’invitation est corrigée."))
            return redirect("invitation", invitation_id)
    context = {"invitation": found, "account": found.account, "form": form}
    return _form(request, "insights/add_invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def forget_invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    found = _open_invitation(request, invitation_id)
    if request.method == "POST":
        actions.forget_invited(actor=request.user, invitation_id=invitation_id)
        messages.success(request, _("Cette personne est oubliée."))
        return redirect("invitation", invitation_id)
    context = {"invitation": found, "account": found.account}
    return render(request, "insights/forget_invitation.html", context)


@max_body_size(MAX_BODY)
@require_http_methods(["GET", "HEAD", "POST"])
def read_invitations_file(request: PersonRequest, handle: str) -> HttpResponse:
    """The file, then what it would add, with its text in the form: nothing of it is stored before
    somebody confirms.
    """
    account = _account(request, handle)
    people = _people(account)
    if "text" in request.POST:
        return _confirm(request, account, ConfirmFileForm(people, request.POST))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(people, *sent, initial={"invited_by": request.user.pk})
    if form.is_bound and form.is_valid():
        try:
            text = decode(form.cleaned_data["file"].read())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            typed = {"text": text, "invited_by": form.inviter.pk}
            return _preview(request, account, ConfirmFileForm(people, initial=typed), text)
    return _form(request, "insights/read_invitations.html", {"account": account, "form": form})


def _preview(
    request: PersonRequest, account: Account, form: ConfirmFileForm, text: str
) -> HttpResponse:
    reading = read_invitations(text, _today(account))
    new = actions.not_yet_invited(account, reading.invited)
    context: dict[str, Any] = {
        "account": account,
        "form": form,
        "errors": reading.errors,
        "new": new,
        "known": len(reading.invited) - len(new),
    }
    status = 400 if reading.errors else 200
    return render(request, "insights/preview_invitations.html", context, status=status)


def _confirm(request: PersonRequest, account: Account, form: ConfirmFileForm) -> HttpResponse:
    """The text is read again: what a page carries may be anything."""
    if not form.is_valid():
        return redirect("read-invitations", account.handle)
    text = form.cleaned_data["text"]
    reading = read_invitations(text, _today(account))
    if reading.errors:
        return _preview(request, account, form, text)
    added = actions.read_file(
        actor=request.user, account=account, invited=reading.invited, invited_by=form.inviter
    )
    said = ngettext(
        "%(count)d invitation est notée. Rien n’a été envoyé.",
        "%(count)d invitations sont notées. Rien n’a été envoyé.",
        added,
    )
    messages.success(request, said % {"count": added})
    return redirect("invitations")


@require_POST
def invitations_file(request: PersonRequest, handle: str) -> HttpResponse:
    """Those who were not forgotten, as a table that the application reads again."""
    account = _account(request, handle)
    file = io.BytesIO()
    person = (_("nom"), _("compte X"), _("qualité"))
    invited = (_("invité le"), _("invité par"), _("réponse"), _("répondu le"))
    table = Table(file, (*person, *invited))
    for row in actions.fetch_invitations(actor=request.user, account=account):
        table.add(
            *(row.name, row.handle, row.quality, row.invited_on, row.invited_by.name),
            *(row.get_answer_display(), row.answered_on),
        )
    table.close()
    return HttpResponse(
        file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="invitations-{account.handle}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _account(request: PersonRequest, handle: str) -> Account:
    account = account_of(request.user, handle)
    CAPABILITIES["note_invitations"].require(require_role(request.user, account))
    return account


def _open_invitation(request: PersonRequest, invitation_id: int) -> Invitation:
    """One that may still change. Raises Forgotten."""
    found = invitation_for(request.user, invitation_id)
    if found.is_forgotten:
        raise Forgotten
    return found


def _people(account: Account) -> dict[int, Person]:
    return {pk: reviewer.person for pk, reviewer in reviewers(account).items()}


def _today(account: Account) -> dt.date:
    return db_now().astimezone(account.zone).date()


def _form(request: PersonRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = 400 if context["form"].is_bound else 200
    return render(request, template, context, status=status)
