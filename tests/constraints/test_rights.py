"""Seats, supervisions and administrators under plain SQL: rule 1 of the design."""

import pytest
from django.db import Error, connection, transaction

from accounts.models import Account, Cover, Person, Seat, Supervision
from tests.cast import lent, person, seat, supervise

pytestmark = pytest.mark.django_db


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def refused(constraint, statement, *values):
    with pytest.raises(Error) as caught:
        sql(statement, *values)
    assert caught.value.__cause__.diag.constraint_name == constraint, caught.value


def protected(statement, *values):
    with pytest.raises(Error, match="pgtrigger: Cannot"):
        sql(statement, *values)


INSERT_SEAT = "INSERT INTO accounts_seat (account_id, number, person_id) VALUES (%s, %s, %s)"
INSERT_SUPERVISION = "INSERT INTO accounts_supervision (account_id, person_id) VALUES (%s, %s)"


@pytest.mark.parametrize("number", [0, 4, 5])
def test_rule_1_a_seat_is_one_of_three(cast, number):
    refused("seat_one_of_three", INSERT_SEAT, cast.rennes.pk, number, cast.nadia.pk)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_rule_1_a_fourth_active_seat_finds_no_place(cast, number):
    refused("seat_held_once", INSERT_SEAT, cast.nantes.pk, number, cast.nadia.pk)


def test_rule_1_a_person_holds_one_seat_of_an_account(cast):
    refused("seat_one_each", INSERT_SEAT, cast.rennes.pk, 3, cast.yann.pk)


def test_a_person_may_hold_seats_of_two_accounts(cast):
    sql(INSERT_SEAT, cast.rennes.pk, 3, cast.claire.pk)


def test_a_function_of_a_supervisor_is_a_known_one(cast):
    given = "UPDATE accounts_supervision SET function = %s WHERE person_id = %s"
    refused("supervision_function_known", given, "mayor", cast.helene.pk)
    sql(given, "duty_officer", cast.helene.pk)


def test_rule_1_a_holder_does_not_supervise_the_same_account(cast):
    refused("seat_or_supervision", INSERT_SUPERVISION, cast.nantes.pk, cast.claire.pk)


def test_rule_1_a_supervisor_takes_no_seat_of_the_same_account(cast):
    refused("seat_or_supervision", INSERT_SEAT, cast.rennes.pk, 3, cast.gwen.pk)


def test_a_holder_may_supervise_another_account(cast):
    sql(INSERT_SUPERVISION, cast.rennes.pk, cast.claire.pk)


def test_a_supervision_is_held_once(cast):
    refused("supervision_once", INSERT_SUPERVISION, cast.nantes.pk, cast.helene.pk)


def test_rule_1_an_administrator_holds_neither(cast):
    refused("person_roles_apart", INSERT_SEAT, cast.rennes.pk, 3, cast.ada.pk)
    refused("person_roles_apart", INSERT_SUPERVISION, cast.rennes.pk, cast.ada.pk)


@pytest.mark.parametrize("who", ["claire", "helene"])
def test_nobody_with_a_role_becomes_administrator(cast, who):
    update = "UPDATE accounts_person SET is_administrator = true WHERE id = %s"
    refused("person_roles_apart", update, getattr(cast, who).pk)


@pytest.mark.parametrize("who", ["claire", "helene"])
def test_nobody_is_ended_before_their_rights(cast, who):
    update = "UPDATE accounts_person SET ended_at = now() WHERE id = %s"
    refused("person_roles_apart", update, getattr(cast, who).pk)


def test_an_ended_person_holds_nothing(cast):
    sql("UPDATE accounts_person SET ended_at = now() WHERE id = %s", cast.nadia.pk)
    refused("person_roles_apart", INSERT_SEAT, cast.rennes.pk, 3, cast.nadia.pk)


def test_what_ended_stays_ended(cast):
    held = Seat.objects.get(account=cast.nantes, number=1)
    sql("UPDATE accounts_seat SET ended_at = now() WHERE id = %s", held.pk)
    protected("UPDATE accounts_seat SET ended_at = NULL WHERE id = %s", held.pk)


@pytest.mark.parametrize("table", ["accounts_seat", "accounts_supervision"])
def test_a_right_does_not_change_hands_or_account(cast, table):
    protected(f"UPDATE {table} SET person_id = %s", cast.nadia.pk)
    protected(f"UPDATE {table} SET account_id = %s", cast.rennes.pk)


@pytest.mark.parametrize("model", [Account, Cover, Person, Seat, Supervision])
def test_nothing_of_it_is_deleted(cast, model):
    lent(Seat.objects.first(), cast.nadia)
    table = model._meta.db_table
    protected(f"DELETE FROM {table}")
    protected(f"TRUNCATE {table} CASCADE")


def test_a_handle_is_one_whatever_its_case(cast):
    insert = (
        "INSERT INTO accounts_account (code, name, handle, time_zone, approvals_required,"
        " tolerance_minutes, reply_settings) VALUES ('62', 'P', 'PNationale44', 'UTC', 2, 15, '')"
    )
    refused("account_handle_once", insert)


