"""The demonstration's five accounts are connected to the sandbox of X, as an operator would."""

from __future__ import annotations

from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import AuditEntry, Credential
from approvals.models import Comment, Draft
from policetweets.management import demo_messages
from policetweets.management.commands.seed_demo import PILOTS
from policetweets.management.demo_messages import PILOT_TWEET
from publishing.actions.send import claim, send_due
from publishing.models import Confirmation, Publication
from publishing.models.publication import ALERTS

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_five_accounts_are_connected_once_and_no_token_is_shown(x, monkeypatch, capsys):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo")
    printed = capsys.readouterr().out
    assert Credential.objects.filter(state="connected").count() == 5
    assert not any(row["token"] in printed for row in x.accounts.values())
    asked = len(x.requests())
    acts = AuditEntry.objects.count()
    call_command("seed_demo")
    assert (len(x.requests()), AuditEntry.objects.count()) == (asked, acts)


def test_tokens_that_x_refuses_are_not_kept(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    x.switch("unauthorized", on="me", times="always")
    with pytest.raises(CommandError, match="rien n’a été enregistré"):
        call_command("seed_demo")
    assert not Credential.objects.exists()


def test_more_alerts_than_a_page_holds_can_be_made(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo")
    call_command("seed_alerts", "52")
    assert Publication.objects.filter(ALERTS).count() == 52
    assert x.posts() == []


def stands_complete(x) -> None:
    drafts = dict(Draft.objects.values_list("state").annotate(Count("pk")))
    assert drafts.keys() == {"writing", "in_review", "released", "rejected", "abandoned"}
    assert sum(drafts.values()) == 35
    assert set(Draft.objects.values_list("account__code", flat=True)) == set(PILOTS)
    publications = dict(Publication.objects.values_list("state").annotate(Count("pk")))
    assert publications.keys() == {
        *("waiting", "published", "retracted", "missed", "refused", "uncertain", "partial"),
        "recalled",
    }
    assert Confirmation.objects.get(state="open").publication.state == "missed"
    assert Comment.objects.filter(draft__state="in_review").count() == 7
    on_x = x.posts(live=True)
    assert PILOT_TWEET in [post["text"] for post in on_x]
    assert len({post["text"] for post in on_x}) == len(on_x)
    assert {len(post["media"]) for post in on_x} == {0, 1, 2}
    assert any(post["parent"] for post in on_x)
    assert len(x.posts()) == len(on_x) + 2


def test_its_messages_stand_in_every_state_and_are_made_once(x, monkeypatch, capsys):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo", "--messages")
    capsys.readouterr()
    stands_complete(x)
    acts, posts = AuditEntry.objects.count(), len(x.posts())
    Draft.objects.update(parts=[{"text": "Changé depuis.", "images": []}])
    call_command("seed_demo", "--messages")
    assert (AuditEntry.objects.count(), len(x.posts())) == (acts, posts)


ACTS = [
    *("begin_draft", "add_image", "save_draft", "submit_draft", "comment", "approve"),
    "raise_objection",
    *("ask_for_changes", "reject", "abandon_draft", "freeze", "propose_lift", "confirm"),
    *("propose", "recall", "send_due"),
]


class Stopped(BaseException):
    """Ctrl-C, or a machine that goes down."""


def test_messages_that_were_stopped_half_way_are_completed_and_none_is_doubled(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    done = count()

    def stopping(act):
        def run(*given, **named):
            answer = act(*given, **named)
            if next(done) % 4 == 3:
                raise Stopped
            return answer

        return run

    with monkeypatch.context() as patch:
        for name in ACTS:
            patch.setattr(demo_messages, name, stopping(getattr(demo_messages, name)))
        stops = 0
        while True:
            try:
                call_command("seed_demo", "--messages")
                break
            except Stopped:
                stops += 1
    assert stops > 20
    stands_complete(x)


def test_a_message_that_was_being_sent_when_seeding_stopped_is_left_to_the_workers(x, monkeypatch):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    sends = count()

    def caught(account_id):
        if next(sends) == 2:
            claim(account_id)
            raise Stopped
        return send_due(account_id)

    with monkeypatch.context() as patch:
        patch.setattr(demo_messages, "send_due", caught)
        with pytest.raises(Stopped):
            call_command("seed_demo", "--messages")
    call_command("seed_demo", "--messages")
    assert AuditEntry.objects.filter(act="account.seeded").count() == len(PILOTS)
    assert Publication.objects.get(state="sending").parts.get().state == "pending"
