"""The sandbox of X, as tweepy itself and plain HTTP see it: answers, rules, limits, memory."""

import hashlib
import time
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
import requests
import tweepy
from oauthlib.oauth1 import Client as Signer
from PIL import Image

from tests.sandbox import Sandbox, running, until

ME = "2000000044"
EPOCH_MS = 1288834974657


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, "navy").save(data, form)
    return data.getvalue()


def upload(sandbox: Sandbox, data: bytes, handle: str = "pnationale44", **form) -> dict:
    form = {"media_category": "tweet_image"} | form
    return sandbox.call(
        "POST", "/2/media/upload", handle, files={"media": ("a", data)}, data=form
    ).json()


class TestTweepy:
    """tweepy 4.17 needs no change but another host."""

    def test_me_says_whose_token_this_is(self, sandbox):
        me = sandbox.tweepy("pnationale35").get_me(user_auth=True)
        assert me == {
            "data": {"id": "2000000035", "name": "Police nationale 35", "username": "pnationale35"}
        }

    def test_a_post_is_made_read_and_deleted(self, sandbox):
        x = sandbox.tweepy()
        made = x.create_tweet(text="Bonjour", user_auth=True)["data"]
        assert made["text"] == "Bonjour"
        seen = x.get_users_tweets(ME, user_auth=True)
        assert seen["data"] == [
            {"id": made["id"], "text": "Bonjour", "edit_history_tweet_ids": [made["id"]]}
        ]
        assert seen["meta"] == {
            "result_count": 1,
            "newest_id": made["id"],
            "oldest_id": made["id"],
        }
        assert x.get_tweets([made["id"]], user_auth=True)["data"][0]["id"] == made["id"]
        assert x.get_tweet(made["id"], user_auth=True)["data"]["text"] == "Bonjour"
        assert x.delete_tweet(made["id"], user_auth=True) == {"data": {"deleted": True}}
        assert x.get_users_tweets(ME, user_auth=True) == {"meta": {"result_count": 0}}
        [kept] = sandbox.posts()
        assert (kept["account"], kept["text"], kept["deleted"]) == ("pnationale44", "Bonjour", True)

    def test_ids_hold_the_time_of_acceptance_and_grow(self, sandbox):
        x = sandbox.tweepy()
        before = time.time()
        ids = [int(x.create_tweet(text=f"n° {n}", user_auth=True)["data"]["id"]) for n in range(3)]
        assert ids == sorted(set(ids))
        assert all(before - 0.002 <= ((i >> 22) + EPOCH_MS) / 1000 <= time.time() for i in ids)

    def test_a_thread_names_its_parents(self, sandbox):
        x = sandbox.tweepy()
        first = x.create_tweet(text="un", user_auth=True)["data"]["id"]
        second = x.create_tweet(
            text="deux",
            in_reply_to_tweet_id=first,
            reply_settings="mentionedUsers",
            user_auth=True,
        )["data"]["id"]
        fields = [
            "referenced_tweets",
            "in_reply_to_user_id",
            "conversation_id",
            "reply_settings",
            "author_id",
            "created_at",
        ]
        row = x.get_tweet(second, tweet_fields=fields, user_auth=True)["data"]
        assert row["referenced_tweets"] == [{"type": "replied_to", "id": first}]
        assert row["in_reply_to_user_id"] == row["author_id"] == ME
        assert row["conversation_id"] == first
        assert row["reply_settings"] == "mentionedUsers"
        assert row["created_at"].endswith("Z")
        assert sandbox.posts()[1]["parent"] == first
        without = x.get_users_tweets(ME, exclude=["replies"], user_auth=True)
        assert [post["id"] for post in without["data"]] == [first]

    def test_followers_and_metrics_are_counted(self, sandbox):
        sandbox.set(followers=172, account="pnationale44")
        x = sandbox.tweepy()
        users = x.get_users(ids=[ME, "1"], user_fields=["public_metrics"], user_auth=True)
        assert [row["public_metrics"]["followers_count"] for row in users["data"]] == [172]
        assert [row["value"] for row in users["errors"]] == ["1"]
        post = x.create_tweet(text="Prudence", user_auth=True)["data"]["id"]
        fields = ["public_metrics", "non_public_metrics"]
        own = x.get_tweets([post], tweet_fields=fields, user_auth=True)
        assert own["data"][0]["non_public_metrics"]["user_profile_clicks"] >= 0
        other = sandbox.tweepy("pnationale35").get_tweets(
            [post], tweet_fields=fields, user_auth=True
        )
        assert other["data"][0]["public_metrics"]["impression_count"] >= 0
        assert "non_public_metrics" not in other["data"][0]
        assert [row["title"] for row in other["errors"]] == ["Field Authorization Error"]

    def test_tweepys_own_objects_can_be_made_of_the_answers(self, sandbox):
        x = sandbox.tweepy()
        x.return_type = tweepy.Response
        x.create_tweet(text="Voir https://a.fr/b", user_auth=True)
        answer = x.get_users_tweets(
            ME, tweet_fields=["entities", "created_at"], expansions=["author_id"], user_auth=True
        )
        assert answer.data[0].created_at.year >= 2026
        assert answer.includes["users"][0].username == "pnationale44"


