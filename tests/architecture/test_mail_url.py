"""EMAIL_URL: what is documented is understood, anything else is an error at the start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from policetweets.mail_url import MailSettings, parse_mail_url

SMTP = "django.core.mail.backends.smtp.EmailBackend"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailSettings(SMTP, "mail.example", 25)),
        ("SMTP://mail.example:2525/", MailSettings(SMTP, "mail.example", 2525)),
        (
            "smtp+tls://u%40x:p%2Fw%3F%23%3A@mail.example",
            MailSettings(SMTP, "mail.example", 587, "u@x", "p/w?#:", use_tls=True),
        ),
        (
            " smtps://u:p@[::1]:4465\n",
            MailSettings(SMTP, "::1", 4465, "u", "p", use_ssl=True),
        ),
        ("", MailSettings("django.core.mail.backends.dummy.EmailBackend")),
        ("dummymail:", MailSettings("django.core.mail.backends.dummy.EmailBackend")),
        ("consolemail:", MailSettings("django.core.mail.backends.console.EmailBackend")),
    ],
)
def test_each_form_is_understood(url, expected):
    assert parse_mail_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "smtp+ssl://u:hunter2@mail.example",
        "submission://u:hunter2@mail.example",
        "starttls://u:hunter2@mail.example",
        "mail.example:587",
        "mail.example",
        "smtp+tls:u:hunter2@mail.example",
        "smtp+tls://",
        "smtp+tls://u:hunter2@",
        "smtp+tls://u:hunter2@mail.example:port",
        "smtp+tls://u:hunter2@mail.example:70000",
        "smtp+tls://u:hunter2@mail.example:0",
        "smtp+tls://u:hunter2@mail.example/path",
        "smtp+tls://u:hunter2@mail.example?tls=false",
        "smtp+tls://u:hunter2/x@mail.example",
        "smtp+tls://u:hunter2#x@mail.example",
        "smtp+tls://hunter2@mail.example",
        "smtp+tls://:hunter2@mail.example",
        "smtps://[::1",
        "consolemail://mail.example",
        "dummymail:x",
    ],
)
def test_what_is_not_understood_is_an_error_that_shows_no_password(url):
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL.*smtp\+tls://") as caught:
        parse_mail_url(url)
    assert "hunter2" not in str(caught.value)


def test_fault_98_an_unknown_scheme_of_mail_stops_the_start():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | {"EMAIL_URL": "smtp+ssl://u:hunter2@mail.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ImproperlyConfigured: EMAIL_URL is not understood: its scheme is unknown" in done.stderr
    assert "hunter2" not in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("file", ["settings.md", "containers.md"])
def test_the_documented_forms_are_understood(file):
    forms = re.findall(
        r"`((?:smtp|consolemail|dummymail)[^`]*:[^`]*)`", (ROOT / "docs" / file).read_text()
    )
    assert forms
    for form in forms:
        parse_mail_url(form)
