"""Every fault that the sandbox of X can play: what the client gets, and whether a post was made."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests
import tweepy

from tests.sandbox import Sandbox, running, until

ME = "2000000044"
TIMELINE = f"/2/users/{ME}/tweets"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


@pytest.fixture(params=["before", "after"])
def when(request) -> str:
    return request.param


def was_made(sandbox: Sandbox, when: str) -> bool:
    """Whether exactly what `when` promises happened to the one post sent."""
    return len(sandbox.posts()) == (1 if when == "after" else 0)


class TestNoAnswer:
    def test_timeout(self, sandbox, when):
        sandbox.switch("timeout", when=when)
        with pytest.raises(requests.ReadTimeout):
            sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.3)
        [row] = sandbox.wait_for(lambda record: record["requests"])
        until(lambda: sandbox.requests()[0]["answered_at"])
        assert was_made(sandbox, when)
        assert (row["fault"], row["status"]) == ("timeout", None)
        assert sandbox.tweet("deux").status_code == 201

    def test_reset(self, sandbox, when):
        sandbox.switch("reset", when=when)
        with pytest.raises(requests.ConnectionError) as caught:
            sandbox.tweet("un")
        assert "ConnectionResetError" in repr(caught.value)
        assert was_made(sandbox, when)

    def test_slow_loris_outlives_any_read_timeout(self, sandbox, when):
        sandbox.switch("slow_loris", when=when, seconds=0.002)
        started = time.monotonic()
        answer = sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.2)
        assert time.monotonic() - started > 0.2
        assert answer.status_code == (201 if when == "after" else 503)
        assert was_made(sandbox, when)

    def test_slow_loris_ends_when_the_client_leaves(self, sandbox):
        sandbox.switch("slow_loris", seconds=0.05)
        prepared = requests.Request(
            "POST", f"{sandbox.base_url}/2/tweets", json={"text": "un"}, auth=sandbox.sign()
        ).prepare()
        head = "".join(f"{name}: {_text(value)}\r\n" for name, value in prepared.headers.items())
        with socket.create_connection(("127.0.0.1", sandbox.port), timeout=30) as connection:
            connection.sendall(
                f"POST /2/tweets HTTP/1.1\r\nHost: 127.0.0.1:{sandbox.port}\r\n{head}\r\n".encode()
                + prepared.body
            )
            assert connection.recv(100) == b"H"
        until(lambda: sandbox.requests()[0]["answered_at"])
        assert sandbox.requests()[0]["status"] is None
        assert len(sandbox.posts()) == 1

    def test_latency(self, sandbox, when):
        sandbox.switch("latency", when=when, ms=300)
        with pytest.raises(requests.ReadTimeout):
            sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.1)
        [post] = sandbox.wait_for_posts(1)  # accepted all the same, when nobody listens any more
        until(lambda: sandbox.requests()[0]["answered_at"])
        [row] = sandbox.requests()
        waited = {"before": post["at"] - row["at"], "after": row["answered_at"] - post["at"]}
        assert waited[when] > 0.29

    def test_latency_of_every_request(self, sandbox):
        sandbox.set("pnationale44", latency_ms=600)
        assert sandbox.call("GET", "/2/users/me").elapsed.total_seconds() >= 0.6
        assert sandbox.call("GET", "/2/users/me", "pnationale35").elapsed.total_seconds() < 0.6

    def test_hold(self, sandbox, when):
        answers = []
        with sandbox.hold(when=when) as hold:
            sender = threading.Thread(target=lambda: answers.append(sandbox.tweet("un")))
            sender.start()
            [waiting] = hold.wait()
            assert (waiting["account"], waiting["text"]) == ("pnationale44", "un")
            assert was_made(sandbox, when)
            assert sandbox.requests()[0]["status"] is None
            assert hold.release() == 1
            sender.join(30)
        assert answers[0].status_code == 201
        assert len(sandbox.posts()) == 1
        assert sandbox.waiting() == []

    def test_a_held_post_is_made_although_its_sender_died(self, sandbox):
        with sandbox.hold() as hold:
            with pytest.raises(requests.ReadTimeout):
                sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.2)
            hold.wait()
            assert sandbox.posts() == []
        assert sandbox.wait_for_posts()[0]["text"] == "un"


class TestOtherAnswers:
    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_server_errors(self, sandbox, when, status):
        sandbox.switch("status", when=when, status=status)
        with pytest.raises(tweepy.TwitterServerError) as caught:
            sandbox.tweepy().create_tweet(text="un", user_auth=True)
        assert caught.value.response.status_code == status
        assert was_made(sandbox, when)
        assert sandbox.requests()[0]["status"] == status

    @pytest.mark.parametrize(
        ("body", "content"),
        [("empty", b""), ("null", b"null"), ("list", b"[]"), ("html", None), ("truncated", None)],
    )
    def test_unreadable_bodies(self, sandbox, when, body, content):
        sandbox.switch("body", when=when, body=body)
        answer = sandbox.tweet("un")
        assert answer.status_code == 201
        if content is None:
            with pytest.raises(requests.JSONDecodeError):
                answer.json()
            assert answer.content != b""
        else:
            assert answer.content == content
        assert was_made(sandbox, when)

    def test_only_errors(self, sandbox, when):
        sandbox.switch("body", when=when, body="errors")
        answer = sandbox.tweet("un")
        assert answer.status_code == 201
        assert list(answer.json()) == ["errors"]
        assert was_made(sandbox, when)

    def test_redirect(self, sandbox):
        sandbox.switch("redirect")
        answer = sandbox.tweet("un")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/2/elsewhere"
        assert sandbox.posts() == []

    def test_rate_limited_with_a_time(self, sandbox):
        sandbox.switch("rate_limited", reset=60)
        with pytest.raises(tweepy.TooManyRequests) as caught:
            sandbox.tweepy().create_tweet(text="un", user_auth=True)
        assert 58 <= caught.value.reset_time - time.time() <= 61
        assert sandbox.posts() == []

    def test_rate_limited_without_a_time(self, sandbox):
        sandbox.switch("rate_limited", reset=None)
        answer = sandbox.tweet("un")
        assert answer.status_code == 429
        assert not [name for name in answer.headers if "limit" in name.lower()]

    @pytest.mark.parametrize(
        ("fault", "status", "word"),
        [
            ("unauthorized", 401, "Unauthorized"),
            ("credits", 402, "credits"),
            ("suspended", 403, "suspended"),
            ("duplicate", 403, "duplicate content"),
            ("not_permitted", 403, "not permitted"),
            ("parent_invisible", 403, "deleted or not visible"),
        ],
    )
    def test_refusals(self, sandbox, fault, status, word):
        sandbox.switch(fault)
        answer = sandbox.tweet("un")
        assert answer.status_code == status
        assert word in answer.json()["detail"]
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert sandbox.posts() == []
        assert sandbox.tweet("un").status_code == 201

    def test_types_that_tell_refusals_apart(self, sandbox):
        sandbox.switch("credits")
        body = sandbox.tweet("un").json()
        assert (body["title"], body["type"].rsplit("/", 1)[1]) == ("CreditsDepleted", "credits")
        sandbox.switch("suspended")
        assert sandbox.tweet("un").json()["type"].rsplit("/", 1)[1] == "user-suspended"

    def test_a_suspended_account_can_do_nothing_and_others_all(self, sandbox):
        sandbox.switch("suspended", account="PNationale44", times="always")
        assert sandbox.tweet("un").status_code == 403
        assert sandbox.call("GET", "/2/users/me").status_code == 403
        assert sandbox.call("GET", TIMELINE).status_code == 403
        assert sandbox.tweet("un", "pnationale35").status_code == 201


class TestReads:
    def seen(self, sandbox) -> list[str]:
        rows = sandbox.call("GET", TIMELINE).json().get("data", [])
        return [row["text"] for row in rows]

    def test_a_timeline_that_lags(self, sandbox):
        sandbox.set(timeline_lag=0.5)
        post_id = sandbox.tweet("un").json()["data"]["id"]
        assert self.seen(sandbox) == []
        assert "errors" in sandbox.call("GET", f"/2/tweets/{post_id}").json()
        assert until(lambda: self.seen(sandbox)) == ["un"]
        [post] = sandbox.posts()
        assert time.time() - post["at"] >= 0.5

    def test_a_timeline_frozen_until_released(self, sandbox):
        sandbox.tweet("avant")
        sandbox.set("pnationale44", timeline_frozen=True)
        sandbox.tweet("pendant")
        assert self.seen(sandbox) == ["avant"]
        sandbox.set(timeline_frozen=False)
        assert self.seen(sandbox) == ["pendant", "avant"]

    @pytest.mark.parametrize("status", [403, 404, 429, 503])
    def test_a_timeline_that_cannot_be_read(self, sandbox, status):
        sandbox.switch("status", on="timeline", status=status)
        sandbox.tweet("un")
        assert sandbox.call("GET", TIMELINE).status_code == status
        assert self.seen(sandbox) == ["un"]

    def test_a_text_altered(self, sandbox):
        sandbox.switch("altered", text="Autre chose")
        assert sandbox.tweet("un").status_code == 201
        assert self.seen(sandbox) == ["Autre chose"]
        [post] = sandbox.posts()
        assert (post["text"], post["altered"]) == ("un", True)

    def test_a_post_vanished(self, sandbox):
        sandbox.switch("vanished")
        assert sandbox.tweet("un").status_code == 201
        assert self.seen(sandbox) == []
        [post] = sandbox.posts()
        assert (post["deleted"], post["vanished"]) == (True, True)


class TestDeletes:
    def test_failing(self, sandbox, when):
        post_id = sandbox.tweet("un").json()["data"]["id"]
        for status in (404, 500):
            sandbox.switch("status", on="delete", status=status)
            assert sandbox.call("DELETE", f"/2/tweets/{post_id}").status_code == status
        sandbox.switch("delete_false")
        said = sandbox.call("DELETE", f"/2/tweets/{post_id}").json()
        assert said == {"data": {"deleted": False}}
        assert len(sandbox.posts(live=True)) == 1
        sandbox.switch("timeout", on="delete", when=when)
        with pytest.raises(requests.ReadTimeout):
            sandbox.call("DELETE", f"/2/tweets/{post_id}", timeout=0.2)
        until(lambda: all(row["answered_at"] for row in sandbox.requests("delete")))
        assert len(sandbox.posts(live=True)) == (0 if when == "after" else 1)


class TestSwitches:
    def test_faults_are_drawn_in_order_and_used_up(self, sandbox):
        sandbox.switch("status", status=500, times=2)
        sandbox.switch("status", status=503)
        got = [sandbox.tweet(f"n° {n}").status_code for n in range(4)]
        assert got == [500, 500, 503, 201]
        assert [fault["drawn"] for fault in sandbox.switches()["faults"]] == [2, 1]

    def test_the_third_of_a_thread_fails(self, sandbox):
        sandbox.switch("status", status=500, skip=2)
        got = [sandbox.tweet(f"n° {n}").status_code for n in range(4)]
        assert got == [201, 201, 500, 201]

    def test_always_until_taken_away(self, sandbox):
        fault = sandbox.switch("status", status=500, times="always")
        assert [sandbox.tweet("un").status_code for _ in range(3)] == [500] * 3
        sandbox.unswitch(fault)
        assert sandbox.tweet("un").status_code == 201

    def test_of_one_account_or_one_operation_only(self, sandbox):
        sandbox.switch("status", status=500, account="pnationale35", on=["delete", "me"])
        assert sandbox.tweet("un", "pnationale35").status_code == 201
        assert sandbox.call("GET", "/2/users/me").status_code == 200
        assert sandbox.call("GET", "/2/users/me", "pnationale35").status_code == 500

    def test_a_stranger_uses_up_no_fault(self, sandbox):
        sandbox.switch("status", status=500)
        wrong = sandbox.call("GET", "/2/users/me", auth=sandbox.sign(token_secret="no"))
        assert wrong.status_code == 401
        assert sandbox.tweet("un").status_code == 500

    def test_clear_puts_everything_right(self, sandbox):
        sandbox.switch("status", times="always")
        sandbox.set(limit_post=0)
        sandbox.clear()
        assert sandbox.tweet("un").status_code == 201

    @pytest.mark.parametrize(
        "wish",
        [
            {"faults": [{"fault": "none such"}]},
            {"faults": [{"fault": "timeout", "when": "during"}]},
            {"faults": [{"fault": "timeout", "seconds": 3}]},
            {"faults": [{"fault": "timeout", "on": "party"}]},
            {"faults": [{"fault": "timeout", "times": 0}]},
            {"faults": [{"fault": "body", "body": "poem"}]},
            {"faults": ["timeout"]},
            {"faults": [{}]},
            {"parameters": {"none_such": 1}},
            {"parameters": {"limit_post": "many"}},
            {"parameters": {"limit_post": -1}},
            {"parameters": [1]},
            {"remove": ["x"]},
        ],
    )
    def test_mistakes_are_refused(self, sandbox, wish):
        answer = requests.post(f"{sandbox.base_url}/sandbox/switches", json=wish, timeout=30)
        assert answer.status_code == 400
        assert sandbox.switches()["faults"] == []

    def test_parameters_given_at_the_start_stand_after_a_clear(self):
        with running(limit_post=1) as sandbox:
            sandbox.clear()
            assert [sandbox.tweet(f"n° {n}").status_code for n in range(2)] == [201, 429]

    def test_no_other_site_turns_switches(self, sandbox):
        answer = requests.post(
            f"{sandbox.base_url}/sandbox/switches",
            json={"faults": [{"fault": "timeout"}]},
            headers={"Origin": "https://example.org"},
            timeout=30,
        )
        assert answer.status_code == 403
        assert sandbox.switches()["faults"] == []


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
