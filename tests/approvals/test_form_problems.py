"""What is wrong with a form is said in the title and at the top, with a link to the field."""

import pytest
from django.urls import reverse

from tests.approvals.test_desk import said
from tests.approvals.writing import a_draft, a_revision, typed, verdict_form
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def link(target, label):
    return f'<a href="#{target}">{label}</a>'


def test_a_verdict_without_a_reason(cast):
    revision = a_revision(cast.claire, cast.nantes)
    url = reverse("reject", args=[revision.draft_id])
    page = said(signed_in(cast.helene).post(url, verdict_form(cast.helene, revision)))
    assert "<title>Erreur : Brouillon" in page
    assert link("id_reject-reason", "Motif") in page
    assert page.count('id="error-summary"') == 1


def test_a_message_of_a_thread_and_the_hour(cast):
    draft = a_draft(cast.claire, cast.nantes)
    fields = typed(draft, ["Un", "a" * 5000], when="at", day="demain", hour="25h")
    page = said(signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), fields))
    assert "<title>Erreur : Rédiger" in page
    assert link("text-1", "Message 2") in page
    assert link("id_hour", "Heure") in page


def test_the_administration_and_the_sign_in(cast, client):
    page = said(signed_in(cast.ada).post(reverse("add-person"), {"name": ""}))
    assert "<title>Erreur :" in page
    assert 'id="error-summary"' in page
    page = said(client.post(reverse("sign-in"), {"username": "x@y.fr", "password": ""}))
    assert "<title>Erreur :" in page


def test_a_page_that_is_read_has_no_error(cast):
    page = said(signed_in(cast.claire).get(reverse("drafts") + "?account=unknown"))
    assert "Erreur :" not in page


def test_a_message_added_to_a_thread_is_the_one_to_type_in(cast):
    draft = a_draft(cast.claire, cast.nantes)
    url = reverse("compose", args=[draft.pk])
    answer = signed_in(cast.claire).post(url, typed(draft, act="add"))
    assert answer["Location"] == url + "#text-1"
    assert 'id="text-1"' in said(signed_in(cast.claire).get(url))
