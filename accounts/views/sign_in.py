"""Signing in and out; choosing a password by a one-time link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts import demo
from accounts.actions.people import LinkUsed, choose_password
from accounts.devices import remember_device
from accounts.forms import ChoosePasswordForm, SignInForm
from accounts.models import Person
from accounts.password_links import link_tokens

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(views.LoginView):
    http_method_names = ["get", "head", "post"]
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """A language chosen on this page is kept; else the browser gets the person's own."""
        person: Person = form.get_user()
        with transaction.atomic():
            response = super().form_valid(form)
        remember_device(response, person)
        chosen = self.request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            Person.objects.filter(pk=person.pk).update(language=chosen)
        else:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {"demo_groups": [], "demo_password": ""}
        if settings.IS_DEMO:
            shown = {"demo_groups": demo.groups(), "demo_password": demo.PASSWORD}
        return super().get_context_data(**shown, **kwargs)


@method_decorator(transaction.atomic, name="post")
class SignOut(views.LogoutView):
    """What the browser still holds of private pages goes with the session."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


@method_decorator(login_not_required, name="dispatch")
class SetPassword(views.PasswordResetConfirmView):
    """The link opens once: it dies with the first password, sign-in or newer link."""

    http_method_names = ["get", "head", "post"]
    template_name = "accounts/set_password.html"
    form_class = ChoosePasswordForm
    token_generator = link_tokens
    success_url = reverse_lazy("home")

    def get_user(self, uidb64: str) -> Person | None:
        person = super().get_user(uidb64)
        return person if isinstance(person, Person) and person.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        token = self.request.session.get(INTERNAL_RESET_SESSION_TOKEN, "")
        try:
            person = choose_password(form, form.user.pk, token)
        except LinkUsed:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        with transaction.atomic():
            login(self.request, person, backend=MODEL_BACKEND)
        messages.success(self.request, _("Votre mot de passe est enregistré."))
        response = HttpResponseRedirect(self.get_success_url())
        remember_device(response, person)
        return response
