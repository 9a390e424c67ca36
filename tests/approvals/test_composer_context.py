"""The composer says why a text came back, and who saved the other one."""

import pytest
from django.urls import reverse

from approvals.actions.drafts import save_draft
from approvals.actions.reviews import ask_for_changes
from tests.approvals.test_desk import said
from tests.approvals.writing import a_draft, a_revision, as_read, content, typed
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_sent_back_shows_the_reason(cast):
    revision = a_revision(cast.claire, cast.nantes)
    ask_for_changes(**as_read(cast.marc, revision), reason="Ajoutez le numéro")
    page = said(signed_in(cast.claire).get(reverse("compose", args=[revision.draft_id])))
    assert "Marc : une modification a été demandée. « Ajoutez le numéro »" in page


def test_a_collision_names_who_saved_the_other_text(cast):
    draft = a_draft(cast.claire, cast.nantes)
    fields = typed(draft, "Le mien")
    save_draft(actor=cast.marc, draft_id=draft.pk, version=draft.version, content=content("Autre"))
    page = said(signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), fields))
    assert "Le texte enregistré entre-temps (Marc, " in page
