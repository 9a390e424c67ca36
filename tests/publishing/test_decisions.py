"""Confirmation, freeze and lift, retraction, recall: what people decide about what leaves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.actions.rights import end_supervision, vacate
from accounts.clock import db_now
from accounts.errors import Forbidden, Invalid, NotFound
from accounts.models import Person
from accounts.signals import right_ended
from approvals.actions.drafts import adopt_draft
from approvals.history import entries_of, history_of
from publishing.actions.decide import (
    AlreadyOpen,
    NeedsAnother,
    NotOpen,
    confirm,
    decline,
    expire,
    expired,
    propose,
    propose_lift,
    withdraw,
)
from publishing.actions.effects import NotNow
from publishing.actions.freeze import AlreadyFrozen, freeze
from publishing.actions.recall import TooLateToRecall, recall
from publishing.actions.reconcile import reconcile_account
from publishing.actions.retract import NothingToRetract, retract, run
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import send_due
from publishing.heartbeat import BEAT, CLOCK, beat, worker_name
from publishing.models import Attempt, Confirmation, Freeze, Lookup, Part, Publication, Retraction
from tests.approvals.writing import agree
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(line):
    return line.cast


def scan() -> None:
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)


def missed(line, backdate) -> Publication:
    publication = line.released()
    backdate(publication, 3600, "due_at", "next_try_at")
    scan()
    publication.refresh_from_db()
    assert publication.state == "missed"
    return publication


def uncertain(line, x, backdate, *texts: str) -> Publication:
    """Not accepted by X, and all looks made."""
    publication = line.released(*texts)
    x.switch("reset", when="before")
    send_due(publication.account_id)
    Lookup.objects.update(due_at=db_now() - dt.timedelta(seconds=1))
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    return publication


# Confirmation


def test_a_missed_publication_gets_a_new_time_from_two_people(line, people, x, backdate):
    publication = missed(line, backdate)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="new_time", reason="Encore utile."
    )
    with pytest.raises(NeedsAnother):
        confirm(actor=people.claire, confirmation_id=one.pk)
    with pytest.raises(NeedsAnother):
        confirm(actor=people.marc, confirmation_id=one.pk)  # no supervisor among the two
    confirm(actor=people.helene, confirmation_id=one.pk)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_one_open_confirmation_per_subject_and_each_end(line, people, backdate):
    publication = missed(line, backdate)
    ask = {"publication_id": publication.pk, "kind": "new_time", "reason": "Encore utile."}
    one = propose(actor=people.claire, **ask)
    with pytest.raises(AlreadyOpen):
        propose(actor=people.paul, **ask)
    with pytest.raises(NotFound):
        decline(actor=people.yann, confirmation_id=one.pk)
    withdraw(actor=people.claire, confirmation_id=one.pk)
    two = propose(actor=people.claire, **ask)
    decline(actor=people.marc, confirmation_id=two.pk)
    three = propose(actor=people.claire, **ask)
    backdate(three, 4000, "expires_at")
    with pytest.raises(NotOpen):
        confirm(actor=people.helene, confirmation_id=three.pk)
    for late in expired():
        expire(late)
    four = propose(actor=people.claire, **ask)
    end_seat(people.claire)
    states = Confirmation.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "declined", "expired", "lapsed"]
    with pytest.raises(NotOpen):
        confirm(actor=people.helene, confirmation_id=four.pk)


def test_a_confirmation_lapses_when_its_subject_moves_on(line, people, backdate):
    publication = missed(line, backdate)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="new_time", reason="Encore."
    )
    recall(actor=people.paul, publication_id=publication.pk, reason="Plus utile.")
    one.refresh_from_db()
    assert one.state == "lapsed"


def test_a_reason_is_needed_and_an_hour_still_ahead(line, people, backdate):
    publication = missed(line, backdate)
    ask = {"actor": people.claire, "publication_id": publication.pk, "kind": "new_time"}
    with pytest.raises(Invalid):
        propose(**ask, reason="  ")
    with pytest.raises(Invalid):
        propose(**ask, reason="Oui.", due_at=db_now() - dt.timedelta(minutes=1))


def test_sending_again_opens_after_the_last_look_and_looks_once_more(line, people, x, backdate):
    publication = line.released()
    x.switch("reset", when="before")
    send_due(publication.account_id)
    ask = {"actor": people.claire, "publication_id": publication.pk, "kind": "send_again"}
    with pytest.raises(NotNow):
        propose(**ask, reason="Ce n’y est pas.")
    Lookup.objects.update(due_at=db_now() - dt.timedelta(seconds=1))
    reconcile_account(publication.account_id)
    one = propose(**ask, reason="Ce n’y est pas.")
    confirm(actor=people.helene, confirmation_id=one.pk)
    assert send_due(publication.account_id) == 0  # not before its look
    x.switch("status", on="timeline", status=503)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "uncertain"  # unreadable: it waits for a look that proves it
    Lookup.objects.filter(done_at=None).update(due_at=db_now())
    reconcile_account(publication.account_id)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_the_look_before_sending_again_may_find_it(line, people, x, backdate):
    x.set(timeline_frozen=True)
    publication = line.released()
    x.switch("reset", when="after")
    send_due(publication.account_id)
    Lookup.objects.update(due_at=db_now() - dt.timedelta(seconds=1))
    reconcile_account(publication.account_id)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="send_again", reason="Absent."
    )
    x.set(timeline_frozen=False)
    confirm(actor=people.helene, confirmation_id=one.pk)
    reconcile_account(publication.account_id)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert len(x.posts()) == 1


def test_given_up_is_refused_and_may_still_turn_up(line, people, x, backdate):
    x.set(timeline_frozen=True)
    publication = line.released()
    x.switch("reset", when="after")
    send_due(publication.account_id)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="give_up", reason="Trop tard."
    )
    confirm(actor=people.paul, confirmation_id=one.pk)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("refused", "given_up")
    with pytest.raises(TooLateToRecall):
        recall(actor=people.paul, publication_id=publication.pk, reason="À refaire.")
    x.set(timeline_frozen=False)
    daily = Lookup.objects.filter(kind="given_up", done_at=None)
    assert daily.count() == 7
    backdate(daily.first(), 100_000, "due_at")
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"


def test_a_given_up_one_is_recalled_by_two_after_a_look(line, people, x, backdate):
    publication = uncertain(line, x, backdate)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="give_up", reason="Trop tard."
    )
    confirm(actor=people.paul, confirmation_id=one.pk)
    two = propose(
        actor=people.claire, publication_id=publication.pk, kind="recall", reason="À refaire."
    )
    confirm(actor=people.paul, confirmation_id=two.pk)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "recalled"
    assert publication.release.revision.draft.state == "writing"


def broken_thread(line, x) -> Publication:
    publication = line.released("Un.", "Deux.", "Trois.", "Quatre.", "Cinq.")
    x.switch("not_permitted", skip=2)
    send_due(publication.account_id)
    assert send_due(publication.account_id) == 0
    publication.refresh_from_db()
    assert publication.state == "partial"
    assert [p.state for p in publication.parts.all()] == [
        "out",
        "out",
        "refused",
        "pending",
        "pending",
    ]
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    page = line.page(publication)
    assert "2 messages sur 5 sont sur X" in page
    assert 'id="act-propose-go-on"' in page
    assert 'id="act-retract"' in page
    return publication


def test_fault_29_a_thread_that_broke_is_taken_down(line, people, x):
    publication = broken_thread(line, x)
    asked = retract(actor=people.claire, publication_id=publication.pk, reason="Sans suite.")
    run(asked.pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"
    assert not x.posts(live=True)
    assert len(x.posts()) == 2


def test_fault_29_a_thread_that_broke_says_so_and_goes_on_by_two(line, people, x):
    publication = broken_thread(line, x)
    one = propose(
        actor=people.claire, publication_id=publication.pk, kind="go_on", reason="X se trompait."
    )
    confirm(actor=people.helene, confirmation_id=one.pk)
    assert send_due(publication.account_id) == 0  # not before its look
    reconcile_account(publication.account_id)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    assert [post["text"] for post in x.posts()] == ["Un.", "Deux.", "Trois.", "Quatre.", "Cinq."]
    tries = Attempt.objects.filter(part__publication=publication, part__position=2)
    authorities = list(tries.order_by("number").values_list("outcome", "confirmation"))
    assert authorities == [("refused", None), ("accepted", one.pk)]


# Freeze


def test_fault_42_a_freeze_holds_what_waits_and_the_last_look_sees_it(line, people, x, monkeypatch):
    from publishing.actions import send as sending

    publication = line.released()
    real = sending.take_turn

    def frozen_in_between(attempt_id, digest):
        freeze(actor=people.claire, account=people.nantes, reason="Un doute.")
        return real(attempt_id, digest)

    monkeypatch.setattr(sending, "take_turn", frozen_in_between)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "frozen")
    assert not x.requests("post")


def test_a_freeze_between_the_commit_and_a_slow_connection_stops_the_post(
    line, people, x, monkeypatch
):
    from publishing.actions import send as sending

    publication = line.released()
    monkeypatch.setattr(sending, "FRESH_FOR", -1)
    real = sending.post

    def frozen_at_the_door(*args, **kwargs):
        freeze(actor=people.ada, account=None, reason="Tout arrêter.")
        return real(*args, **kwargs)

    monkeypatch.setattr(sending, "post", frozen_at_the_door)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("waiting", "pre_send_check")
    assert not x.requests("post")
    scan()
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "frozen")


def test_fault_43_lifted_after_three_hours_all_that_was_due_is_missed(line, people, x, backdate):
    due, ahead = (
        line.released(),
        line.released(requested_at=db_now() + dt.timedelta(hours=4)),
    )
    standing = freeze(actor=people.claire, account=people.nantes, reason="Un doute.")
    with pytest.raises(AlreadyFrozen):
        freeze(actor=people.paul, account=people.nantes, reason="Moi aussi.")
    backdate(due, 60, "due_at", "next_try_at")
    one = propose_lift(actor=people.claire, freeze_id=standing.pk, reason="C’est clair.")
    with pytest.raises(NeedsAnother):
        confirm(actor=people.marc, confirmation_id=one.pk)
    confirm(actor=people.helene, confirmation_id=one.pk)
    scan()
    due.refresh_from_db()
    ahead.refresh_from_db()
    assert (due.state, due.reason) == ("missed", "lifted_late")
    assert ahead.state == "waiting"
    assert not x.requests("post")


def test_a_freeze_of_all_takes_administrators_both_ways(line, people):
    with pytest.raises(Forbidden):
        freeze(actor=people.claire, account=None, reason="Tout arrêter.")
    standing = freeze(actor=people.ada, account=None, reason="Tout arrêter.")
    with pytest.raises(NotFound):
        propose_lift(actor=people.helene, freeze_id=standing.pk, reason="Reprendre.")
    one = propose_lift(actor=people.ada, freeze_id=standing.pk, reason="Reprendre.")
    with pytest.raises(NeedsAnother):
        confirm(actor=people.ada, confirmation_id=one.pk)
    confirm(actor=people.basile, confirmation_id=one.pk)
    assert not Freeze.objects.filter(lifted_at=None).exists()


def test_fault_41_recalled_in_one_act_by_anyone_of_the_account(line, people, x):
    publication = line.released()
    with pytest.raises(NotFound):
        recall(actor=people.yann, publication_id=publication.pk, reason="Non.")
    with pytest.raises(Invalid):
        recall(actor=people.paul, publication_id=publication.pk, reason=" ")
    recall(actor=people.paul, publication_id=publication.pk, reason="Le nom est faux.")
    send_due(publication.account_id)
    assert not x.requests("post")
    publication.refresh_from_db()
    draft = publication.release.revision.draft
    assert (publication.state, draft.state) == ("recalled", "writing")
    assert draft.comments.last().body == "Le nom est faux."
    assert told(publication, "Paul", "a rappelé le message avant l’envoi", "Le nom est faux.")


@pytest.mark.parametrize("who", ["claire", "marc", "leila", "helene", "paul"])
def test_fault_41_anyone_of_the_account_recalls_or_freezes_with_one_form(line, people, x, who):
    """A reason and one press of a button, from the page of what was released."""
    browser = signed_in(getattr(people, who))
    recalled, frozen = line.released(), line.released()
    assert 'id="act-recall"' in line.page(recalled, getattr(people, who))
    browser.post(reverse("recall", args=[recalled.pk]), {"reason": "Le nom est faux."})
    browser.post(reverse("freeze-account", args=["pnationale44"]), {"reason": "Le nom est faux."})
    send_due(recalled.account_id)
    recalled.refresh_from_db()
    frozen.refresh_from_db()
    assert (recalled.state, frozen.state) == ("recalled", "held")
    assert not x.requests("post")


def test_what_has_left_cannot_be_recalled(line, people, x):
    publication = line.released()
    send_due(publication.account_id)
    with pytest.raises(TooLateToRecall):
        recall(actor=people.claire, publication_id=publication.pk, reason="Oups.")


# Retraction


def test_a_thread_is_retracted_together_and_verified(line, people, x):
    publication = line.released("Un.", "Deux.")
    with pytest.raises(NothingToRetract):
        retract(actor=people.claire, publication_id=publication.pk, reason="Erreur.")
    send_due(publication.account_id)
    asked = retract(actor=people.claire, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    publication.refresh_from_db()
    asked.refresh_from_db()
    assert (publication.state, asked.state) == ("retracted", "verified")
    assert not x.posts(live=True)
    assert {part.state for part in Part.objects.all()} == {"deleted"}
    assert told(publication, "Claire", "a demandé le retrait", "Erreur.")


def told(publication, who: str, words: str, reason: str) -> bool:
    """Whether the draft's history says who did it, and why."""
    history = history_of(entries_of(publication.release.revision.draft))
    return (who, words, reason) in [(line.who, str(line.words), line.reason) for line in history]


