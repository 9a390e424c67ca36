"""The roles of people, and the shape of the tables that say which role may do what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.errors import Forbidden


class Role(models.TextChoices):
    """What somebody is: on an account by a seat or a supervision, or everywhere by office."""

    SEAT = "seat", _("titulaire")
    SUPERVISION = "supervision", _("supervision")
    ADMINISTRATOR = "administrator", _("administration")


YES, NO = True, False


@dataclass(frozen=True)
class Capability:
    """One row of a table of capabilities: who may do one act, and what the others are told.

    A contributor is somebody who ever wrote or changed the draft that the act is about.
    """

    seat: bool
    seat_contributor: bool
    supervision: bool
    supervision_contributor: bool
    administrator: bool = NO
    role_refusal: type[Forbidden] = Forbidden
    contributor_refusal: type[Forbidden] = Forbidden

    def allows(self, role: Role | None, *, contributor: bool = False) -> bool:
        return {
            (Role.SEAT, False): self.seat,
            (Role.SEAT, True): self.seat_contributor,
            (Role.SUPERVISION, False): self.supervision,
            (Role.SUPERVISION, True): self.supervision_contributor,
            (Role.ADMINISTRATOR, False): self.administrator,
        }.get((role, contributor), False)  # type: ignore[arg-type]

    def require(self, role: Role | None, *, contributor: bool = False) -> None:
        """Raises the row's refusal: of the role, or of what this person wrote themselves."""
        if self.allows(role, contributor=contributor):
            return
        raise self.contributor_refusal if self.allows(role) else self.role_refusal
