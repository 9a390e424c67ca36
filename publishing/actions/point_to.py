"""Somebody says « c’est sur X » and gives the link: X is asked about this very post."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.actions.base import action
from accounts.errors import Conflict, Invalid
from accounts.models import Account, Person
from publishing.actions.lookup_schedule import plan_pointed
from publishing.actions.transitions import lock_own
from publishing.capabilities import offered
from publishing.matching import is_post_id
from publishing.models import Part, Publication


@action
def point_to(*, actor: Person, publication_id: int, link: str) -> None:
    """« C’est sur X » : the link is checked by a worker, who believes only what X shows.

    Raises NotFound, Invalid for what is no link to a post of this account.
    """
    publication = lock_own(actor, publication_id, act="point_to")
    x_id = post_id(link, publication.account)
    part = part_in_doubt(publication)
    if part is None:
        raise Conflict
    plan_pointed(part, x_id)
    audit.record("publication.pointed", actor=actor, about=publication, x_id=x_id)


def part_in_doubt(publication: Publication) -> Part | None:
    """The one that a link may be about."""
    if not offered(publication.state, "point_to"):
        return None
    return next((part for part in publication.parts.all() if part.maybe_posted), None)


def post_id(link: str, account: Account) -> str:
    """The id in https://x.com/<handle>/status/<id>, or the id alone. Raises Invalid."""
    pieces = link.strip().split("?")[0].rstrip("/").split("/")
    named = len(pieces) == 1 or (
        len(pieces) >= 3 and pieces[-2] == "status" and pieces[-3].lower() == account.handle.lower()
    )
    if not named or not is_post_id(pieces[-1]):
        raise Invalid(_("Ce n’est pas le lien d’un tweet de ce compte sur X."), field="link")
    return pieces[-1]
