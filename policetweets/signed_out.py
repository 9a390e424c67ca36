"""What is sent after the session ended, or by another person's page: nothing is done, nothing
typed is lost, and one comes back to the page.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from policetweets.errors import came_from, refuse, typed_texts

NOTHING_DONE: dict[str, Sentence] = {
    "approve": gettext_lazy("rien n’a été approuvé"),
    "comment": gettext_lazy("rien n’a été ajouté au débat"),
    "ask-for-changes": gettext_lazy("aucune modification n’a été demandée"),
    "reject": gettext_lazy("rien n’a été rejeté"),
    "object": gettext_lazy("aucune opposition n’a été enregistrée"),
    "lift-objection": gettext_lazy("aucune opposition n’a été levée"),
    "take-back": gettext_lazy("rien n’a été repris"),
    "abandon": gettext_lazy("rien n’a été abandonné"),
    "adopt": gettext_lazy("rien n’a été adopté"),
    "recall": gettext_lazy("rien n’a été rappelé"),
    "retract": gettext_lazy("rien n’a été retiré"),
    "confirmation": gettext_lazy("rien n’a été confirmé ni refusé"),
    "answer-lift": gettext_lazy("rien n’a été confirmé ni refusé"),
    "freeze-account": gettext_lazy("rien n’a été gelé"),
    "freeze-all": gettext_lazy("rien n’a été gelé"),
    "lift": gettext_lazy("rien n’a été proposé"),
}
SUBMITTED = gettext_lazy("rien n’a été soumis")
PROPOSED = gettext_lazy("rien n’a été proposé")
SAVED = gettext_lazy("rien n’a été enregistré")

# Parts of pages: one signs in to see the page, never the part alone.
FRAGMENTS = {"draft-live", "is-current", "publication-live", "rule-sentence"}


class SignedOutMiddleware(LoginRequiredMiddleware):
    """A page asked for leads to the sign-in and back; what is sent, or asked for by a part of a
    page, is answered in place. A page that another person opened does nothing in one's name.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        needs_person = getattr(view_func, "login_required", True)
        if needs_person and request.user.is_authenticated and _is_of_another(request):
            return _another_person(request)
        response: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        return response

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
            match = request.resolver_match
            alone = match is not None and match.view_name in FRAGMENTS
            return redirect_to_login(page_above(request) if alone else request.get_full_path())
        return _answer(
            request,
            401,
            _("Vous étiez déconnecté"),
            _("Vous étiez déconnecté : %(what)s.") % {"what": _nothing_done(request)},
            typed_texts(request),
        )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The session changed since the page was opened; or another site sent the form, and then
    nothing of it is shown.
    """
    match = request.resolver_match
    needs_person = match is not None and getattr(match.func, "login_required", True)
    if not needs_person or came_from(request) is None:
        return refuse(
            request,
            403,
            _(
                "Ce formulaire est resté ouvert trop longtemps, ou ne vient pas de ce site. "
                "Revenez en arrière, rechargez la page et recommencez."
            ),
        )
    signed_in = request.user.is_authenticated
    if signed_in and _is_of_another(request):
        return _another_person(request)
    own = not signed_in or _typed_by(request) == str(request.user.pk)
    return _answer(
        request,
        403,
        _("Votre session a changé"),
        _("Votre session a changé : %(what)s.") % {"what": _nothing_done(request)},
        typed_texts(request) if own else [],
    )


def method_not_allowed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The address of a form, asked for as a page, leads to the page of the form."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return redirect(page_above(request))
    page = refuse(request, 405)
    page.headers["Allow"] = response.headers["Allow"]
    return page


def page_above(request: HttpRequest) -> str:
    """The nearest address above this one that leads somewhere."""
    parts = request.path.rstrip("/").split("/")[:-1]
    while len(parts) > 1:
        for path in ("/".join(parts), "/".join(parts) + "/"):
            try:
                match = resolve(path)
            except Resolver404:
                continue
            # The page of all freezes is the administrators'.
            if match.view_name != "freezes" or getattr(request.user, "is_administrator", False):
                return path
        parts.pop()
    return "/"


def _typed_by(request: HttpRequest) -> str:
    """Whose page it was, as app.js says with what it sends; empty without it."""
    return request.headers.get("X-Typed-By") or request.POST.get("typed_by", "")


def _is_of_another(request: HttpRequest) -> bool:
    return _typed_by(request) not in ("", str(request.user.pk))


def _nothing_done(request: HttpRequest) -> Sentence:
    name = (request.resolver_match.view_name if request.resolver_match else "") or ""
    if name == "compose" and request.POST.get("act") == "submit":
        return SUBMITTED
    return PROPOSED if name.startswith("propose-") else NOTHING_DONE.get(name, SAVED)


def _another_person(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        409,
        _("Une autre personne est connectée"),
        _("Cette page avait été ouverte par une autre personne : %(what)s.")
        % {"what": _nothing_done(request)},
        [],
    )


def _answer(
    request: HttpRequest, status: int, title: str, sentence: str, typed: list[tuple[str, str]]
) -> HttpResponse:
    """A page with what was typed and the way back; for htmx a message that leaves the page be."""
    page = came_from(request) or request.path
    context = {"title": title, "sentence": sentence, "typed": typed, "page": page}
    context |= {"action": request.path, "typed_by": _typed_by(request)}
    if not request.headers.get("HX-Request"):
        return HttpResponse(render_to_string("signed_out.html", context, request), status=status)
    body = render_to_string("components/signed_out.html", context, request)
    response = HttpResponse(body, status=status)
    response.headers["HX-Retarget"] = "#messages"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Reselect"] = ".app-signed-out"
    return response
