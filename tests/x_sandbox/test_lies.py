"""Every lie that the sandbox of X can tell: what the client gets, and what is so all the same."""

import math
import time
from collections.abc import Iterator

import pytest

from tests.sandbox import Sandbox, running
from tests.x_sandbox.test_api import picture, upload
from x_sandbox.lies import LIES, PARTIAL
from x_sandbox.refusals import REFUSALS

ME = "2000000044"
TIMELINE = f"/2/users/{ME}/tweets?tweet.fields=author_id,entities"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


def sent(sandbox: Sandbox, text: str = "Avis : 17.fr") -> str:
    return sandbox.tweet(text).json()["data"]["id"]


def timeline(sandbox: Sandbox, body: str) -> dict:
    sandbox.switch("body", on="timeline", body=body)
    answer = sandbox.call("GET", TIMELINE)
    assert answer.status_code == 200
    return answer.json()


class TestInvalidCharacters:
    @pytest.mark.parametrize("character", ["\ufeff", "\ufffe", "\uffff", "\ud83d"])
    def test_a_text_is_refused(self, sandbox, character):
        answer = sandbox.tweet(f"a{character}b")
        assert answer.status_code == 400
        assert "invalid characters" in answer.text
        assert sandbox.posts() == []

    @pytest.mark.parametrize("character", ["\u200d", "\u202e", "\u00a0", "\ufffd"])
    def test_others_are_not(self, sandbox, character):
        assert sandbox.tweet(f"a{character}b").status_code == 201


class TestTimelines:
    @pytest.mark.parametrize("body", ["denied", "suspended_user", "errors"])
    def test_errors_and_no_data(self, sandbox, body):
        sent(sandbox)
        said = timeline(sandbox, body)
        assert said["errors"]
        assert "data" not in said

    def test_a_suspended_user_is_said_in_x_s_words(self, sandbox):
        assert (
            "User has been suspended" in timeline(sandbox, "suspended_user")["errors"][0]["detail"]
        )

    def test_nothing_null_and_no_meta(self, sandbox):
        sent(sandbox)
        assert timeline(sandbox, "nothing") == {}
        assert timeline(sandbox, "data_null") == {"data": None}
        assert timeline(sandbox, "no_meta").keys() == {"data"}

    def test_counts_that_disagree(self, sandbox):
        sent(sandbox)
        said = timeline(sandbox, "wrong_count")
        assert (len(said["data"]), said["meta"]["result_count"]) == (1, 2)
        said = timeline(sandbox, "no_rows")
        assert said["meta"]["result_count"] == 1
        assert "data" not in said

    def test_a_page_that_never_comes(self, sandbox):
        post_id = sent(sandbox)
        sandbox.switch("body", on="timeline", body="endless", times=2)
        token = None
        for _ in range(2):
            said = sandbox.call("GET", TIMELINE, params={"pagination_token": token}).json()
            assert "data" not in said
            token = said["meta"]["next_token"]
        said = sandbox.call("GET", TIMELINE, params={"pagination_token": token}).json()
        assert [row["id"] for row in said["data"]] == [post_id]

    def test_rows_that_cannot_be_read(self, sandbox):
        post_id = sent(sandbox)
        assert timeline(sandbox, "bad_row")["data"][0]["id"] is None
        assert timeline(sandbox, "null_row")["data"] == [None]
        assert timeline(sandbox, "null_urls")["data"][0]["entities"] == {"urls": [None]}
        assert timeline(sandbox, "other_author")["data"][0]["author_id"] == "1"
        odd = timeline(sandbox, "odd_digits")["data"][0]["id"]
        assert (odd.isdigit(), odd.isascii()) == (True, False)
        numbers = timeline(sandbox, "numbers")
        assert numbers["data"][0]["id"] == int(post_id)
        assert numbers["meta"]["result_count"] == "1"
        assert isinstance(timeline(sandbox, "swapped")["data"], dict)

    def test_a_hundred_thousand_brackets(self, sandbox):
        sandbox.switch("body", on="timeline", body="nested")
        assert sandbox.call("GET", TIMELINE).content.count(b"[") == 100_000

    @pytest.mark.parametrize("body", LIES)
    def test_every_lie_can_be_told_of_every_call(self, sandbox, body):
        post_id = sent(sandbox)
        calls = [
            ("GET", TIMELINE, "timeline"),
            ("GET", f"/2/tweets?ids={post_id}", "posts"),
            ("GET", f"/2/tweets/{post_id}", "posts"),
            ("GET", "/2/users/me", "me"),
            ("DELETE", f"/2/tweets/{post_id}", "delete"),
        ]
        for method, path, operation in calls:
            sandbox.switch("body", on=operation, body=body)
            assert sandbox.call(method, path).status_code == 200, path
        sandbox.switch("body", body=body)
        assert sandbox.tweet("deux").status_code == 201
        assert len(sandbox.posts()) == 2


class TestLookUps:
    @pytest.mark.parametrize("why", PARTIAL)
    def test_a_live_post_is_left_out(self, sandbox, why):
        post_id = sent(sandbox)
        sandbox.switch("partial", why=why)
        said = sandbox.call("GET", f"/2/tweets?ids={post_id}").json()
        assert "data" not in said
        assert bool(said.get("errors")) == (why != "silent")
        assert len(sandbox.posts(live=True)) == 1
        again = sandbox.call("GET", f"/2/tweets?ids={post_id}").json()
        assert again["data"][0]["id"] == post_id

    def test_only_not_found_says_not_found_of_that_post(self, sandbox):
        post_id = sent(sandbox)
        naming = {}
        for why in PARTIAL:
            sandbox.switch("partial", why=why)
            errors = sandbox.call("GET", f"/2/tweets?ids={post_id}").json().get("errors", [])
            naming[why] = any(
                error.get("resource_id") == post_id and error["title"] == "Not Found Error"
                for error in errors
            )
        assert [why for why, said in naming.items() if said] == ["not_found"]


