"""A video from the composer, piece by piece: begun, sent, asked how far it is, finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Invalid, Refusal
from accounts.requests import PersonRequest, max_body_size, parse_int
from approvals import videos
from approvals.actions.images import length_of
from approvals.actions.videos import add_piece, begin_video, store_video, upload_of
from approvals.captions import MAX_FILE, BadCaptions, as_srt, decode, read_captions
from approvals.forms.composer import MessageRow
from approvals.message import Image, Message, read_reference
from approvals.models import StoredImage, VideoUpload
from approvals.views.compose import draft_to_write

View = Callable[..., HttpResponse]
# A file, what the field held, and the form around them.
MAX_CAPTIONS_BYTES = 4 * MAX_FILE


def says_no_in_json(view: View) -> View:
    """A script asked: it shows the sentence beside the field."""

    @wraps(view)
    def run(request: PersonRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refused:
            answer = {"sentence": str(refused), "code": refused.code}
            return JsonResponse(answer, status=refused.status)

    return run


@require_POST
@says_no_in_json
def begin(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Announces a file; the answer says from where to send it."""
    draft = draft_to_write(request, draft_id)
    name, size = request.POST.get("name", ""), parse_int(request.POST.get("size", ""))
    if size is None or not 1 <= len(name) <= 255:
        raise Invalid(_("Ce fichier n’a pas de nom ou de taille que nous puissions lire."))
    upload = begin_video(actor=request.user, draft_id=draft.pk, name=name, size=size)
    return JsonResponse({"token": str(upload.token), **_how_far(upload)})


@max_body_size(videos.PIECE)
@require_http_methods(["GET", "HEAD", "POST"])
@says_no_in_json
def piece(request: PersonRequest, draft_id: int, token: UUID) -> HttpResponse:
    """GET: how far it is. POST: the piece that comes next, as bytes, from `?from=`."""
    draft = draft_to_write(request, draft_id)
    upload = upload_of(actor=request.user, draft_id=draft.pk, token=str(token))
    if request.method == "POST":
        offset = parse_int(request.GET.get("from", ""))
        raw = request.read(videos.PIECE + 1)
        upload.received = add_piece(upload=upload, offset=-1 if offset is None else offset, raw=raw)
    return JsonResponse(_how_far(upload))


def _how_far(upload: VideoUpload) -> dict[str, int]:
    return {"received": upload.received, "piece": videos.PIECE}


@require_POST
@says_no_in_json
def finish(request: PersonRequest, draft_id: int, token: UUID) -> HttpResponse:
    """Reads the whole; the video to stand in its message of the composer."""
    draft = draft_to_write(request, draft_id)
    upload = upload_of(actor=request.user, draft_id=draft.pk, token=str(token))
    stored = store_video(actor=request.user, upload=upload)
    image = Image(stored.sha256, kind=stored.kind)
    position = parse_int(request.POST.get("part", "")) or 0
    row = MessageRow(position, Message(images=(image,)))
    context = {"draft": draft, "row": row, "image": image, "error": "", "number": 1, "fresh": True}
    return render(request, "approvals/_image.html", context)


@max_body_size(MAX_CAPTIONS_BYTES)
@require_POST
def captions(request: PersonRequest, draft_id: int) -> HttpResponse:
    """A file of captions, in the field of its video; or what is wrong with it, and what was there.
    Nothing is saved: the composer does that.
    """
    draft = draft_to_write(request, draft_id)
    position = parse_int(request.POST.get("part", "")) or 0
    image = read_reference(request.POST.get(f"image-{position}", ""))
    videos_here = StoredImage.objects.filter(account=draft.account_id, mime="video/mp4")
    stored = videos_here.filter(sha256=image.sha256).first() if image is not None else None
    if image is None or stored is None:
        raise Invalid(_("Cette vidéo n’est pas à ce compte."))
    kept, error, count = request.POST.get(f"captions-{position}", ""), "", 0
    chosen = request.FILES.get(f"captions-file-{position}")
    try:
        cues = read_captions(decode(chosen.read() if chosen else b""), length_of(stored))
        kept, count = as_srt(cues), len(cues)
    except BadCaptions as bad:
        error = str(bad)
    image = replace(image, captions=kept)
    row = MessageRow(position, Message(images=(image,)), captions_error=error)
    context = {"draft": draft, "row": row, "image": image, "count": count}
    return render(request, "approvals/_captions.html", context)
