"""After the session ended: nothing is done, nothing typed is lost, and one comes back."""

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Comment, Review
from tests.approvals.writing import a_revision
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "http://testserver"


def one_line(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("name", "words", "more"),
    [
        ("approve", "rien n’a été approuvé", {}),
        ("comment", "rien n’a été ajouté au débat", {}),
        ("reject", "rien n’a été rejeté", {"reject-reason": "Trop <b>précis"}),
        ("compose", "rien n’a été soumis", {"text": "Fermez vos volets.", "act": "submit"}),
        ("compose", "rien n’a été enregistré", {"text": "Fermez vos volets.", "act": "save"}),
        ("recall", "rien n’a été rappelé", {"reason": "Le nom est faux."}),
        ("propose-give-up", "rien n’a été proposé", {"reason": "Trop tard."}),
        ("add-person", "rien n’a été enregistré", {"name": "Zoé"}),
    ],
)
def test_what_is_sent_is_kept_and_the_page_says_what_was_not_done(cast, name, words, more):
    draft = a_revision(cast.claire, cast.nantes).draft
    own = {"add-person": [], "recall": [1], "propose-give-up": [1]}
    url, page = reverse(name, args=own.get(name, [draft.pk])), reverse("draft", args=[draft.pk])
    form = {"body": "Bonne tournure.", "typed_by": cast.helene.pk, "password": "hush", **more}
    answer = Client().post(url, form, headers={"Referer": HERE + page})
    said = one_line(answer)
    assert answer.status_code == 401
    assert f"Vous étiez déconnecté : {words}." in said
    assert f'href="/connexion?next={page.replace("/", "%2F")}"' in said
    for text in ("Bonne tournure.", *(t for n, t in more.items() if n != "act")):
        assert f"readonly>{text.replace('<', '&lt;').replace('>', '&gt;')}</textarea>" in said
    assert f'data-typed-action="{url}" data-typed-by="{cast.helene.pk}"' in said
    assert "hush" not in said
    assert not Comment.objects.exists()
    assert not Review.objects.exists()


def test_without_a_page_it_came_from_one_comes_back_by_the_address_itself(cast):
    url = reverse("comment", args=[a_revision(cast.claire, cast.nantes).draft_id])
    for referer in ("", "http://evil.example/x", HERE + url):
        answer = Client().post(url, {"body": "Mot"}, headers={"Referer": referer})
        assert f"next={url.replace('/', '%2F')}" in answer.content.decode()
    back = signed_in(cast.marc).get(url, follow=True)
    assert back.redirect_chain == [(url.removesuffix("debattre"), 302)]
    assert back.status_code == 200


def test_a_part_of_a_page_says_it_in_place_and_the_page_stays(cast):
    draft = a_revision(cast.claire, cast.nantes).draft
    asked = [
        Client().get(reverse("draft-live", args=[draft.pk]), headers={"HX-Request": "true"}),
        Client().post(reverse("autosave", args=[draft.pk]), headers={"HX-Request": "true"}),
    ]
    for answer in asked:
        assert answer.status_code == 401
        assert answer.headers["HX-Retarget"] == "#messages"
        assert "HX-Redirect" not in answer.headers
        assert "<html" not in answer.text
        assert "Vous êtes déconnecté" in answer.text
        assert 'href="/connexion" target="_blank"' in answer.text


def test_signing_in_never_leads_to_a_part_of_a_page(cast):
    draft = a_revision(cast.claire, cast.nantes).draft
    answer = Client().get(reverse("draft-live", args=[draft.pk]))
    assert answer.headers["Location"] == f"/connexion?next=/brouillons/{draft.pk}/"


def test_the_page_of_another_person_does_nothing_in_ones_name_and_shows_none_of_it(cast):
    draft = a_revision(cast.claire, cast.nantes).draft
    url = reverse("comment", args=[draft.pk])
    marc = signed_in(cast.marc)
    form = {"body": "De la main d’Helene", "typed_by": cast.helene.pk}
    answer = marc.post(url, form)
    assert answer.status_code == 409
    assert "ouverte par une autre personne : rien n’a été ajouté au débat" in one_line(answer)
    assert "De la main" not in answer.text
    headers = {"HX-Request": "true", "X-Typed-By": str(cast.helene.pk)}
    assert marc.get(reverse("draft-live", args=[draft.pk]), headers=headers).status_code == 409
    assert not Comment.objects.exists()
    assert marc.post(url, {"body": "De la mienne", "typed_by": cast.marc.pk}).status_code == 302


def test_a_form_of_an_earlier_session_keeps_what_was_typed_for_its_author_alone(cast):
    url = reverse("comment", args=[a_revision(cast.claire, cast.nantes).draft_id])
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.marc)

    def sent(who, referer) -> tuple[int, str]:
        form = {"body": "Bonne tournure.", "typed_by": who.pk}
        answer = browser.post(url, form, headers={"Referer": referer})
        return answer.status_code, one_line(answer)

    status, said = sent(cast.marc, HERE + "/")
    assert status == 403
    assert "Votre session a changé : rien n’a été ajouté au débat." in said
    assert "readonly>Bonne tournure.</textarea>" in said
    for who, referer in ((cast.helene, HERE + "/"), (cast.marc, "http://evil.example/")):
        assert "Bonne tournure." not in sent(who, referer)[1]
    assert not Comment.objects.exists()


def test_a_method_that_an_address_does_not_know_is_answered_by_a_page(cast):
    answer = signed_in(cast.claire).put("/brouillons/", headers={"Referer": HERE + "/"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "Action impossible à cette adresse" in answer.text
    assert "Revenir à la page précédente" in answer.text
