"""Pages about the lists that checks read, and about electoral reserves, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.capabilities import CAPABILITIES
from accounts.errors import NotFound, Refusal, Sentence
from accounts.paging import page_of
from accounts.requests import PersonRequest, by_office
from approvals.actions import lists as actions
from approvals.forms.check_lists import EntryForm, ReserveForm
from approvals.lists import Trial, history_of, lists_in_force, reserves_to_come, rows_of
from approvals.models import ListName, ReservePeriod

# Of each list: what it does, and how a value is written.
ABOUT: dict[str, tuple[Sentence, Sentence]] = {
    ListName.SHORTENERS: (
        gettext_lazy("Un lien vers l’un de ces sites arrête le texte : il cache où il mène."),
        gettext_lazy("Le nom du site : bit.ly."),
    ),
    ListName.DOMAINS: (
        gettext_lazy(
            "Un lien vers un autre site est signalé ; un site qui se donne pour officiel sans être "
            "sur cette liste arrête le texte. Un nom vaut pour tous les sites qui finissent ainsi."
        ),
        gettext_lazy("Le nom du site : service-public.fr."),
    ),
    ListName.ACCOUNTS: (
        gettext_lazy(
            "Citer un autre compte demande un motif à l’auteur. Les comptes de police et de "
            "préfecture sont reconnus à leur nom."
        ),
        gettext_lazy("Le nom du compte sur X : @cnilfr."),
    ),
    ListName.UNITS: (
        gettext_lazy(
            "Nommer un membre de l’une de ces unités, ou le montrer, arrête le texte : la loi "
            "protège son identité."
        ),
        gettext_lazy("Le sigle de l’unité : RAID."),
    ),
    ListName.WORDS: (
        gettext_lazy("Un texte qui porte l’un de ces mots ne peut pas être soumis."),
        gettext_lazy(
            "Un mot entier ou quelques-uns ; les accents et les majuscules ne comptent pas."
        ),
    ),
}


@by_office(CAPABILITIES["see_lists"])
@require_safe
def all_lists(request: PersonRequest) -> HttpResponse:
    in_force = lists_in_force()
    rows = [(name, ABOUT[name][0], len(getattr(in_force, name))) for name in ListName]
    return render(
        request,
        "approvals/check_lists.html",
        {"lists": rows, "reserves": reserves_to_come()},
    )


@by_office(CAPABILITIES["change_lists"])
@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: PersonRequest, name: str) -> HttpResponse:
    """`act=try` tells what the value would change; anything else adds it."""
    known = _known(name)
    form = EntryForm(request.POST or None, hint=str(ABOUT[known][1]))
    if request.method != "POST" or not form.is_valid():
        return _show(request, known, form)
    typed = form.cleaned_data["value"]
    try:
        if request.POST.get("act") == "try":
            return _show(request, known, form, actions.try_entry(name, typed, actor=request.user))
        value = actions.add_to_list(name, typed, actor=request.user)
    except Refusal as refusal:
        form.add_error("value", str(refusal))
        return _show(request, known, form, status=refusal.status)
    messages.success(request, _("« %(value)s » est sur la liste.") % {"value": value})
    return redirect("list", name)


def _known(name: str) -> ListName:
    if name not in ListName.values:
        raise NotFound
    return ListName(name)


def _show(
    request: PersonRequest,
    name: ListName,
    form: EntryForm,
    trial: Trial | None = None,
    status: int = 200,
) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    context = {
        "list": name,
        "about": ABOUT[name][0],
        "form": form,
        "trial": trial,
        "words": words,
        "rows": rows_of(name, words),
        "events": history_of(name),
    }
    return render(request, "approvals/check_list.html", context, status=status)


@by_office(CAPABILITIES["change_lists"])
@require_POST
def remove(request: PersonRequest, name: str) -> HttpResponse:
    value = request.POST.get("value", "")
    actions.remove_from_list(_known(name), value, actor=request.user)
    messages.success(request, _("« %(value)s » n’est plus sur la liste.") % {"value": value})
    return redirect("list", name)


@by_office(CAPABILITIES["change_lists"])
@require_http_methods(["GET", "HEAD", "POST"])
def reserves(request: PersonRequest) -> HttpResponse:
    form = ReserveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_reserve(**form.cleaned_data, actor=request.user)
        messages.success(request, _("La période de réserve est enregistrée."))
        return redirect("reserves")
    periods = ReservePeriod.objects.select_related("added_by", "ended_by")
    context = {"form": form, "page": page_of(periods, request)}
    return render(request, "approvals/reserves.html", context)


@by_office(CAPABILITIES["change_lists"])
@require_POST
def end_reserve(request: PersonRequest, pk: int) -> HttpResponse:
    actions.end_reserve(pk, actor=request.user)
    messages.success(request, _("La période de réserve est retirée."))
    return redirect("reserves")
