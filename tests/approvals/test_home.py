"""Home: what awaits each person, the urgent first, in a constant number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Seat
from approvals.actions.reviews import ask_for_changes
from tests.approvals.writing import a_draft, a_revision, as_read, signed
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(person):
    return signed_in(person).get(reverse("home")).context["waiting"]


def texts(rows):
    return [row.draft.text for row in rows]


def test_to_review_has_the_urgent_first_then_the_oldest_and_says_what_is_missing(cast):
    first = a_revision(cast.claire, cast.nantes, "Premier")
    a_revision(cast.claire, cast.nantes, "Deuxième")
    a_revision(cast.marc, cast.nantes, "Urgent", urgent=True)
    a_revision(cast.yann, cast.rennes, "Ailleurs")
    signed(first, cast.marc)
    home = signed_in(cast.helene).get(reverse("home"))
    assert texts(home.context["waiting"].to_review) == ["Urgent", "Premier", "Deuxième"]
    assert "Il manque l’accord d’un superviseur" in home.content.decode()
    assert texts(waiting(cast.marc).to_review) == ["Deuxième"]
    assert texts(waiting(cast.claire).to_review) == ["Urgent"]
    assert texts(waiting(cast.claire).in_review) == ["Premier", "Deuxième"]


def test_what_was_sent_back_shows_the_reason_to_those_who_wrote_it(cast):
    revision = a_revision(cast.claire, cast.nantes)
    ask_for_changes(**as_read(cast.helene, revision), reason="Trop précis")
    home = signed_in(cast.claire).get(reverse("home"))
    assert texts(home.context["waiting"].sent_back) == [revision.draft.text]
    assert "Trop précis" in home.content.decode()
    assert waiting(cast.marc).sent_back == []


def test_what_an_author_without_a_seat_left_is_offered_to_the_others(cast):
    draft = a_draft(cast.claire, cast.nantes)
    Seat.objects.filter(person=cast.claire).update(ended_at=draft.created_at)
    assert [d.pk for d in waiting(cast.marc).left_behind] == [draft.pk]
    assert waiting(cast.helene).left_behind == []
    assert waiting(cast.claire).left_behind == []


def test_an_administrator_sees_departments_and_who_can_meet_the_rule_not_drafts(cast):
    a_revision(cast.claire, cast.nantes, "Texte confidentiel")
    page = signed_in(cast.ada).get(reverse("home")).content.decode()
    assert "@pnationale44" in page
    assert "libre" in page
    assert "Texte confidentiel" not in page


@pytest.mark.parametrize("address", ["home", "drafts"])
@pytest.mark.parametrize("who", ["claire", "helene"])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(cast, address, who):
    client = signed_in(getattr(cast, who))

    def fill():
        a_draft(cast.claire, cast.nantes)
        for author in (cast.claire, cast.marc):
            revision = a_revision(author, cast.nantes)
            signed(revision, cast.leila)
            back = a_revision(author, cast.nantes)
            ask_for_changes(**as_read(cast.leila, back), reason="Non")

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(address)).status_code == 200
        return len(queries)

    fill()
    few = count()
    fill()
    fill()
    assert count() == few


def test_the_number_of_queries_of_a_drafts_page_does_not_grow(cast):
    revision = a_revision(cast.claire, cast.nantes)
    client = signed_in(cast.marc)
    url = reverse("draft", args=[revision.draft_id])

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    client.get(url)  # the first time notes that this version was opened
    few = count()
    for number in range(5):
        client.post(reverse("comment", args=[revision.draft_id]), {"body": f"Mot {number}"})
    assert count() == few
