"""What a submit would sign of a draft, in words for its readers, and what changed of it since."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.models.account import ReplySettings
from accounts.timefmt import format_exact
from approvals.categories import FIELDS, GROUPS, fields_of, value_in_words
from approvals.diff import DiffSegment, ImageChange, changes, image_changes
from approvals.digest import SignedContent
from approvals.models import Category, Draft, Revision


def content_of(draft: Draft) -> SignedContent:
    """The draft as it now stands."""
    return SignedContent(
        account=draft.account.handle.lower(),
        messages=draft.messages,
        category=draft.category,
        reply_settings=draft.reply_settings,
        requested_at=draft.requested_at,
        fields=fields_of(draft.category, draft.fields),
        in_reply_to=draft.follows_id if draft.in_reply else None,
    )


def replied_to(release_id: int | None) -> str:
    """The words of the post that a message replies to: the first of this release, if of any."""
    return Revision.objects.get(release=release_id).texts[0] if release_id is not None else ""


def fields_in_words(content: SignedContent, account: Account) -> list[tuple[str, str]]:
    """What the category asks for besides the text: what it is called, and its value."""
    return [
        (
            f"{group.legend} · {field.label}",
            value_in_words(field, content.fields[field.name], account),
        )
        for group in GROUPS
        for field in group.fields
        if field.name in content.fields
    ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between a revision and a later content."""

    before: Revision
    texts: list[list[DiffSegment]]
    images: list[ImageChange]
    settings: list[tuple[str, str, str]]  # its name, its value before and now


def compare(before: Revision, now: SignedContent, account: Account) -> Comparison:
    signed = before.signed
    old, new = _settings(signed, account), _settings(now, account)
    return Comparison(
        before=before,
        texts=changes([m.text for m in signed.messages], [m.text for m in now.messages]),
        images=image_changes(signed.messages, now.messages),
        settings=[
            (name, old.get(name, "—"), new.get(name, "—"))
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        ],
    )


def _settings(content: SignedContent, account: Account) -> dict[str, str]:
    """In words what a content says beside its texts."""
    when = content.requested_at
    return {
        _("Catégorie"): str(Category(content.category).label) if content.category else "—",
        _("Réponses sur X"): str(ReplySettings(content.reply_settings).label),
        _("En réponse au message qu’il suit"): _("oui") if content.in_reply_to else _("non"),
        _("Diffusion"): format_exact(when, account.zone) if when else _("dès l’accord"),
        **{
            str(FIELDS[name].label): value_in_words(FIELDS[name], value, account)
            for name, value in content.fields.items()
        },
    }
