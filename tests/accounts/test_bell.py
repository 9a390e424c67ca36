"""The bell: a true count of what is not read, and how a notice is read."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.actions import people, rights
from accounts.clock import db_now
from accounts.models import Delivery, Notice
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.tasks import deliver_mails
from tests.cast import queries_of, signed_in

pytestmark = pytest.mark.django_db


def unread(client: Client, path: str = "/avis") -> int:
    """What the bell of a page says; both bells of a page, a phone's and a desk's, say the same."""
    text = client.get(path).text
    said = set(re.findall(r'app-bell__count" aria-hidden="true">(\d+)<', text)) or {"0"}
    assert len(said) == 1
    return int(said.pop())


def tell(person, path="/brouillons/", kind=NoticeKind.AWAITS_YOU, act=NoticeAct.REVIEW, **more):
    queue_notice([person], kind, path=path, act=act, **more)


def test_each_person_sees_the_count_of_their_own(cast):
    tell(cast.claire)
    tell(cast.claire, "/avis/reglages")
    tell(cast.marc)
    assert unread(signed_in(cast.claire)) == 2
    assert unread(signed_in(cast.marc)) == 1
    assert unread(signed_in(cast.yann)) == 0
    assert "Aucun avis" in signed_in(cast.yann).get("/avis").text


def test_opening_the_page_of_a_notice_reads_it_and_looking_at_the_list_does_not(cast):
    tell(cast.claire)
    tell(cast.marc)
    client = signed_in(cast.claire)
    assert unread(client) == unread(client) == 1
    assert unread(client, "/brouillons/") == 0
    assert unread(client) == 0
    assert unread(signed_in(cast.marc)) == 1


def test_a_page_that_cannot_be_opened_reads_nothing(cast):
    tell(cast.claire, "/brouillons/999999/")
    client = signed_in(cast.claire)
    assert client.get("/brouillons/999999/").status_code == 404
    assert unread(client) == 1


def test_all_are_marked_as_read_at_once_and_only_ones_own(cast):
    for path in ("/brouillons/", "/diffuses"):
        tell(cast.claire, path)
    tell(cast.marc)
    client = signed_in(cast.claire)
    client.post("/avis/lus")
    assert unread(client) == 0
    assert unread(signed_in(cast.marc)) == 1


def test_a_newer_notice_of_the_same_page_takes_the_place_of_an_unread_one(cast):
    for act in (NoticeAct.OBJECTION, NoticeAct.OBJECTION_LIFTED):
        tell(cast.claire, act=act)
    assert unread(signed_in(cast.claire)) == 1
    assert deliver_mails() == 1
    assert list(Delivery.objects.order_by("pk").values_list("failure", flat=True)) == [
        "replaced",
        "",
    ]


def test_the_link_that_sets_a_password_is_in_its_mail_alone(cast):
    queue_notice([cast.claire], NoticeKind.PASSWORD, path="/")
    client = signed_in(cast.claire)
    assert unread(client) == 0
    assert "Choisir votre mot de passe" not in client.get("/avis").text


def test_a_notice_says_the_act_and_the_account_and_that_it_is_unread(cast):
    tell(cast.claire, account=cast.nantes, urgent=True)
    text = " ".join(signed_in(cast.claire).get("/avis").text.split())
    assert "À relire : @pnationale44, urgent</a>" in text
    assert "Non lu" in text


def test_the_page_costs_the_same_however_many(cast):
    client = signed_in(cast.claire)
    tell(cast.claire)
    few = queries_of(client, "/avis")
    for number in range(40):
        tell(cast.claire, f"/brouillons/{number}/", account=cast.nantes)
    assert queries_of(client, "/avis") == few
    assert "Avis plus anciens" in client.get("/avis").text


def test_a_delivery_is_sent_or_has_failed_and_never_both(cast):
    tell(cast.claire)
    with pytest.raises(IntegrityError, match="sent_is_done"):
        Delivery.objects.update(sent_at=db_now(), failure="refused")


def test_a_right_given_and_ended_is_told_to_whose_it_is(cast):
    seat = rights.appoint(cast.rennes.pk, 3, cast.nadia.pk, actor=cast.ada)
    rights.vacate(seat.pk, actor=cast.ada)
    sup = rights.name_supervisor(cast.rennes.pk, cast.nadia.pk, actor=cast.ada)
    rights.end_supervision(sup.pk, actor=cast.ada)
    people.make_administrator(cast.nadia.pk, actor=cast.ada)
    people.unmake_administrator(cast.nadia.pk, actor=cast.ada)
    told = Notice.objects.filter(person=cast.nadia, kind="right").order_by("pk")
    rennes, all_of_it = cast.rennes.pk, None
    assert list(told.values_list("act", "account")) == [
        (act, account)
        for account in (rennes, rennes, all_of_it)
        for act in ("right_given", "right_ended")
    ]
    assert told.filter(read_at=None).count() == 2
