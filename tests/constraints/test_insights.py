"""Observations under plain SQL: once each, and never changed."""

from __future__ import annotations

import pytest

from tests.constraints.test_approvals import protected, refused, sql

pytestmark = pytest.mark.django_db(transaction=True)

FOLLOWERS = (
    "INSERT INTO insights_followercount (account_id, day, followers) VALUES (%s, '2014-01-10', %s)"
)


def test_the_followers_of_an_account_are_counted_once_a_day(cast):
    sql(FOLLOWERS, cast.nantes.pk, 172)
    sql(FOLLOWERS, cast.rennes.pk, 90)
    refused("followers_once_a_day", FOLLOWERS, cast.nantes.pk, 173)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE insights_followercount SET followers = 9000",
        "DELETE FROM insights_followercount",
        "TRUNCATE insights_followercount",
    ],
)
def test_what_was_observed_is_never_changed(cast, statement):
    sql(FOLLOWERS, cast.nantes.pk, 172)
    protected(statement)
