"""The sandbox of X, as tweepy itself sees it over HTTP."""

from collections.abc import Iterator

import pytest
import requests
import tweepy
from requests_oauthlib import OAuth1

from tests.sandbox import Sandbox, running


class XClient(tweepy.Client):
    """tweepy's own client, talking to another host."""

    base_url = ""

    def request(self, method, route, params=None, json=None, user_auth=False):
        auth = OAuth1(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        )
        answer = requests.request(
            method, self.base_url + route, params=params, json=json, auth=auth, timeout=5,
            allow_redirects=False,
        )  # fmt: skip
        errors = {400: tweepy.BadRequest, 401: tweepy.Unauthorized, 403: tweepy.Forbidden,
                  404: tweepy.NotFound, 429: tweepy.TooManyRequests}  # fmt: skip
        if answer.status_code >= 300:
            raise errors.get(answer.status_code, tweepy.HTTPException)(answer)
        return answer


def client(sandbox: Sandbox, handle: str = "pnationale44") -> XClient:
    who = sandbox.accounts[handle]
    new = XClient(
        consumer_key=sandbox.consumer["key"],
        consumer_secret=sandbox.consumer["secret"],
        access_token=who["token"],
        access_token_secret=who["token_secret"],
        return_type=dict,
    )
    new.base_url = sandbox.base_url
    return new


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


def test_a_post_is_made_read_and_deleted(sandbox):
    x = client(sandbox)
    assert x.get_me(user_auth=True)["data"]["username"] == "pnationale44"
    made = x.create_tweet(text="Bonjour", user_auth=True)
    seen = x.get_users_tweets("2000000044", user_auth=True)
    assert seen["data"][0]["id"] == made["data"]["id"]
    assert sandbox.posts()[0]["text"] == "Bonjour"
    assert x.delete_tweet(made["data"]["id"], user_auth=True) == {"data": {"deleted": True}}
    assert x.get_users_tweets("2000000044", user_auth=True) == {"meta": {"result_count": 0}}
