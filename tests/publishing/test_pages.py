"""The page of what is to leave, and what people may do there."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.access import memberships
from accounts.clock import db_now
from accounts.models import AuditEntry, Credential
from approvals.actions.drafts import abandon_draft, use_again
from approvals.models import Draft
from publishing.access import publication_for
from publishing.actions.connect import probe, probes_due
from publishing.actions.decide import decline, propose
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.acts import possible_acts
from publishing.forms import NewTimeForm
from publishing.heartbeat import BEAT, CLOCK, beat, worker_name
from publishing.lists import at_home
from publishing.models import ConfirmationKind, Heartbeat, Publication
from publishing.panel import panel_of
from publishing.views.acts import ACTS
from tests.cast import signed_in
from tests.publishing.test_awaited import missed

SAME = "X a déjà eu ce texte mot pour mot"
pytestmark = pytest.mark.django_db(transaction=True)


def draft_page(publication, person) -> str:
    path = reverse("draft", args=[publication.release.revision.draft_id])
    response = signed_in(person).get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def in_two_hours(line, **content):
    return line.released(requested_at=db_now() + dt.timedelta(hours=2, seconds=30), **content)


def acts(publication, person) -> frozenset[str]:
    return possible_acts(*_seen(publication, person))


def _seen(publication, person):
    found, role = publication_for(person, publication.pk)
    return found, person, role


def test_what_is_scheduled_says_its_hour_and_its_signers(line):
    publication = in_two_hours(line)
    page = draft_page(publication, line.cast.claire)
    assert "en attente de son heure" in page
    assert "dans 2 h" in page
    assert "Marc (titulaire), Helene (supervision)" in page
    assert "Diffusé :" not in page


def test_what_is_out_links_to_x(line, x, settings):
    settings.X_SITE_URL = x.base_url
    publication = line.released("Bonne route.")
    send_due(publication.account_id)
    page = draft_page(publication, line.cast.helene)
    (post,) = x.posts()
    assert f'href="{x.base_url}/pnationale44/status/{post["id"]}"' in page
    assert "Diffusé : le message est sur X." in page
    assert "hx-trigger" not in page.split('id="publication"')[1].split(">")[0]


def test_each_message_of_a_thread_has_its_own_state(line, x, settings):
    publication = line.released("Un sur trois.", "Deux sur trois.", "Trois sur trois.")
    x.switch("not_permitted", skip=1)
    send_due(publication.account_id)
    page = draft_page(publication, line.cast.claire)
    assert "Le fil s’est arrêté" in page
    assert "1 message sur 3 est sur X" in page
    panel = page.split('class="pub-parts"')[1].split("</ol>")[0]
    states = ("Sur X", "Refusé par X", "Pas encore envoyé")
    assert all(state in panel for state in states)


def test_rule_12_the_outsider_sees_none_of_it(line):
    publication = in_two_hours(line)
    for person in (line.cast.yann, line.cast.gwen, line.cast.ada, line.cast.nadia):
        browser = signed_in(person)
        assert browser.get(live_path(publication)).status_code == 404
        for name in ACTS:
            path = reverse(name.replace("_", "-"), args=[publication.pk])
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"reason": "Non."}).status_code == 404


def live_path(publication) -> str:
    return reverse("publication-live", args=[publication.pk])


def test_the_panel_asked_for_again_is_304_until_something_changes(line):
    publication = line.released(requested_at=db_now() + dt.timedelta(days=3, seconds=30))
    browser = signed_in(line.cast.claire)
    first = browser.get(live_path(publication))
    assert first.status_code == 200
    again = browser.get(live_path(publication), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    freeze(actor=line.cast.helene, account=line.cast.nantes, reason="Fausse alerte.")
    changed = browser.get(live_path(publication), HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200
    assert "les envois sont gelés" in changed.content.decode()


def test_the_page_and_the_first_poll_say_the_same(line):
    publication = line.released(requested_at=db_now() + dt.timedelta(days=3, seconds=30))
    page = draft_page(publication, line.cast.claire)
    etag = page.split('data-etag="')[1].split('"')[0].replace("&quot;", '"')
    browser = signed_in(line.cast.claire)
    assert browser.get(live_path(publication), HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_polling_ends_with_the_matter(line):
    publication = line.released()
    send_due(publication.account_id)
    response = signed_in(line.cast.claire).get(live_path(publication))
    assert response.status_code == 286
    assert "Diffusé :" in response.content.decode()


def test_recalling_asks_once_with_the_handle_the_text_and_what_follows(line):
    publication = in_two_hours(line)
    path = reverse("recall", args=[publication.pk])
    browser = signed_in(line.cast.helene)
    page = browser.get(path).content.decode()
    assert "@pnationale44" in page
    assert "Conseil 1." in page
    assert "de nouveau" in page or "à nouveau" in page

    refused = browser.post(path, {"reason": "  "})
    assert refused.status_code == 400
    assert "Dites pourquoi, en une phrase." in refused.content.decode()
    publication.refresh_from_db()
    assert publication.state == "waiting"

    done = browser.post(path, {"reason": "La route est rouverte."}, follow=True)
    publication.refresh_from_db()
    assert publication.state == "recalled"
    page = done.content.decode()
    assert "Rappelé par Helene" in page
    assert "La route est rouverte." in page
    assert publication.release.revision.draft.state == "writing"


def test_the_history_tells_what_came_of_a_thread_and_not_each_step(line, x):
    publication = line.released("Un.", "Deux.", "Trois.")
    send_due(publication.account_id)
    page = signed_in(line.cast.claire).get(
        reverse("draft", args=[publication.release.revision.draft_id])
    )
    told = [(line.who, line.words, line.times) for line in page.context["history"]]
    assert told == [
        ("", "Le message est sur X", 1),
        ("", "Résultat de l’envoi (accepté)", 3),
        ("", "L’envoi commence", 1),
        ("", "Diffusion en attente de son heure", 1),
        ("", "Tous les accords sont réunis : le texte est bon à diffuser", 1),
        ("Helene", "a approuvé le texte tel quel", 1),
        ("Marc", "a approuvé le texte tel quel", 1),
        ("Claire", "a soumis le texte à la relecture", 1),
        ("Claire", "a commencé le brouillon", 1),
    ]


def test_a_retraction_that_x_does_not_carry_out_shouts(line, x):
    publication = line.released()
    send_due(publication.account_id)
    x.switch("delete_false", on="delete", times="always")
    retract(actor=line.cast.helene, publication_id=publication.pk, reason="Erreur.")
    badge = re.compile(r'<p class="fr-badge[^>]*>([^<]+)<')
    assert badge.findall(draft_page(publication, line.cast.claire)) == ["retrait"]
    run(publication.retractions.get().pk)
    page = draft_page(publication, line.cast.claire)
    assert badge.findall(page) == ["X ne le supprime pas"]
    assert "X n’a pas supprimé ce message, il y est encore" in page
    assert "peut le supprimer sur X lui-même" in page
    shown = at_home(memberships(line.cast.claire))
    assert [row.publication for row in shown.to_decide] == [publication]
    assert shown.published == []


def test_what_a_state_waits_for_is_the_primary_button(line, x, backdate):
    primary = re.compile(r'<a class="fr-btn" id="act-([a-z-]+)"')
    claire = line.cast.claire
    published = line.released()
    send_due(published.account_id)
    assert primary.findall(draft_page(published, claire)) == []
    missed = in_two_hours(line)
    backdate(missed, 3 * 3600, "due_at", "next_try_at")
    x.switch("not_permitted", skip=1)
    thread = line.released("Un.", "Deux.")
    send_due(thread.account_id)
    x.switch("status", status=503, on="post", when="after")
    uncertain = line.released()
    send_due(uncertain.account_id)
    assert primary.findall(draft_page(uncertain, claire)) == ["point-to"]
    assert "Donner un lien à vérifier" in draft_page(uncertain, claire)
    assert primary.findall(draft_page(missed, claire)) == ["propose-new-time"]
    assert primary.findall(draft_page(thread, claire)) == ["propose-go-on"]


def test_a_draft_that_left_carries_the_state_of_its_publication(line, x):
    for _ in range(2):
        publication = line.released()
        send_due(publication.account_id)
    browser = signed_in(line.cast.claire)
    badge = re.compile(r'<p class="fr-badge[^>]*>([^<]+)<')
    assert badge.findall(browser.get(reverse("drafts")).text) == ["diffusé", "diffusé"]
    assert badge.findall(draft_page(publication, line.cast.claire)) == ["diffusé"]


def test_what_is_out_cannot_be_recalled_and_says_so(line, x):
    publication = line.released()
    send_due(publication.account_id)
    browser = signed_in(line.cast.claire)
    path = reverse("recall", args=[publication.pk])
    assert browser.get(path).status_code == 409
    response = browser.post(path, {"reason": "Trop tard."})
    assert response.status_code == 409
    assert "ne peut plus être rappelé" in response.content.decode()
    assert len(x.posts(live=True)) == 1


def test_the_buttons_follow_the_state(line, x, backdate):
    claire = line.cast.claire
    waiting = in_two_hours(line)
    assert acts(waiting, claire) == {"recall"}

    backdate(waiting, 3 * 3600, "due_at", "next_try_at")
    send_due(waiting.account_id)
    assert acts(waiting, claire) == {"recall", "propose_new_time"}

    x.switch("status", status=503, on="post", when="after")
    uncertain = line.released()
    send_due(uncertain.account_id)
    assert acts(uncertain, claire) == {"point_to", "propose_give_up", "retract"}

    published = line.released()
    send_due(published.account_id)
    assert acts(published, claire) == {"retract", "correct", "update"}

    x.switch("not_permitted")
    refused = line.released()
    send_due(refused.account_id)
    assert acts(refused, claire) == {"recall", "acknowledge"}


def test_a_missed_message_gets_its_new_hour_from_two_people(line, backdate):
    publication = in_two_hours(line)
    backdate(publication, 3 * 3600, "due_at", "next_try_at")
    send_due(publication.account_id)
    claire, helene = signed_in(line.cast.claire), signed_in(line.cast.helene)
    tomorrow = (db_now() + dt.timedelta(days=1)).astimezone(line.cast.nantes.zone)
    proposed = claire.post(
        reverse("propose-new-time", args=[publication.pk]),
        {"day": f"{tomorrow:%Y-%m-%d}", "hour": "18:00", "reason": "Le bouchon dure."},
    )
    assert proposed.status_code == 302
    page = draft_page(publication, line.cast.helene)
    assert "Claire propose : donner un nouvel horaire — « Le bouchon dure. »" in page

    one = publication.confirmations.get()
    path = reverse("confirmation", args=[one.pk])
    assert 'value="confirm"' not in claire.get(path).content.decode()
    assert 'value="confirm"' not in signed_in(line.cast.marc).get(path).content.decode()
    asked = helene.get(path).text
    assert 'value="confirm"' in asked
    assert "avec ce motif : « Le bouchon dure. » (<time" in " ".join(asked.split())
    assert signed_in(line.cast.yann).get(path).status_code == 404
    assert helene.post(path, {"answer": "confirm"}).status_code == 302
    publication.refresh_from_db()
    assert publication.state == "waiting"
    assert f"{publication.due_at.astimezone(line.cast.nantes.zone):%H:%M}" == "18:00"


def test_a_new_hour_is_asked_by_the_composers_rules(line, backdate, monkeypatch):
    publication = in_two_hours(line)
    backdate(publication, 3 * 3600, "due_at", "next_try_at")
    send_due(publication.account_id)
    now = dt.datetime(2026, 9, 30, 12, tzinfo=dt.UTC)
    monkeypatch.setattr("approvals.forms.moment.db_now", lambda: now)
    claire, path = signed_in(line.cast.claire), reverse("propose-new-time", args=[publication.pk])
    for day, hour, sentence in [
        ("2026-10-25", "02:30", "Cette heure existe deux fois cette nuit-là : laquelle ?"),
        ("2027-03-28", "02:30", "La première heure qui existe ensuite est 3 h."),
        ("2027-04-02", "18:00", "C’est trop loin : six mois à l’avance au plus."),
        ("2026-09-29", "18:00", "Cette heure est déjà passée : choisissez-en une autre."),
        ("", "18:00", "Choisissez une date."),
        ("25 octobre 2h30", "", "2 h 30, la seconde"),
        ("31/02", "18h", "Cette date n’existe pas au calendrier."),
        ("bientôt", "18h", "Écrivez la date comme 31/12/2026"),
    ]:
        answer = claire.post(path, {"day": day, "hour": hour, "reason": "Utile."})
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
        assert "Heure de Paris." in answer.content.decode()
    assert not publication.confirmations.exists()

    typed = {"day": "2026-10-25", "hour": "02:30", "reason": "Utile.", "fold": "1"}
    form = NewTimeForm(line.cast.nantes, typed)
    assert form.is_valid()
    assert form.moment.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_checking_a_connection_asks_a_worker_and_never_x(line, x, woken):
    asked = len(x.requests())
    path = reverse("check-connection", args=["44"])
    response = signed_in(line.cast.ada).post(path)
    assert response.status_code == 302
    # The message says which account; who asked stands in the row, which the scan finds too.
    assert woken[-1] == ("publishing.tasks.probe_account", line.cast.nantes.pk)
    assert Credential.objects.get(account=line.cast.nantes).asked_by == line.cast.ada
    assert probes_due() == [line.cast.nantes.pk]
    assert len(x.requests()) == asked
    assert signed_in(line.cast.claire).post(path).status_code == 403
    assert signed_in(line.cast.ada).get(path).headers["Location"] == "/departements/44"
    probe(line.cast.nantes.pk)
    assert Credential.objects.get(account=line.cast.nantes).checked_by == line.cast.ada
    assert probes_due() == []


def test_a_check_that_x_does_not_answer_is_over_all_the_same(line, x):
    signed_in(line.cast.ada).post(reverse("check-connection", args=["44"]))
    x.switch("status", status=503, on="me")
    probe(line.cast.nantes.pk)
    assert probes_due() == []


def test_an_account_that_was_never_connected_has_nothing_to_check(cast):
    response = signed_in(cast.ada).post(reverse("check-connection", args=["44"]))
    assert "jamais été connecté" in response.text
    assert not AuditEntry.objects.filter(act="account.check_asked").exists()


def test_a_retraction_begins_a_correction_with_the_text_at_hand(line, x):
    publication = line.released("Réunion mardi à Nantes.", "Salle des fêtes.")
    send_due(publication.account_id)
    claire, path = signed_in(line.cast.claire), reverse("retract", args=[publication.pk])
    assert "Retirer et corriger" in claire.get(path).text
    refused = claire.post(path, {"reason": "", "then": "correct"})
    assert refused.status_code == 400
    assert Draft.objects.count() == 1

    done = claire.post(path, {"reason": "C’est jeudi.", "then": "correct"}, follow=True)
    again = Draft.objects.latest("pk")
    assert done.redirect_chain == [(reverse("compose", args=[again.pk]), 302)]
    assert again.came_from == publication.release.revision.draft
    assert again.messages == publication.release.revision.messages
    assert publication.retractions.get().reason == "C’est jeudi."
    assert "Voici son texte dans un nouveau brouillon" in done.text
    assert done.text.count(SAME) == 2

    typed = {
        "version": again.version,
        "category": again.category,
        "when": "approved",
        "reply_settings": again.reply_settings,
        "origin": ["0", "1"],
        "text": ["Réunion jeudi à Nantes.", "Salle des fêtes."],
    }
    assert claire.post(reverse("preview", args=[again.pk]), typed).text.count(SAME) == 1


def test_once_retracted_seat_holders_correct_and_supervisors_see_who_can(line, x):
    publication = line.released()
    send_due(publication.account_id)
    path = reverse("retract", args=[publication.pk])
    helene = signed_in(line.cast.helene)
    page = helene.get(path).text
    assert "Retirer et corriger" not in page
    assert "un nouveau brouillon : Claire, Marc, Leila." in page
    sent = helene.post(path, {"reason": "Erreur de date.", "then": "correct"})
    assert sent.url == reverse("draft", args=[publication.release.revision.draft_id])
    assert Draft.objects.count() == 1

    button = reverse("use-again", args=[publication.release.revision.draft_id])
    assert "un nouveau brouillon : Claire, Marc, Leila." in draft_page(
        publication, line.cast.helene
    )
    assert button not in draft_page(publication, line.cast.helene)
    page = draft_page(publication, line.cast.marc)
    assert page.count(button) == 1
    assert "Corriger" in page
    assert signed_in(line.cast.marc).post(button).status_code == 302
    for person in (line.cast.marc, line.cast.helene):
        page = draft_page(publication, person)
        assert "Correction commencée par Marc" in page
        assert button not in page


def test_what_never_was_on_x_may_be_said_as_it_was(line, x):
    publication = in_two_hours(line)
    recall(actor=line.cast.helene, publication_id=publication.pk, reason="Plus utile.")
    draft = publication.release.revision.draft
    draft.refresh_from_db()
    abandon_draft(actor=line.cast.claire, draft_id=draft.pk)
    again = use_again(actor=line.cast.claire, draft=draft)
    assert SAME not in signed_in(line.cast.claire).get(reverse("compose", args=[again.pk])).text


def test_a_message_whose_hour_came_says_since_when_nothing_leaves(line):
    publication = line.released("Bonne route.")
    beat(worker_name("send"), BEAT, CLOCK)
    assert "part d’un instant à l’autre" in draft_page(publication, line.cast.claire)
    Heartbeat.objects.filter(process=BEAT).update(seen_at=db_now() - dt.timedelta(hours=1))
    for page in (draft_page(publication, line.cast.claire), home(line.cast.claire)):
        assert "Envois interrompus depuis" in page
        assert "d’un instant à l’autre" not in page


def home(person) -> str:
    return " ".join(signed_in(person).get("/").text.split())


def test_what_was_retracted_or_recalled_says_its_own_hour(line, x):
    publication = line.released("Bonne route.")
    send_due(publication.account_id)
    run(retract(actor=line.cast.marc, publication_id=publication.pk, reason="Erreur.").pk)
    steps = draft_page(publication, line.cast.claire).split('class="pub-steps')[1]
    assert "Retiré de X" in steps.split("</ol>")[0]
    recalled = in_two_hours(line)
    recall(actor=line.cast.marc, publication_id=recalled.pk, reason="Attendre.")
    found, person, role = _seen(recalled, line.cast.claire)
    step = panel_of(found, person, role).steps[1]
    assert (step.label, step.at) == ("Rappelé", found.since)


def test_the_list_of_drafts_tells_apart_what_became_of_released_texts(line):
    line.released("Le texte qui part.")
    send_due(line.released("Le texte du jour.").account_id)
    line.released("Le texte qui attend.", requested_at=db_now() + dt.timedelta(hours=2))
    sent = set(Publication.objects.filter(state="published"))
    assert sent
    client = signed_in(line.cast.claire)

    def found(state):
        rows = client.get("/brouillons/", {"state": state}).context["page"].rows
        return {draft.pk for draft in rows}

    assert found("published") == {publication.draft_id for publication in sent}
    assert found("missed") == found("retracted") == found("refused") == set()
    assert len(found("released")) == 3


def is_current(publication, person, act, due=None):
    address = reverse("act-is-current", args=[publication.pk])
    asked = {"act": act, "due": (due or publication.due_at).isoformat()}
    return signed_in(person).get(address, asked)


def test_an_open_page_of_an_act_learns_that_it_is_out_of_date(line):
    publication = in_two_hours(line)
    claire = signed_in(line.cast.claire)
    page = claire.get(reverse("recall", args=[publication.pk])).content.decode()
    asked = re.search(r'hx-get="([^"]+/a-jour[^"]+)"', page)[1].replace("&amp;", "&")
    assert claire.get(asked).status_code == 204
    recall(actor=line.cast.marc, publication_id=publication.pk, reason="Une erreur.")
    gone = claire.get(asked)
    assert gone.status_code == 286  # htmx asks no more
    assert "Cette page n’est plus à jour" in gone.content.decode()


def test_a_page_that_shows_another_hour_is_out_of_date(line):
    publication = in_two_hours(line)
    before = publication.due_at - dt.timedelta(minutes=5)
    assert is_current(publication, line.cast.claire, "recall").status_code == 204
    assert is_current(publication, line.cast.claire, "recall", before).status_code == 286
    assert is_current(publication, line.cast.claire, "nonsense").status_code == 286
    assert is_current(publication, line.cast.yann, "recall").status_code == 404


def test_an_open_page_of_a_proposal_learns_that_it_was_answered(line):
    publication = missed(line, "Une prévention.")
    proposal = propose(
        actor=line.cast.marc,
        publication_id=publication.pk,
        kind=ConfirmationKind.NEW_TIME,
        reason="Encore utile.",
        due_at=db_now() + dt.timedelta(hours=1),
    )
    helene = signed_in(line.cast.helene)
    page = helene.get(reverse("confirmation", args=[proposal.pk])).content.decode()
    asked = reverse("confirmation-is-current", args=[proposal.pk])
    assert asked in page
    assert helene.get(asked).status_code == 204
    decline(actor=line.cast.helene, confirmation_id=proposal.pk)
    gone = helene.get(asked)
    assert gone.status_code == 286
    assert "Voir sa page" in gone.content.decode()
