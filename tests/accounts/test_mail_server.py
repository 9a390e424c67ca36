"""Mails through a real mail server: each documented form, what it refuses, and a worker's death."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.mail import get_connection
from django.db.models import QuerySet

from accounts import tasks
from accounts.channels import mail
from accounts.clock import db_now, in_seconds
from accounts.models import Delivery, Notice
from accounts.models.notice import Channel, NoticeKind
from accounts.notices import queue_notice
from accounts.tasks import deliver_mails
from policetweets.mail_url import parse_mail_url
from tests.cast import signed_in
from tests.mail_server import PASSWORD, USER, Mailbox, certificate, mail_server

pytestmark = pytest.mark.django_db

AUTH = f"{USER}:{quote(PASSWORD, safe='')}@"


@pytest.fixture
def use(settings):
    """Takes an EMAIL_URL as the settings do."""

    def take(url):
        mail = parse_mail_url(url)
        settings.EMAIL_BACKEND = mail.backend
        settings.EMAIL_HOST, settings.EMAIL_PORT = mail.host, mail.port
        settings.EMAIL_HOST_USER = mail.host_user
        settings.EMAIL_HOST_PASSWORD = mail.host_password
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = mail.use_tls, mail.use_ssl

    return take


@pytest.fixture
def cert(tmp_path, monkeypatch):
    """Of localhost, and trusted, as an operator trusts an authority of their own."""
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@pytest.fixture
def owed(cast):
    queue_notice([cast.claire], NoticeKind.AWAITS_YOU, path="/", account=cast.nantes)
    return Delivery.objects.filter(person=cast.claire)


@pytest.fixture
def plain(use):
    mailbox = Mailbox()
    with mail_server(mailbox, "plain") as port:
        use(f"smtp://localhost:{port}")
        yield mailbox


@pytest.mark.parametrize(
    ("scheme", "kind", "auth"),
    [
        ("smtp", "plain", False),
        ("smtp", "plain", True),
        ("smtp+tls", "starttls", False),
        ("smtp+tls", "starttls", True),
        ("smtps", "tls", False),
        ("smtps", "tls", True),
    ],
)
def test_each_documented_form_reaches_a_real_server(owed, use, cert, scheme, kind, auth):
    mailbox = Mailbox()
    with mail_server(mailbox, kind, cert, auth) as port:
        use(f"{scheme}://{AUTH if auth else ''}localhost:{port}")
        assert deliver_mails() == 1
    (taken,) = mailbox.taken
    assert taken.to == ["claire@police.example"]
    assert taken.encrypted == (kind != "plain")
    assert taken.user == (USER if auth else "")
    assert owed.get().sent_at is not None


@pytest.mark.parametrize(
    ("scheme", "kind", "trusted"),
    [
        ("smtp+tls", "plain", True),
        ("smtp+tls", "starttls", False),
        ("smtps", "tls", False),
        ("smtps", "plain", True),
        ("smtp", "starttls", True),
    ],
)
def test_no_mail_without_the_tls_that_was_asked(
    owed, use, tmp_path, monkeypatch, scheme, kind, trusted
):
    file, mailbox = certificate(tmp_path), Mailbox()
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(mailbox, kind, file) as port:
        use(f"{scheme}://localhost:{port}")
        assert deliver_mails() == 0
    assert mailbox.taken == []
    assert owed.get().sent_at is None


def test_a_wrong_password_spends_no_try(owed, use, cert):
    mailbox = Mailbox()
    with mail_server(mailbox, "starttls", cert, auth=True) as port:
        use(f"smtp+tls://{USER}:wrong@localhost:{port}")
        assert deliver_mails() == 0
    assert (owed.get().tries, owed.get().sent_at) == (0, None)


def test_a_server_that_is_down_spends_no_try_and_gets_the_mail_on_its_return(owed, use):
    mailbox = Mailbox()
    with mail_server(mailbox, "plain") as port:
        use(f"smtp://localhost:{port}")
    assert deliver_mails() == 0
    assert (owed.get().tries, owed.get().sent_at) == (0, None)
    with mail_server(mailbox, "plain") as port:
        use(f"smtp://localhost:{port}")
        assert deliver_mails() == 1


def test_without_a_server_nothing_is_written_down_as_sent(owed, use):
    use("")
    assert deliver_mails() == 0
    assert (owed.get().tries, owed.get().sent_at) == (0, None)


@pytest.mark.parametrize("where", ["address", "message"])
def test_a_refusal_for_good_is_shown_and_keeps_no_other_back(cast, owed, plain, where):
    if where == "address":
        plain.refuse["claire@police.example"] = "550 5.1.1 No such user claire@police.example"
        queue_notice([cast.marc], NoticeKind.AWAITS_YOU, path="/")
    else:
        plain.refuse_data = "554 5.6.0 Not that"
    assert deliver_mails() == (where == "address")
    notice = owed.get()
    assert (notice.sent_at, notice.next_try_at, notice.failure) == (None, None, "refused")
    assert notice.answer_code in (550, 554)
    ada = signed_in(cast.ada)
    assert "Le dernier courriel à Claire n’est pas parti." in ada.get("/").text
    assert "courriel non parti" in ada.get("/personnes?q=claire").text
    assert "a refusé l’adresse ou le message" in ada.get(f"/personnes/{cast.claire.pk}").text
    assert deliver_mails() == 0


@pytest.mark.parametrize(
    "answer",
    ["554 5.7.1 Relay access denied", "530 5.7.0 Authentication required", "535 no", "530 no"],
)
def test_a_refusal_of_ourselves_gives_no_mail_up(owed, plain, answer):
    plain.refuse["claire@police.example"] = answer
    assert deliver_mails() == 0
    assert (owed.get().failure, owed.get().sent_at) == ("", None)
    assert owed.get().next_try_at > db_now()
    plain.refuse.clear()
    owed.update(next_try_at=db_now())
    assert deliver_mails() == 1


def test_a_new_mail_that_is_taken_ends_the_warning(cast, owed, plain):
    plain.refuse["claire@police.example"] = "550 no"
    deliver_mails()
    plain.refuse.clear()
    queue_notice([cast.claire], NoticeKind.ALERT, path="/")
    assert deliver_mails() == 1
    assert "n’est pas parti" not in signed_in(cast.ada).get("/").text


def test_a_refusal_for_now_is_tried_again_later(owed, plain):
    plain.refuse["claire@police.example"] = "451 4.7.1 Greylisted"
    assert deliver_mails() == 0
    assert owed.get().next_try_at > db_now()
    plain.refuse.clear()
    owed.update(next_try_at=db_now())
    assert deliver_mails() == 1


def message_id(taken):
    (line,) = (x for x in taken.content.splitlines() if x.startswith("Message-ID: <notice."))
    return line


def test_a_worker_that_dies_after_the_server_took_it_sends_it_again_under_one_name(
    owed, plain, monkeypatch
):
    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit), get_connection() as connection:
        claimed = tasks.claim(Channel.MAIL)
        patch.setattr(QuerySet, "update", die)
        tasks.record(claimed, mail.send(claimed, connection))
    assert owed.get().sent_at is None
    owed.update(next_try_at=db_now())
    assert deliver_mails() == 1
    first, second = (message_id(taken) for taken in plain.taken)
    assert first == second


def test_a_mail_too_old_is_given_up_and_a_late_one_is_told(cast, owed, use):
    use("smtp://localhost:1")
    Notice.objects.update(created_at=in_seconds(-2 * 3_600))
    assert deliver_mails() == 0
    assert "1 courriel attend depuis plus d’une heure" in signed_in(cast.ada).get("/").text
    Notice.objects.update(created_at=in_seconds(-mail.WAY.max_age - 1))
    assert deliver_mails() == 0
    assert (owed.get().next_try_at, owed.get().failure) == (None, "expired")
    assert "Le dernier courriel à Claire n’est pas parti." in signed_in(cast.ada).get("/").text
