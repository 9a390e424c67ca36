"""Which drafts a person may see: those of their accounts; all else does not exist for them."""

from __future__ import annotations

from django.db.models import F, QuerySet

from accounts.access import memberships, role_on
from accounts.errors import NotFound
from accounts.models import Person
from accounts.roles import Role
from approvals.errors import ImagePurged
from approvals.models import Draft, MessageTemplate, StoredImage


def drafts_of(person: Person) -> QuerySet[Draft]:
    """Every draft of the person's accounts, of all states."""
    accounts = [m.account.pk for m in memberships(person)]
    return Draft.objects.filter(account__in=accounts).select_related("account", "author")


def draft_for(person: Person, draft_id: int) -> tuple[Draft, Role]:
    """One draft and the person's role on its account. Raises NotFound."""
    draft = Draft.objects.select_related("account", "author").filter(pk=draft_id).first()
    role = role_on(person, draft.account_id) if draft is not None else None
    if draft is None or role is None:
        raise NotFound
    return draft, role


def template_for(person: Person, template_id: int) -> tuple[MessageTemplate, Role]:
    """One template and the person's role on its account. Raises NotFound."""
    rows = MessageTemplate.objects.select_related("account", "added_by", "approved_by")
    template = rows.filter(pk=template_id).first()
    role = role_on(person, template.account_id) if template is not None else None
    if template is None or role is None:
        raise NotFound
    return template, role


def image_for(person: Person, sha256: str) -> StoredImage:
    """An image of one of the person’s accounts. Raises NotFound, ImagePurged."""
    accounts = [m.account.pk for m in memberships(person)]
    rows = StoredImage.objects.filter(sha256=sha256, account__in=accounts)
    image = rows.order_by(F("purged_at").asc(nulls_first=True)).first()
    if image is None:
        raise NotFound
    if image.purged_at is not None:
        raise ImagePurged
    return image
