"""Each act of administrators, by its action: refused to everybody else, and nothing changed."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.access import require_office
from accounts.actions import covers, departments, people, rights
from accounts.capabilities import CAPABILITIES
from accounts.clock import db_now
from accounts.errors import Forbidden
from accounts.models import Account, AuditEntry, Cover, Person, Seat, Supervision
from accounts.roles import Role
from approvals.actions import lists
from tests.cast import signed_in

pytestmark = pytest.mark.django_db

# The expectations stand here a second time: all of it is the administrators' alone.
SEEN = {
    "see_departments",
    "see_people",
    "see_journal",
    "see_mails_of_all",
    "see_lists",
    "see_health",
}


def a_seat() -> int:
    return Seat.objects.get(person__name="Leila").pk


def a_supervision() -> int:
    return Supervision.objects.get(person__name="Paul").pk


DONE = {
    "add_account": lambda cast, by: departments.add_account(
        Account(code="62", name="Pas-de-Calais", handle="pnationale62"), actor=by
    ),
    "change_rule": lambda cast, by: departments.change_rule(cast.nantes.pk, 3, actor=by),
    "change_settings": lambda cast, by: departments.change_settings(
        cast.nantes.pk,
        {name: getattr(cast.nantes, name) for name in departments.SETTINGS} | {"name": "Nantes"},
        actor=by,
    ),
    "appoint": lambda cast, by: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=by),
    "vacate": lambda cast, by: rights.vacate(a_seat(), actor=by),
    "name_supervisor": lambda cast, by: rights.name_supervisor(
        cast.rennes.pk, cast.nadia.pk, actor=by
    ),
    "change_function": lambda cast, by: rights.change_function(
        a_supervision(), "duty_officer", actor=by
    ),
    "end_supervision": lambda cast, by: rights.end_supervision(a_supervision(), actor=by),
    "cover": lambda cast, by: covers.cover(
        Seat.objects.get(pk=a_seat()),
        person_id=cast.nadia.pk,
        starts_at=db_now(),
        ends_at=db_now() + dt.timedelta(days=1),
        actor=by,
    ),
    "create_person": lambda cast, by: people.create_person("new@police.example", "New", actor=by),
    "make_link": lambda cast, by: people.make_link(cast.nadia.pk, actor=by),
    "end_person": lambda cast, by: people.end_person(cast.nadia.pk, actor=by),
    "make_administrator": lambda cast, by: people.make_administrator(cast.nadia.pk, actor=by),
    "unmake_administrator": lambda cast, by: people.unmake_administrator(cast.basile.pk, actor=by),
    "change_lists": lambda cast, by: lists.add_to_list("words", "bavure", actor=by),
}


def stored() -> tuple[object, ...]:
    tables = (Account, Cover, Person, Seat, Supervision)
    return (AuditEntry.objects.count(), *(list(t.objects.order_by("pk").values()) for t in tables))


def test_every_act_of_the_table_is_tried():
    assert set(DONE) | SEEN == set(CAPABILITIES)
    for capability in CAPABILITIES.values():
        assert [role for role in (None, *Role) if capability.allows(role)] == [Role.ADMINISTRATOR]
        assert not any(capability.allows(role, contributor=True) for role in Role)


@pytest.mark.parametrize("act", DONE)
def test_an_act_of_administrators_is_refused_to_others_by_its_action(cast, act):
    before = stored()
    for person in (cast.claire, cast.helene, cast.yann, cast.nadia):
        with pytest.raises(Forbidden):
            DONE[act](cast, person)
    assert stored() == before


@pytest.mark.parametrize("act", DONE)
def test_an_act_of_administrators_is_done_by_one_and_not_after_they_left(cast, act):
    stale = Person.objects.get(pk=cast.ada.pk)
    Person.objects.filter(pk=cast.ada.pk).update(is_administrator=False)
    with pytest.raises(Forbidden):
        DONE[act](cast, stale)  # what was read before says nothing
    before = stored()
    Person.objects.filter(pk=cast.ada.pk).update(is_administrator=True)
    DONE[act](cast, cast.ada)
    assert stored() != before


def test_office_is_asked_of_the_database(cast):
    Person.objects.filter(pk=cast.ada.pk).update(is_administrator=False)
    for capability in CAPABILITIES.values():
        with pytest.raises(Forbidden):
            require_office(capability, cast.ada)


def test_the_navigation_is_what_the_tables_allow(cast):
    shown = signed_in(cast.ada).get("/").context["navigation"]
    assert [item.path for item in shown][:8] == [
        "/",
        "/departements",
        "/personnes",
        "/listes",
        "/audience",
        "/gel",
        "/sante",
        "/journal",
    ]
    shown = signed_in(cast.claire).get("/").context["navigation"]
    assert [item.path for item in shown][:7] == [
        "/",
        "/brouillons/",
        "/modeles",
        "/calendrier",
        "/diffuses",
        "/audience",
        "/comptes",
    ]
