"""One state of the database for a document: whatever is written meanwhile, all its reads agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

BEGIN = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL idle_in_transaction_session_timeout = '15min'
"""


@contextmanager
def snapshot() -> Iterator[None]:
    """Nothing can be written inside. It locks nobody, and may lie idle while a film is copied."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(BEGIN)
        yield
