"""The trail under plain SQL: rows are added, nothing else (rule 11)."""

import pytest
from django.db import Error, connection, transaction

from accounts import audit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET act = 'nothing'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry CASCADE",
    ],
)
def test_rule_11_the_trail_only_grows(cast, statement):
    audit.record("person.created", actor=cast.ada, subject=cast.nadia)
    with (
        pytest.raises(Error, match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
