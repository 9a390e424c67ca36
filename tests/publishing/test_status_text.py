"""One sentence for each state and reason of a publication, true and without riddles."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from publishing.heartbeat import Interruption
from publishing.models import LookupResult, PublicationState, Reason, RetractionState
from publishing.models.publication import Reading
from publishing.panel import PROGRESS
from publishing.status_badge import BADGES
from publishing.status_text import (
    HISTORY,
    Situation,
    advice,
    deadline_words,
    pointed,
    soon,
    status_sentence,
    what_frees,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 12, 2, 16, 0, tzinfo=dt.UTC)
REASONS = ["", *Reason.values]


def sentence(state: str, reason: str = "", **more) -> str:
    situation = {"next_at": NOW + dt.timedelta(seconds=100), "due_at": NOW} | more
    return status_sentence(Situation(state=state, reason=reason, zone=PARIS, now=NOW, **situation))


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("state", PublicationState.values)
def test_every_state_and_reason_has_one_whole_sentence(state, reason):
    words = sentence(state, reason)
    assert words[0].isupper()
    assert words.endswith(".")
    assert ". " not in words
    assert "None" not in words
    assert "%" not in words


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("state", [s for s in PublicationState.values if s != "published"])
def test_nothing_says_published_that_is_not(state, reason):
    for more in ({}, {"next_at": None}, {"out": 1, "total": 3}):
        words = sentence(state, reason, **more).lower()
        assert "diffusé" not in words
        assert "publié" not in words
        with translation.override("en"):
            assert "published" not in sentence(state, reason, **more).lower()


@pytest.mark.parametrize("reason", Reason.values)
@pytest.mark.parametrize("state", ["held", "uncertain", "partial"])
def test_what_stopped_it_is_said(state, reason):
    assert str(Reason(reason).label) in sentence(state, reason)


@pytest.mark.parametrize(
    "reason",
    ["author_left", "signer_left", "frozen", "reconnect", "no_credits", "suspended", "objection"],
)
def test_what_is_held_says_who_can_free_it(reason):
    assert what_frees(reason) in sentence("held", reason)
    assert what_frees(reason) != what_frees("unreachable")


def test_a_later_hour_is_said_in_the_zone_of_the_account():
    later = NOW + dt.timedelta(hours=2, minutes=10)
    assert sentence("waiting", due_at=later) == (
        "Approuvé, en attente de son heure : part aujourd’hui à 19 h 10, dans 2 h 10."
    )


def test_what_is_uncertain_says_when_the_next_look_comes_and_when_people_decide():
    assert "prochain contrôle dans 1 min 40" in sentence("uncertain", "no_answer")
    assert "à vous de décider" in sentence("uncertain", "no_answer", next_at=None)


def test_what_was_published_and_is_no_longer_so_says_it():
    assert "n’y est plus" in sentence("published", reading=Reading.GONE)
    assert "diffère" in sentence("published", reading=Reading.DIFFERS)
    for reading in (Reading.GONE, Reading.DIFFERS):
        assert "Diffusé" not in sentence("published", reading=reading)


@pytest.mark.parametrize("retraction", ["requested", "deleting", "failing"])
def test_a_retraction_under_way_comes_first(retraction):
    words = sentence("published", retraction=RetractionState(retraction))
    assert "Diffusé" not in words
    assert ("y est encore" in words) == (retraction == "failing")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "d’un instant à l’autre"),
        (40, "dans 40 s"),
        (100, "dans 1 min 40"),
        (3600, "dans 1 h"),
    ],
)
def test_soon_counts_seconds_while_they_matter(seconds, words):
    assert soon(NOW + dt.timedelta(seconds=seconds), NOW) == words


def test_the_panel_knows_how_to_show_every_state():
    assert set(PROGRESS) == set(PublicationState.values)
    assert set(PublicationState.values) - set(BADGES) == {"recalled", "retracted"}


def advised(state: str, **more) -> str:
    return advice(Situation(state=state, zone=PARIS, now=NOW, due_at=NOW, **more))


def test_what_is_uncertain_says_what_can_be_done_now_and_what_only_later():
    ahead = NOW + dt.timedelta(minutes=12)
    words = advised("uncertain", last_lookup=ahead)
    now, later = words.split(" ; ")
    assert "donner son lien" in now
    assert "abandonner" in now
    assert "renvoyer" not in now
    assert "le renvoyer ne sera possible qu’après la dernière recherche" in later
    assert "aujourd’hui à 17 h 12" in later
    undated = "après la dernière recherche sur X : il pourrait"
    assert undated in advised("uncertain", last_lookup=NOW)
    assert undated in advised("uncertain", last_lookup=ahead, interruption=Interruption(None))
    made = advised("uncertain")
    assert "proposer de le renvoyer" in made
    assert "après" not in made
    assert "renvoyer" not in advised("uncertain", retraction=RetractionState.REQUESTED)


def test_once_the_searches_are_over_the_last_one_has_its_hour():
    searched = NOW - dt.timedelta(minutes=5)
    words = sentence("uncertain", "no_answer", next_at=None, searched_at=searched)
    assert "la dernière aujourd’hui à 16 h 55" in words
    assert "à vous de décider" in words


def test_what_two_people_are_deciding_is_not_offered_again():
    open_one = advised("missed", proposal="Claire propose : donner un nouvel horaire")
    assert open_one.startswith("Claire propose : donner un nouvel horaire")
    assert "attend sa confirmation" in open_one
    assert "La décision est prise" in advised("uncertain", decided=True)


@pytest.mark.parametrize("state", PublicationState.values)
def test_only_what_waits_for_people_has_an_advice(state):
    assert bool(advised(state)) == (state in ("held", "missed", "uncertain", "refused", "partial"))


@pytest.mark.parametrize("state", ["refused", "partial", "published"])
def test_what_was_acknowledged_asks_no_more(state):
    assert advised(state, reading=Reading.GONE)
    assert not advised(state, reading=Reading.GONE, acknowledged=True)


def test_every_answer_about_a_given_link_is_in_words():
    words = [pointed(result) for result in LookupResult.values]
    assert all(words)
    assert len(set(words)) == len(words)


def test_every_state_has_its_line_in_the_history():
    assert {f"publication.{state}" for state in PublicationState.values} <= set(HISTORY)


def test_a_freeze_s_deadline_says_that_what_is_past_its_hour_does_not_leave_by_itself():
    ahead, past = NOW + dt.timedelta(hours=1), NOW - dt.timedelta(minutes=1)
    before = deadline_words(Reason.FROZEN, ahead, NOW)
    assert "levé avant son heure, il part à son heure" in before
    assert "ne partira pas automatiquement" in before
    after = deadline_words(Reason.FROZEN, past, NOW)
    assert "Son heure est passée" in after
    assert "ne partira pas automatiquement quand le gel sera levé" in after
    assert deadline_words(Reason.RECONNECT, past, NOW) == "Dernier moment pour partir :"


@pytest.mark.parametrize("state", ["waiting", "sending"])
@pytest.mark.parametrize(
    ("since", "words"),
    [
        (NOW - dt.timedelta(minutes=39), "Envois interrompus depuis 16 h 21"),
        (None, "Envois interrompus"),
    ],
)
def test_nothing_leaves_at_any_moment_while_workers_are_dead(state, since, words):
    said = sentence(state, interruption=Interruption(since))
    assert said.startswith(words)
    assert "instant" not in said


@pytest.mark.parametrize(
    ("state", "retraction", "words"),
    [
        ("uncertain", "", "recherches sur X interrompues depuis 16 h 21"),
        ("published", "requested", "suppressions sur X interrompues depuis 16 h 21"),
        ("published", "failing", "suppressions sur X interrompues depuis 16 h 21"),
    ],
)
def test_nothing_is_looked_for_or_deleted_at_any_moment_while_workers_are_dead(
    state, retraction, words
):
    stopped = Interruption(NOW - dt.timedelta(minutes=39))
    said = sentence(state, retraction=retraction, interruption=stopped)
    assert words in said
    assert "instant" not in said
    assert "en cours" not in said
    assert "dans" not in said