class TestDeletions:
    @pytest.mark.parametrize(
        ("fault", "status", "says"),
        [
            ("delete_unavailable", 404, "Service Unavailable"),
            ("delete_pretended", 200, "true"),
            ("delete_false", 200, "false"),
        ],
    )
    def test_the_post_stays_live(self, sandbox, fault, status, says):
        post_id = sent(sandbox)
        sandbox.switch(fault)
        answer = sandbox.call("DELETE", f"/2/tweets/{post_id}")
        assert answer.status_code == status
        assert says in answer.text
        assert len(sandbox.posts(live=True)) == 1


class TestLimits:
    @pytest.mark.parametrize(
        ("says", "is_so"),
        [
            ("milliseconds", lambda reset: float(reset) > 1000 * time.time()),
            ("year", lambda reset: float(reset) > time.time() + 360 * 86400),
            ("past", lambda reset: 0 < float(reset) < time.time()),
            ("negative", lambda reset: float(reset) < 0),
            ("nan", lambda reset: math.isnan(float(reset))),
            ("infinite", lambda reset: math.isinf(float(reset))),
            ("words", lambda reset: not reset[0].isdigit()),
        ],
    )
    def test_absurd_resets(self, sandbox, says, is_so):
        sandbox.switch("rate_limited", says=says)
        sandbox.switch("rate_limited", says=says, daily=True)
        answer = sandbox.tweet("un")
        assert answer.status_code == 429
        assert answer.headers["x-rate-limit-remaining"] == "0"
        assert is_so(answer.headers["x-rate-limit-reset"])
        assert is_so(sandbox.tweet("un").headers["x-user-limit-24hour-reset"])
        assert sandbox.posts() == []


class TestRefusals:
    @pytest.mark.parametrize("why", REFUSALS)
    def test_each_is_a_no_and_nothing_is_posted(self, sandbox, why):
        sandbox.switch("refused", why=why)
        assert sandbox.tweet("un").status_code in (400, 403, 429)
        assert sandbox.posts() == []
        assert sandbox.tweet("un").status_code == 201

    @pytest.mark.parametrize("code", [185, 187, 226, 261, 326, 344, 453])
    def test_codes(self, sandbox, code):
        sandbox.switch("refused", why=str(code))
        assert sandbox.tweet("un").json()["errors"][0]["code"] == code

    def test_problem_types(self, sandbox):
        kinds = {}
        for why in ("client_not_enrolled", "oauth1_permissions", "usage_capped"):
            sandbox.switch("refused", why=why)
            kinds[why] = sandbox.tweet("un").json()["type"].rpartition("/")[2]
        assert list(kinds.values()) == ["client-forbidden", "oauth1-permissions", "usage-capped"]

    @pytest.mark.parametrize("why", ["cloudflare", "proxy"])
    def test_a_page_that_is_not_x_s(self, sandbox, why):
        sandbox.switch("refused", why=why)
        answer = sandbox.tweet("un")
        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")


class TestImages:
    def alt(self, sandbox: Sandbox, media_id: str):
        said = {"id": media_id, "metadata": {"alt_text": {"text": "Un plan"}}}
        return sandbox.call("POST", "/2/media/metadata", json=said)

    @pytest.mark.parametrize("body", ["whole", "bare", "html", "errors", "empty"])
    def test_metadata_without_effect(self, sandbox, body):
        media_id = upload(sandbox, picture())["data"]["id"]
        sandbox.switch("alt_ignored", body=body)
        assert self.alt(sandbox, media_id).status_code == 200
        [media] = sandbox.record()["media"]
        assert media["alt_text"] == ""
        self.alt(sandbox, media_id)
        [media] = sandbox.record()["media"]
        assert media["alt_text"] == "Un plan"

    def test_an_alternative_text_refused_and_a_media_id_called_invalid(self, sandbox):
        media_id = upload(sandbox, picture())["data"]["id"]
        sandbox.switch("refused", on="metadata", why="alt_refused")
        assert self.alt(sandbox, media_id).status_code == 403
        sandbox.switch("refused", why="media_invalid")
        answer = sandbox.tweet("un", media={"media_ids": [media_id]})
        assert "media IDs are invalid" in answer.text
        assert sandbox.posts() == []


@pytest.mark.parametrize(
    "wish",
    [
        {"fault": "body", "body": "false"},
        {"fault": "refused", "why": "no"},
        {"fault": "partial", "why": "no"},
        {"fault": "rate_limited", "says": "soon"},
        {"fault": "alt_ignored", "body": "nested"},
    ],
)
def test_a_word_that_an_option_does_not_know_is_refused(sandbox, wish):
    with pytest.raises(AssertionError, match="is one of"):
        sandbox.switch(**wish)


def test_links_are_shown_in_the_form_that_is_set(sandbox):
    sandbox.set(link_form="canonical")
    sent(sandbox)
    [row] = sandbox.call("GET", TIMELINE).json()["data"]
    assert row["entities"]["urls"][0]["expanded_url"] == "http://17.fr/"
    with pytest.raises(AssertionError, match="link_form is one of"):
        sandbox.set(link_form="other")