@pytest.mark.parametrize("status", [404, 500])
def test_fault_30_a_failing_deletion_shouts_and_is_tried_again(
    line, people, x, backdate, settings, status
):
    """Even a 404 is not believed while X still shows the post."""
    settings.X_SITE_URL = x.base_url
    publication = line.released()
    send_due(publication.account_id)
    x.switch("status", on="delete", status=status)
    asked = retract(actor=people.helene, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    publication.refresh_from_db()
    asked.refresh_from_db()
    assert (publication.state, asked.state) == ("published", "failing")
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    beat(worker_name("retract"), BEAT, CLOCK)
    page = line.page(publication)
    assert "X n’a pas supprimé ce message, il y est encore ; nouvel essai dans" in page
    (post,) = x.posts(live=True)
    assert f'href="{x.base_url}/pnationale44/status/{post["id"]}"' in page
    backdate(asked, 600, "next_try_at")
    run(asked.pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"
    assert not x.posts(live=True)


def test_a_retraction_of_what_is_uncertain_deletes_it_when_it_is_found(line, people, x, backdate):
    publication = line.released()
    x.switch("reset", when="after")
    send_due(publication.account_id)
    asked = retract(actor=people.claire, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    Lookup.objects.update(due_at=db_now())
    reconcile_account(publication.account_id)
    run(asked.pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"
    assert not x.posts(live=True)


def test_a_retraction_stops_the_rest_of_a_thread(line, people, x, monkeypatch):
    from publishing.actions import send as sending

    publication = line.released("Un.", "Deux.", "Trois.")
    asked: list[Retraction] = []

    def ask() -> None:
        if not asked:
            asked.append(retract(actor=people.claire, publication_id=publication.pk, reason="Non."))

    # asked when the first part is out
    monkeypatch.setattr(sending, "apply_answer", _after(sending.apply_answer, ask))
    send_due(publication.account_id)
    assert len(x.posts()) == 1
    run(asked[0].pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"
    assert not x.posts(live=True)


def _after(function, then):
    def both(*args):
        function(*args)
        then()

    return both


# Rights of the moment of sending


def end_seat(person) -> None:
    vacate(person.seat_set.get(ended_at=None).pk, actor=Person.objects.get(name="Ada"))


def end_supervision_of(person) -> None:
    right = person.supervision_set.get(ended_at=None)
    end_supervision(right.pk, actor=Person.objects.get(name="Ada"))


@pytest.mark.parametrize(
    ("end", "who", "other"),
    [(end_seat, "marc", "leila"), (end_supervision_of, "helene", "paul")],
)
def test_fault_38_a_right_that_ends_holds_what_rests_on_it_and_another_signature_frees_it(
    line, people, x, end, who, other
):
    """In the very transaction: nothing scans here."""
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    end(getattr(people, who))
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "signer_left")
    assert "une autre personne du compte doit l’approuver" in line.page(publication)
    revision = publication.release.revision
    agree(getattr(people, other), revision)
    scan()
    publication.refresh_from_db()
    assert publication.state == "waiting"


def test_fault_38_an_author_who_left_is_replaced_by_adoption(line, people, x):
    publication = line.released(
        requested_at=db_now() + dt.timedelta(hours=1), signers=(people.marc, people.helene)
    )
    end_seat(people.claire)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "author_left")
    assert "un autre titulaire doit adopter ce texte" in line.page(publication, people.marc)
    revision = publication.release.revision
    adopt_draft(actor=people.marc, draft_id=revision.draft_id)
    scan()
    publication.refresh_from_db()
    # Marc's own approval counts no more: he is a contributor now.
    assert (publication.state, publication.reason) == ("held", "signer_left")
    agree(people.leila, revision)
    scan()
    publication.refresh_from_db()
    assert publication.state == "waiting"


def test_the_scan_and_the_send_hold_without_the_signals(line, people, x, monkeypatch):
    from approvals.signals import released
    from publishing import receivers
    from publishing.actions.create_publication import (
        create_missing_publications,
        releases_without_publication,
    )

    released.disconnect(receivers.on_released)
    right_ended.disconnect(receivers.on_right_ended)
    try:
        revision = line.submitted()
        for signer in (people.marc, people.helene):
            agree(signer, revision)
        assert not Publication.objects.exists()
        for release_id in releases_without_publication():
            create_missing_publications(release_id)
        publication = Publication.objects.get()
        end_seat(people.marc)
        assert send_due(publication.account_id) == 0
        publication.refresh_from_db()
        assert (publication.state, publication.reason) == ("held", "signer_left")
    finally:
        released.connect(receivers.on_released)
        right_ended.connect(receivers.on_right_ended)


# Given up, late, replaced


def test_a_given_up_post_that_turns_up_after_its_recall_alerts_and_can_be_deleted(
    line, people, x, backdate
):
    x.set(timeline_frozen=True)
    publication = line.released()
    x.switch("reset", when="after")
    send_due(publication.account_id)
    for kind in ("give_up", "recall"):
        one = propose(
            actor=people.claire, publication_id=publication.pk, kind=kind, reason="Trop tard."
        )
        confirm(actor=people.paul, confirmation_id=one.pk)
    reconcile_account(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "recalled"
    x.set(timeline_frozen=False)
    other = line.released()
    send_due(other.account_id)
    Lookup.objects.filter(done_at=None).update(due_at=db_now())
    reconcile_account(publication.account_id)
    part = publication.parts.get()
    assert (part.state, part.x_id) == ("out", x.posts()[0]["id"])
    other.refresh_from_db()
    assert other.reading == "seen"  # the account's other looks were made as well
    run(retract(actor=people.claire, publication_id=publication.pk, reason="Il y est.").pk)
    assert [post["id"] for post in x.posts(live=True)] == [x.posts()[1]["id"]]


def test_a_later_part_that_waited_for_the_tolerance_stops_the_thread(line, people, x, backdate):
    publication = line.released("Un.", "Deux.")
    x.switch("rate_limited", skip=1, reset=60)
    send_due(publication.account_id)
    for part in publication.parts.filter(state="out"):
        backdate(part, 3600, "out_at")
    backdate(publication, 3600, "due_at", "next_try_at")
    from publishing.models import Throttle

    Throttle.objects.all().delete()
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("partial", "too_late")
    assert len(x.posts()) == 1


def test_a_signature_can_be_replaced_after_a_new_time(line, people, x, backdate):
    publication = line.released(requested_at=db_now() + dt.timedelta(minutes=1))
    revision = publication.release.revision
    backdate(publication, 7200, "due_at", "next_try_at")
    scan()
    one = propose(
        actor=people.claire,
        publication_id=publication.pk,
        kind="new_time",
        reason="Ce soir.",
        due_at=db_now() + dt.timedelta(hours=2),
    )
    confirm(actor=people.helene, confirmation_id=one.pk)
    end_seat(people.marc)
    agree(people.leila, revision)
    scan()
    publication.refresh_from_db()
    assert publication.state == "waiting"


def test_one_more_approval_of_what_has_them_all_is_refused_in_a_sentence(line, people, x):
    from approvals.errors import WrongState

    publication = line.released()
    revision = publication.release.revision
    agree(people.marc, revision)  # a double click
    with pytest.raises(WrongState):
        agree(people.leila, revision)


def test_a_proposal_is_told_to_those_who_can_answer(line, people, x, backdate):
    from accounts.models import Notice

    publication = missed(line, backdate)
    Notice.objects.all().delete()
    propose(actor=people.claire, publication_id=publication.pk, kind="new_time", reason="Utile.")
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert told == {"Marc", "Leila", "Helene", "Paul"}


def test_rule_5_what_is_stored_for_another_handle_or_text_is_held_for_good(line, people, x):
    publication = line.released()
    type(people.nantes).objects.filter(pk=people.nantes.pk).update(handle="pnationale99")
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "altered")
    scan()
    publication.refresh_from_db()
    assert publication.state == "held"
    recall(actor=people.claire, publication_id=publication.pk, reason="À refaire.")
