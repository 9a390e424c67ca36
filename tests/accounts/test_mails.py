"""Owed mails: what they say, that they leave once, and what happens when they cannot."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts import tasks
from accounts.actions import people
from accounts.channels.mail import WAY
from accounts.clock import db_now, in_seconds
from accounts.models import Delivery, Notice, Person
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notice_text import subject_of
from accounts.notices import queue_notice
from accounts.tasks import deliver_chats, deliver_mails, deliver_pushes
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def test_the_password_mail_carries_a_link_that_works_on_our_own_address(cast, client):
    people.make_link(cast.nadia.pk, actor=cast.ada)
    assert deliver_mails() == 1
    sent = mail.outbox[0]
    assert sent.to == ["nadia@police.example"]
    path = re.search(r"http://127\.0\.0\.1:8000(/mot-de-passe/\S+)", sent.body)
    assert path
    assert client.get(path[1], follow=True).context["validlink"]


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_every_kind_in_the_persons_language(cast, kind):
    queue_notice([cast.claire], NoticeKind(kind), path="/brouillons/", account=cast.nantes)
    assert deliver_mails() == 1
    assert mail.outbox[0].body.startswith("Bonjour Claire,")


def test_a_mail_leaves_once(cast):
    queue_notice([cast.claire, cast.marc], NoticeKind.AWAITS_YOU, path="/", account=cast.nantes)
    assert deliver_mails() == 2
    assert deliver_mails() == 0
    assert len(mail.outbox) == 2


def test_what_cannot_leave_is_tried_again_later_and_not_for_ever(cast, monkeypatch):
    def drop(*args):
        raise ConnectionResetError

    monkeypatch.setattr(EmailBackend, "send_messages", drop)
    queue_notice([cast.claire], NoticeKind.AWAITS_YOU, path="/")
    for tried in range(1, len(tasks.RETRIES) + 3):
        assert deliver_mails() == 0
        owed = Delivery.objects.get()
        assert (owed.tries, owed.sent_at) == (tried, None)
        assert owed.next_try_at > db_now()
        Delivery.objects.update(next_try_at=db_now())
    Notice.objects.update(created_at=in_seconds(-WAY.max_age))
    assert deliver_mails() == 0
    assert Delivery.objects.get().next_try_at is None


def test_an_ended_person_receives_nothing(cast):
    people.make_link(cast.nadia.pk, actor=cast.ada)
    people.end_person(cast.nadia.pk, actor=cast.ada)
    assert deliver_mails() == 0
    assert mail.outbox == []


def test_the_demo_shows_ones_own_mails_and_an_administrator_all(cast, settings):
    queue_notice([cast.claire], NoticeKind.AWAITS_YOU, path="/brouillons/", account=cast.nantes)
    queue_notice([cast.yann], NoticeKind.AWAITS_YOU, path="/brouillons/", account=cast.rennes)
    mine = signed_in(cast.claire).get("/courriels").text
    assert "@pnationale44" in mine
    assert "yann@police.example" not in mine
    everything = signed_in(cast.ada).get("/courriels").text
    assert "claire@police.example" in everything
    assert "yann@police.example" in everything
    settings.IS_DEMO = False
    assert signed_in(cast.claire).get("/courriels").status_code == 404


PASSWORD_ENGLISH = {
    NoticeKind.PASSWORD: (
        "Choose your password",
        "An administrator of policetweets has given you access, or a new link. "
        "Choose your password here:",
        "This link works only once, for three days. "
        "If you were not expecting anything, tell an administrator.",
    ),
    NoticeKind.PASSWORD_CHANGED: (
        "Your password has changed",
        "The password of your access to policetweets has just been chosen or changed. "
        "If it was not you, tell an administrator at once:",
        "This e-mail deliberately contains no text of any message.",
    ),
}
ENGLISH = {
    NoticeKind.AWAITS_YOU: "Something awaits you",
    NoticeKind.ALERT: "A publication needs your attention",
    NoticeKind.NEWS: "News of your text",
    NoticeKind.MENTION: "You are mentioned in a debate",
    NoticeKind.REMOVAL: "A removal date has come",
    NoticeKind.FREEZE: "A freeze is imposed or lifted",
    NoticeKind.CONNECTION: "The connection to X needs your attention",
    NoticeKind.RIGHT: "A right is given to you or ended",
}


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_mail_in_english_for_who_chose_it_whatever_others_read(cast, kind):
    Person.objects.filter(pk=cast.claire.pk).update(language="en")
    queue_notice([cast.marc, cast.claire], kind, path="/brouillons/", account=cast.nantes)
    assert deliver_mails() == 2
    sent = {one.to[0]: one for one in mail.outbox}
    assert sent["marc@police.example"].body.startswith("Bonjour Marc,")
    english = sent["claire@police.example"]
    if kind in PASSWORD_ENGLISH:
        subject, says, ends = PASSWORD_ENGLISH[kind]
    else:
        subject = f"{ENGLISH[kind]}: @pnationale44"
        says, ends = f"{subject}.", "This e-mail deliberately contains no text of any message."
    assert english.subject == f"policetweets · {subject}"
    hello, said, link, end = filter(None, english.body.splitlines())
    assert (hello, said, end) == ("Hello Claire,", says, ends)
    assert link.startswith("http://127.0.0.1:8000/")


def test_a_worker_is_asked_to_deliver_what_is_left_every_half_minute():
    from policetweets.celery import app

    asked = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    for task in (deliver_mails, deliver_pushes, deliver_chats):
        assert asked[task.name] <= 30


AT_18 = dt.datetime(2026, 12, 2, 17, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("told", "more", "subject"),
    [
        (0, {"urgent": True, "until": AT_18}, "À relire avant 18 h : @pnationale44, urgent"),
        (-1, {"until": AT_18}, "À relire avant le 2 décembre à 18 h : @pnationale44"),
        (0, {}, "À relire : @pnationale44"),
    ],
)
def test_a_subject_says_the_act_the_account_urgent_or_not_and_until_when(cast, told, more, subject):
    notice = Notice(kind=NoticeKind.AWAITS_YOU, act=NoticeAct.REVIEW, account=cast.nantes, **more)
    notice.created_at = AT_18 + dt.timedelta(days=told, hours=-1)
    assert subject_of(notice) == subject


def test_a_mail_that_has_not_left_says_the_newest_act(cast):
    for act in (NoticeAct.APPROVED, NoticeAct.PUBLISHED):
        queue_notice(
            [cast.claire], NoticeKind.NEWS, path="/brouillons/1/", account=cast.nantes, act=act
        )
    assert deliver_mails() == 1
    assert mail.outbox[0].subject == "policetweets · Diffusé sur X : @pnationale44"
