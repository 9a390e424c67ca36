"""Videos of a draft: begun, sent piece by piece, read, stored; and what nobody finished cleaned."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.actions.base import action
from accounts.clock import db_now
from accounts.errors import NotFound
from accounts.models import Person
from approvals import videos
from approvals.actions.base import lock_draft, require_state
from approvals.actions.images import record_image
from approvals.errors import PieceOutOfStep
from approvals.images import Busy, Unfit
from approvals.models import StoredImage, VideoUpload

log = structlog.get_logger(__name__)

# Who comes back later begins again.
KEPT = dt.timedelta(days=1)


@action
def begin_video(*, actor: Person, draft_id: int, name: str, size: int) -> VideoUpload:
    """The upload of this file, as far as it came; or a new one, in place of whatever else this
    person was sending to the account. Raises Unfit.
    """
    draft, _role = lock_draft(draft_id, actor, act="edit")
    require_state(draft, "edit")
    if not 1 <= size <= videos.MAX_VIDEO:
        raise Unfit(videos.too_heavy() if size else _("Ce fichier est vide (0 octet)."))
    mine = VideoUpload.objects.filter(account=draft.account_id, person=actor)
    same = mine.filter(draft=draft, name=name, size=size).first()
    if same is not None:
        return same
    mine.delete()
    return VideoUpload.objects.create(
        account=draft.account, person=actor, draft=draft, name=name, size=size
    )


def upload_of(*, actor: Person, draft_id: int, token: str) -> VideoUpload:
    """Raises NotFound for what is somebody else's, or was replaced."""
    upload = VideoUpload.objects.filter(token=token, person=actor, draft=draft_id).first()
    if upload is None:
        raise NotFound(_("Cet envoi a été abandonné, ou remplacé par un autre : recommencez-le."))
    return upload


def add_piece(*, upload: VideoUpload, offset: int, raw: bytes) -> int:
    """How much there is now. Raises PieceOutOfStep for a piece that does not come next."""
    end = offset + len(raw)
    if offset != upload.received or not raw or end > upload.size or len(raw) > videos.PIECE:
        raise PieceOutOfStep
    videos.put_piece(str(upload.token), offset, raw)
    return _count_piece(upload, offset, end)


@action
def _count_piece(upload: VideoUpload, offset: int, end: int) -> int:
    rows = VideoUpload.objects.filter(pk=upload.pk, received=offset)
    if not rows.update(received=end, renewed_at=Now()):
        raise PieceOutOfStep
    return end


def store_video(*, actor: Person, upload: VideoUpload) -> StoredImage:
    """Reads what came and makes it a video of the draft's account; once done, says it again.
    Raises Unfit.
    """
    if upload.sha256:
        return StoredImage.objects.get(
            account=upload.account_id, sha256=upload.sha256, purged_at=None
        )
    if not upload.is_whole:
        raise PieceOutOfStep
    token = str(upload.token)
    try:
        with videos.received(token, upload.size) as video:
            video.put()
            stored = record_image(actor=actor, draft_id=upload.draft_id, media=video)
    except Unfit as unfit:
        if not isinstance(unfit, Busy):
            _forget(upload)
        raise
    VideoUpload.objects.filter(pk=upload.pk).update(sha256=stored.sha256)
    videos.delete_pieces(token)
    return stored


def _forget(upload: VideoUpload) -> None:
    VideoUpload.objects.filter(pk=upload.pk).delete()
    videos.delete_pieces(str(upload.token))


def delete_abandoned_uploads() -> None:
    """Uploads of which nothing came for a day, and pieces that are no upload's any more."""
    VideoUpload.objects.filter(renewed_at__lt=db_now() - KEPT).delete()
    with_pieces = videos.tokens_with_pieces()
    coming = VideoUpload.objects.filter(sha256="").values_list("token", flat=True)
    for token in set(with_pieces) - {str(one) for one in coming}:
        videos.delete_pieces(token)
        log.info("upload deleted", token=token)