def test_at_least_one_approval(cast):
    refused("approvals_at_least_one", "UPDATE accounts_account SET approvals_required = 0")


def test_an_address_is_kept_in_lower_case_and_once(cast):
    refused(
        "person_email_lower_case",
        "UPDATE accounts_person SET email = 'Claire@police.example' WHERE id = %s",
        cast.claire.pk,
    )
    refused(
        "accounts_person_email_key",
        "UPDATE accounts_person SET email = 'marc@police.example' WHERE id = %s",
        cast.claire.pk,
    )


def test_an_ended_seat_leaves_its_place_free(cast):
    sql("UPDATE accounts_seat SET ended_at = now() WHERE number = 1")
    seat(cast.nantes, 1, cast.nadia)
    supervise(cast.nantes, person("Zoe"))


INSERT_COVER = (
    "INSERT INTO accounts_cover (account_id, {right}_id, person_id, starts_at, ends_at,"
    " decided_by_id) SELECT s.account_id, s.id, %s, now(), now() + interval '1 day', %s"
    " FROM accounts_{right} s WHERE s.account_id = %s AND s.ended_at IS NULL ORDER BY s.id LIMIT 1"
)


@pytest.mark.parametrize("right", ["seat", "supervision"])
@pytest.mark.parametrize(
    ("who", "constraint"),
    [
        ("claire", "covers_or_holds"),
        ("marc", "covers_or_holds"),
        ("helene", "covers_or_holds"),
        ("ada", "person_roles_apart"),
    ],
)
def test_rule_1_who_covers_has_no_place_on_the_account(cast, right, who, constraint):
    insert = INSERT_COVER.format(right=right)
    refused(constraint, insert, getattr(cast, who).pk, cast.ada.pk, cast.nantes.pk)


def test_rule_1_a_right_is_lent_once_and_a_person_covers_once(cast):
    seat_1 = Seat.objects.get(account=cast.nantes, number=1)
    lent(seat_1, cast.nadia)
    insert = INSERT_COVER.format(right="seat")
    refused("seat_lent_once", insert, cast.gwen.pk, cast.ada.pk, cast.nantes.pk)
    insert = INSERT_COVER.format(right="supervision")
    refused("covers_one_each", insert, cast.nadia.pk, cast.ada.pk, cast.nantes.pk)


def test_rule_1_who_covers_is_given_no_place_and_no_office(cast):
    lent(Seat.objects.get(account=cast.rennes, number=1), cast.nadia)
    refused("covers_or_holds", INSERT_SEAT, cast.rennes.pk, 3, cast.nadia.pk)
    refused("covers_or_holds", INSERT_SUPERVISION, cast.rennes.pk, cast.nadia.pk)
    for column in ("is_administrator = true", "ended_at = now()"):
        update = f"UPDATE accounts_person SET {column} WHERE id = %s"
        refused("person_roles_apart", update, cast.nadia.pk)


def test_a_cover_is_of_the_right_and_the_account_that_it_says(cast):
    seat_1 = Seat.objects.get(account=cast.nantes, number=1)
    held = Supervision.objects.get(person=cast.helene)
    insert = (
        "INSERT INTO accounts_cover (account_id, seat_id, supervision_id, person_id, starts_at,"
        " ends_at, decided_by_id) VALUES (%s, %s, %s, %s, now(), now() + {length}, %s)"
    )
    day, nothing = insert.format(length="interval '1 day'"), insert.format(length="interval '0'")
    who = (cast.nadia.pk, cast.ada.pk)
    refused("cover_of_its_account", day, cast.rennes.pk, seat_1.pk, None, *who)
    refused("cover_of_one_right", day, cast.nantes.pk, seat_1.pk, held.pk, *who)
    refused("cover_has_a_length", nothing, cast.nantes.pk, seat_1.pk, None, *who)
    sql("UPDATE accounts_seat SET ended_at = now() WHERE id = %s", seat_1.pk)
    refused("cover_of_standing_right", day, cast.nantes.pk, seat_1.pk, None, *who)


def test_a_cover_is_ended_and_never_changed(cast):
    made = lent(Seat.objects.get(account=cast.nantes, number=1), cast.nadia)
    protected("UPDATE accounts_cover SET ends_at = ends_at + interval '1 day'")
    protected("UPDATE accounts_cover SET person_id = %s", cast.gwen.pk)
    sql("UPDATE accounts_cover SET ended_at = now() WHERE id = %s", made.pk)
    protected("UPDATE accounts_cover SET ended_at = NULL WHERE id = %s", made.pk)


def test_no_row_is_written_through_the_view_of_rights(cast):
    with pytest.raises(Error, match="cannot insert into view"):
        sql("INSERT INTO accounts_right (account_id, person_id, role) VALUES (1, 1, 'seat')")