class TestSignature:
    def test_no_signature(self, sandbox):
        answer = requests.get(f"{sandbox.base_url}/2/users/me", timeout=30)
        assert answer.status_code == 401
        assert answer.json() == {
            "title": "Unauthorized",
            "type": "about:blank",
            "status": 401,
            "detail": "Unauthorized",
        }
        assert sandbox.requests()[0]["account"] is None

    @pytest.mark.parametrize("wrong", ["key", "secret", "token", "token_secret"])
    def test_a_wrong_key(self, sandbox, wrong):
        answer = sandbox.call(
            "POST", "/2/tweets", json={"text": "non"}, auth=sandbox.sign(**{wrong: "wrong"})
        )
        assert answer.status_code == 401
        assert sandbox.posts() == []

    def test_two_accounts_cannot_lend_each_other_a_token(self, sandbox):
        other = sandbox.accounts["pnationale35"]["token"]
        assert sandbox.call("GET", "/2/users/me", auth=sandbox.sign(token=other)).status_code == 401

    def signed(self, sandbox, path: str, method: str = "POST", **options) -> dict[str, str]:
        who = sandbox.accounts["pnationale44"]
        keys = {
            "client_secret": sandbox.consumer["secret"],
            "resource_owner_key": who["token"],
            "resource_owner_secret": who["token_secret"],
        }
        signer = Signer(sandbox.consumer["key"], **keys | options)
        return {"Authorization": signer.sign(sandbox.base_url + path, method)[1]["Authorization"]}

    def test_the_same_nonce_twice_is_a_replay(self, sandbox):
        headers = self.signed(sandbox, "/2/tweets")
        url = f"{sandbox.base_url}/2/tweets"
        first = requests.post(url, json={"text": "un"}, headers=headers, timeout=30)
        again = requests.post(url, json={"text": "deux"}, headers=headers, timeout=30)
        assert (first.status_code, again.status_code) == (201, 401)
        assert [post["text"] for post in sandbox.posts()] == ["un"]

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_a_clock_that_is_off(self, sandbox, minutes):
        stamp = str(int(time.time()) + minutes * 60)
        headers = self.signed(sandbox, "/2/tweets", timestamp=stamp)
        answer = requests.post(
            f"{sandbox.base_url}/2/tweets", json={"text": "x"}, headers=headers, timeout=30
        )
        assert answer.status_code == 401

    def test_a_signature_is_for_one_url_and_one_method(self, sandbox):
        headers = self.signed(sandbox, "/2/users/me", "GET")
        url = f"{sandbox.base_url}/2/users/me?user.fields=verified"
        assert requests.get(url, headers=headers, timeout=30).status_code == 401
        assert (
            requests.post(
                f"{sandbox.base_url}/2/tweets", json={"text": "x"}, headers=headers, timeout=30
            ).status_code
            == 401
        )

    def test_without_a_user_token(self, sandbox):
        headers = self.signed(
            sandbox, "/2/tweets", resource_owner_key=None, resource_owner_secret=None
        )
        answer = requests.post(
            f"{sandbox.base_url}/2/tweets", json={"text": "x"}, headers=headers, timeout=30
        )
        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "header", ["Bearer abc", "OAuth", "OAuth x=y", 'OAuth oauth_nonce="%zz", x']
    )
    def test_nonsense(self, sandbox, header):
        answer = requests.get(
            f"{sandbox.base_url}/2/users/me", headers={"Authorization": header}, timeout=30
        )
        assert answer.status_code == 401


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "a" * 280,
            "é" * 280,
            "e\u0301" * 280,
            "😀" * 140,
            "👨‍👩‍👧‍👦" * 140,
            "日" * 140,
            "…" * 140,
            "©" * 280,
            "©\ufe0f" * 140,
            "(https://fr.wikipedia.org/wiki/Événement_(été)) " + "a" * 254,
            "a" * 256 + " https://www.interieur.gouv.fr/" + "x" * 100,
            "a" * 256 + " moncommissariat.fr",
            "17.Merci " + "a" * 271,
        ],
    )
    def test_280_is_the_most(self, sandbox, text):
        assert sandbox.tweet(text).status_code == 201
        refused = sandbox.tweet(f"a{text}")
        assert refused.status_code == 400
        assert "too long" in refused.json()["errors"][0]["message"]
        assert len(sandbox.posts()) == 1

    def test_the_record_keeps_what_was_received_and_reads_give_back_what_x_makes_of_it(
        self, sandbox
    ):
        text = "<Avis> & infos : https://www.moncommissariat.fr/a?b=1&c=2, 17.fr #Nantes @prefet44"
        made = sandbox.tweet(text).json()["data"]
        [row] = sandbox.call(
            "GET", f"/2/users/{ME}/tweets", params={"tweet.fields": "entities"}
        ).json()["data"]
        assert sandbox.posts()[0]["text"] == text
        urls = row["entities"]["urls"]
        assert [u["expanded_url"] for u in urls] == [
            "https://www.moncommissariat.fr/a?b=1&c=2",
            "http://17.fr",
        ]
        assert row["text"].startswith("&lt;Avis&gt; &amp; infos : https://t.co/")
        assert row["text"] == made["text"]
        for link in urls:
            assert row["text"][link["start"] : link["end"]] == link["url"]
            assert len(link["url"]) == 23
        [tag] = row["entities"]["hashtags"]
        assert row["text"][tag["start"] : tag["end"]] == "#Nantes"
        [mention] = row["entities"]["mentions"]
        assert mention["username"] == "prefet44"

    @pytest.mark.parametrize("text", ["", "  \n "])
    def test_nothing_to_say(self, sandbox, text):
        assert sandbox.tweet(text).status_code == 400

    @pytest.mark.parametrize(
        "body",
        [
            [],
            {"text": 3},
            {"text": "a", "unknown": 1},
            {"text": "a", "reply_settings": "everyone"},
            {"text": "a", "reply": {}},
            {"text": "a", "reply": {"in_reply_to_tweet_id": 12}},
            {"text": "a", "media": {"media_ids": []}},
            {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        ],
    )
    def test_bodies_outside_of_the_specification(self, sandbox, body):
        answer = sandbox.call("POST", "/2/tweets", json=body)
        assert answer.status_code == 400
        problem = answer.json()
        assert problem["title"] == "Invalid Request"
        assert problem["type"].rsplit("/", 1)[1] == "invalid-request"

    def test_a_body_that_is_not_json(self, sandbox):
        assert sandbox.call("POST", "/2/tweets", data=b"{").status_code == 400


class TestRules:
    def test_the_same_text_twice(self, sandbox):
        sandbox.tweet("Bonjour")
        refused = sandbox.tweet("Bonjour ")
        assert refused.status_code == 403
        assert refused.json() == {
            "title": "Forbidden",
            "type": "about:blank",
            "status": 403,
            "detail": "You are not allowed to create a Tweet with duplicate content.",
        }
        assert sandbox.tweet("Bonjour", "pnationale35").status_code == 201
        sandbox.set(duplicate_rule=False)
        assert sandbox.tweet("Bonjour").status_code == 201

    def test_a_deleted_text_is_still_a_duplicate_within_the_window(self, sandbox):
        post_id = sandbox.tweet("Bonjour").json()["data"]["id"]
        sandbox.call("DELETE", f"/2/tweets/{post_id}")
        assert sandbox.tweet("Bonjour").status_code == 403
        sandbox.set(duplicate_window=0)
        assert sandbox.tweet("Bonjour").status_code == 201

    def test_a_parent_that_is_not_there(self, sandbox):
        post_id = sandbox.tweet("un").json()["data"]["id"]
        sandbox.call("DELETE", f"/2/tweets/{post_id}")
        for parent in (post_id, "12"):
            refused = sandbox.tweet("deux", reply={"in_reply_to_tweet_id": parent})
            assert refused.status_code == 403
            assert "deleted or not visible" in refused.json()["detail"]

    def test_deleting_what_is_not_ones_own_or_not_there(self, sandbox):
        post_id = sandbox.tweet("un").json()["data"]["id"]
        assert sandbox.call("DELETE", f"/2/tweets/{post_id}", "pnationale35").status_code == 403
        missing = sandbox.call("DELETE", "/2/tweets/12")
        assert missing.status_code == 404
        assert missing.json()["type"].rsplit("/", 1)[1] == "resource-not-found"
        sandbox.set(delete_unknown=200)
        assert sandbox.call("DELETE", "/2/tweets/12").json() == {"data": {"deleted": False}}
        assert sandbox.posts(live=True) != []

    def test_what_is_not_found_is_said_with_200(self, sandbox):
        answer = sandbox.call("GET", "/2/tweets", params={"ids": "12,13"})
        assert answer.status_code == 200
        assert [error["value"] for error in answer.json()["errors"]] == ["12", "13"]
        assert sandbox.call("GET", "/2/tweets/12").json()["errors"][0]["resource_type"] == "tweet"
        assert "errors" in sandbox.call("GET", "/2/users/12/tweets").json()

    def test_an_unknown_endpoint(self, sandbox):
        assert sandbox.call("GET", "/2/usage/tweets").status_code == 404


class TestPages:
    def ids(self, sandbox, **params) -> tuple[list[str], dict]:
        body = sandbox.call("GET", f"/2/users/{ME}/tweets", params=params).json()
        return [post["id"] for post in body.get("data", [])], body["meta"]

    def test_pages_go_both_ways(self, sandbox):
        made = [sandbox.tweet(f"n° {n}").json()["data"]["id"] for n in range(12)][::-1]
        first, meta = self.ids(sandbox, max_results=5)
        assert first == made[:5]
        assert "previous_token" not in meta
        second, meta = self.ids(sandbox, max_results=5, pagination_token=meta["next_token"])
        assert second == made[5:10]
        back, _ = self.ids(sandbox, max_results=5, pagination_token=meta["previous_token"])
        assert back == first
        third, meta = self.ids(sandbox, max_results=5, pagination_token=meta["next_token"])
        assert third == made[10:]
        assert "next_token" not in meta

    def test_bounds(self, sandbox):
        old, mid, new = [sandbox.tweet(f"n° {n}").json()["data"]["id"] for n in range(3)]
        assert self.ids(sandbox, since_id=old)[0] == [new, mid]
        assert self.ids(sandbox, until_id=new)[0] == [mid, old]
        assert self.ids(sandbox, end_time="2026-01-01T00:00:00Z")[0] == []
        assert self.ids(sandbox, start_time="2026-01-01T00:00:00Z")[0] == [new, mid, old]

    @pytest.mark.parametrize(
        "params",
        [
            {"max_results": 4},
            {"max_results": 101},
            {"max_results": "x"},
            {"since_id": "x"},
            {"start_time": "hier"},
            {"pagination_token": "x"},
            {"tweet.fields": "colour"},
            {"expansions": "colour"},
        ],
    )
    def test_bad_questions(self, sandbox, params):
        sandbox.tweet("un")
        answer = sandbox.call("GET", f"/2/users/{ME}/tweets", params=params)
        assert answer.status_code == 400
        assert list(answer.json()["errors"][0]["parameters"]) == list(params)

    def test_the_specifications_newer_names_are_understood(self, sandbox):
        made = sandbox.tweet("un").json()["data"]["id"]
        row = sandbox.call(
            "GET", f"/2/tweets/{made}", params={"post.fields": "author_id,created_at"}
        ).json()["data"]
        assert row["author_id"] == ME


class TestLimits:
    def test_headers_say_what_is_left(self, sandbox):
        headers = sandbox.tweet("un").headers
        assert headers["x-rate-limit-limit"] == "100"
        assert headers["x-rate-limit-remaining"] == "99"
        assert 890 <= int(headers["x-rate-limit-reset"]) - time.time() <= 902
        assert headers["x-user-limit-24hour-remaining"] == "2399"
        assert headers["x-app-limit-24hour-remaining"] == "9999"
        assert 86390 <= int(headers["x-app-limit-24hour-reset"]) - time.time() <= 86402

    def test_one_too_many_in_a_quarter_of_an_hour(self, sandbox):
        sandbox.set(limit_post=2)
        assert [sandbox.tweet(f"n° {n}").status_code for n in range(3)] == [201, 201, 429]
        refused = sandbox.tweet("encore")
        assert refused.headers["x-rate-limit-remaining"] == "0"
        assert refused.headers["x-user-limit-24hour-remaining"] == "2398"
        assert refused.json()["title"] == "Too Many Requests"
        assert sandbox.tweet("ailleurs", "pnationale35").status_code == 201
        assert len(sandbox.posts()) == 3

    def test_a_window_ends(self, sandbox):
        sandbox.set(limit_post=1, limit_window=0.2)
        assert sandbox.tweet("un").status_code == 201
        assert sandbox.tweet("deux").status_code == 429
        ends = time.monotonic() + 5
        while sandbox.tweet("deux").status_code == 429:
            assert time.monotonic() < ends

    @pytest.mark.parametrize("name", ["user_posts_a_day", "app_posts_a_day"])
    def test_the_limits_of_a_day(self, sandbox, name):
        sandbox.set(**{name: 1})
        sandbox.tweet("un")
        refused = sandbox.tweet("deux")
        assert refused.status_code == 429
        which = name.split("_")[0]
        assert refused.headers[f"x-{which}-limit-24hour-remaining"] == "0"
        assert refused.headers["x-rate-limit-remaining"] == "99"
        other = sandbox.tweet("trois", "pnationale35").status_code
        assert other == (429 if name == "app_posts_a_day" else 201)

    @pytest.mark.parametrize(
        ("operation", "method", "path"),
        [
            ("delete", "DELETE", "/2/tweets/12"),
            ("timeline", "GET", f"/2/users/{ME}/tweets"),
            ("posts", "GET", "/2/tweets?ids=12"),
            ("me", "GET", "/2/users/me"),
            ("users", "GET", f"/2/users?ids={ME}"),
            ("upload", "POST", "/2/media/upload"),
            ("metadata", "POST", "/2/media/metadata"),
            ("initialize", "POST", "/2/media/upload/initialize"),
            ("append", "POST", "/2/media/upload/12/append"),
            ("finalize", "POST", "/2/media/upload/12/finalize"),
            ("status", "GET", "/2/media/upload?media_id=12"),
        ],
    )
    def test_every_endpoint_has_its_own(self, sandbox, operation, method, path):
        sandbox.set(**{f"limit_{operation}": 1})
        assert sandbox.call(method, path).status_code != 429
        assert sandbox.call(method, path).status_code == 429
        assert sandbox.tweet("un").status_code == 201

    def test_limits_off(self, sandbox):
        sandbox.set(limits=False, limit_post=0)
        answer = sandbox.tweet("un")
        assert answer.status_code == 201
        assert "x-rate-limit-limit" not in answer.headers


class TestMedia:
    def test_a_post_with_pictures(self, sandbox):
        data = picture()
        made = upload(sandbox, data)["data"]
        assert made["media_key"] == f"3_{made['id']}"
        assert made["size"] == len(data)
        assert made["image"] == {"image_type": "image/png", "w": 40, "h": 30}
        said = {"id": made["id"], "metadata": {"alt_text": {"text": "Un plan"}}}
        assert sandbox.call("POST", "/2/media/metadata", json=said).json()["data"] == {
            "id": made["id"],
            "associated_metadata": {"alt_text": {"text": "Un plan"}},
        }
        other = upload(sandbox, picture("JPEG"))["data"]["id"]
        post = sandbox.tweet("Voyez", media={"media_ids": [made["id"], other]}).json()["data"]
        body = sandbox.call(
            "GET",
            f"/2/users/{ME}/tweets",
            params={
                "tweet.fields": "attachments,entities",
                "expansions": "attachments.media_keys",
                "media.fields": "alt_text,width",
            },
        ).json()
        [row] = body["data"]
        assert row["attachments"]["media_keys"] == [f"3_{made['id']}", f"3_{other}"]
        assert row["text"].startswith("Voyez https://t.co/")
        assert len(row["text"]) == len("Voyez ") + 23
        assert body["includes"]["media"][0]["alt_text"] == "Un plan"
        assert {link["media_key"] for link in row["entities"]["urls"]} == set(
            row["attachments"]["media_keys"]
        )
        [kept] = sandbox.posts()
        assert kept["id"] == post["id"]
        assert kept["media"][0] == {
            "id": made["id"],
            "sha256": hashlib.sha256(data).hexdigest(),
            "alt_text": "Un plan",
            "captions": "",
        }
        assert sandbox.media_bytes(made["id"]) == data

    def test_a_picture_alone(self, sandbox):
        media_id = upload(sandbox, picture("WEBP"))["data"]["id"]
        assert sandbox.tweet("", media={"media_ids": [media_id]}).status_code == 201

    def test_ids_that_cannot_be_used(self, sandbox):
        someone_elses = upload(sandbox, picture(), "pnationale35")["data"]["id"]
        expired = upload(sandbox, picture())["data"]["id"]
        sandbox.set("pnationale44", media_ttl=0)
        for media_id in (someone_elses, expired, "12"):
            refused = sandbox.tweet("a", media={"media_ids": [media_id]})
            assert refused.status_code == 400
            assert refused.json()["errors"][0]["message"] == "Your media IDs are invalid."
        assert sandbox.posts() == []

    def test_what_is_no_picture(self, sandbox):
        assert "errors" in upload(sandbox, b"<svg></svg>")
        assert "errors" in upload(sandbox, picture(), media_category="tweet_video")
        too_big = sandbox.call(
            "POST",
            "/2/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": ("a", picture() + b"\0" * 5 * 1024 * 1024)},
        )
        assert too_big.status_code == 413

    @pytest.mark.parametrize("text", ["", "a" * 1001, None])
    def test_alt_texts_that_x_refuses(self, sandbox, text):
        media_id = upload(sandbox, picture())["data"]["id"]
        said = {"id": media_id, "metadata": {"alt_text": {"text": text}}}
        assert sandbox.call("POST", "/2/media/metadata", json=said).status_code == 400


