"""One log line a request: who, where, what came of it, how long; never what was typed."""

import logging

import pytest

from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="policetweets.request")

    def read():
        return [r for r in caplog.records if r.name == "policetweets.request"]

    return read


def test_a_line_names_route_status_person_and_time(cast, lines):
    signed_in(cast.claire).get("/brouillons/?words=secret")
    line = lines()[-1].msg
    assert (line["event"], line["method"], line["route"]) == ("request", "GET", "drafts")
    assert (line["status"], line["person"]) == (200, cast.claire.pk)
    assert line["ms"] >= 0
    assert "secret" not in str(line)


def test_a_refusal_is_logged_by_its_code(cast, lines):
    signed_in(cast.claire).get("/departements")
    assert {"refused", "request"} <= {line.msg["event"] for line in lines()}
    assert any(line.msg.get("code") == "forbidden" for line in lines())


def test_neither_passwords_nor_links_are_in_it(client, cast, lines):
    client.post("/connexion", {"username": "claire@police.example", "password": "hush"})
    client.get("/mot-de-passe/MQ/abc-token")
    said = str([line.msg for line in lines()])
    for word in ("hush", "abc-token", "claire@"):
        assert word not in said
