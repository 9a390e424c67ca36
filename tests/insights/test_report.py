"""The report of a period: a PDF, a summary and open data that agree, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from insights.actions.exports import make_export
from insights.models import Export, ExportState
from insights.report import read_summary
from tests.cast import signed_in
from tests.insights.invitations import an_invitation, answered
from tests.insights.lessons import INSTRUCTION, a_lesson, kept_lesson
from tests.insights.weeks import today
from tests.publishing.test_case_file import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def made(person, accounts, since, until) -> tuple[Export, bytes]:
    """A period that is not over, as a worker would make it."""
    export = Export.objects.create(
        kind="report", since=since, until=until, language="fr", asked_by=person
    )
    export.accounts.set(accounts)
    assert make_export(export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.MADE
    with default_storage.open(export.file) as file:
        return export, file.read()


def test_the_same_period_twice_is_the_same_bytes_whoever_asks(week):
    cast, day = week.cast, today(week.cast)
    first, content = made(cast.claire, [cast.nantes], day, day)
    second, again = made(cast.helene, [cast.nantes], day, day)
    assert content == again
    assert first.sha256 == second.sha256


def test_a_report_holds_a_pdf_and_open_data_that_agree(week):
    cast, day = week.cast, today(week.cast)
    _export, content = made(cast.claire, [cast.nantes], day, day)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
            if name.endswith(".csv")
        }
        lines = archive.read("messages.jsonl").decode().splitlines()
        pdf = pypdf.PdfReader(io.BytesIO(archive.read("rapport.pdf")))
    summary = read_summary(io.BytesIO(content))
    assert [row["text"] for row in rows["messages.csv"]] == [
        json.loads(line)["texts"][0] for line in lines
    ]
    assert summary.messages == len(lines) == 3
    assert next(row["reason"] for row in rows["setbacks.csv"]) == "'=SOMME(A1:A9)"
    assert rows["metrics.csv"][0]["link_clicks"] == ""
    said = text_of(pdf)
    assert "Prudence sur les routes ce soir." in said
    assert "Le lieu est trop précis." in said
    assert summary.trail in said.replace(" ", "")


def test_lessons_of_the_period_make_a_chapter_and_only_kept_ones_instruct(week):
    cast, day = week.cast, today(week.cast)
    first = day.replace(day=1)
    kept_lesson(cast, month=first)
    a_lesson(cast, month=first, note="Encore à peser.", instruction="Pas encore.")
    _export, content = made(cast.claire, [cast.nantes], first, day)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = text_of(pypdf.PdfReader(io.BytesIO(archive.read("rapport.pdf"))))
        table = archive.read("lessons.csv").decode("utf-8-sig")
    assert [one.state for one in read_summary(io.BytesIO(content)).lessons] == ["kept", "pending"]
    assert INSTRUCTION in said
    assert "Encore à peser." in said
    assert "Pas encore." not in said
    assert "Pas encore." in table


def test_invitations_of_the_period_are_counted_without_a_name(week):
    cast, day = week.cast, today(week.cast)
    answered(cast, an_invitation(cast, invited_on=day), day=day)
    _export, content = made(cast.claire, [cast.nantes], day, day)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = text_of(pypdf.PdfReader(io.BytesIO(archive.read("rapport.pdf"))))
    (counted,) = read_summary(io.BytesIO(content)).invitations
    assert (counted.invited, counted.accepted, counted.declined) == (1, 1, 0)
    assert "Invitations à suivre les comptes" in said
    assert "Jeanne Martin" not in said


def test_the_page_shows_what_the_document_says_and_to_nobody_else(week):
    cast, day = week.cast, today(week.cast)
    export, _content = made(cast.claire, [cast.nantes], day, day)
    address = reverse("report", args=[export.pk])
    page = signed_in(cast.claire).get(address)
    assert "Demandes de modification et rejets" in page.text
    assert "=SOMME(A1:A9)" in page.text
    assert page.text.count("<svg") == 2
    assert reverse("report", args=[export.pk]) in signed_in(cast.claire).get("/documents").text
    for other in (cast.helene, cast.yann, cast.ada):
        assert signed_in(other).get(address).status_code == 404
