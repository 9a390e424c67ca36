"""Administrators who act in the same second, on connections of their own."""

import threading

import pytest
from django.db import connection

from accounts.actions import people, rights
from accounts.errors import Refusal
from accounts.models import Person, Seat
from tests.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list:
    """What each returned, or the Refusal that it raised."""
    results: list = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(index, act):
        try:
            connection.ensure_connection()
            barrier.wait(30)
            results[index] = act()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def refusals(results) -> list[str]:
    return [refusal.code for refusal in results if isinstance(refusal, Refusal)]


def test_two_appointments_to_one_seat_one_stands():
    cast = make_cast()
    results = at_once(
        lambda: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada),
        lambda: rights.appoint(cast.rennes.pk, 3, cast.claire.pk, actor=cast.basile),
    )
    assert refusals(results) == ["constrained"]
    assert Seat.objects.filter(account=cast.rennes, number=3, ended_at=None).count() == 1


def test_a_seat_and_a_supervision_of_one_account_at_once_one_stands():
    cast = make_cast()
    results = at_once(
        lambda: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada),
        lambda: rights.name_supervisor(cast.rennes.pk, cast.nadia.pk, actor=cast.basile),
    )
    assert refusals(results) == ["constrained"]


def test_a_seat_and_the_administration_at_once_one_stands():
    cast = make_cast()
    results = at_once(
        lambda: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada),
        lambda: people.make_administrator(cast.nadia.pk, actor=cast.basile),
    )
    assert refusals(results) == ["constrained"]


def test_appointing_somebody_who_is_being_ended():
    cast = make_cast()
    at_once(
        lambda: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada),
        lambda: people.end_person(cast.nadia.pk, actor=cast.basile),
    )
    nadia = Person.objects.get(pk=cast.nadia.pk)
    held = Seat.objects.filter(person=nadia, ended_at=None).exists()
    assert not (held and nadia.ended_at is not None)


def test_two_administrators_who_end_each_other_leave_one():
    cast = make_cast()
    results = at_once(
        lambda: people.end_person(cast.basile.pk, actor=cast.ada),
        lambda: people.end_person(cast.ada.pk, actor=cast.basile),
    )
    assert refusals(results) == ["forbidden"]
    assert Person.objects.filter(is_administrator=True, ended_at=None).count() == 1


@pytest.mark.parametrize("act", [people.end_person, people.unmake_administrator])
@pytest.mark.parametrize("third", [False, True])
def test_the_second_of_two_administrators_who_unmake_each_other_is_told(act, third):
    """With a third one, too, whoever is no administrator any more unmakes nobody."""
    cast = make_cast()
    if third:
        people.make_administrator(cast.nadia.pk, actor=cast.ada)
    results = at_once(
        lambda: act(cast.basile.pk, actor=cast.ada),
        lambda: act(cast.ada.pk, actor=cast.basile),
    )
    assert refusals(results) == ["forbidden"]
    left = Person.objects.filter(is_administrator=True, ended_at=None).count()
    assert left == 1 + third


def test_vacating_twice_at_once_is_one_act():
    cast = make_cast()
    held = Seat.objects.get(person=cast.claire)
    results = at_once(
        lambda: rights.vacate(held.pk, actor=cast.ada),
        lambda: rights.vacate(held.pk, actor=cast.basile),
    )
    assert refusals(results) == ["not_held"]
