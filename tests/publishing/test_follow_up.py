"""A correction, an update, the end of a search: drafts that follow a message on X, and say so."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from approvals.actions.drafts import submit_draft
from approvals.checking import context_of, findings_of_thread
from approvals.checks import Severity
from approvals.models import SEARCHES, Category, Comment, Draft
from publishing.actions.follow_up import NothingToFollow, follow_up
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import Publication
from tests.approvals.writing import FIELDS_FILLED, agree, typed
from tests.cast import queries_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

SEARCH = {
    name: FIELDS_FILLED[name] for name in ("reference", "contact", "removal_on", "removal_by")
}
APPEAL = "Avez-vous vu cette personne ? Appelez le 17."


def out(line, *texts: str, **content) -> Publication:
    publication = line.released(*texts, **content)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    return publication


def search_out(line, category=Category.DISAPPEARANCE) -> Publication:
    return out(line, APPEAL, category=category, fields=SEARCH)


def sent(line, draft: Draft, text: str | None = None) -> Publication:
    """The draft submitted, approved by two and on X."""
    if text is not None:
        form = typed(draft, text, act="save", **draft.fields)
        assert signed_in(draft.author).post(reverse("compose", args=[draft.pk]), form).status_code
        draft.refresh_from_db()
    revision = submit_draft(actor=draft.author, draft_id=draft.pk, version=draft.version)
    for signer in (line.cast.marc, line.cast.helene):
        agree(signer, revision)
    publication = Publication.objects.get(release__revision=revision)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    return publication


def begun(publication, act: str, actor, comment: str = "") -> Draft:
    return follow_up(actor=actor, publication_id=publication.pk, act=act, comment=comment)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("act", "text"),
    [
        ("correct", "Rectificatif : Réunion mardi."),
        ("update", "Mise à jour : Réunion mardi."),
    ],
)
def test_its_form_begins_a_draft_to_edit_and_what_was_wrong_opens_the_debate(line, act, text):
    publication = out(line, "Réunion mardi.")
    claire = signed_in(line.cast.claire)
    done = claire.post(reverse(act, args=[publication.pk]), {"comment": "C’est jeudi."})
    draft = Draft.objects.latest("pk")
    assert done.url == reverse("compose", args=[draft.pk])
    assert draft.follows == publication.release
    assert draft.text == text
    assert draft.category == "advice"
    assert [c.body for c in Comment.objects.filter(draft=draft)] == ["C’est jeudi."]
    entry = AuditEntry.objects.get(act="draft.begun", draft_id=draft.pk)
    assert entry.details["follows"] == publication.draft_id
    assert "Réunion mardi." in plain(claire.get(done.url).text)


def test_a_correction_says_what_was_wrong_an_update_need_not(line):
    publication = out(line, "Réunion mardi.")
    claire = signed_in(line.cast.claire)
    refused = claire.post(reverse("correct", args=[publication.pk]), {"comment": " "})
    assert refused.status_code == 400
    assert "Dites ce qui était faux" in refused.text
    assert claire.post(reverse("update", args=[publication.pk]), {"comment": ""}).status_code == 302
    assert Draft.objects.latest("pk").follow_up == "update"


@pytest.mark.parametrize("category", SEARCHES)
def test_the_thanks_that_end_a_search_may_be_submitted_as_they_stand(line, category):
    publication = search_out(line, category)
    draft = begun(publication, "end_search", line.cast.claire)
    found = findings_of_thread(draft.messages, context_of(draft))
    assert [f for part in found for f in part if f.severity != Severity.INFO] == []
    assert sent(line, draft).draft_id == draft.pk


def test_only_a_search_ends_also_one_that_is_off_x_already(line):
    advice, search = out(line, "Un conseil."), search_out(line)
    claire = line.cast.claire
    assert reverse("end-search", args=[advice.pk]) not in line.page(advice)
    with pytest.raises(NothingToFollow):
        begun(advice, "end_search", claire)
    assert reverse("end-search", args=[search.pk]) in line.page(search)
    run(retract(actor=claire, publication_id=search.pk, reason="Retrouvé.").pk)
    page = line.page(search)
    assert reverse("end-search", args=[search.pk]) in page
    assert reverse("correct", args=[search.pk]) not in page
    assert begun(search, "end_search", claire).follow_up == "end_of_search"


def test_nothing_follows_what_is_not_on_x_or_is_being_taken_off(line):
    waiting = line.released("Bientôt.")
    with pytest.raises(NothingToFollow):
        begun(waiting, "update", line.cast.claire)
    publication = out(line, "Une erreur.")
    retract(actor=line.cast.claire, publication_id=publication.pk, reason="Faux.")
    with pytest.raises(NothingToFollow):
        begun(publication, "correct", line.cast.claire, "Tout.")
    assert reverse("correct", args=[publication.pk]) not in line.page(publication)


def test_seat_holders_of_the_account_write_what_follows(line):
    publication = out(line, "Réunion mardi.")
    path = reverse("correct", args=[publication.pk])
    assert path not in line.page(publication, line.cast.helene)
    for person, status in ((line.cast.helene, 403), (line.cast.yann, 404), (line.cast.ada, 404)):
        assert signed_in(person).post(path, {"comment": "Non."}).status_code == status
    assert Draft.objects.count() == 1


def test_each_page_leads_to_the_other_and_says_where_it_stands(line):
    publication = out(line, "Réunion mardi.")
    draft = begun(publication, "correct", line.cast.claire, "C’est jeudi.")
    there, back = reverse("draft", args=[draft.pk]), reverse("draft", args=[publication.draft_id])
    page = line.page(publication)
    assert f'href="{there}"' in page
    assert "Suivi de Rectificatif en rédaction" in plain(page)
    following = signed_in(line.cast.marc).get(there).text
    assert f'href="{back}"' in following
    assert "Rectificatif diffusé Réunion mardi." in plain(following)
    again = begun(sent(line, draft, "Rectificatif : réunion jeudi."), "update", line.cast.marc)
    told = plain(line.page(publication))
    assert "Rectificatif diffusé Rectificatif : réunion jeudi." in told
    assert "Mise à jour en rédaction" in told
    last = signed_in(line.cast.marc).get(reverse("draft", args=[again.pk])).text
    assert f'href="{there}"' in last
    assert f'href="{back}"' in last


def test_the_text_that_was_wrong_is_not_sent_again(line):
    publication = out(line, "Réunion mardi.")
    draft = begun(publication, "correct", line.cast.claire, "C’est jeudi.")
    Draft.objects.filter(pk=draft.pk).update(parts=[{"text": "Réunion mardi.", "images": []}])
    draft.refresh_from_db()
    [found] = findings_of_thread(draft.messages, context_of(draft))
    assert any("X a déjà eu ce texte" in str(finding.sentence) for finding in found)


def test_the_list_of_what_was_published_marks_what_was_corrected(line):
    publication = out(line, "Réunion mardi.")
    draft = begun(publication, "correct", line.cast.claire, "C’est jeudi.")
    client = signed_in(line.cast.claire)
    assert "Rectifié" not in client.get("/diffuses").text
    before = queries_of(client, "/diffuses")
    sent(line, draft, "Rectificatif : réunion jeudi.")
    page = client.get("/diffuses").text
    assert "Rectifié · Rectificatif" in plain(page)
    assert "Rectificatif · Message d’origine" in plain(page)
    two = queries_of(client, "/diffuses")
    sent(line, begun(publication, "update", line.cast.claire), "Mise à jour : salle 2.")
    assert queries_of(client, "/diffuses") == two
    assert two - before <= 2


def test_the_page_costs_the_same_however_many_follow(line):
    publication = out(line, "Réunion mardi.")
    path, client = reverse("draft", args=[publication.draft_id]), signed_in(line.cast.claire)
    begun(publication, "update", line.cast.claire)
    client.get(path)
    one = queries_of(client, path)
    begun(publication, "update", line.cast.marc)
    assert queries_of(client, path) == one
