"""Help with the checks of a text: a page for each, and the lesson, of which nothing is stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotFound
from accounts.requests import PersonRequest
from approvals.checking import findings_of
from approvals.checks import NO_CONTEXT, Finding, Severity, check_text
from approvals.help import PAGES, Theme
from approvals.lesson import EXERCISES, RULES
from approvals.message import Message
from approvals.preview import shown_messages
from approvals.tweet_text import normalise_typed


@require_safe
def index(request: PersonRequest) -> HttpResponse:
    """Every page of help, by theme."""
    themes = [
        (theme.label, [page for page in PAGES.values() if page.theme == theme]) for theme in Theme
    ]
    return render(request, "approvals/help/index.html", {"themes": themes})


@require_safe
def check(request: PersonRequest, check_id: str) -> HttpResponse:
    """What one check looks for and why."""
    page = PAGES.get(check_id)
    if page is None:
        raise NotFound
    found = [f for f in check_text(page.before, page.context) if f.check == page.check]
    return render(request, "approvals/help/check.html", {"page": page, "found": found})


@require_safe
def lesson(request: PersonRequest) -> HttpResponse:
    """The rules in short, and the way to the texts to mend."""
    rules = [(rule, [PAGES[check_id] for check_id in rule.checks]) for rule in RULES]
    context = {"rules": rules, "total": len(EXERCISES)}
    return render(request, "approvals/help/lesson.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: PersonRequest, number: int) -> HttpResponse:
    """One text to mend: what is still found in it, or that it is good."""
    if not 1 <= number <= len(EXERCISES):
        raise NotFound
    asked = EXERCISES[number - 1]
    context: dict[str, Any] = {
        "exercise": asked,
        "number": number,
        "total": len(EXERCISES),
        "next": EXERCISES[number] if number < len(EXERCISES) else None,
        "text": asked.text,
    }
    if request.method == "POST":
        text = normalise_typed(request.POST.get("text", ""))
        message = Message(text)
        found = findings_of(message, NO_CONTEXT)
        context |= {
            "text": text,
            "checked": True,
            "mended": is_mended(found),
            "parts": shown_messages([message], found=[found]),
        }
    return render(request, "approvals/help/exercise.html", context)


def is_mended(found: list[Finding]) -> bool:
    """Whether nothing stops the text or wants a reason."""
    return all(finding.severity == Severity.ADVICE for finding in found)
