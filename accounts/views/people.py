"""Pages about people, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import few_administrators, memberships
from accounts.actions import people as actions
from accounts.capabilities import CAPABILITIES
from accounts.channels.mail import with_mail_failure
from accounts.departments import waiting_on
from accounts.errors import NotFound, Refusal
from accounts.forms import PersonForm
from accounts.models import Person, Seat, Supervision
from accounts.models.notice import DeliveryFailure
from accounts.models.person import BY_FAMILY_NAME
from accounts.paging import page_of
from accounts.password_links import password_link
from accounts.requests import PersonRequest, by_office

LINK_FOR = "link_for"


def with_rights(people: QuerySet[Person]) -> QuerySet[Person]:
    alive = {"ended_at": None}
    seats = Seat.objects.filter(**alive).select_related("account")
    supervisions = Supervision.objects.filter(**alive).select_related("account")
    return people.prefetch_related(
        Prefetch("seat_set", seats, to_attr="seats"),
        Prefetch("supervision_set", supervisions, to_attr="supervisions"),
    )


def find(pk: int) -> Any:
    """A person, with `mail_failure`."""
    person = with_mail_failure(Person.objects.filter(pk=pk)).first()
    if person is None:
        raise NotFound
    return person


@by_office(CAPABILITIES["see_people"])
@require_safe
def people(request: PersonRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    people = with_mail_failure(with_rights(Person.objects.order_by("ended_at", *BY_FAMILY_NAME)))
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    context = {
        "page": page_of(people, request),
        "words": words,
        "few_administrators": few_administrators(),
    }
    return render(request, "accounts/people.html", context)


@by_office(CAPABILITIES["create_person"])
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PersonRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/person_add.html", {"form": form})
    try:
        person = actions.create_person(actor=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("email", str(refusal))
        return render(request, "accounts/person_add.html", {"form": form}, status=refusal.status)
    request.session[LINK_FOR] = person.pk
    return redirect("person", person.pk)


@by_office(CAPABILITIES["see_people"])
@require_safe
@never_cache
def page(request: PersonRequest, pk: int) -> HttpResponse:
    """Once after it was made, the page shows the link; the session only knows for whom."""
    person = find(pk)
    link = ""
    if request.session.get(LINK_FOR) == pk:
        del request.session[LINK_FOR]
        link = password_link(person)
    context = {
        "person": person,
        "rights": memberships(person),
        "link": link,
        "mail_failure": DeliveryFailure(person.mail_failure).label if person.mail_failure else "",
    }
    return render(request, "accounts/person.html", context)


@by_office(CAPABILITIES["make_link"])
@require_POST
def make_link(request: PersonRequest, pk: int) -> HttpResponse:
    person = actions.make_link(pk, actor=request.user)
    if person.last_login is None:
        request.session[LINK_FOR] = pk
    else:
        # Shown, it would let an administrator sign in, and approve, as somebody who already does.
        messages.success(
            request, _("Le lien part par courriel à %(name)s.") % {"name": person.name}
        )
    return redirect("person", pk)


@by_office(CAPABILITIES["end_person"])
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: PersonRequest, pk: int) -> HttpResponse:
    """Asks once, and says what will follow."""
    person = find(pk)
    if request.method == "POST":
        actions.end_person(pk, actor=request.user)
        messages.success(request, _("%(name)s n’a plus accès.") % {"name": person.name})
        return redirect("people")
    rights = memberships(person)
    waiting = sum(waiting_on(right.account.pk, pk) for right in rights)
    context = {"person": person, "rights": rights, "waiting": waiting}
    return render(request, "accounts/person_end.html", context)


@by_office(CAPABILITIES["make_administrator"])
@require_POST
def administer(request: PersonRequest, pk: int) -> HttpResponseRedirect:
    """`administrator=yes` makes one, anything else unmakes."""
    if request.POST.get("administrator") == "yes":
        actions.make_administrator(pk, actor=request.user)
    else:
        actions.unmake_administrator(pk, actor=request.user)
    return redirect("home" if pk == request.user.pk else "people")
