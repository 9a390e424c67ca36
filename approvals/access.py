"""Which drafts a person may see: those of their accounts; all else does not exist for them."""

from __future__ import annotations

from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.access import memberships, role_on
from accounts.errors import NotFound
from accounts.models import Person, Right
from accounts.roles import Role
from approvals.errors import ImagePurged
from approvals.models import Draft, MessageTemplate, StoredImage


def drafts_of(person: Person) -> QuerySet[Draft]:
    """Every draft of the person's accounts, of all states."""
    accounts = [m.account.pk for m in memberships(person)]
    return Draft.objects.filter(account__in=accounts).select_related("account", "author")


def author_role() -> Coalesce:
    """Of a draft: what its author still is on its account, or ''; a seat lent while they are away
    is still theirs.
    """
    role = Func("account_id", "author_id", function="standing_role")
    return Coalesce(role, Value(""), output_field=CharField())


def draft_for(person: Person, draft_id: int) -> tuple[Draft, Role]:
    """One draft, with its `author_role`, and the person's role on its account: one query. Raises
    NotFound.
    """
    rights = Right.objects.filter(account=OuterRef("account"), person=person)
    rows = Draft.objects.select_related("account", "author").annotate(
        role=Subquery(rights.values("role")[:1]), author_role=author_role()
    )
    draft = rows.filter(pk=draft_id).first()
    if draft is None or draft.role is None:
        raise NotFound
    return draft, Role(draft.role)


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
