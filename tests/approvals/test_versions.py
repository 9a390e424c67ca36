"""What differs between any two versions, readable without colour."""

import pytest
from django.urls import reverse

from approvals.actions.drafts import save_draft, submit_draft, take_back
from tests.approvals.test_desk import said
from tests.approvals.writing import a_revision, content
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(cast):
    """Two versions, « trois » being written."""
    draft = a_revision(cast.claire, cast.nantes, "Fermez un volet.").draft
    for text, settings in (("Fermez deux volets.", {"category": "service"}), ("Fermez tout.", {})):
        draft = take_back(actor=cast.claire, draft_id=draft.pk)
        draft = save_draft(
            actor=cast.claire,
            draft_id=draft.pk,
            version=draft.version,
            content=content(text, **settings),
        )
        if settings:
            draft = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version).draft
    return draft


def compared(person, draft, status=200, **numbers):
    answer = signed_in(person).get(reverse("versions", args=[draft.pk]), numbers)
    assert answer.status_code == status
    return said(answer)


def test_any_two_versions_are_compared_in_words_and_settings(cast, draft):
    page = compared(cast.helene, draft, de=1, a=2)
    assert '<del><span class="fr-sr-only">[retiré : </span>un' in page
    assert '<ins><span class="fr-sr-only">[ajouté : </span>deux' in page
    assert "Catégorie : conseil de prévention, maintenant vie du service" in page
    assert "Fermez tout" not in page


def test_the_last_two_are_compared_unless_one_chooses(cast, draft):
    page = compared(cast.claire, draft)
    assert "Ce qui a changé depuis la version 2" in page
    assert "</span>tout" in page
    assert "Comparer deux versions" in said(
        signed_in(cast.claire).get(reverse("draft", args=[draft.pk]))
    )
    assert "sont les mêmes" in compared(cast.claire, draft, de=1, a=1)


@pytest.mark.parametrize("number", ["9", "x", "", "1" * 30])
def test_what_is_no_version_is_told(cast, draft, number):
    page = compared(cast.claire, draft, 400, de=number, a=1)
    assert "Comparer" in page
    assert "Ce qui a changé" not in page
