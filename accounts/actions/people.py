"""Creating people, giving them a link, ending them; making and unmaking administrators."""

from __future__ import annotations

from django.contrib.auth.forms import SetPasswordForm
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import administrators, require_office
from accounts.actions.base import action, lock_account
from accounts.actions.covers import end_covers
from accounts.actions.rights import end_right
from accounts.addresses import canonical_address, skeleton
from accounts.capabilities import CAPABILITIES
from accounts.errors import Conflict, Forbidden, NotFound, Refusal
from accounts.models import Cover, Person, Seat, Supervision
from accounts.models.notice import NoticeKind
from accounts.notices import notify_of_right, queue_notice
from accounts.password_links import link_tokens


class LastAdministrator(Refusal):
    code = "last_administrator"
    sentence = _("C’est le dernier administrateur : nommez-en un autre d’abord.")


class LinkUsed(Conflict):
    code = "link_used"
    sentence = _(
        "Ce lien a déjà servi, ou il est trop ancien. Demandez-en un nouveau à un administrateur."
    )


class Lookalike(Refusal):
    code = "lookalike"
    sentence = _("Cette adresse se lit comme celle de %(name)s, sans être la même : vérifiez-la.")


class AlreadyEnded(Conflict):
    code = "already_ended"
    sentence = _("L’accès de cette personne est déjà fermé.")


@action
def create_first_administrator(email: str, name: str) -> Person:
    """The operator's act, with no actor in the application: only while nobody administers."""
    if administrators().exists():
        raise Refusal(_("Il y a déjà un administrateur : c’est à lui d’en nommer d’autres."))
    person = Person.objects.create_person(email, name, is_administrator=True)
    audit.record("person.created", actor=None, subject=person)
    audit.record("administrator.made", actor=None, subject=person)
    return person


@action
def create_person(email: str, name: str, *, actor: Person, administrator: bool = False) -> Person:
    """A person who chooses a password by the link that is mailed and shown."""
    require_office(CAPABILITIES["create_person"], actor)
    refuse_lookalike(email)
    person = Person.objects.create_person(email, name, is_administrator=administrator)
    audit.record("person.created", actor=actor, subject=person)
    if administrator:
        audit.record("administrator.made", actor=actor, subject=person)
    queue_notice([person], NoticeKind.PASSWORD, path="/")
    return person


@action
def make_link(person_id: int, *, actor: Person) -> Person:
    """A new one-time link, which ends those before it; the token is computed where it is shown,
    and kept nowhere.
    """
    require_office(CAPABILITIES["make_link"], actor)
    person = lock_person(person_id)
    person.link_number += 1
    person.save(update_fields=["link_number"])
    audit.record("person.link_made", actor=actor, subject=person)
    queue_notice([person], NoticeKind.PASSWORD, path="/")
    return person


@action
def choose_password(form: SetPasswordForm[Person], person_id: int, token: str) -> Person:
    """By a one-time link. Under the person's lock it is asked once more: of several browsers that
    opened it, one sets the password and the others raise LinkUsed.
    """
    person = lock_person(person_id)
    if not link_tokens.check_token(person, token):
        raise LinkUsed
    form.user = person
    form.save()
    audit.record("person.password_set", actor=person, subject=person)
    return person


@action
def end_person(person_id: int, *, actor: Person) -> None:
    """Ends the seats, the supervisions and every sign-in of a person."""
    require_office(CAPABILITIES["end_person"], actor)
    locked = {right.account_id for right in rights_of(person_id)}
    for account_id in sorted(locked):
        lock_account(account_id)
    others = lock_other_administrators(person_id, actor)
    person = lock_person(person_id)
    if person.is_administrator and not others:
        raise LastAdministrator
    rights = rights_of(person_id)
    if {right.account_id for right in rights} - locked:
        raise Conflict
    end_covers({"person_id": person_id}, actor=actor)
    for right in rights:
        if not isinstance(right, Cover):
            end_right(right, actor=actor)
    person.ended_at = Now()
    person.set_unusable_password()
    person.save(update_fields=["ended_at", "password"])
    audit.record("person.ended", actor=actor, subject=person)


@action
def make_administrator(person_id: int, *, actor: Person) -> None:
    require_office(CAPABILITIES["make_administrator"], actor)
    person = lock_person(person_id)
    if not person.is_administrator:
        person.is_administrator = True
        person.save(update_fields=["is_administrator"])
        audit.record("administrator.made", actor=actor, subject=person)
        notify_of_right(person, given=True, account=None)


@action
def unmake_administrator(person_id: int, *, actor: Person) -> None:
    require_office(CAPABILITIES["unmake_administrator"], actor)
    others = lock_other_administrators(person_id, actor)
    person = lock_person(person_id)
    if not person.is_administrator:
        return
    if not others:
        raise LastAdministrator
    person.is_administrator = False
    person.save(update_fields=["is_administrator"])
    audit.record("administrator.unmade", actor=actor, subject=person)
    notify_of_right(person, given=False, account=None)


def refuse_lookalike(email: str) -> None:
    """Raises Lookalike when a reader would take the address for that of another person."""
    address = canonical_address(email)
    seen = skeleton(address)
    for name, other in Person.objects.values_list("name", "email"):
        if other != address and skeleton(other) == seen:
            raise Lookalike(Lookalike.sentence % {"name": name})


def rights_of(person_id: int) -> list[Seat | Supervision | Cover]:
    """What the person holds, and what is lent to them now or later."""
    return [
        *Seat.objects.filter(person_id=person_id, ended_at=None),
        *Supervision.objects.filter(person_id=person_id, ended_at=None),
        *Cover.objects.filter(person_id=person_id, ended_at=None),
    ]


def lock_person(person_id: int) -> Person:
    """An active person, locked in a way that lets others name them in their own rows."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound
    if not person.is_active:
        raise AlreadyEnded
    return person


def lock_other_administrators(person_id: int, actor: Person) -> list[Person]:
    """All are locked, in one order and before the person: of two who unmake each other at once the
    second is no administrator any more. Raises Forbidden for them.
    """
    active = list(administrators().order_by("pk").select_for_update(no_key=True))
    if actor not in active:
        raise Forbidden(_("Vous n’administrez plus : quelqu’un vient de vous retirer ce droit."))
    return [p for p in active if p.pk != person_id]
