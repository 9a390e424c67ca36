"""Presence: who else reads or writes a draft, for as long as their page says so."""

import datetime as dt
import json

import pytest
from django.db.models import F
from django.urls import reverse

from accounts.models import AuditEntry
from approvals.actions.presence import forget_presence
from approvals.models import Presence
from tests.approvals.writing import a_revision
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def revision(cast):
    return a_revision(cast.claire, cast.nantes)


def others(name, person, revision, **headers):
    """What this person's page is told when it asks."""
    draft = revision.draft
    asked = {"state": "in_review", "version": draft.version}
    client = signed_in(person)
    response = client.get(reverse(name, args=[draft.pk]), asked, headers=headers)
    return response, json.loads(response.headers["HX-Trigger"])["presence"]["people"]


def test_each_page_says_what_the_others_do_and_nothing_is_in_the_trail(cast, revision):
    before = AuditEntry.objects.filter(draft_id=revision.draft_id).count()
    assert others("draft-live", cast.marc, revision)[1] == []
    response, people = others("is-current", cast.claire, revision)
    assert (response.status_code, people) == (204, ["Marc lit ce texte"])
    # Whoever has both pages open writes.
    others("draft-live", cast.claire, revision)
    response, people = others("draft-live", cast.helene, revision)
    assert people == ["Claire écrit", "Marc lit ce texte"]
    known = {"if-none-match": response.headers["ETag"]}
    response, people = others("draft-live", cast.helene, revision, **known)
    assert (response.status_code, people) == (304, ["Claire écrit", "Marc lit ce texte"])
    assert AuditEntry.objects.filter(draft_id=revision.draft_id).count() == before


def test_a_page_that_nobody_looks_at_says_nothing_and_what_is_old_is_forgotten(cast, revision):
    others("draft-live", cast.marc, revision, **{"page-hidden": "yes"})
    assert others("draft-live", cast.helene, revision)[1] == []
    others("draft-live", cast.marc, revision)
    others("draft-live", cast.marc, revision)
    assert Presence.objects.filter(person=cast.marc).count() == 1
    of_marc = Presence.objects.filter(person=cast.marc)
    of_marc.update(seen_at=F("seen_at") - dt.timedelta(seconds=31))
    assert others("draft-live", cast.helene, revision)[1] == []
    forget_presence()
    assert list(Presence.objects.values_list("person", flat=True)) == [cast.helene.pk]


def test_another_draft_is_another_matter(cast, revision):
    others("draft-live", cast.marc, revision)
    assert others("draft-live", cast.claire, a_revision(cast.claire, cast.nantes))[1] == []
