"""Whoever chose English reads English on every page that links lead to, and in every mail."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.channels.mail import mail_of
from accounts.clock import db_now
from accounts.models import Notice, Person
from accounts.models.notice import NoticeKind
from approvals.actions.debate import comment
from approvals.actions.reviews import ask_for_changes, reject
from publishing.actions.decide import propose, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.models import ConfirmationKind, Publication, PublicationState
from tests.approvals.writing import a_draft, a_revision, as_read, signed
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db

# Words of our French that English does not have, whole and in any case.
FRENCH = re.compile(
    r"\b(?:le|la|les|des|du|un|une|est|sont|pour|par|vous|votre|aucune?|compte|comptes|accord"
    r"|accords|brouillon|brouillons|texte|titulaire|siège|relecture|depuis)\b|[«»]"
    r"|\b\w*[éèêàçùî]\w*",
    re.IGNORECASE,
)
# What people write is French, and says so on every page.
TEXT = "Cambriolages : fermez vos volets quand vous partez en congés."


def in_english(person=None) -> Client:
    client = Client() if person is None else signed_in(person)
    client.post("/langue", {"language": "en", "next": "/"})
    return client


def seen(html: str) -> str:
    """What is read or read aloud; proper names and what says itself to be French may be so."""
    html = re.sub(r"<(\w+)[^>]*\blang=\"fr\".*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(
        r"<code>.*?</code>|https?://\S+|République Française|Défenseur des droits"
        r"|Claire Guérin|Hélène Morvan",
        " ",
        html,
    )
    spoken = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', html)
    return re.sub(r"\s+", " ", " ".join([*spoken, re.sub(r"<[^>]*>", " ", html)]))


def walk(client: Client, *starts: str) -> dict[str, str]:
    """Every page of ours that links lead to, without its questions, and what it says."""
    pages: dict[str, str] = {}
    todo = ["/", *starts]
    while todo:
        path = todo.pop()
        if path in pages:
            continue
        response = client.get(path, follow=True)
        assert response.status_code == 200, path
        assert '<html lang="en"' in response.text, path
        pages[path] = response.text
        todo += [
            link.split("#")[0]
            for link in re.findall(r'href="(/[^"?]*)', response.text)
            if not link.startswith("/static")
        ]
    return pages


def french(pages: dict[str, str]) -> dict[str, set[str]]:
    found = {path: set(FRENCH.findall(seen(html))) for path, html in pages.items()}
    return {path: words for path, words in found.items() if words}


@pytest.fixture
def busy(cast) -> Cast:
    """Something in every list, and a freeze that somebody wants to lift."""
    signed(
        a_revision(
            cast.claire, cast.nantes, f"{TEXT} 1", requested_at=db_now() + dt.timedelta(hours=2)
        ),
        cast.marc,
        cast.helene,
    )
    sent_back = a_revision(cast.claire, cast.nantes, f"{TEXT} 2", urgent=True)
    ask_for_changes(**as_read(cast.helene, sent_back), reason="Dites à quelle heure.")
    signed(a_revision(cast.marc, cast.nantes, f"{TEXT} 3"), cast.leila)
    a_draft(cast.claire, cast.nantes, f"{TEXT} @prefet example.com #Loire-Atlantique" + 300 * "!")
    rejected = a_revision(cast.claire, cast.nantes, f"{TEXT} 4")
    reject(**as_read(cast.helene, rejected), reason="L’enquête est en cours.")
    comment(actor=cast.marc, draft_id=rejected.draft_id, body="C’est dommage, à mon avis.")
    recalled = signed(a_revision(cast.claire, cast.nantes, f"{TEXT} 5"), cast.marc, cast.helene)
    publication = Publication.objects.get(release__revision__draft=recalled)
    recall(actor=cast.paul, publication_id=publication.pk, reason="Le numéro a changé.")
    missed = signed(a_revision(cast.claire, cast.nantes, f"{TEXT} 6"), cast.marc, cast.helene)
    publication = Publication.objects.get(release__revision__draft=missed)
    Publication.objects.filter(pk=publication.pk).update(state=PublicationState.MISSED)
    why = {"kind": ConfirmationKind.NEW_TIME, "reason": "Le bouchon dure."}
    propose(actor=cast.claire, publication_id=publication.pk, **why)
    standing = freeze(actor=cast.helene, account=cast.nantes, reason="Un numéro est erroné.")
    propose_lift(actor=cast.claire, freeze_id=standing.pk, reason="Il est corrigé.")
    freeze(actor=cast.ada, account=None, reason="Un exercice est prévu.")
    # The demonstration shows an administrator everybody's mails, each in its reader's language.
    Person.objects.update(language="en")
    return cast


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("claire", 10), ("helene", 8), ("ada", 12), ("nadia", 4)],
)
def test_every_page_is_english_for(busy, name, at_least):
    pages = walk(in_english(getattr(busy, name)))
    assert len(pages) >= at_least, list(pages)
    assert french(pages) == {}


def test_nobody_signed_in_reads_english_too(cast):
    client = in_english()
    assert french(walk(client, "/connexion")) == {}
    refused = client.post("/connexion", {"username": "claire@police.example", "password": "no"})
    assert "The e-mail address or the password is wrong." in refused.text
    assert french({"refused": refused.text}) == {}


def test_a_refusal_is_english(cast):
    client = in_english(cast.claire)
    response = client.get("/brouillons/999/")
    assert response.status_code == 404
    assert "This page does not exist or is not in your accounts." in response.text
    assert french({"404": response.text}) == {}


def test_what_a_form_finds_wrong_is_english(cast):
    client = in_english(cast.ada)
    pages = {
        path: client.post(path, {"handle": "not a handle", "email": "x", "approvals_required": "x"})
        for path in ("/departements/ajouter", "/personnes/ajouter", "/departements/44/regle")
    }
    assert all("fr-message--error" in page.text for page in pages.values())
    assert french({path: page.text for path, page in pages.items()}) == {}


def test_the_switch_stays_until_one_switches_back(cast):
    client = signed_in(cast.claire)
    assert "Nouveau message" in client.get("/").text
    response = client.post("/langue", {"language": "en", "next": "/brouillons/"})
    assert response.headers["Location"] == "/brouillons/"
    assert "Nothing to review" in client.get("/").text
    assert "Nothing to review" in client.get("/").text
    client.post("/deconnexion")
    assert "Forgotten" not in client.get("/connexion").text.split("<main")[0]
    assert '<html lang="en"' in client.get("/connexion").text
    client.post("/langue", {"language": "fr", "next": "/connexion"})
    assert '<html lang="fr"' in client.get("/connexion").text


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_mails_are_in_the_language_of_the_person(cast, kind):
    notice = Notice.objects.create(person=cast.claire, kind=kind, account=cast.nantes)
    assert "Bonjour Claire," in mail_of(notice).body
    in_english(cast.claire)
    cast.claire.refresh_from_db()
    mail = mail_of(Notice.objects.get(pk=notice.pk))
    assert "Hello Claire," in mail.body
    assert french({"mail": f"{mail.subject} {mail.body}"}) == {}
