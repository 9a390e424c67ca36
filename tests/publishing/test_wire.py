"""Whatever X answers becomes a typed value or `Unreadable`, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.gateway import wire
from publishing.gateway.wire import Unreadable

READERS = (
    wire.post_accepted,
    wire.deletion,
    wire.user,
    wire.timeline_page,
    wire.post_lookup,
    wire.media_uploaded,
    wire.media_described,
    wire.user_counts,
    wire.post_counts,
    wire.problem,
)
POST: dict[str, Any] = {"id": "12", "text": "Bonjour", "author_id": "44"}


FOLLOWED: dict[str, Any] = {"id": "44", "public_metrics": {"followers_count": 172}}
COUNTS = ("impression", "like", "reply", "quote", "bookmark", "retweet")
COUNTED: dict[str, Any] = {
    "id": "12",
    "public_metrics": {f"{name}_count": 1 for name in COUNTS},
    "non_public_metrics": {"url_link_clicks": 3, "user_profile_clicks": 4},
}


def answer(body: Any, status: int = 200) -> requests.Response:
    """An answer of X with this body: bytes as they are, anything else as JSON."""
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


def timeline(*posts: Any, **meta: Any) -> dict[str, Any]:
    return {"data": list(posts), "meta": {"result_count": len(posts)} | meta}


def test_each_answer_of_x_has_a_type():
    post = POST | {
        "edit_history_tweet_ids": [""],
        "edit_history_post_ids": ["12"],
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://a.fr"}]},
        "attachments": {"media_keys": ["3_9"]},
        "referenced_tweets": [{"type": "replied_to", "id": "11"}],
    }
    assert wire.post_accepted(answer({"data": POST}, 201)).id == "12"
    assert wire.deletion(answer({"data": {"deleted": True}})).deleted
    assert wire.user(answer({"data": {"id": "44", "username": "pnationale44"}})).id == "44"
    page = wire.timeline_page(answer(timeline(post, next_token="n")))
    assert page.is_whole
    assert page.meta.next_token == "n"
    assert page.data[0].attachments is not None
    assert wire.post_lookup(answer({"data": [post]})).data[0].author_id == "44"
    assert wire.media_uploaded(answer({"data": {"id": "9", "expires_after_secs": 86400}})).id == "9"
    described = {"id": "9", "associated_metadata": {"alt_text": {"text": "Un pont"}}}
    metadata = wire.media_described(answer({"data": described})).associated_metadata
    assert metadata is not None
    assert metadata.alt_text.text == "Un pont"


def test_counts_are_read_under_the_old_names_and_the_new():
    assert wire.user_counts(answer({"data": [FOLLOWED]})).data[0].public_metrics.followers_count
    post = wire.post_counts(answer({"data": [COUNTED]})).data[0]
    assert (post.public_metrics.retweet_count, post.non_public_metrics.url_link_clicks) == (1, 3)
    renamed = dict(COUNTED["public_metrics"])
    renamed["repost_count"] = renamed.pop("retweet_count")
    row = wire.post_counts(answer({"data": [{"id": "12", "public_metrics": renamed}]})).data[0]
    assert row.public_metrics.repost_count == 1
    assert row.non_public_metrics.url_link_clicks is None


@pytest.mark.parametrize("count", [-1, 1.5, "12", None, 2**31, True])
def test_fault_84_a_count_is_a_whole_number_that_can_be_kept(count):
    bad = COUNTED["public_metrics"] | {"impression_count": count}
    with pytest.raises(Unreadable):
        wire.post_counts(answer({"data": [COUNTED | {"public_metrics": bad}]}))
    with pytest.raises(Unreadable):
        wire.user_counts(
            answer({"data": [FOLLOWED | {"public_metrics": {"followers_count": count}}]})
        )


def test_a_problem_is_known_by_its_kind_its_codes_and_its_words():
    said = wire.problem(
        answer(
            {
                "type": "https://api.x.com/2/problems/client-forbidden/",
                "title": "Client Forbidden",
                "reason": "client-not-enrolled",
                "status": 403,
                "errors": [{"code": 187, "message": "Status is a duplicate."}],
            },
            403,
        )
    )
    assert said.kind == "client-forbidden"
    assert said.codes == {187}
    assert "status is a duplicate." in said.words
    assert "client-not-enrolled" in said.words


@pytest.mark.parametrize("body", [{}, [], None, "no", {"data": {}}, b"<html>", b"", {"errors": []}])
def test_what_is_no_word_of_x_is_no_problem_of_x(body):
    with pytest.raises(Unreadable):
        wire.problem(answer(body, 403))


@pytest.mark.parametrize(
    "x_id", ["²²²", "٣٤", "", "0", "-1", "1\n", " 1", "1" * 20, 12, None, ["1"], 1e999, "1\0", True]
)
def test_fault_84_an_id_is_ascii_digits_of_bounded_length(x_id):
    row = POST | {"id": x_id}
    for reader, body in (
        (wire.post_accepted, {"data": row}),
        (wire.user, {"data": {"id": x_id, "username": "a"}}),
        (wire.timeline_page, timeline(row)),
        (wire.timeline_page, timeline(POST | {"author_id": x_id})),
        (wire.post_lookup, {"data": [row]}),
        (wire.media_uploaded, {"data": {"id": x_id}}),
        (wire.media_described, {"data": {"id": x_id}}),
        (wire.user_counts, {"data": [FOLLOWED | {"id": x_id}]}),
        (wire.post_counts, {"data": [COUNTED | {"id": x_id}]}),
    ):
        with pytest.raises(Unreadable):
            reader(answer(body))


NESTED = b"[" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        b'{"errors":' * 100_000,
        b'{"unknown":' + NESTED,
        b'{"data":[{"id":"\\ud800"}]}',
        b'{"title":"\\udc00"}',
        b'{"title":"\xff\xfe"}',
        "\ufeff{}".encode("utf-16"),
        b'{"meta":{"result_count":' + b"9" * 5_000 + b"}}",
        b'{"meta":{"result_count":1e999},"status":NaN}',
        b'{"status":1e400}',
        b"null",
        b"\0",
        {"meta": {"result_count": "0"}},
        {"meta": [], "data": {}},
        {"errors": [None]},
        {"errors": {"title": "no list"}},
        {"data": None},
        {"data": [None]},
        {"data": [POST | {"entities": {"urls": [None]}}], "meta": {"result_count": 1}},
        {"data": [POST | {"entities": []}], "meta": {"result_count": 1}},
        {"data": [POST | {"attachments": {"media_keys": [3]}}], "meta": {"result_count": 1}},
        {"data": [POST | {"referenced_tweets": {}}], "meta": {"result_count": 1}},
        {"data": {"deleted": "true"}},
        {"data": {"deleted": 1}},
        {"code": "187", "title": 5},
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_fault_84_nonsense_is_unreadable_and_nothing_else(reader, body):
    with pytest.raises(Unreadable):
        reader(answer(body))


@pytest.mark.parametrize("seconds", [1e999, "86400", -1, 10**9, [1]])
def test_fault_84_an_upload_lasts_a_number_of_seconds(seconds):
    with pytest.raises(Unreadable):
        wire.media_uploaded(answer({"data": {"id": "9", "expires_after_secs": seconds}}))


def test_an_id_in_a_problem_is_any_text_and_not_found_is_of_that_id_alone():
    kind = "https://api.twitter.com/2/problems/resource-not-found"
    said = wire.Problem(type=kind, resource_type="tweet", resource_id="12", value="12")
    assert said.says_not_found("12")
    assert not said.says_not_found("13")
    assert not wire.Problem(type=kind, resource_type="user", resource_id="12").says_not_found("12")
    other = "https://api.twitter.com/2/problems/not-authorized-for-resource"
    assert not wire.Problem(type=other, resource_type="tweet", value="12").says_not_found("12")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["12", "3_9", "²", "https://t.co/a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "errors",
                    "meta",
                    "id",
                    "text",
                    "author_id",
                    "entities",
                    "urls",
                    "url",
                    "expanded_url",
                    "attachments",
                    "media_keys",
                    "referenced_tweets",
                    "type",
                    "title",
                    "detail",
                    "status",
                    "code",
                    "message",
                    "deleted",
                    "username",
                    "result_count",
                    "next_token",
                    "resource_id",
                    "value",
                    "expires_after_secs",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=400, deadline=None)
@given(body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(), status=st.integers())
def test_fault_84_whatever_arrives_nothing_but_unreadable_is_raised(body, status):
    for reader in READERS:
        try:
            reader(answer(body, status))
        except Unreadable as error:
            assert error.status == status
    assert "\0" not in wire.body_text(answer(body, status))
