"""The editions of the instructions, for everybody; and the next one, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotFound, Refusal
from accounts.requests import PersonRequest, by_office
from insights.actions.lessons import publish_edition
from insights.capabilities import CAPABILITIES
from insights.instructions import by_theme, kept_lessons, newest_edition
from insights.lesson_forms import EditionForm
from insights.models import InstructionEdition


@require_safe
def instructions(request: PersonRequest, number: int | None = None) -> HttpResponse:
    """The newest edition, or an older one, with the way to the others."""
    editions = list(InstructionEdition.objects.defer("instructions"))
    if number is not None and number not in {one.number for one in editions}:
        raise NotFound
    newest = editions[0] if editions else None
    shown = number or (newest.number if newest else 0)
    edition = InstructionEdition.objects.filter(number=shown).first()
    context = {
        "edition": edition,
        "newest": newest,
        "others": [one for one in editions if one.number != shown],
        "themes": by_theme(edition.instructions) if edition else [],
        "publishes": CAPABILITIES["publish_instructions"].allows(request.user.office),
    }
    return render(request, "insights/instructions.html", context)


@by_office(CAPABILITIES["publish_instructions"])
@require_http_methods(["GET", "HEAD", "POST"])
def next_edition(request: PersonRequest) -> HttpResponse:
    """Of each kept lesson an administrator reads the instruction, never what led to it."""
    lessons, newest = kept_lessons(), newest_edition()
    number = newest.number + 1 if newest else 1
    form = EditionForm(lessons, request.POST if request.method == "POST" else None, number=number)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            publish_edition(actor=request.user, number=asked["number"], lesson_ids=asked["lessons"])
        except Refusal as refusal:
            form.add_error(refusal.details.get("field"), str(refusal))
        else:
            messages.success(request, _("L’édition est publiée : chacun la lit dans l’aide."))
            return redirect("instructions")
    context = {"form": form, "lessons": lessons, "newest": newest, "number": number}
    status = 400 if form.is_bound else 200
    return render(request, "insights/next_edition.html", context, status=status)
