"""What somebody was told: the page behind the bell, and how each chooses to be told."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import notices as actions
from accounts.channels import CHANNELS, chat, push
from accounts.errors import Refusal
from accounts.forms import AddressForm, ChannelForm, RoomForm, WebhookForm
from accounts.models import Address, ChannelChoice, Notice
from accounts.models.notice import BY_MAIL_ALONE, Channel, NoticeKind
from accounts.notices import mark_read, shown
from accounts.paging import keyset_page
from accounts.requests import PersonRequest

SERVICE_WORKER = Path(settings.BASE_DIR) / "static" / "service-worker.js"


@require_safe
def notices(request: PersonRequest) -> HttpResponse:
    """The newest first; being listed here is not being read."""
    page = keyset_page(shown(request.user).select_related("account"), request, "pk", size=30)
    return render(request, "accounts/notices.html", {"page": page})


@require_POST
def read_all(request: PersonRequest) -> HttpResponseRedirect:
    mark_read(Notice.objects.filter(person=request.user))
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: PersonRequest) -> HttpResponse:
    """By which channel, about what, and when not."""
    forms = channel_forms(request)
    valid = [form.is_valid() for form in forms.values()]
    if request.method == "POST" and all(valid):
        chosen = [actions.Choice(channel=c, **f.cleaned_data) for c, f in forms.items()]
        actions.choose_channels(chosen, actor=request.user)
        messages.success(request, _("C’est enregistré."))
        return redirect("notice-choices")
    return show_choices(request, forms, status=422 if request.method == "POST" else 200)


def channel_forms(request: PersonRequest) -> dict[Channel, ChannelForm]:
    """One for each channel that this installation has; mail is always there."""
    made = {c.channel: c for c in ChannelChoice.objects.filter(person=request.user)}
    usual = [kind.value for kind in NoticeKind if kind not in BY_MAIL_ALONE]
    mine = request.method == "POST" and request.resolver_match is not None
    bound = mine and request.resolver_match.view_name == "notice-choices"  # type: ignore[union-attr]
    return {
        channel: ChannelForm(
            request.POST if bound else None,
            prefix=channel,
            instance=made.get(channel) or ChannelChoice(channel=channel, kinds=usual),
        )
        for channel, way in CHANNELS.items()
        if channel == Channel.MAIL or way.is_usable()
    }


def show_choices(
    request: PersonRequest,
    forms: dict[Channel, ChannelForm],
    status: int = 200,
    **given: AddressForm,
) -> HttpResponse:
    addresses = Address.objects.filter(person=request.user, ended_at=None).order_by("pk")
    context = {
        "channels": [(Channel(channel).label, form) for channel, form in forms.items()],
        "addresses": addresses,
        "push_key": push.public_key(),
        "chat_is_usable": chat.is_usable(),
        "room_form": given.get("room") or RoomForm(prefix="room"),
        "webhook_form": given.get("webhook") or WebhookForm(prefix="webhook"),
    }
    return render(request, "accounts/notice_choices.html", context, status=status)


@require_POST
def subscribe(request: PersonRequest) -> HttpResponseRedirect:
    """What the browser gave: see static/push.js."""
    given = (request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth"))
    actions.add_address(push.Subscription.parse(*given), actor=request.user)
    messages.success(request, _("Cet appareil recevra vos avis."))
    return redirect("notice-choices")


@require_POST
def add_room(request: PersonRequest) -> HttpResponse:
    return add_chat(request, "room", RoomForm(request.POST, prefix="room"))


@require_POST
def add_webhook(request: PersonRequest) -> HttpResponse:
    return add_chat(request, "webhook", WebhookForm(request.POST, prefix="webhook"))


def add_chat(request: PersonRequest, name: str, form: AddressForm) -> HttpResponse:
    if form.is_valid():
        try:
            actions.add_address(form.parsed, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Vos avis y seront envoyés."))
            return redirect("notice-choices")
    return show_choices(request, channel_forms(request), status=422, **{name: form})


@require_POST
def remove_address(request: PersonRequest, pk: int) -> HttpResponseRedirect:
    actions.remove_address(pk, actor=request.user)
    messages.success(request, _("C’est retiré : plus aucun avis n’y sera envoyé."))
    return redirect("notice-choices")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At a fixed address: the browser asks for it again to see whether it changed."""
    return HttpResponse(SERVICE_WORKER.read_bytes(), content_type="text/javascript")
