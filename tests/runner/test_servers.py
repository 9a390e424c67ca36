"""The embedded servers: they keep what was committed, come back after a crash, and end."""

import os

import psutil
import psycopg2
import pytest
import redis

from policetweets.runner import postgres as postgres_module
from policetweets.runner.folder import SOCKET_FOLDER_LIMIT, socket_folder
from policetweets.runner.postgres import Postgres
from policetweets.runner.processes import session_members
from policetweets.runner.redis import Redis


@pytest.fixture
def postgres(tmp_path):
    server = Postgres(tmp_path, durable=False)
    yield server
    server.stop()


@pytest.fixture
def valkey(tmp_path):
    server = Redis(tmp_path)
    yield server
    server.stop()


def sql(server, statement):
    connection = psycopg2.connect(server.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else None
    connection.close()
    return found


def test_postgres_is_18_speaks_utf8_and_listens_on_a_socket_only(postgres, monkeypatch):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    monkeypatch.setenv("PGPORT", "77")
    monkeypatch.setenv("PGDATA", "/nowhere")
    postgres.start()
    assert sql(postgres, "SHOW server_version")[0][0].startswith("18.")
    assert sql(postgres, "SHOW server_encoding") == [("UTF8",)]
    assert sql(postgres, "SHOW listen_addresses") == [("",)]
    assert sql(postgres, "SELECT upper('é')") == [("É",)]


def test_postgres_keeps_its_data_over_a_stop_and_over_a_crash(tmp_path):
    server = Postgres(tmp_path)
    try:
        server.start()
        sql(server, "CREATE TABLE kept (n int)")
        server.stop()
        server.start()
        sql(server, "INSERT INTO kept VALUES (1)")
        server.kill()
        server.start()
        assert sql(server, "SELECT n FROM kept") == [(1,)]
    finally:
        server.stop()


def test_stopping_leaves_no_process_and_no_socket(postgres, valkey):
    postgres.start()
    valkey.start()
    sessions = [postgres.pid, valkey.pid]
    postgres.stop()
    valkey.stop()
    assert [session_members(session) for session in sessions] == [[], []]
    assert list(postgres.sockets.iterdir()) == []


def test_a_postmaster_pid_of_another_program_is_stale(postgres):
    postgres.start()
    postgres.kill()
    # As after a reboot: the number now belongs to somebody else (us).
    file = postgres.data / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{postgres.data}\n")
    postgres.durable = True
    postgres.start()
    assert sql(postgres, "SELECT 1") == [(1,)]


def test_a_second_server_ends_the_one_a_dead_supervisor_left(tmp_path):
    left = Postgres(tmp_path)
    left.start()
    sql(left, "CREATE TABLE kept (n int)")
    again = Postgres(tmp_path)
    again.start()
    try:
        assert not left.is_running()
        assert sql(again, "SELECT n FROM kept") == []
    finally:
        again.stop()


def test_root_without_user_namespaces_becomes_somebody_else(tmp_path, monkeypatch):
    """As in a container, with the project and its programs in root's private home."""
    monkeypatch.setenv("POLICETWEETS_NO_USER_NAMESPACE", "1")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "bin").symlink_to(postgres_module.binaries())
    monkeypatch.setattr(postgres_module, "binaries", lambda: private / "bin")
    postgres_module.become.cache_clear()
    server = Postgres(tmp_path, durable=False)
    try:
        server.start()
        assert psutil.Process(server.pid).uids().real == postgres_module.owner() != 0
        assert sql(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()
        postgres_module.become.cache_clear()


def test_redis_keeps_its_data_over_a_crash(valkey):
    valkey.start()
    client = redis.Redis.from_url(valkey.url)
    client.set("kept", "1")
    valkey.kill()
    valkey.start()
    assert client.get("kept") == b"1"


def test_a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere(tmp_path):
    deep = tmp_path / ("x" * 100)
    found = socket_folder(deep)
    try:
        assert len(str(found)) <= SOCKET_FOLDER_LIMIT
        assert not found.is_relative_to(tmp_path)
        assert found.stat().st_mode & 0o777 == 0o700
        assert found == socket_folder(deep)
        assert found != socket_folder(tmp_path / ("y" * 100))
    finally:
        found.rmdir()
        socket_folder(tmp_path / ("y" * 100)).rmdir()


def test_a_path_with_odd_characters_works(tmp_path):
    server = Postgres(tmp_path / "l’été, « 100 % »", durable=False)
    try:
        server.start()
        assert sql(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()
        server.sockets.rmdir()
