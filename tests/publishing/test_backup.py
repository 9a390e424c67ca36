"""Fault 15: yesterday's backup comes back; nothing leaves before X was looked at."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from accounts.clock import db_now
from publishing.actions.decide import confirm, propose_lift
from publishing.actions.effects import NotNow
from publishing.actions.reconcile import reconcile_account
from publishing.actions.restored import freeze_restored
from publishing.actions.send import send_due
from publishing.backup import CannotBackUp, back_up, restore
from publishing.models import Freeze, Lookup, Publication

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def test_fault_15_what_left_since_the_backup_is_found_and_nothing_is_sent_twice(line, x, backdate):
    due, ahead = (
        line.released("Parti hier."),
        line.released(requested_at=db_now() + dt.timedelta(hours=3)),
    )
    # It left after the backup was made: X has it, the restored database does not know.
    x.tweet("Parti hier.")

    assert freeze_restored(db_now() - dt.timedelta(days=1)) == 1

    due.refresh_from_db()
    ahead.refresh_from_db()
    assert (due.state, due.reason) == ("uncertain", "restored")
    assert ahead.state == "waiting"
    assert send_due(due.account_id) == 0
    people = line.cast
    standing = Freeze.objects.get(account=None)
    with pytest.raises(NotNow):
        propose_lift(actor=people.ada, freeze_id=standing.pk, reason="Reprendre.")

    Lookup.objects.update(due_at=db_now())
    reconcile_account(due.account_id)

    due.refresh_from_db()
    assert due.state == "published"
    assert len(x.posts()) == 1
    one = propose_lift(actor=people.ada, freeze_id=standing.pk, reason="Tout est retrouvé.")
    confirm(actor=people.basile, confirmation_id=one.pk)
    assert not Freeze.objects.filter(lifted_at=None).exists()


def test_fault_15_a_backup_comes_back_whole_into_an_empty_database_and_is_frozen(line, x, tmp_path):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    publication = line.released("Dans la sauvegarde.")
    name = default_storage.save("images/0000-backup-test", ContentFile(b"bytes of an image"))
    file = tmp_path / "hier.tar"
    try:
        back_up(file)
    finally:
        default_storage.delete(name)
    assert file.stat().st_mode & 0o077 == 0

    with pytest.raises(CannotBackUp, match="not empty"):
        restore(file)

    empty = f"{connection.settings_dict['NAME']}_back"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{empty}"')
    try:
        media = tmp_path / "media"
        address = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        done = subprocess.run(
            [sys.executable, "manage.py", "restore", str(file)],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": f"{address}/{empty}",
                "MEDIA_ROOT": str(media),
                "X_API_BASE_URL": x.base_url,
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "All posts are frozen; 1 that may have left" in done.stdout
        assert (media / name).read_bytes() == b"bytes of an image"
        assert _rows(empty, "SELECT state, reason FROM publishing_publication") == [
            ("uncertain", "restored")
        ]
        assert _rows(empty, "SELECT count(*) FROM accounts_auditentry") >= [(8,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{empty}" WITH (FORCE)')
    assert Publication.objects.get().pk == publication.pk


def _rows(database: str, query: str) -> list[tuple]:
    import psycopg2

    of = django_settings.DATABASES["default"]
    with (
        psycopg2.connect(
            dbname=database,
            user=of["USER"] or None,
            host=of["HOST"] or None,
            port=of["PORT"] or None,
            password=of["PASSWORD"] or None,
        ) as other,
        other.cursor() as cursor,
    ):
        cursor.execute(query)
        return cursor.fetchall()


def test_what_is_no_backup_is_said_in_a_sentence(tmp_path, transactional_db, monkeypatch):
    monkeypatch.setattr("publishing.backup.connection.introspection.table_names", list)
    file = tmp_path / "not.tar"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(CannotBackUp, match="not a backup"):
        restore(file)


def test_fault_15_a_thread_that_left_since_the_backup_is_found_part_by_part(line, x):
    thread = line.released("Un.", "Deux.")
    one = x.tweet("Un.").json()["data"]["id"]
    x.tweet("Deux.", reply={"in_reply_to_tweet_id": one})
    freeze_restored(db_now() - dt.timedelta(days=1))
    Lookup.objects.update(due_at=db_now())
    reconcile_account(thread.account_id)
    thread.refresh_from_db()
    assert thread.state == "published"
    assert len(x.posts()) == 2


def test_fault_15_what_a_restore_doubts_is_looked_for_before_it_is_sent_again(line, x):
    from publishing.actions.decide import propose

    people, doubted = line.cast, line.released("Peut-être parti.")
    freeze_restored(db_now() - dt.timedelta(days=1))
    x.switch("status", on="timeline", status=503, times="always")
    Lookup.objects.update(due_at=db_now())
    reconcile_account(doubted.account_id)
    one = propose(
        actor=people.claire, publication_id=doubted.pk, kind="send_again", reason="Absent."
    )
    confirm(actor=people.helene, confirmation_id=one.pk)
    reconcile_account(doubted.account_id)
    doubted.refresh_from_db()
    assert doubted.state == "uncertain"  # nobody could read X: it waits for a look that can
