"""A release leaves: claimed, sent once, its answer written down."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import replace

import pytest

from accounts.models import AuditEntry
from publishing import tasks, wake
from publishing.actions.retract import retract
from publishing.actions.scan import due_accounts
from publishing.actions.send import claim, send, send_due
from publishing.models import Attempt, Lookup, Part
from publishing.tasks import is_anything_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_release_is_published_once_and_exactly_as_approved(line, x):
    publication = line.released("Fermez vos volets & vos portes.\nMême en journée.")

    assert send_due(publication.account_id) == 1

    publication.refresh_from_db()
    (post,) = x.posts("pnationale44")
    part = Part.objects.get(publication=publication)
    assert publication.state == "published"
    assert post["text"] == "Fermez vos volets & vos portes.\nMême en journée."
    assert part.x_id == post["id"]
    assert send_due(publication.account_id) == 0
    assert len(x.requests("post")) == 1


def test_every_step_is_in_the_trail_and_no_text_is(line, x):
    publication = line.released("Un mot que la piste ne doit pas garder.")
    send_due(publication.account_id)

    draft_id = publication.release.revision.draft_id
    trail = list(AuditEntry.objects.filter(draft_id=draft_id).order_by("id"))
    assert [entry.act for entry in trail] == [
        "draft.begun",
        "draft.submitted",
        "review.approved",
        "review.approved",
        "draft.released",
        "publication.waiting",
        "publication.sending",
        "attempt.preparing",
        "attempt.posting",
        "attempt.answered",
        "publication.published",
    ]
    assert not any("piste" in str(entry.details) for entry in trail)


def test_the_clock_wakes_nobody_for_an_account_that_a_worker_has_in_hand(line, x, backdate):
    first, second = line.released("Premier."), line.released("Second.")
    assert due_accounts() == [first.account_id]
    claimed = claim(first.account_id)
    assert due_accounts() == []
    attempt = Attempt.objects.get(pk=claimed.attempt_id)
    backdate(attempt, 3, "preparing_at")  # it sends images: the second does not wait for them
    assert due_accounts() == [second.account_id]
    send(claimed)
    assert due_accounts() == [second.account_id]


def test_the_clock_asks_for_a_scan_at_once_when_something_is_due(line, x):
    assert not is_anything_due()
    publication = line.released()
    assert is_anything_due()
    send_due(publication.account_id)
    assert not is_anything_due()
    retract(actor=line.cast.marc, publication_id=publication.pk, reason="Une erreur de lieu.")
    assert is_anything_due()


def test_the_clock_asks_for_a_scan_at_once_when_a_look_is_due(line, x, backdate):
    send_due(line.released().account_id)
    assert not is_anything_due()
    backdate(Lookup.objects.earliest("due_at"), 61, "due_at")  # it is read back
    assert is_anything_due()


def test_what_shares_a_queue_is_asked_in_the_same_second(woken, monkeypatch):
    monkeypatch.setattr(wake, "waits", lambda queue: bool(woken))
    tasks._wake("lookups", {wake.RECONCILE: [1], wake.PROBE: [2]})
    assert woken == [(wake.RECONCILE, 1), (wake.PROBE, 2)]


def test_a_later_hour_waits_for_it(line, x, backdate):
    import datetime as dt

    from accounts.clock import db_now

    later = line.released(requested_at=db_now() + dt.timedelta(hours=2))
    assert send_due(later.account_id) == 0
    backdate(later, 7200, "due_at", "next_try_at")
    assert send_due(later.account_id) == 1
    assert len(x.posts()) == 1


def test_posts_of_one_account_leave_by_due_time(line, x, backdate):
    second, first = line.released("Deux."), line.released("Un.")
    backdate(first, 60, "due_at", "next_try_at")
    assert send_due(second.account_id) == 2
    assert [post["text"] for post in x.posts()] == ["Un.", "Deux."]


def test_a_thread_leaves_part_after_part_under_its_parent(line, x):
    publication = line.released("Premier.", "Deuxième.", "Troisième.")
    assert send_due(publication.account_id) == 3
    publication.refresh_from_db()
    one, two, three = x.posts()
    assert publication.state == "published"
    assert (two["parent"], three["parent"]) == (one["id"], two["id"])


@pytest.mark.parametrize(
    ("fault", "options", "state", "reason"),
    [
        ("timeout", {"when": "after"}, "uncertain", "no_answer"),
        ("reset", {"when": "before"}, "uncertain", "no_answer"),
        ("reset", {"when": "after"}, "uncertain", "no_answer"),
        ("status", {"status": 503, "when": "after"}, "uncertain", "server_error"),
        ("body", {"body": "empty"}, "uncertain", "broken_answer"),
        ("body", {"body": "null"}, "uncertain", "broken_answer"),
        ("body", {"body": "errors"}, "uncertain", "broken_answer"),
        ("slow_loris", {"seconds": 0.5}, "uncertain", "no_answer"),
        ("redirect", {}, "uncertain", "broken_answer"),
        ("duplicate", {}, "uncertain", "duplicate"),
        ("not_permitted", {}, "refused", "not_permitted"),
        ("rate_limited", {"reset": 60}, "waiting", "rate_limited"),
        ("unauthorized", {"on": "post"}, "waiting", "unauthorized"),
        ("credits", {"on": "post"}, "held", "no_credits"),
        ("suspended", {"on": "post"}, "held", "suspended"),
    ],
)
def test_each_answer_is_refused_not_sent_or_uncertain(
    line, x, settings, fault, options, state, reason
):
    settings.DURATIONS = replace(settings.DURATIONS, post_read=1, post_total=4)
    publication = line.released()
    x.switch(fault, **options)

    send_due(publication.account_id)

    publication.refresh_from_db()
    assert (publication.state, publication.reason) == (state, reason)
    assert len(x.requests("post")) == 1
    assert Attempt.objects.get().phase == "answered"


def test_nothing_listens_at_all_is_not_sent(line, x, settings):
    publication = line.released()
    settings.X_API_BASE_URL = "http://127.0.0.1:9"
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "unreachable")
    assert not x.requests("post")


def test_a_tls_handshake_that_trickles_in_is_cut(line, settings):
    """A byte is always on its way: no time-out of the socket ends that."""
    settings.DURATIONS = replace(settings.DURATIONS, post_total=1)
    publication = line.released()
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.X_API_BASE_URL = f"https://127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=trickle, args=[server], daemon=True).start()
        began = time.monotonic()
        send_due(publication.account_id)
        assert time.monotonic() - began < 10
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "unreachable")


def trickle(server: socket.socket) -> None:
    """A record of 16 KB, a byte at a time, for one client."""
    answer, _address = server.accept()
    with answer, contextlib.suppress(OSError):
        answer.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            answer.sendall(b"\x00")
            time.sleep(0.05)


def test_fault_11_an_answer_is_kept_through_a_restart_of_the_database(line, x, monkeypatch):
    from django.db import OperationalError

    from publishing.actions import send as sending

    publication = line.released()
    real, refused = sending.write_answer, []

    def away_at_first(attempt_id, reply):
        if len(refused) < 2:
            refused.append(attempt_id)
            raise OperationalError("the database system is starting up")
        real(attempt_id, reply)

    monkeypatch.setattr(sending, "write_answer", away_at_first)
    monkeypatch.setattr(sending, "PATIENCE", (0.01, 0.01, 0.01))
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, len(refused)) == ("published", 2)


def test_a_freeze_of_all_that_came_after_the_facts_is_seen_by_the_database(line, x, monkeypatch):
    from publishing import rules
    from publishing.models import Freeze

    publication = line.released()
    real, asked = rules.load_conditions, []

    def then_freeze(of):
        conditions = real(of)
        asked.append(conditions)
        if len(asked) == 2:  # in tx 2, after its conditions were read
            Freeze.objects.create(account=None, reason="Tout arrêter.")
        return conditions

    monkeypatch.setattr(rules, "load_conditions", then_freeze)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state in ("waiting", "held")
    assert not x.requests("post")
