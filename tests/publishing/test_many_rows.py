"""What is over costs pages nothing: what each query reads among thousands of publications."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.origin import MAX_NEAR
from approvals.search import BLOCK
from policetweets import health
from publishing import heartbeat
from publishing.actions.reconcile import _taken
from publishing.calendar import MAX_POSTS
from publishing.gateway.calls import Seen
from publishing.models import Part
from tests.cast import signed_in
from tests.many_rows import PAGES, TABLES, fill

MANY = 20_000
BIG = {model._meta.db_table for model in TABLES}
# What stands open, and the months of two accounts; anything that grows reads far more.
FEW = 100
# Of search a block of entries at a time, of a calendar the posts that it shows.
# With a text those that were approved lately, here every second one of another account.
IN_SIGHT = {"/recherche": BLOCK, "/calendrier": 2 * MAX_POSTS, "/brouillons/1": 3 * MAX_NEAR}

pytestmark = pytest.mark.django_db


class Here:
    """The health checks in the test's own thread, whose queries it sees."""

    @staticmethod
    def submit(check, *args) -> Future:
        done: Future = Future()
        done.set_result(check(*args))
        return done


@pytest.fixture
def full(cast, monkeypatch):
    monkeypatch.setattr(health, "_pool", Here)
    monkeypatch.setattr(health, "_alone", lambda check: check())
    monkeypatch.setattr(health, "broker", list)
    heartbeat.beat(*health.QUEUES, heartbeat.BEAT, heartbeat.CLOCK)
    fill(MANY, [cast.nantes, cast.rennes], cast.claire, [cast.marc, cast.helene])
    return cast


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def read_by(node: dict[str, Any]) -> int:
    dropped = sum(count for key, count in node.items() if key.startswith("Rows Removed"))
    return round((node["Actual Rows"] + dropped) * node["Actual Loops"])


def too_much(query: str, few: int = FEW) -> list[str]:
    """The steps of this query that read a whole big table, or more rows than are of use."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {query}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return [
        f"{node['Node Type']} {node.get('Relation Name', '')}: {read_by(node)} in {query}"
        for node in nodes(plan)
        if read_by(node) > few or (node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG)
    ]


def test_what_is_over_costs_no_page_of_those_who_watch(full):
    steps: list[str] = []
    for page, person in PAGES:
        client = signed_in(getattr(full, person)) if person else Client()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page)
        assert answer.status_code == 200, answer.text
        queries = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
        assert any("publishing_" in query for query in queries)
        few = next((most for path, most in IN_SIGHT.items() if page.startswith(path)), FEW)
        steps += [f"{page} {person} {step}" for query in queries for step in too_much(query, few)]
    assert steps == []


def test_a_lookup_finds_whose_posts_these_are_without_reading_the_others(full):
    part = Part.objects.select_related("publication").first()
    seen = [Seen(x_id=x_id, author="1", text="", parent="", media=()) for x_id in "12"]
    with CaptureQueriesContext(connection) as captured:
        _taken(part, seen)
    assert [step for query in captured for step in too_much(query["sql"])] == []


def test_a_query_that_counts_what_is_over_is_found(full):
    assert too_much("SELECT count(*) FROM publishing_part")
    assert too_much("SELECT count(*) FROM publishing_publication WHERE state = 'published'")
