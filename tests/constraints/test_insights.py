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


EXPORT = (
    "INSERT INTO insights_export (kind, since, until, language, asked_by_id, state, done, total,"
    " lease_until, tries, made_at, file, size, sha256)"
    " VALUES (%s, %s, '2014-01-31', 'fr', %s, %s, 0, 0, %s, 0, NULL, '', 0, '')"
)


def test_a_document_is_asked_for_worked_on_or_made_and_whole(cast):
    claire = cast.claire.pk
    refused("export_kind_known", EXPORT, "novel", "2014-01-01", claire, "asked", None)
    refused("export_state_known", EXPORT, "deposit", "2014-01-01", claire, "lost", None)
    refused("export_period_in_order", EXPORT, "deposit", "2014-02-01", claire, "asked", None)
    refused("export_working_leased", EXPORT, "deposit", "2014-01-01", claire, "working", None)
    refused("export_made_whole", EXPORT, "deposit", "2014-01-01", claire, "made", None)
    sql(EXPORT, "deposit", "2014-01-01", claire, "asked", None)
    protected("UPDATE insights_export SET state = 'made'")
    protected("UPDATE insights_export SET since = '2014-01-02'")
