"""What each `migrate` does first and last, so that no session of the application loosens a rule.

It refuses a database whose migrations this version does not know. At the end it runs as the owner
of the tables. Triggers are django-pgtrigger's, which ask a setting that any session may set; here
they ask nothing. Every function of ours gets a fixed search path, with temporary tables last. And
the application's role gets what its tables allow, nothing else.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import ProgrammingError, connections, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import encrypt_password

OURS = ("accounts", "approvals", "publishing", "insights")

NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""

FIXED_SEARCH_PATH = """
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
          AND p.proconfig IS NULL
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', one);
    END LOOP;
END $$
"""

# A moment that is infinite is due never, and no Python can read it.
FINITE_MOMENTS = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT c.table_name, c.column_name, left(c.column_name, 40) || '_is_finite' AS named
        FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
          AND c.data_type = 'timestamp with time zone'
          AND c.table_name ~ '^(accounts|approvals|publishing|insights)_'
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = one.named
                       AND conrelid = format('public.%I', one.table_name)::regclass) THEN
            EXECUTE format('ALTER TABLE public.%I ADD CONSTRAINT %I CHECK (isfinite(%I))',
                           one.table_name, one.named, one.column_name);
        END IF;
    END LOOP;
END $$
"""


def refuse_unknown_migrations(using: str, **kwargs: Any) -> None:
    """Raises CommandError for a database that another version of the application has written."""
    loader = MigrationLoader(connections[using])
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in OURS and (app, name) not in loader.disk_migrations
    )
    if unknown:
        raise CommandError(
            "This database is of another version of policetweets: it has the migrations"
            f" {', '.join(unknown)}, which are not here. « make reset » empties a demonstration."
        )


def harden(*, using: str = "default", **kwargs: Any) -> None:
    """A receiver of post_migrate; doing it twice is doing it once."""
    with connections[using].cursor() as cursor:
        cursor.execute(NEVER_IGNORED)
        cursor.execute(FIXED_SEARCH_PATH)
        cursor.execute(FINITE_MOMENTS)
        if settings.DATABASE_APP_URL:
            role = role_of(cursor, settings.DATABASE_APP_URL)
            cursor.execute("SELECT current_user")
            if role != cursor.fetchone()[0]:
                grant(cursor, role)


def role_of(cursor: CursorWrapper, url: str) -> str:
    """The role that a URL names, with the password that it names: made when there is none, else
    given this password, unless it is our own or somebody else's to change.
    """
    address = urlsplit(url)
    role = unquote(address.username or "")
    password = unquote(address.password or "")
    cursor.execute(
        "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = %s), current_user", [role]
    )
    exists, owner = cursor.fetchone()
    if not exists:
        _set_password(cursor, "CREATE ROLE {role} LOGIN PASSWORD {password}", role, password)
    elif password and role != owner:
        try:
            with transaction.atomic(using=cursor.db.alias):
                _set_password(cursor, "ALTER ROLE {role} PASSWORD {password}", role, password)
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
    return role


def _set_password(cursor: CursorWrapper, statement: str, role: str, password: str) -> None:
    """The server, and its log, see a hash of it."""
    hashed = encrypt_password(password, role, cursor.connection, "scram-sha-256")
    cursor.execute(
        sql.SQL(statement).format(
            role=sql.Identifier(role), password=sql.Literal(hashed if password else None)
        )
    )


def grant(cursor: CursorWrapper, role: str) -> None:
    """What the application does to each table: rows that a trigger keeps are not its to change."""
    who = sql.Identifier(role)
    database = sql.Identifier(connections["default"].settings_dict["NAME"])
    run = [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {who}",
        "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {who}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {who}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who}",
    ]
    for statement in run:
        cursor.execute(sql.SQL(statement).format(who=who, database=database))
    for model in apps.get_models(include_auto_created=True):
        if rights_on(model) and model._meta.db_table != "django_migrations":
            rights = sql.SQL(", ").join(sql.SQL(right) for right in rights_on(model))
            cursor.execute(
                sql.SQL("GRANT {rights} ON {table} TO {who}").format(
                    rights=rights, table=sql.Identifier(model._meta.db_table), who=who
                )
            )


def rights_on(model: type[models.Model]) -> list[str]:
    """INSERT, and UPDATE and DELETE where no trigger of the table refuses them to everybody; on a
    view nothing.
    """
    if not model._meta.managed:
        return []
    kept = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    rights = ["INSERT"]
    if "no_update" not in kept:
        rights.append("UPDATE")
    if "no_delete" not in kept:
        rights.append("DELETE")
    return rights
