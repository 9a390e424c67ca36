"""What the role of web and workers cannot do, by plain SQL as that role."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from base64 import b64decode
from urllib.parse import quote

import psycopg2
import pytest
from django.apps import apps
from django.db import connection

from accounts.hardening import grant, rights_on, role_of
from policetweets.runner.postgres import APP_ROLE
from tests.approvals.writing import a_revision, signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def as_application(cast):
    """Runs statements as the application's role, in a session of its own; what the last gives."""
    signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    with connection.cursor() as cursor:
        grant(cursor, role_of(cursor, f"postgresql://{APP_ROLE}@/"))

    def run(*statements: str):
        settings = connection.get_connection_params()
        for name in ("cursor_factory", "context", "user", "password"):
            settings.pop(name, None)
        with contextlib.closing(psycopg2.connect(**settings, user=APP_ROLE)) as session:
            cursor = session.cursor()
            for statement in statements:
                cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else None
            session.rollback()
            return found

    return run


FORBIDDEN = {
    "a superuser's switch": "SET session_replication_role = replica",
    "another role": "SET ROLE policetweets",
    "a trigger off": "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
    "a trigger away": "DROP TRIGGER pgtrigger_no_update_ff56f ON publishing_answer",
    "a function changed": "CREATE OR REPLACE FUNCTION quorum_met(of_revision bigint)"
    " RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "a switch of triggers changed": "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore"
    "(trigger_name name) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "a function of its own": "CREATE FUNCTION public.reviewer_role(int, int) RETURNS text"
    " LANGUAGE sql AS $$SELECT 'supervision'$$",
    "a table of its own": "CREATE TABLE public.mine (a int)",
    "a schema of its own": "CREATE SCHEMA mine",
    "a temporary table": "CREATE TEMPORARY TABLE accounts_supervision (a int)",
    "a constraint away": "ALTER TABLE publishing_attempt DROP CONSTRAINT answered_has_outcome",
    "an index away": "DROP INDEX at_most_one_post",
    "the trail changed": "UPDATE accounts_auditentry SET actor_id = NULL",
    "the trail shortened": "DELETE FROM accounts_auditentry",
    "the trail emptied": "TRUNCATE accounts_auditentry",
    "a review changed": "UPDATE approvals_review SET role = 'supervision'",
    "a release changed": "UPDATE approvals_release SET released_at = now()",
    "an answer changed": "UPDATE publishing_answer SET outcome = 'accepted'",
    "a person deleted": "DELETE FROM accounts_person",
    "a table emptied": "TRUNCATE publishing_publication CASCADE",
    "migrations rewritten": "DELETE FROM django_migrations",
    "a file of the server": "COPY accounts_person TO '/tmp/people'",
    "a program of the server": "COPY accounts_person TO PROGRAM 'cat'",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_fault_91_the_application_may_not(as_application, what):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_application(FORBIDDEN[what])


def is_password(verifier: str, password: str) -> bool:
    """Whether PostgreSQL keeps this password (RFC 5802)."""
    _scheme, rounds_and_salt, keys = verifier.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return b64decode(keys.split(":")[0]) == hashlib.sha256(client_key).digest()


@pytest.mark.parametrize("password", ["r0tated", "a/b@c d"])
def test_migrate_gives_the_application_s_role_the_password_of_its_url(db, password):
    # Roles are the server's: another test process has one of its own.
    role = f"rotated_{connection.settings_dict['NAME']}"
    kept = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
    with connection.cursor() as cursor:
        for given in ("the-first", password):
            role_of(cursor, f"postgresql://{role}:{quote(given, safe='')}@postgres:5432/x")
            cursor.execute(kept, [role])
            assert is_password(cursor.fetchone()[0], given)
        role_of(cursor, f"postgresql://{role}@postgres:5432/x")  # names none: it keeps its own
        cursor.execute(kept, [role])
        assert is_password(cursor.fetchone()[0], password)
        cursor.execute(f'DROP ROLE "{role}"')


def test_a_role_that_is_another_s_keeps_its_password_and_migrate_goes_on(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE another LOGIN PASSWORD 'theirs'; CREATE ROLE small CREATEROLE")
        cursor.execute("SET ROLE small")
        assert role_of(cursor, "postgresql://another:ours@postgres:5432/x") == "another"
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'another'")
        assert is_password(cursor.fetchone()[0], "theirs")
        cursor.execute("DROP ROLE another; DROP ROLE small")


def test_no_setting_switches_a_rule_off_for_the_application(as_application):
    every = (
        "SELECT set_config('pgtrigger.ignore', '{' || string_agg(tgname, ',') || '}', false)"
        " FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'"
    )
    with pytest.raises(psycopg2.Error, match="Invalid transition"):
        as_application(every, "UPDATE approvals_draft SET state = 'in_review'")


def test_the_application_owns_nothing_and_is_no_superuser(as_application):
    asked = (
        "SELECT (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole)"
        " + (SELECT count(*) FROM pg_proc WHERE proowner = current_user::regrole)"
        " + (SELECT count(*) FROM pg_roles WHERE rolname = current_user AND"
        " (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls))"
    )
    assert as_application(asked) == [(0,)]


RIGHTS = ("INSERT", "UPDATE", "DELETE")


def test_the_application_does_to_a_table_what_its_triggers_let_it(as_application):
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        asked = ", ".join(f"has_table_privilege('{table}', '{right}')" for right in RIGHTS)
        has = zip(RIGHTS, as_application(f"SELECT {asked}")[0], strict=True)
        assert [right for right, given in has if given] == rights_on(model), table


def test_every_function_of_ours_has_a_fixed_search_path(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
            " AND p.proname <> '_pgtrigger_should_ignore'"
            " AND NOT coalesce('search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig),"
            " false)"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert cursor.fetchall() == [("SELECT false",)]


def test_every_moment_is_held_to_be_finite(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " WHERE c.table_schema = 'public' AND c.data_type = 'timestamp with time zone'"
            " AND c.table_name ~ '^(accounts|approvals|publishing)_' AND NOT EXISTS ("
            "   SELECT 1 FROM pg_constraint k WHERE k.conrelid ="
            "     format('public.%I', c.table_name)::regclass"
            "   AND pg_get_constraintdef(k.oid) = format('CHECK (isfinite(%I))', c.column_name))"
        )
        assert cursor.fetchall() == []
