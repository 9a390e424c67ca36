"""What X says proves only what it proves: absence, presence, whose post, and that it is gone."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from accounts.clock import db_now
from accounts.models import Credential
from publishing.actions.point_to import point_to
from publishing.actions.reconcile import reconcile_account
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.gateway import ApiCredentials, Unreadable, read_timeline
from publishing.models import Lookup, Part, Retraction

pytestmark = pytest.mark.django_db(transaction=True)

NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"
AUTHORIZATION = {
    "title": "Authorization Error",
    "type": "https://api.x.com/2/problems/not-authorized-for-resource",
    "resource_type": "tweet",
    "detail": "Sorry, you are not authorized to see the Tweet.",
}


def next_lookup(publication, backdate, kind: str) -> Lookup:
    one = Lookup.objects.filter(part__publication=publication, kind=kind, done_at=None).earliest(
        "due_at"
    )
    backdate(one, 100_000, "due_at")
    reconcile_account(publication.account_id)
    one.refresh_from_db()
    publication.refresh_from_db()
    return one


def lost(line, x, text: str = "Prudence."):
    """A publication whose POST X accepted, and never answered."""
    publication = line.released(text)
    x.switch("reset", when="after")
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "uncertain"
    return publication


def row(line, x_id: str = "1200", **changes: Any) -> dict[str, Any]:
    author = Credential.objects.get(account=line.cast.nantes).x_user_id
    return {"id": x_id, "text": "Autre chose.", "author_id": author} | changes


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None},
        {"errors": [{"title": "Authorization Error"}]},
        {"errors": [{"detail": "User has been suspended: [44]."}], "meta": {"result_count": 0}},
        {"meta": {}},
        {"meta": {"result_count": 1}},
        {"data": [], "meta": {"result_count": "0"}},
        {"data": None, "meta": {"result_count": 0}},
        {"data": []},
        [],
        b"[" * 100_000,
        b"<html>",
        b"",
        gzip.compress(b'{"meta":{"result_count":0}}' + b" " * 50_000_000, mtime=0),
    ],
)
def test_fault_84_a_timeline_that_is_not_whole_is_no_proof_of_absence(
    line, x, lies, backdate, body
):
    publication = lost(line, x)
    lies().says(body)
    assert next_lookup(publication, backdate, "lookups").result == "unreadable"
    assert publication.state == "uncertain"


def test_fault_84_a_whole_timeline_without_the_post_is_absence(line, x, lies, backdate):
    publication = lost(line, x)
    lies().says({"meta": {"result_count": 0}})
    assert next_lookup(publication, backdate, "lookups").result == "absent"


def test_fault_84_every_page_is_read_and_each_must_be_whole(line, lies):
    liar = lies()
    x = ApiCredentials.of(
        Credential.objects.select_related("account").get(account=line.cast.nantes)
    )
    first = {"data": [row(line)], "meta": {"result_count": 1, "next_token": "b"}}
    last = {"data": [row(line, "1100")], "meta": {"result_count": 1}}
    liar.says(first, last)
    assert [seen.x_id for seen in read_timeline(x, since=db_now())] == ["1200", "1100"]
    assert "pagination_token=b" in liar.asked[-1]
    for second in (
        {},
        last | {"errors": [AUTHORIZATION]},
        {"data": [row(line, "1100")], "meta": {"result_count": 2}},
        {"data": [row(line, "1100", author_id="7")], "meta": {"result_count": 1}},
        {"data": [row(line, "²²²")], "meta": {"result_count": 1}},
        {"data": [row(line, entities={"urls": [None]})], "meta": {"result_count": 1}},
        first,  # pages without end
    ):
        liar.says(first, second)
        with pytest.raises(Unreadable):
            read_timeline(x, since=db_now())


def published(line, text: str = "Prudence."):
    publication = line.released(text)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    return publication, Part.objects.get().x_id


def test_fault_90_a_published_post_of_another_account_differs(line, x, lies, backdate):
    publication, x_id = published(line)
    lies().says({"data": [row(line, x_id, text="Prudence.", author_id="4242")]})
    assert next_lookup(publication, backdate, "read_back").result == "differs"
    assert publication.reading == "differs"
    assert "Diffusé :" not in line.page(publication)


def test_fault_90_a_link_to_another_account_s_post_is_not_believed(line, x, lies, backdate):
    publication = lost(line, x)
    x_id = x.posts()[0]["id"]
    post = {"text": "Prudence.", "author_id": "4242"}
    lies().says({"data": [row(line, x_id, **post)]})
    link = f"https://x.com/pnationale44/status/{x_id}"
    point_to(actor=line.cast.claire, publication_id=publication.pk, link=link)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert Lookup.objects.get(kind="pointed").result == "other"
    assert publication.state == "uncertain"


def missing(x_id: str, **changes: Any) -> dict[str, Any]:
    said = {"type": NOT_FOUND, "resource_type": "tweet", "resource_id": x_id, "value": x_id}
    return {"errors": [said | changes]}


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "absent"),
        ({"type": AUTHORIZATION["type"]}, "unreadable"),
        ({"type": "https://api.x.com/2/problems/resource-unavailable"}, "unreadable"),
        ({"type": ""}, "unreadable"),
        ({"resource_id": "7", "value": "7"}, "unreadable"),
        ({"resource_type": "user"}, "unreadable"),
    ],
)
def test_fault_87_a_post_is_gone_only_when_x_says_so_of_that_post(
    line, x, lies, backdate, changes, result
):
    publication, x_id = published(line)
    lies().says(missing(x_id, **changes))
    assert next_lookup(publication, backdate, "read_back").result == result
    assert publication.reading == ("gone" if result == "absent" else "")


@pytest.mark.parametrize(
    ("status", "deleted", "looked_up"),
    [
        (200, {"data": {"deleted": True}}, {"errors": [AUTHORIZATION]}),
        (200, {"data": {"deleted": True}}, {}),
        (200, {"data": {"deleted": True}}, {"errors": [{"title": "Service Unavailable"}]}),
        (404, {"title": "Service Unavailable"}, "not found"),
        (404, b"<html>", "not found"),
        (200, {"data": {"deleted": False}}, "not found"),
        (503, {"title": "Service Unavailable"}, "not found"),
    ],
)
def test_fault_87_no_retraction_is_verified_on_less(line, x, lies, status, deleted, looked_up):
    publication, x_id = published(line)
    asked = retract(actor=line.cast.claire, publication_id=publication.pk, reason="Erreur.")
    liar = lies()
    liar.says(deleted, status=status, method="DELETE")
    liar.says(missing(x_id) if looked_up == "not found" else looked_up)
    run(asked.pk)
    asked.refresh_from_db()
    publication.refresh_from_db()
    assert (asked.state, publication.state) == ("failing", "published")
    assert Part.objects.get().state == "out"


def test_fault_87_what_x_goes_on_not_to_know_is_believed_in_the_end(line, x, lies, backdate):
    """Somebody deleted it by hand: X has nothing to delete, and says so for more than a minute."""
    publication, x_id = published(line)
    asked = retract(actor=line.cast.claire, publication_id=publication.pk, reason="Erreur.")
    liar = lies()
    liar.says({"data": {"deleted": False}}, method="DELETE")
    liar.says(missing(x_id))
    states = []
    for _ in range(4):
        backdate(asked, 1_000, "next_try_at")
        run(asked.pk)
        asked.refresh_from_db()
        states.append(asked.state)
    assert states == ["failing", "failing", "failing", "verified"]


def test_fault_87_a_retracted_post_is_read_again_and_deleted_again(line, x, lies, backdate):
    publication, x_id = published(line)
    asked = retract(actor=line.cast.claire, publication_id=publication.pk, reason="Erreur.")
    liar = lies()
    liar.says({"data": {"deleted": True}}, method="DELETE")
    liar.says(missing(x_id))
    run(asked.pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"

    liar.says({"errors": [AUTHORIZATION]})
    assert next_lookup(publication, backdate, "retracted").result == "unreadable"
    assert publication.state == "retracted"

    liar.says({"data": [row(line, x_id)]})
    assert next_lookup(publication, backdate, "retracted").result == "found"
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    again = Retraction.objects.get(ended_at=None)
    assert again.reason == "Erreur."
    assert Part.objects.get().state == "out"
    assert "vérifié : ce n’est plus sur X" not in line.page(publication)

    liar.says(missing(x_id))
    deletions = len([one for one in liar.asked if one.startswith("DELETE")])
    run(again.pk)
    again.refresh_from_db()
    assert again.state == "verified"
    assert len([one for one in liar.asked if one.startswith("DELETE")]) == deletions + 1
    assert Lookup.objects.filter(kind="retracted", done_at=None).count() == 2


def test_an_equal_post_of_another_release_is_shown_as_what_x_took_it_for(line, x, backdate):
    _first, x_id = published(line, "Le même conseil.")
    second = line.released("Le même conseil.")
    send_due(second.account_id)
    second.refresh_from_db()
    assert (second.state, second.reason) == ("uncertain", "duplicate")
    next_lookup(second, backdate, "lookups")
    assert second.state == "uncertain"
    assert Part.objects.get(publication=second).lookalike_id == x_id
    assert "Un tweet identique plus ancien est sur X" in line.page(second)
