"""Images: one added to a message of the composer, one shown to those who may see its drafts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import truncatechars
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Invalid, NotFound
from accounts.requests import PersonRequest, max_body_size, parse_int
from approvals import images
from approvals.access import image_for
from approvals.actions.crop import crop_image
from approvals.actions.images import add_image, not_alone, stands_alone, too_many_images
from approvals.forms.composer import ComposerForm, MessageRow
from approvals.forms.crop import SHAPES, CropForm
from approvals.message import Image, Message, read_reference
from approvals.models import Draft, DraftState
from approvals.thread import cropped_in
from approvals.views.compose import compose, composer_page, draft_to_write, remember_removed
from approvals.views.films import film

Response = TypeVar("Response", bound=HttpResponseBase)
# Four images of 20 MB and the texts of a thread.
MAX_UPLOADS = 84 * 1024 * 1024


@max_body_size(MAX_UPLOADS)
@require_POST
def add(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Stores the chosen files. htmx gets the new images of one message; without JavaScript the
    whole composer was sent, and is saved with them.
    """
    draft = draft_to_write(request, draft_id)
    if request.htmx:
        return _one_message(request, draft)
    typed = request.POST.copy()
    refused: dict[int, list[str]] = {}
    for position in range(len(typed.getlist("text"))):
        added, said = _taken(request, draft, position)
        references = [image.reference for image in added]
        typed.setlist(f"image-{position}", typed.getlist(f"image-{position}") + references)
        typed.setlist(f"alt-{position}", typed.getlist(f"alt-{position}") + [""] * len(added))
        if said:
            refused[position] = said
    typed["act"] = "save"
    # mypy knows the property's getter only.
    request.POST = typed  # type: ignore[assignment]
    if not refused:
        return compose(request, draft_id)
    form = ComposerForm(draft, typed)
    form.is_valid()
    form.image_errors = refused
    return composer_page(request, draft, form, status=400)


def _one_message(request: PersonRequest, draft: Draft) -> HttpResponse:
    """The new images, to stand after those of the message; what was refused, beside the field."""
    position = parse_int(request.POST.get("part", "")) or 0
    before = len(request.POST.getlist(f"image-{position}"))
    added, said = _taken(request, draft, position)
    context: dict[str, Any] = {
        "draft": draft,
        "row": MessageRow(position, Message(images=tuple(added)), image_errors=said),
        "before": before,
    }
    return render(request, "approvals/_images_added.html", context)


def _taken(request: PersonRequest, draft: Draft, position: int) -> tuple[list[Image], list[str]]:
    """One message's new images, and the sentences about those refused."""
    shown = [*filter(None, map(read_reference, request.POST.getlist(f"image-{position}")))]
    added: list[Image] = []
    said: list[str] = []
    left_out = 0
    for upload in request.FILES.getlist(f"files-{position}"):
        if len(shown) + len(added) >= images.MAX_IMAGES:
            left_out += 1
            continue
        try:
            stored = add_image(actor=request.user, draft_id=draft.pk, upload=upload)
        except images.Unfit as unfit:
            name = truncatechars(upload.name or "", 40)
            said.append(_("%(name)s : %(sentence)s") % {"name": name, "sentence": unfit})
            continue
        image = Image(stored.sha256, kind=stored.kind)
        if image in [replace(one, alt="") for one in shown + added]:
            said.append(_("Cette image est déjà dans ce message."))
        elif stands_alone([*shown, *added, image]):
            said.append(not_alone())
        else:
            added.append(image)
    if left_out:
        said.append(too_many_images(left_out))
    return added, said


@require_http_methods(["GET", "HEAD", "POST"])
def crop(request: PersonRequest, draft_id: int, sha256: str) -> HttpResponse:
    """The rectangle that is kept of an image of the draft; a shape's button fills it in."""
    draft = draft_to_write(request, draft_id)
    shown = [image for m in draft.messages for image in m.images if not image.moves]
    if not any(image.sha256 == sha256 for image in shown):
        raise NotFound
    stored = image_for(request.user, sha256)
    form = CropForm(stored, draft.version, request.POST if request.method == "POST" else None)
    status = 200
    if shape := request.POST.get("shape"):
        form.choose(shape)
    elif form.is_bound and form.is_valid() and form.is_whole:
        return redirect("compose", draft.pk)
    elif form.is_bound and form.is_valid():
        try:
            fresh = crop_image(
                actor=request.user,
                draft_id=draft.pk,
                version=form.cleaned_data["version"],
                stored=stored,
                box=form.box,
            )
        except Invalid as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Image recadrée. Sa description est restée la même."))
            remember_removed(request, draft, cropped_in(draft.messages, sha256, fresh.sha256))
            response = redirect("compose", draft.pk)
            response["Location"] += f"#image-{fresh.sha256[:12]}"
            return response
    if form.is_bound and not form.is_valid():
        status = 400
    context = {
        "draft": draft,
        "account": draft.account,
        "image": stored,
        "form": form,
        "shapes": SHAPES,
        "in_review": draft.state == DraftState.IN_REVIEW,
    }
    return render(request, "approvals/crop.html", context, status=status)


@require_safe
def show(request: PersonRequest, sha256: str) -> HttpResponseBase:
    """The stored bytes, to the people of its account and nobody else, for their eyes only."""
    stored = image_for(request.user, sha256)
    etag = quote_etag(sha256)
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None and stored.kind == "video":
        response = film(request, sha256, stored.size)
    elif response is None:
        response = HttpResponse(images.shown_bytes(sha256), content_type=stored.mime)
        suffix = stored.mime.removeprefix("image/")
        response.headers["Content-Disposition"] = f'inline; filename="{sha256[:12]}.{suffix}"'
    response.headers["ETag"] = etag
    return _for_their_eyes(response)


@require_safe
def show_poster(request: PersonRequest, sha256: str) -> HttpResponse:
    """A still of what moves, to the same people."""
    image_for(request.user, sha256)
    response = HttpResponse(images.poster_bytes(sha256), content_type="image/jpeg")
    return _for_their_eyes(response)


def _for_their_eyes(response: Response) -> Response:
    # Asked again each time: a right that ended shows nothing more.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
