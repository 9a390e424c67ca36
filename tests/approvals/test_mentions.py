"""Mentions: « @ » and the whole name of somebody who sees the draft."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Notice
from approvals.actions.debate import comment
from approvals.mentions import mentioned_in, split_mentions
from approvals.models import Mention
from tests.approvals.test_desk import said
from tests.approvals.writing import a_revision, verdict_form
from tests.cast import signed_in

NAMES = {1: "Marc", 2: "Marc Le Goff", 3: "Anne d’Artois", 4: "Zoé", 5: "zoé"}


@pytest.mark.parametrize(
    ("body", "people"),
    [
        ("@Marc, qu’en dites-vous ?", [1]),
        ("Voir avec @marc  le goff.", [2]),
        ("@Marc et @Anne d'Artois", [1, 3]),
        ("(@ZOÉ)", [4, 5]),
        ("@Zoe\u0301", [4, 5]),
        ("@Marceline, @Marc-Antoine, @Marc’s", []),
        ("marc@marc.example @ Marc", []),
        ("@Mar", []),
    ],
)
def test_a_whole_name_is_meant_and_nothing_shorter(body, people):
    assert mentioned_in(body, NAMES) == people


def test_the_whole_body_is_kept_with_its_names_apart():
    body = "A @Marc B\n@Marc Le Goff"
    pieces = split_mentions(body, ["Marc", "Marc Le Goff"])
    assert "".join(piece for piece, _name in pieces) == body
    assert [name for _piece, name in pieces] == ["", "Marc", "", "Marc Le Goff"]
    assert split_mentions(body, []) == [(body, "")]


@pytest.mark.django_db(transaction=True)
def test_whom_a_comment_names_is_told_in_the_act_and_marked(cast):
    revision = a_revision(cast.claire, cast.nantes)
    written = comment(
        actor=cast.claire,
        draft_id=revision.draft_id,
        body="@Marc et @Helene <b> : d’accord ? @Yann et @Ada, non. @Claire",
    )
    named = Mention.objects.filter(comment=written).values_list("person", flat=True)
    assert sorted(named) == sorted([cast.marc.pk, cast.helene.pk])
    told = Notice.objects.filter(kind="mention").values_list("person__name", "path")
    path = reverse("draft", args=[revision.draft_id])
    assert sorted(told) == [("Helene", path), ("Marc", path)]
    shown = said(signed_in(cast.paul).get(path))
    assert '<strong class="desk-mention">@Marc</strong> et <strong' in shown
    assert "@Helene</strong> &lt;b&gt; : d’accord ? @Yann et @Ada" in shown


@pytest.mark.django_db(transaction=True)
def test_the_names_are_said_beside_the_field_and_an_answer_or_a_verdict_mentions_too(cast):
    revision = a_revision(cast.claire, cast.nantes)
    url = reverse("approve", args=[revision.draft_id])
    with translation.override("fr"):
        shown = said(signed_in(cast.marc).get(reverse("draft", args=[revision.draft_id])))
    assert "@ et son nom entier : Claire, Leila, Helene, Paul." in shown
    signed_in(cast.marc).post(url, verdict_form(cast.marc, revision, body="Bien vu @claire"))
    assert Mention.objects.get().person == cast.claire
