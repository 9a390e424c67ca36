"""Each page costs at most twelve queries, as many with many rows as with few. What years of rows
weigh is measured by `make bench` and held by test_many_rows.py.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from approvals.actions.debate import comment
from approvals.actions.drafts import save_draft, submit_draft
from approvals.actions.objections import raise_objection
from approvals.actions.reviews import ask_for_changes
from approvals.actions.wordings import propose_wordings
from approvals.models import Draft, DraftState
from publishing.models import Publication
from tests.approvals.writing import a_draft, a_revision, agree, as_read, content
from tests.cast import queries_of, signed_in
from tests.many_rows import fill

MOST = 12
# What of a page's address a test looks for among the rows: a draft in this state, a publication.
PAGES = {
    "claire": [
        ("home", None),
        ("drafts", None),
        ("search", None),
        ("calendar", None),
        ("published", None),
        ("alerts", None),
        ("notices", None),
        ("message-templates", None),
        ("account", "pnationale44"),
        ("compose", "writing"),
        ("draft", "writing"),
        ("draft", "in_review"),
        ("draft", "published"),
        ("draft", "held"),
        ("draft-live", "in_review"),
        ("versions", "in_review"),
        ("case-file", "published"),
        ("publication-live", "held"),
    ],
    "helene": [
        ("home", None),
        ("drafts", None),
        ("search", None),
        ("calendar", None),
        ("published", None),
        ("alerts", None),
        ("draft", "in_review"),
        ("draft-live", "in_review"),
        ("draft", "held"),
    ],
    "ada": [
        ("home", None),
        ("departments", None),
        ("department", "44"),
        ("people", None),
        ("lists", None),
        ("freezes", None),
        ("health", None),
        ("journal", None),
    ],
}

pytestmark = pytest.mark.django_db


def debated(cast) -> None:
    """A draft of two versions with all that a debate may hold, and one that is being written."""
    a_draft(cast.claire, cast.nantes)
    revision = a_revision(cast.claire, cast.nantes)
    draft = revision.draft
    ask_for_changes(**as_read(cast.leila, revision), reason="Trop long.")
    draft.refresh_from_db()
    saved = save_draft(
        actor=cast.claire, draft_id=draft.pk, version=draft.version, content=content("Plus court.")
    )
    revision = submit_draft(actor=cast.claire, draft_id=draft.pk, version=saved.version)
    comment(actor=cast.marc, draft_id=draft.pk, body="Et toi, @Claire ?")
    agree(cast.leila, revision)
    wording = {"draft_id": draft.pk, "revision_id": revision.pk, "texts": {0: "Encore plus court."}}
    propose_wordings(actor=cast.marc, **wording)
    raise_objection(actor=cast.helene, draft_id=draft.pk, reason="Trop tôt.")


def address(name: str, what: str | None) -> str:
    publications = Publication.objects.filter(account__code="44").order_by("pk")
    if what in ("published", "held"):
        row = publications.filter(state=what).last()
        return reverse(name, args=[row.pk if name == "publication-live" else row.draft_id])
    if what in DraftState.values:
        drafts = Draft.objects.filter(state=what, account__code="44")
        return reverse(name, args=[drafts.order_by("pk").first().pk])
    path = reverse(name, args=[what] if what else [])
    return f"{path}?q=volets" if name == "search" else path


@pytest.mark.parametrize("who", PAGES)
def test_a_page_costs_twelve_queries_at_most_however_many_rows_there_are(cast, who):
    client = signed_in(getattr(cast, who))
    counted = []
    fill(40, [cast.nantes, cast.rennes], cast.claire, [cast.marc, cast.helene])
    for more in (1, 3):
        for _draft in range(more):
            debated(cast)
        paths = [(f"{name} {what or ''}", address(name, what)) for name, what in PAGES[who]]
        for _name, path in paths:  # the first time reads notices, and notes what was opened
            assert client.get(path).status_code < 300
        counted.append({name: queries_of(client, path) for name, path in paths})
    few, many = counted
    assert {name: n for name, n in many.items() if n > MOST} == {}
    assert many == few
