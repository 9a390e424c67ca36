"""People: one human, one e-mail, one sign-in; ended, never deleted."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Expression, F, Func, Value
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.addresses import NotAnAddress, canonical_address
from accounts.models.triggers import never_deleted
from accounts.names import clean_name
from accounts.roles import Role

ROLES_APART = """
IF NEW.is_administrator OR NEW.ended_at IS NOT NULL THEN
    IF EXISTS (SELECT 1 FROM accounts_seat WHERE person_id = NEW.id AND ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM accounts_supervision WHERE person_id = NEW.id AND ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM accounts_cover WHERE person_id = NEW.id AND ended_at IS NULL)
    THEN
        RAISE EXCEPTION 'an administrator or an ended person holds no seat and no supervision'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_roles_apart';
    END IF;
END IF;
RETURN NEW;
"""


UNPRINTABLE = (
    r"[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


ACCENTED = "ÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸàâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "AAAAAACEEEEIIIINOOOOOUUUUYYaaaaaaceeeeiiiinooooouuuuyy"


def _collated(words: Expression | F) -> Lower:
    """Compared as French does, without case and accents. The PostgreSQL of `make run` is built
    without ICU and has no collation of its own for French.
    """
    return Lower(Func(words, Value(ACCENTED), Value(PLAIN), function="translate"))


# The family name is the last word of the name.
BY_FAMILY_NAME = (
    _collated(Func(F("name"), Value(r"^.*\s"), Value(""), function="regexp_replace")),
    _collated(F("name")),
    "pk",
)


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        try:
            return self.get(email=canonical_address(username or ""))
        except NotAnAddress:
            raise self.model.DoesNotExist from None

    def create_person(self, email: str, name: str, **extra: Any) -> Person:
        """A person without a password: the one-time link sets it. Raises Invalid."""
        person = self.model(email=canonical_address(email), name=clean_name(name), **extra)
        person.set_unusable_password()
        person.save(force_insert=True)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. There are no superusers: nothing stands above the rules."""

    email = models.EmailField(
        _("adresse électronique"),
        unique=True,
        error_messages={"unique": _("Une personne a déjà cette adresse électronique.")},
    )
    name = models.CharField(_("nom affiché"), max_length=120)
    is_administrator = models.BooleanField(_("administrateur"), default=False)
    language = models.CharField(max_length=2, default="fr")
    # Counts the one-time links made by administrators: each ends those before it.
    link_number = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="person_email_lower_case"
            ),
            # As accounts.addresses makes it: unique then means that no two are read as one.
            models.CheckConstraint(
                condition=models.Q(email__regex=r"^[!-?A-~]+@[a-z0-9.-]+$"),
                name="person_email_canonical",
            ),
            # As accounts.names refuses them: control, direction and zero-width characters.
            models.CheckConstraint(
                condition=~models.Q(name__regex=UNPRINTABLE), name="person_name_printable"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="roles_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=ROLES_APART,
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def office(self) -> Role | None:
        """The role that is not of one account."""
        return Role.ADMINISTRATOR if self.is_administrator else None

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.ended_at is None
