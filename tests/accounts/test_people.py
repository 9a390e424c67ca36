"""Creating and ending people, and who administers: the actions."""

import pytest

from accounts.actions import people
from accounts.actions.people import AlreadyEnded, LastAdministrator
from accounts.constraints import Constrained
from accounts.errors import Forbidden
from accounts.models import AuditEntry, Notice, Person, Seat
from accounts.signals import right_ended
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended():
    """What right_ended said, in order."""
    heard = []

    def hear(sender, account_id, person_id, **kwargs):
        heard.append((account_id, person_id))

    right_ended.connect(hear)
    yield heard
    right_ended.disconnect(hear)


@pytest.mark.parametrize("who", ["claire", "helene", "nadia"])
def test_only_an_administrator_touches_people(cast, who):
    actor = getattr(cast, who)
    for act in (
        lambda: people.create_person("x@police.example", "X", actor=actor),
        lambda: people.make_link(cast.marc.pk, actor=actor),
        lambda: people.end_person(cast.marc.pk, actor=actor),
        lambda: people.make_administrator(cast.nadia.pk, actor=actor),
        lambda: people.unmake_administrator(cast.ada.pk, actor=actor),
    ):
        with pytest.raises(Forbidden):
            act()
    assert not AuditEntry.objects.exists()


def test_an_administrator_who_was_ended_does_nothing_more(cast):
    people.end_person(cast.ada.pk, actor=cast.basile)
    with pytest.raises(Forbidden):
        people.end_person(cast.marc.pk, actor=cast.ada)


def test_a_created_person_is_owed_a_link_and_has_no_password(cast):
    made = people.create_person("Zoe@Police.example", "Zoé", actor=cast.ada)
    assert made.email == "zoe@police.example"
    assert not made.has_usable_password()
    assert Notice.objects.get(person=made).kind == "password"
    entry = AuditEntry.objects.get(act="person.created")
    assert (entry.actor, entry.subject_id, entry.details) == (cast.ada, made.pk, {})


def test_an_address_serves_one_person(cast):
    with pytest.raises(Constrained, match="déjà cette adresse"):
        people.create_person("CLAIRE@police.example", "Une autre", actor=cast.ada)


def test_ending_a_person_ends_rights_and_sign_ins_at_once(cast, ended):
    browser = signed_in(cast.claire)
    assert browser.get("/").status_code == 200
    people.end_person(cast.claire.pk, actor=cast.ada)
    assert browser.get("/").status_code == 302
    held = Seat.objects.get(person=cast.claire)
    assert held.ended_at is not None
    assert held.ended_by == cast.ada
    assert ended == [(cast.nantes.pk, cast.claire.pk)]
    acts = AuditEntry.objects.filter(actor=cast.ada).values_list("act", flat=True)
    assert set(acts) == {"seat.vacated", "person.ended"}
    with pytest.raises(AlreadyEnded):
        people.end_person(cast.claire.pk, actor=cast.ada)


def test_the_last_administrator_stays(cast):
    people.unmake_administrator(cast.basile.pk, actor=cast.ada)
    with pytest.raises(LastAdministrator):
        people.end_person(cast.ada.pk, actor=cast.ada)
    with pytest.raises(LastAdministrator):
        people.unmake_administrator(cast.ada.pk, actor=cast.ada)
    assert Person.objects.get(pk=cast.ada.pk).is_administrator


def test_nobody_with_a_seat_becomes_administrator(cast):
    with pytest.raises(Constrained, match="ni siège ni supervision"):
        people.make_administrator(cast.claire.pk, actor=cast.ada)


def test_making_an_administrator_twice_is_one_act(cast):
    people.make_administrator(cast.nadia.pk, actor=cast.ada)
    people.make_administrator(cast.nadia.pk, actor=cast.ada)
    assert AuditEntry.objects.filter(act="administrator.made").count() == 1
