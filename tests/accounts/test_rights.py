"""Seats and supervisions: the actions, and the rule of approval they must be able to meet."""

import pytest
from django.db import connection

from accounts.actions import departments, rights
from accounts.actions.departments import HandleConnected, RuleCannotBeMet
from accounts.actions.rights import NotHeld
from accounts.approval_rule import rule_of
from accounts.constraints import Constrained
from accounts.errors import Forbidden
from accounts.models import Account, AuditEntry, Seat, Supervision
from accounts.signals import right_ended
from tests.cast import account, seat, supervise

pytestmark = pytest.mark.django_db


def seat_of(account, number):
    return Seat.objects.get(account=account, number=number, ended_at=None)


@pytest.mark.parametrize("who", ["claire", "helene", "nadia"])
def test_only_an_administrator_gives_and_ends_rights(cast, who):
    actor = getattr(cast, who)
    for act in (
        lambda: rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=actor),
        lambda: rights.vacate(seat_of(cast.rennes, 1).pk, actor=actor),
        lambda: rights.name_supervisor(cast.rennes.pk, cast.nadia.pk, actor=actor),
        lambda: rights.end_supervision(Supervision.objects.all()[0].pk, actor=actor),
        lambda: departments.change_rule(cast.nantes.pk, 1, actor=actor),
        lambda: departments.add_account(Account(code="62"), actor=actor),
    ):
        with pytest.raises(Forbidden):
            act()
    assert not AuditEntry.objects.exists()


def test_an_appointment_says_who_since_when_and_by_whom(cast):
    made = rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada)
    made.refresh_from_db()
    assert (made.person, made.appointed_by) == (cast.nadia, cast.ada)
    assert made.started_at is not None
    entry = AuditEntry.objects.get(act="seat.appointed")
    assert entry.details == {"person_id": cast.nadia.pk, "number": 3}
    assert entry.account == cast.rennes


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_fault_39_a_fourth_seat_is_refused_in_a_sentence(cast, number):
    with pytest.raises(Constrained, match=r"vient d’être attribué|trois sièges"):
        rights.appoint(cast.nantes.pk, number, cast.nadia.pk, actor=cast.ada)


def test_vacating_tells_publishing_inside_the_transaction(cast):
    heard = []

    def hear(sender, account_id, person_id, **kwargs):
        heard.append((account_id, person_id, connection.in_atomic_block))

    right_ended.connect(hear)
    try:
        held = seat_of(cast.nantes, 1)
        rights.vacate(held.pk, actor=cast.ada)
        assert heard == [(cast.nantes.pk, cast.claire.pk, True)]
        with pytest.raises(NotHeld):
            rights.vacate(held.pk, actor=cast.ada)
        assert len(heard) == 1
    finally:
        right_ended.disconnect(hear)


def test_a_failure_in_publishing_undoes_the_end_of_the_right(cast):
    def fail(**kwargs):
        raise RuntimeError("publishing could not hold its rows")

    right_ended.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            rights.vacate(seat_of(cast.nantes, 1).pk, actor=cast.ada)
    finally:
        right_ended.disconnect(fail)
    assert seat_of(cast.nantes, 1).person == cast.claire


@pytest.mark.parametrize(
    ("seats", "supervisors", "most"), [(0, 0, 0), (1, 0, 0), (3, 0, 2), (1, 1, 1), (3, 2, 4)]
)
def test_a_rule_beyond_the_people_is_refused(cast, seats, supervisors, most):
    somme = account("80", "Somme")
    people = [cast.claire, cast.marc, cast.leila, cast.helene, cast.paul]
    for number in range(1, seats + 1):
        seat(somme, number, people[number - 1])
    for n in range(supervisors):
        supervise(somme, people[3 + n])
    assert rule_of(somme).most == most
    for asked in range(7):
        if supervisors and 1 <= asked <= most:
            departments.change_rule(somme.pk, asked, actor=cast.ada)
            somme.refresh_from_db()
            assert somme.approvals_required == asked
        else:
            with pytest.raises(RuleCannotBeMet):
                departments.change_rule(somme.pk, asked, actor=cast.ada)


def test_the_handle_of_a_connected_account_stays(cast, connected):
    changes = {name: getattr(cast.nantes, name) for name in departments.SETTINGS}
    with pytest.raises(HandleConnected):
        departments.change_settings(cast.nantes.pk, {**changes, "handle": "other"}, actor=cast.ada)
    departments.change_settings(cast.nantes.pk, {**changes, "name": "Loire"}, actor=cast.ada)
    assert AuditEntry.objects.get(act="account.changed").details == {"fields": ["name"]}


@pytest.fixture
def connected(cast):
    from accounts.clock import db_now
    from accounts.models import Credential

    now = db_now()
    return Credential.objects.create(
        account=cast.nantes,
        token=b"t",
        token_secret=b"s",
        x_user_id="1",
        connected_at=now,
        checked_at=now,
        checked_by=cast.ada,
    )
