"""Every address by every role: an address that is not in this table fails.

For each address and method, what meets: nobody signed in; Yann, seat holder of another department;
Ada, administrator; Helene, supervisor of 44; Claire, seat holder of 44. The methods GET and POST
that an address does not name answer 405 to whoever may enter.

    in    sent to the sign-in page
    ok    let through: shown, done, or told what is missing in the form
    404   as if it did not exist
    403   somebody else's act
    405   not that way
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.clock import db_now
from accounts.models import Seat, Supervision
from publishing.models import Confirmation, Freeze, Publication
from publishing.urls import urlpatterns as publishing_addresses
from tests.approvals.writing import a_revision, signed
from tests.cast import Cast, signed_in
from tests.pictures import stored_image

TABLE = """
home                 GET    in   ok   ok   ok   ok
set-language         POST   ok   ok   ok   ok   ok
legal-notice         GET    ok   ok   ok   ok   ok
accessibility        GET    ok   ok   ok   ok   ok
healthz              GET    ok   ok   ok   ok   ok
metrics              GET    ok   ok   ok   ok   ok
health               GET    in   403  ok   403  403

sign-in              GET    ok   ok   ok   ok   ok
sign-in              POST   ok   ok   ok   ok   ok
sign-out             POST   in   ok   ok   ok   ok
set-password         GET    ok   ok   ok   ok   ok
set-password         POST   ok   ok   ok   ok   ok

departments          GET    in   403  ok   403  403
add-department       GET    in   403  ok   403  403
add-department       POST   in   403  ok   403  403
department           GET    in   403  ok   403  403
appoint              GET    in   403  ok   403  403
appoint              POST   in   403  ok   403  403
vacate               GET    in   403  ok   403  403
vacate               POST   in   403  ok   403  403
name-supervisor      GET    in   403  ok   403  403
name-supervisor      POST   in   403  ok   403  403
end-supervision      GET    in   403  ok   403  403
end-supervision      POST   in   403  ok   403  403
change-rule          POST   in   403  ok   403  403
rule-sentence        GET    in   403  ok   403  403
change-settings      GET    in   403  ok   403  403
change-settings      POST   in   403  ok   403  403
people               GET    in   403  ok   403  403
add-person           GET    in   403  ok   403  403
add-person           POST   in   403  ok   403  403
person               GET    in   403  ok   403  403
make-link            POST   in   403  ok   403  403
end-person           GET    in   403  ok   403  403
end-person           POST   in   403  ok   403  403
administer           POST   in   403  ok   403  403
journal              GET    in   403  ok   403  403
mails                GET    in   ok   ok   ok   ok

drafts               GET    in   ok   404  ok   ok
alerts               GET    in   ok   404  ok   ok
new-draft            GET    in   ok   404  ok   ok
new-draft            POST   in   404  404  403  ok
draft                GET    in   404  404  ok   ok
compose              GET    in   404  404  403  ok
compose              POST   in   404  404  403  ok
preview              POST   in   404  404  403  ok
autosave             POST   in   404  404  403  ok
add-images           POST   in   404  404  403  ok
image                GET    in   404  404  ok   ok
draft-live           GET    in   404  404  ok   ok
comment              POST   in   404  404  ok   ok
approve              POST   in   404  404  ok   403
ask-for-changes      POST   in   404  404  ok   403
reject               POST   in   404  404  ok   403
take-back            POST   in   404  404  403  ok
abandon              POST   in   404  404  403  ok
adopt                POST   in   404  404  403  ok
use-again            POST   in   404  404  403  ok