class TestPieces:
    """What moves comes piece by piece, whole and in order, and is worked on."""

    FILM = b"\0\0\0\x18ftypisom" + bytes(30)

    def begun(self, sandbox: Sandbox, size: int, **wrong) -> requests.Response:
        said = {"media_category": "tweet_video", "media_type": "video/mp4", "total_bytes": size}
        return sandbox.call("POST", "/2/media/upload/initialize", json=said | wrong)

    def piece(self, sandbox: Sandbox, media_id: str, number: int, raw: bytes) -> int:
        return sandbox.call(
            "POST",
            f"/2/media/upload/{media_id}/append",
            files={"media": ("a", raw)},
            data={"segment_index": str(number)},
        ).status_code

    def test_a_film_is_whole_and_finished_before_a_post_shows_it(self, sandbox):
        sandbox.set(media_processing=0.3)
        media_id = self.begun(sandbox, len(self.FILM)).json()["data"]["id"]
        path = f"/2/media/upload/{media_id}/finalize"
        assert self.piece(sandbox, media_id, 1, self.FILM[:20]) == 400
        assert self.piece(sandbox, media_id, 0, self.FILM[:20]) == 200
        assert self.piece(sandbox, media_id, 0, self.FILM[:20]) == 400
        assert sandbox.call("POST", path).status_code == 400
        assert self.piece(sandbox, media_id, 1, self.FILM[20:]) == 200
        info = sandbox.call("POST", path).json()["data"]["processing_info"]
        assert (info["state"], info["check_after_secs"]) == ("in_progress", 1)
        early = sandbox.tweet("un", media={"media_ids": [media_id]})
        assert early.status_code == 400
        until(lambda: self.state(sandbox, media_id) == "succeeded")
        assert sandbox.tweet("un", media={"media_ids": [media_id]}).status_code == 201
        assert sandbox.media_bytes(media_id) == self.FILM

    def state(self, sandbox: Sandbox, media_id: str) -> str:
        path = f"/2/media/upload?command=STATUS&media_id={media_id}"
        return sandbox.call("GET", path).json()["data"]["processing_info"]["state"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"total_bytes": 0},
            {"total_bytes": 512 * 1024 * 1024 + 1},
            {"media_type": "image/gif"},
            {"media_category": "tweet_image"},
        ],
        ids=["nothing", "heavy", "type", "category"],
    )
    def test_what_may_not_begin(self, sandbox, wrong):
        assert self.begun(sandbox, 10, **wrong).status_code == 400


