"""After troubles of every kind, no log holds a token, a text, an address or the path of a link."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import psycopg2
import pytest
import requests

from accounts import demo
from tests.sandbox import until

pytestmark = pytest.mark.xdist_group("stack")

TEXT = "Un texte que nul journal ne garde"
NAME = "Zénobie Jamais-Écrite"
ADDRESS = "zenobie.jamais@demo.invalid"
TOKEN = "c3x7qd-0123456789abcdef0123456789abcdef"


class Visitor:
    """A browser's requests, by name of form field."""

    def __init__(self, url: str, name: str = "") -> None:
        self.url, self.http = url, requests.Session()
        if name:
            address = f"{name}@{demo.DOMAIN}"
            done = self.post("/connexion", username=address, password=demo.PASSWORD)
            assert done.ok and "/connexion" not in done.url

    def post(self, path: str, **fields: str) -> requests.Response:
        self.http.get(f"{self.url}/connexion", timeout=20)
        fields["csrfmiddlewaretoken"] = self.http.cookies.get("csrftoken", "")
        headers = {"Referer": f"{self.url}/"}
        return self.http.post(f"{self.url}{path}", fields, headers=headers, timeout=20)


@contextlib.contextmanager
def refusing(database: str, table: str):
    """PostgreSQL refuses each new row of a table, and says which."""
    with contextlib.closing(psycopg2.connect(database)) as server:
        server.autocommit = True
        server.cursor().execute(f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (false) NOT VALID")
        try:
            yield
        finally:
            server.cursor().execute(f"ALTER TABLE {table} DROP CONSTRAINT no")


def server_log() -> Path:
    """PostgreSQL's own, when the tests run it."""
    return Path(os.environ["MEDIA_ROOT"]).parent / "logs" / "postgres.log"


def test_fault_99_no_log_holds_a_token_a_text_or_an_address(stack):
    before = server_log().stat().st_size if server_log().exists() else 0
    claire, ada = Visitor(stack.url, "claire.44"), Visitor(stack.url, "agnes.admin")
    started = claire.post("/brouillons/nouveau", account="pnationale44")
    draft = re.search(r"/brouillons/\d+/", started.url)[0]

    # A link that opens once, without its token of the form, with one, and by a wrong method.
    link = f"/mot-de-passe/MQ/{TOKEN}"
    assert requests.post(stack.url + link, {"a": "b"}, timeout=20).status_code == 403
    assert requests.put(stack.url + link, timeout=20).status_code in (403, 405)
    assert requests.get(f"{stack.url}{link}/more", timeout=20).status_code == 404
    assert requests.get(stack.url, headers={"Host": TOKEN}, timeout=20).status_code == 400
    # Rows that PostgreSQL refuses: with a text, a name and an address.
    with refusing(stack.owner_url, "approvals_comment"):
        assert claire.post(f"{draft}debattre", body=TEXT).status_code >= 400
    with refusing(stack.owner_url, "accounts_person"):
        ada.post("/personnes/ajouter", email=ADDRESS, name=NAME)
    claire.post("/connexion", username=ADDRESS, password=TOKEN)

    logs = [*Path(stack.folder / "logs").glob("*.log")]
    until(lambda: "CheckViolation" in "".join(file.read_text() for file in logs))
    wrote = "".join(file.read_text(errors="replace") for file in logs)
    if server_log().exists():
        wrote += (said := server_log().read_bytes()[before:].decode(errors="replace"))
        assert not re.search(r"^(STATEMENT|DETAIL|CONTEXT):", said, re.MULTILINE)
    secrets = [TEXT, NAME, ADDRESS, TOKEN, demo.PASSWORD, f"@{demo.DOMAIN}"]
    secrets += [row[key] for row in stack.x.accounts.values() for key in ("token", "token_secret")]
    secrets += [stack.x.consumer["secret"], os.environ["X_TOKEN_KEYS"], os.environ["SECRET_KEY"]]
    assert [secret for secret in secrets if secret in wrote] == []