publication-live     GET    in   404  404  ok   ok
recall               GET    in   404  404  ok   ok
recall               POST   in   404  404  ok   ok
point-to             GET    in   404  404  ok   ok
point-to             POST   in   404  404  ok   ok
propose-new-time     GET    in   404  404  ok   ok
propose-new-time     POST   in   404  404  ok   ok
propose-found        GET    in   404  404  ok   ok
propose-found        POST   in   404  404  ok   ok
propose-send-again   GET    in   404  404  ok   ok
propose-send-again   POST   in   404  404  ok   ok
propose-give-up      GET    in   404  404  ok   ok
propose-give-up      POST   in   404  404  ok   ok
propose-go-on        GET    in   404  404  ok   ok
propose-go-on        POST   in   404  404  ok   ok
propose-recall       GET    in   404  404  ok   ok
propose-recall       POST   in   404  404  ok   ok
retract              GET    in   404  404  ok   ok
retract              POST   in   404  404  ok   ok
acknowledge          GET    in   404  404  ok   ok
acknowledge          POST   in   404  404  ok   ok
confirmation         GET    in   404  404  ok   ok
confirmation         POST   in   404  404  ok   ok
check-connection     POST   in   403  ok   403  403
account              GET    in   404  404  ok   ok
freeze-account       POST   in   404  404  ok   ok
freezes              GET    in   403  ok   403  403
freeze-all           POST   in   403  ok   403  403
restore-credits      POST   in   403  ok   403  403
lift                 POST   in   404  404  ok   ok
answer-lift          POST   in   404  404  ok   ok
"""
ROLES = ["nobody", "yann", "ada", "helene", "claire"]
ROWS = [line.split() for line in TABLE.strip().splitlines() if line]
OF_PUBLISHING = {p.name for p in publishing_addresses}
METHODS = {name: {row[1] for row in ROWS if row[0] == name} for name in {row[0] for row in ROWS}}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found = []
    for one in resolver.url_patterns:
        found += patterns(one) if isinstance(one, URLResolver) else [one]
    return found


def prepared(name: str, cast: Cast) -> tuple[str, dict]:
    """The address of something of department 44, and what its form would post."""
    pattern = next(p for p in patterns(get_resolver()) if p.name == name)
    subjects = {
        "code": "44",
        "number": 1,
        "draft_id": None,
        "uidb64": "MQ",
        "token": "set-password",
        "pk": cast.nadia.pk,
    }
    if name == "vacate":
        subjects["pk"] = Seat.objects.get(account=cast.nantes, number=3).pk
    if name == "image":
        subjects["sha256"] = stored_image(cast.claire, cast.nantes)
    if name == "end-supervision":
        subjects["pk"] = Supervision.objects.get(person=cast.paul).pk
    wanted = pattern.pattern.converters
    form = {"account": "pnationale44"} if name == "new-draft" else {}
    if name in OF_PUBLISHING:
        subjects |= something_published(name, cast)
        form = {"reason": "Un motif", "answer": "decline"}
    elif "draft_id" in wanted:
        revision = a_revision(cast.claire, cast.nantes)
        subjects["draft_id"] = revision.draft_id
        form = {"revision": revision.pk, "digest": revision.digest}
    return reverse(name, kwargs={key: subjects[key] for key in wanted}), form


def something_published(name: str, cast: Cast) -> dict:
    """A waiting publication of 44, or a freeze of it, with a proposal by Marc."""
    proposal = {
        "reason": "Un motif",
        "proposed_by": cast.marc,
        "expires_at": db_now() + dt.timedelta(hours=1),
    }
    if name in ("lift", "answer-lift"):
        frozen = Freeze.objects.create(account=cast.nantes, reason="Un motif", frozen_by=cast.paul)
        if name == "lift":
            return {"freeze_id": frozen.pk}
        one = Confirmation.objects.create(kind="lift", freeze=frozen, **proposal)
        return {"confirmation_id": one.pk, "answer": "decline"}
    signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    publication = Publication.objects.latest("pk")
    if name != "confirmation":
        return {"publication_id": publication.pk, "handle": "pnationale44"}
    one = Confirmation.objects.create(kind="give_up", publication=publication, **proposal)
    return {"confirmation_id": one.pk}


def outcome(response, name: str) -> str:
    if name == "healthz":
        return "ok"  # nothing beats in this test
    if response.status_code == 302 and response.headers["Location"].startswith("/connexion?"):
        return "in"
    if response.status_code in (200, 204, 302, 303, 400, 409, 422):
        return "ok"
    return str(response.status_code)


def test_every_address_has_its_row():
    names = [pattern.name for pattern in patterns(get_resolver())]
    assert None not in names
    assert len(names) == len(set(names))
    assert set(names) == set(METHODS), "tests/test_urls.py: the table and the addresses differ"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_who_may_enter(cast, row):
    name, method, *expected = row
    address, form = prepared(name, cast)
    met = []
    for role in ROLES:
        client = Client() if role == "nobody" else signed_in(getattr(cast, role))
        response = client.post(address, form) if method == "POST" else client.get(address)
        met.append(outcome(response, name))
    assert dict(zip(ROLES, met, strict=True)) == dict(zip(ROLES, expected, strict=True))


# These two answer whoever is signed in already, or has a dead link, before they look at the method.
@pytest.mark.parametrize("name", sorted(set(METHODS) - {"sign-in", "set-password"}))
def test_no_other_method_does_anything(cast, name):
    address, _ = prepared(name, cast)
    who = "ada" if any(r[0] == name and r[4] == "ok" for r in ROWS) else "claire"
    client = signed_in(getattr(cast, who))
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - METHODS[name]:
        assert client.generic(method, address).status_code == 405, method