class TestMemory:
    """A restart loses nothing that was accepted."""

    def test_kill_and_restart(self, tmp_path):
        with running(folder=tmp_path) as sandbox:
            media_id = upload(sandbox, data := picture())["data"]["id"]
            first = sandbox.tweet("un", media={"media_ids": [media_id]}).json()["data"]["id"]
            sandbox.tweet("deux", reply={"in_reply_to_tweet_id": first})
            sandbox.call("DELETE", f"/2/tweets/{first}")
            before = sandbox.record()
            sandbox.kill()
            journal = tmp_path / "data" / "journal.jsonl"
            with journal.open("ab") as file:
                file.write(b'{"event": "post", "id": "99')
            sandbox.start()
            assert sandbox.record() == before
            assert sandbox.media_bytes(media_id) == data
            assert sandbox.tweet("deux", reply={"in_reply_to_tweet_id": first}).status_code == 403
            assert [row["number"] for row in sandbox.requests()] == [1, 2, 3, 4, 5]
            newest = sandbox.tweet("trois").json()["data"]["id"]
            assert int(newest) > int(before["posts"][-1]["id"])
            sandbox.restart()
            assert [post["text"] for post in sandbox.posts()] == ["un", "deux", "trois"]

    def test_it_stops_cleanly_with_requests_still_held(self, tmp_path):
        with running(folder=tmp_path) as sandbox:
            sandbox.switch("timeout")
            with pytest.raises(requests.ReadTimeout):
                sandbox.call("POST", "/2/tweets", json={"text": "un"}, timeout=0.2)
            assert sandbox.stop() == 0

    def test_reset_empties_the_journal_too(self, tmp_path):
        with running(folder=tmp_path) as sandbox:
            sandbox.tweet("un")
            sandbox.reset()
            sandbox.restart()
            assert sandbox.record() == {"posts": [], "media": [], "requests": []}


def test_the_record_has_every_request(sandbox):
    post_id = sandbox.tweet("un").json()["data"]["id"]
    sandbox.tweet("un")
    sandbox.call("GET", "/2/tweets", params={"ids": post_id})
    rows = sandbox.requests()
    assert [(row["operation"], row["status"], row["post"]) for row in rows] == [
        ("post", 201, post_id),
        ("post", 403, None),
        ("posts", 200, None),
    ]
    assert dict(parse_qsl(rows[2]["path"].split("?")[1])) == {"ids": post_id}
    assert all(row["account"] == "pnationale44" for row in rows)
