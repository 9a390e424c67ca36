"""Reconciliation: what may be out is looked for on X, never sent again by a machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from accounts.access import memberships
from accounts.clock import db_now
from accounts.models import Credential
from publishing.access import shown
from publishing.actions.acknowledge import acknowledge
from publishing.actions.apply_answer import close_stale, stale_attempts
from publishing.actions.decide import confirm, propose
from publishing.actions.effects import can_propose
from publishing.actions.point_to import point_to
from publishing.actions.reconcile import reconcile_account
from publishing.actions.send import send_due
from publishing.gateway import ApiCredentials, Unreadable, read_timeline
from publishing.heartbeat import BEAT, CLOCK, beat, worker_name
from publishing.lists import at_home
from publishing.models import Attempt, Heartbeat, Lookup, Part
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent(settings) -> str:
    """For what X never answers."""
    settings.DURATIONS = replace(settings.DURATIONS, post_read=0.5, post_total=8)
    return "timeout"


def lost_answer(line, x, when: str, *texts: str, fault: str = "reset"):
    """A publication whose POST got no answer; `when` says whether X had accepted it."""
    publication = line.released(*texts)
    x.switch(fault, when=when)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "uncertain"
    return publication


def look_now(publication, backdate, count: int = 1) -> None:
    """The next looks that are due, one after the other."""
    for _ in range(count):
        one = Lookup.objects.filter(part__publication=publication, done_at=None).first()
        backdate(one, 100_000, "due_at")
        reconcile_account(publication.account_id)
    publication.refresh_from_db()


def test_fault_18_accepted_but_unanswered_is_found_and_published(line, x, silent, backdate):
    text = "Fermez & vérifiez : https://www.service-public.fr/"
    publication = lost_answer(line, x, "after", text, fault=silent)
    look_now(publication, backdate)
    (post,) = x.posts()
    assert publication.state == "published"
    assert Part.objects.get().x_id == post["id"]


def test_fault_19_not_accepted_is_never_sent_again_by_a_machine(line, x, silent, backdate):
    publication = lost_answer(line, x, "before", fault=silent)
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    page = line.page(publication)
    assert ">à vérifier</p>" in page
    assert "recherches sur X interrompues" in page  # no worker here
    assert "le renvoyer ne sera possible qu’après la dernière recherche sur X" in page
    assert 'id="act-propose-send-again"' not in page
    assert at_home(memberships(line.cast.claire)).to_decide[0].advice in page
    look_now(publication, backdate, count=5)
    assert publication.state == "uncertain"
    assert not Lookup.objects.filter(kind="lookups", done_at=None).exists()
    assert send_due(publication.account_id) == 0
    page = line.page(publication)
    assert "à vous de décider" in page
    assert "Recherché sur X" in page
    assert "pas trouvé sur X." in page
    shown = at_home(memberships(line.cast.claire)).to_decide[0]
    assert shown.sentence in page
    assert shown.advice in page
    assert "proposer de le renvoyer" in shown.advice
    for act in ("point-to", "propose-send-again", "propose-give-up"):
        assert f'id="act-{act}"' in page
    assert len(x.requests("post")) == 1
    assert not x.posts()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"fault": "status", "status": 403}, "X ne nous laisse pas lire ce compte"),
        ({"fault": "rate_limited"}, "X limite nos lectures et n’a rien montré"),
        ({"fault": "status", "status": 503}, "X n’a pas répondu"),
    ],
)
def test_fault_31_an_unreadable_timeline_is_no_proof_of_absence_and_the_page_says_why(
    line, x, backdate, fault, why
):
    publication = lost_answer(line, x, "after")
    x.switch(on="timeline", times=5, **fault)
    look_now(publication, backdate)
    lookups = Lookup.objects.filter(done_at__isnull=False)
    assert list(lookups.values_list("result", flat=True)) == ["unreadable"]
    assert f"{why}." in line.page(publication)
    look_now(publication, backdate, count=4)
    assert publication.state == "uncertain"
    page = line.page(publication)
    assert f"{why}." in page
    assert "à vous de décider" in page
    point_to(
        actor=line.cast.claire,
        publication_id=publication.pk,
        link=f"https://x.com/pnationale44/status/{x.posts()[0]['id']}",
    )
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"


def test_a_timeline_that_can_be_read_again_shows_it(line, x, backdate):
    publication = lost_answer(line, x, "after")
    x.switch("status", on="timeline", status=403)
    look_now(publication, backdate, count=2)
    assert publication.state == "published"


def test_a_timeline_that_lags_shows_it_later(line, x, backdate):
    x.set(timeline_frozen=True)
    publication = lost_answer(line, x, "after")
    look_now(publication, backdate)
    assert publication.state == "uncertain"
    x.set(timeline_frozen=False)
    look_now(publication, backdate)
    assert publication.state == "published"


def test_fault_22_called_a_duplicate_of_what_x_has_of_it_it_is_published(line, x, backdate):
    """Nobody saw the first POST arrive, two people had it sent again: X knows better."""
    x.set(timeline_frozen=True)
    publication = lost_answer(line, x, "after")
    look_now(publication, backdate, count=5)
    one = propose(
        actor=line.cast.claire, publication_id=publication.pk, kind="send_again", reason="Absent."
    )
    confirm(actor=line.cast.helene, confirmation_id=one.pk)
    look_now(publication, backdate)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("uncertain", "duplicate")
    x.set(timeline_frozen=False)
    look_now(publication, backdate)
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_fault_22_a_duplicate_is_looked_up_and_an_older_equal_post_is_only_shown(
    line, x, backdate, settings
):
    older = x.tweet("Le même conseil.").json()["data"]["id"]
    publication = line.released("Le même conseil.")
    settings.DURATIONS = replace(settings.DURATIONS, lookup_margin=0)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("uncertain", "duplicate")
    look_now(publication, backdate)
    assert publication.state == "uncertain"
    assert Part.objects.get().lookalike_id == older


def test_two_equal_texts_never_share_one_post(line, x, backdate):
    x.set(duplicate_rule=False)
    first = lost_answer(line, x, "after", "Pareil.")
    second = lost_answer(line, x, "before", "Pareil.")
    look_now(first, backdate)
    look_now(second, backdate)
    assert first.state == "published"
    assert second.state == "uncertain"


def test_fault_2_killed_while_posting_before_the_post_is_uncertain(line, x, backdate, monkeypatch):
    publication = line.released()

    def killed(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr("publishing.actions.send.post", killed)
    with pytest.raises(SystemExit):
        send_due(publication.account_id)
    attempt = Attempt.objects.get()
    assert attempt.phase == "posting"
    assert stale_attempts() == []
    backdate(attempt, 60, "posting_at", "renewed_at")
    for late in stale_attempts():
        close_stale(late)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("uncertain", "worker_died")
    assert not x.posts()


def test_fault_2_killed_while_preparing_waits_again(line, x, backdate, monkeypatch):
    publication = line.released()
    monkeypatch.setattr(
        "publishing.actions.send.take_turn", lambda *args: (_ for _ in ()).throw(SystemExit)
    )
    with pytest.raises(SystemExit):
        send_due(publication.account_id)
    backdate(Attempt.objects.get(), 60, "renewed_at")
    for late in stale_attempts():
        close_stale(late)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "worker_lost")
    monkeypatch.undo()


def test_fault_4_killed_after_the_answer_was_kept_is_finished_from_it(
    line, x, backdate, monkeypatch
):
    publication = line.released()
    monkeypatch.setattr(
        "publishing.actions.send.apply_answer", lambda *args: (_ for _ in ()).throw(SystemExit)
    )
    with pytest.raises(SystemExit):
        send_due(publication.account_id)
    backdate(Attempt.objects.get(), 60, "posting_at")
    for late in stale_attempts():
        close_stale(late)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_an_answer_that_comes_after_the_reaper_says_what_it_is(line, x, backdate, monkeypatch):
    from publishing.actions import apply_answer as recording
    from publishing.actions import send as sending

    publication = line.released()
    real = sending.post

    def slow(*args, **kwargs):
        reply = real(*args, **kwargs)
        attempt = Attempt.objects.get()
        backdate(attempt, 60, "posting_at")
        recording.close_stale(attempt.pk)
        publication.refresh_from_db()
        assert publication.state == "uncertain"
        return reply

    monkeypatch.setattr(sending, "post", slow)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"


def test_a_persons_link_is_believed_only_when_x_shows_this_very_post(line, x, backdate):
    publication = lost_answer(line, x, "after", "Le vrai.")
    (post,) = x.posts()
    other = x.tweet("Un autre.").json()["data"]["id"]
    claire = line.cast.claire
    url = "https://x.com/pnationale44/status/"

    point_to(actor=claire, publication_id=publication.pk, link=url + other)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "uncertain"
    assert Lookup.objects.get(kind="pointed").result == "differs"
    assert "ce n’est pas le message approuvé" in line.page(publication)

    point_to(actor=claire, publication_id=publication.pk, link=url + post["id"] + "?s=20")
    assert "vérification en cours" in line.page(publication)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert "c’est bien ce message" in line.page(publication)


def test_the_page_says_what_x_answered_about_the_last_link_given(line, x, backdate):
    publication = lost_answer(line, x, "after", "Le vrai.")
    (post,) = x.posts()
    elsewhere = x.tweet("Le vrai.", "pnationale35").json()["data"]["id"]

    def answer(x_id: str) -> str:
        point_to(actor=line.cast.claire, publication_id=publication.pk, link=x_id)
        reconcile_account(publication.account_id)
        return line.page(publication)

    assert "X n’a aucun tweet à cette adresse" in answer("1234567890123456789")
    page = answer(elsewhere)
    assert "c’est le tweet d’un autre compte" in page
    assert "aucun tweet à cette adresse" not in page
    x.switch("status", on="posts", status=503)
    assert "X n’a pas répondu : redonnez le lien" in answer(post["id"])


def test_the_last_look_is_the_same_for_pages_and_for_the_act(line, x, backdate):
    publication = lost_answer(line, x, "before")
    x.switch("status", on="timeline", status=503, times=5)
    for _ in range(5):
        row = shown().get(pk=publication.pk)
        assert row.last_lookup is not None
        assert not can_propose(row, "send_again")
        look_now(publication, backdate)
    row = shown().get(pk=publication.pk)
    assert row.last_lookup is None
    assert can_propose(row, "send_again")
    # A link that is being verified opens nothing and closes nothing.
    point_to(actor=line.cast.claire, publication_id=publication.pk, link="1234567890123456789")
    assert shown().get(pk=publication.pk).last_lookup is None
    advice = at_home(memberships(line.cast.claire)).to_decide[0].advice
    assert "proposer de le renvoyer" in advice
    assert advice in line.page(publication)


@pytest.mark.parametrize(
    ("fault", "options", "reading", "label"),
    [
        ("altered", {"text": "X a changé ce texte."}, "differs", "diffère"),
        ("vanished", {}, "gone", "n’est plus sur X"),
    ],
)
def test_fault_27_a_post_that_vanished_or_differs_is_said_to_be_so(
    line, x, backdate, fault, options, reading, label
):
    publication = line.released("Tel quel.")
    x.switch(fault, **options)
    send_due(publication.account_id)
    look_now(publication, backdate)
    assert (publication.state, publication.reading) == ("published", reading)
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    page = line.page(publication)
    assert label in page
    assert "Diffusé :" not in page
    acknowledge(actor=line.cast.marc, publication_id=publication.pk, reason="Vu avec X.")
    publication.refresh_from_db()
    assert publication.acknowledged_by == line.cast.marc


def test_a_post_that_is_there_is_read_back(line, x, backdate):
    publication = line.released("Là : moncommissariat.fr et #Nantes.")
    send_due(publication.account_id)
    look_now(publication, backdate)
    assert publication.reading == "seen"


def test_a_timeline_longer_than_what_is_read_of_it_is_no_proof_of_absence(line, x):
    """A page of X's has a hundred posts; what is on the next one was not seen."""
    x.set(limits=False)
    for number in range(101):
        x.tweet(f"{number}")
    credential = Credential.objects.select_related("account").get(account=line.cast.nantes)
    since = db_now() - dt.timedelta(hours=1)
    assert len(read_timeline(ApiCredentials.of(credential), since=since, pages=2)) == 101
    with pytest.raises(Unreadable):
        read_timeline(ApiCredentials.of(credential), since=since, pages=1)


def test_while_nobody_looks_the_page_and_home_say_since_when(line, x):
    publication = lost_answer(line, x, "before")
    beat(worker_name("lookups"), worker_name("send"), worker_name("retract"), BEAT, CLOCK)
    assert "prochain contrôle dans" in line.page(publication)
    Heartbeat.objects.filter(process=worker_name("lookups")).update(
        seen_at=db_now() - dt.timedelta(hours=1)
    )
    for page in (line.page(publication), signed_in(line.cast.claire).get("/").text):
        assert "recherches sur X interrompues depuis" in page
        assert "prochain contrôle" not in page
