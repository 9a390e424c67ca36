"""A crop: a part of an image of a draft takes its place."""

from __future__ import annotations

from dataclasses import replace

from accounts.models import Person
from approvals import images
from approvals.actions.drafts import Content, save_draft
from approvals.actions.images import record_image
from approvals.message import Message
from approvals.models import Draft, StoredImage


def crop_image(
    *, actor: Person, draft_id: int, version: int, stored: StoredImage, box: images.Box
) -> StoredImage:
    """Puts a part of an image in its place, described as it was: the image itself stays stored for
    who signed it. Raises images.Unfit, images.Unreadable, and what `save_draft` raises.
    """
    image = images.cropped(stored.sha256, stored.mime, box)
    image.put()
    fresh = record_image(actor=actor, draft_id=draft_id, media=image, cropped_from=stored.sha256)
    draft = Draft.objects.get(pk=draft_id)
    parts = tuple(_replaced(message, stored.sha256, fresh.sha256) for message in draft.messages)
    content = Content.of(draft, messages=parts)
    save_draft(actor=actor, draft_id=draft_id, version=version, content=content)
    return fresh


def _replaced(message: Message, before: str, now: str) -> Message:
    return replace(
        message,
        images=tuple(
            replace(image, sha256=now) if image.sha256 == before else image
            for image in message.images
        ),
    )
