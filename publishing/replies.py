"""The post of X that each of ours answers: the one before it in its thread, or what it follows."""

from __future__ import annotations

from publishing.models import Part


def parent_of(part: Part) -> Part | None:
    """Of a first post, the first post of the release that people signed it to reply to, if any.

    Whether that one still stands on X is for `rules` to say.
    """
    if part.position:
        before = Part.objects.filter(publication=part.publication_id)
        return before.filter(position=part.position - 1).first()
    release_id = part.publication.release.revision.signed.in_reply_to
    if release_id is None:
        return None
    return Part.objects.get(publication__release=release_id, position=0)
