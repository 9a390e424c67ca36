"""An objection to an approved text: held in its transaction, and by every look at the rules."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.clock import db_now
from accounts.models import Notice
from approvals.actions.objections import lift_objection, raise_objection
from approvals.models import Objection
from approvals.signals import objected
from publishing import receivers
from publishing.actions.retract import retract, run
from publishing.actions.scan import NothingToHold, reevaluate, rows_to_reevaluate
from publishing.actions.send import claim, send_due, take_turn
from tests.cast import signed_in
from tests.races.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(line):
    return line.cast


def objection(person, publication, reason="La victime se reconnaîtrait."):
    return raise_objection(actor=person, draft_id=publication.draft_id, reason=reason)


def scan():
    for publication_id in rows_to_reevaluate():
        reevaluate(publication_id)


def where(publication):
    publication.refresh_from_db()
    return publication.state, publication.reason


def test_what_waits_is_held_with_the_reason_and_goes_on_when_it_is_lifted(line, people, x):
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    one = objection(people.leila, publication)
    assert where(publication) == ("held", "objection")
    page = line.page(publication)
    assert (
        "Suspendu : une personne du compte s’y oppose ; cette personne, ou un superviseur, doit "
        "lever son opposition." in page
    )
    assert "Leila (titulaire) s’oppose à ce texte" in page
    assert line.alerted(publication) == {"Claire", "Marc", "Leila", "Helene", "Paul"}
    lift_objection(actor=people.helene, objection_id=one.pk, reason="C’est corrigé.")
    assert where(publication) == ("waiting", "")
    assert "s’oppose à ce texte" not in line.page(publication)


def test_its_hour_come_meanwhile_it_leaves_when_it_is_lifted_within_the_tolerance(
    line, people, x, backdate
):
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    one = objection(people.leila, publication)
    backdate(publication, 3605, "due_at", "next_try_at")
    assert send_due(publication.account_id) == 0
    lift_objection(actor=people.leila, objection_id=one.pk)
    assert send_due(publication.account_id) == 1
    assert where(publication)[0] == "published"


def test_its_hour_past_it_is_missed_when_it_is_lifted(line, people, x, backdate):
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    one = objection(people.leila, publication)
    backdate(publication, 3600 + 1000, "due_at", "next_try_at")
    lift_objection(actor=people.leila, objection_id=one.pk)
    assert where(publication) == ("missed", "too_late")


def test_the_scan_and_the_send_hold_and_free_it_without_the_signal(line, people, x):
    publication = line.released()
    objected.disconnect(receivers.on_objected)
    try:
        one = objection(people.leila, publication)
        assert where(publication)[0] == "waiting"
        assert send_due(publication.account_id) == 0
        assert where(publication) == ("held", "objection")
        lift_objection(actor=people.leila, objection_id=one.pk)
        scan()
        assert where(publication)[0] == "waiting"
        second = line.released()
        objection(people.leila, second)
        scan()
        assert where(second) == ("held", "objection")
    finally:
        objected.connect(receivers.on_objected)


def test_an_objection_is_not_to_what_has_left_or_never_will(line, people, x):
    publication = line.released()
    send_due(publication.account_id)
    assert where(publication)[0] == "published"
    with pytest.raises(NothingToHold):
        objection(people.leila, publication)
    assert not Objection.objects.exists()
    assert "Je m’oppose" not in line.page(publication, people.leila)
    address = f"/brouillons/{publication.draft_id}/s-opposer"
    answer = signed_in(people.leila).post(address, {"object-reason": "Un doute précis."})
    assert answer.status_code == 409
    assert "plus rien à retenir" in answer.text
    asked = retract(actor=people.helene, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    with pytest.raises(NothingToHold):
        objection(people.leila, publication)


def test_the_page_of_what_waits_offers_it(line, people, x):
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    assert "Je m’oppose" in line.page(publication, people.leila)
    assert "Je m’oppose" not in line.page(publication, people.claire)  # her own words


def test_the_rest_of_a_thread_is_held_too(line, people, x, monkeypatch):
    publication = line.released("Un.", "Deux.")
    send_due(publication.account_id, at_most=1)
    assert where(publication)[0] == "sending"
    objection(people.leila, publication)
    send_due(publication.account_id)
    assert where(publication) == ("partial", "objection")
    assert len(x.posts()) == 1


def test_an_objection_just_before_the_pre_send_check_stops_the_post(line, people, x):
    publication = line.released()
    claimed = claim(publication.account_id)
    raised, turn = all_at_once(
        publication.account,
        lambda: objection(people.leila, publication),
        lambda: take_turn(claimed, publication.release.digest),
    )
    assert raised.raised_by == people.leila
    assert turn is False
    assert where(publication) == ("held", "objection")
    assert x.posts() == []


def test_an_objection_just_after_the_pre_send_check_comes_too_late_for_this_post(line, people, x):
    publication = line.released()
    claimed = claim(publication.account_id)
    turn, raised = all_at_once(
        publication.account,
        lambda: take_turn(claimed, publication.release.digest),
        lambda: objection(people.leila, publication),
    )
    assert turn is True
    assert raised.raised_by == people.leila
    assert where(publication)[0] == "sending"


def test_an_objection_is_no_mail_of_its_text(line, people, x):
    publication = line.released(requested_at=db_now() + dt.timedelta(hours=1))
    objection(people.leila, publication, "Zyx")
    assert not any("Zyx" in str(vars(notice)) for notice in Notice.objects.all())
