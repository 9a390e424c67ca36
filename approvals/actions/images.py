"""Images of a draft: one more is stored for its account; what a draft's images must be."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.actions.base import action
from accounts.errors import Invalid
from accounts.models import Person
from approvals import images, videos
from approvals.actions.base import lock_draft, require_state
from approvals.actions.purge import lock_bytes
from approvals.captions import BadCaptions, as_srt, read_captions
from approvals.decode_video import MAX_SECONDS
from approvals.message import Image, Message
from approvals.models import Draft, StoredImage
from approvals.models.image import ADDED


def add_image(*, actor: Person, draft_id: int, upload: UploadedFile[bytes]) -> StoredImage:
    """Makes an uploaded file an image of the draft's account. Raises images.Unfit.

    The draft itself shows it once it is saved with it. The bytes are stored first, and under no
    lock: without their row nobody sees them.
    """
    image = images.received(upload)
    image.put()
    return record_image(actor=actor, draft_id=draft_id, media=image)


@action
def record_image(
    *,
    actor: Person,
    draft_id: int,
    media: images.NormalizedImage | videos.NormalizedVideo,
    cropped_from: str | None = None,
) -> StoredImage:
    """The row of what was stored. Raises NotFound, Forbidden, WrongState."""
    draft, _role = lock_draft(draft_id, actor, act="edit")
    require_state(draft, "edit")
    lock_bytes(media.sha256)
    if StoredImage.objects.filter(sha256=media.sha256, purged_at__isnull=False).exists():
        media.put()  # a worker may have deleted them since
    stored, _created = StoredImage.objects.get_or_create(
        account=draft.account,
        sha256=media.sha256,
        purged_at=None,
        defaults={
            "mime": media.mime,
            "width": media.width,
            "height": media.height,
            "size": media.size,
            "milliseconds": media.milliseconds,
        },
    )
    audit.record(
        ADDED[stored.kind],
        actor=actor,
        about=draft,
        subject=stored,
        sha256=stored.sha256,
        cropped_from=cropped_from,
    )
    return stored


def too_many_images(left_out: int) -> str:
    return ngettext(
        "4 images au plus par message : %(count)d n’a pas été ajoutée.",
        "4 images au plus par message : %(count)d n’ont pas été ajoutées.",
        left_out,
    ) % {"count": left_out}


def stands_alone(shown: Sequence[Image]) -> bool:
    """Whether a GIF or a video, which X shows alone, would stand beside something else."""
    return len(shown) > 1 and any(image.moves for image in shown)


def not_alone() -> str:
    return _("Un GIF animé ou une vidéo est seul dans son message : X n’y montre rien d’autre.")


def refuse_unfit_images(draft: Draft, messages: Sequence[Message]) -> None:
    """Raises Invalid, with the field and the message it is in, for what no draft may hold."""
    shown: set[tuple[str, str]] = set()
    for position, message in enumerate(messages):
        digests = [image.sha256 for image in message.images]
        where = {"field": "images", "position": position}
        if len(digests) > images.MAX_IMAGES:
            raise Invalid(too_many_images(len(digests) - images.MAX_IMAGES), **where)
        if len(set(digests)) < len(digests):
            raise Invalid(_("Cette image est déjà dans ce message."), **where)
        if stands_alone(message.images):
            raise Invalid(not_alone(), **where)
        for image in message.images:
            if images.alt_length(image.alt) > images.MAX_ALT:
                raise Invalid(alt_too_long(), field="alt", position=position)
        shown |= {(image.sha256, image.kind) for image in message.images}
    if not shown:
        return
    digests = [sha256 for sha256, _kind in shown]
    known = list(StoredImage.objects.filter(account=draft.account_id, sha256__in=digests))
    if shown <= {(image.sha256, image.kind) for image in known if image.purged_at is None}:
        lengths = {image.sha256: length_of(image) for image in known}
        _refuse_unfit_captions(messages, lengths)
        return
    if shown <= {(image.sha256, image.kind) for image in known}:
        raise Invalid(
            _("Une image de ce brouillon a été purgée : retirez-la, ou ajoutez-la à nouveau."),
            field="images",
        )
    raise Invalid(_("Une image de ce brouillon n’est pas à ce compte."), field="images")


def length_of(video: StoredImage) -> int:
    """In thousandths of a second, for its captions; of one that does not say, the most there is."""
    return video.milliseconds if video.milliseconds is not None else MAX_SECONDS * 1000


def _refuse_unfit_captions(messages: Sequence[Message], lengths: dict[str, int]) -> None:
    """Raises Invalid for captions of anything but a video, and for such as are not plain SRT."""
    for position, message in enumerate(messages):
        for image in message.images:
            if not image.captions:
                continue
            where = {"field": "captions", "position": position}
            if image.kind != "video":
                raise Invalid(_("Seule une vidéo a des sous-titres."), **where)
            try:
                cues = read_captions(image.captions, lengths[image.sha256])
            except BadCaptions as bad:
                raise Invalid(str(bad), **where) from bad
            if as_srt(cues) != image.captions:
                raise Invalid(_("Ces sous-titres ne sont pas enregistrés comme il faut."), **where)


def alt_too_long() -> str:
    return _("Cette description est trop longue : 1 000 signes au plus.")


def alt_missing() -> str:
    return _("Décrivez cette image : sans description elle ne peut pas être soumise.")


def refuse_undescribed(messages: Sequence[Message]) -> None:
    """Raises Invalid while an image has no description."""
    for position, message in enumerate(messages):
        if any(not image.alt.strip() for image in message.images):
            raise Invalid(alt_missing(), field="alt", position=position)
