"""The messages of a period and what they amount to: whole, in order, and without a name."""

from __future__ import annotations

import datetime as dt
import io
import json

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.rights import change_function
from accounts.clock import db_now
from accounts.models import Supervision
from approvals.actions.debate import comment
from approvals.actions.drafts import Content, save_draft, submit_draft
from approvals.actions.reviews import ask_for_changes
from approvals.message import Message
from approvals.models import Draft
from insights.models import Age
from insights.records import message_ids, read_records, trail_digest
from insights.report_text import MAX_PRINTED, document_of
from insights.summary import Gathering
from publishing.models import Publication
from publishing.pdf import pdf_of
from tests.approvals.writing import agree, as_read
from tests.insights.weeks import today
from tests.publishing.test_case_file import tags

pytestmark = pytest.mark.django_db(transaction=True)


def summary_of(cast, accounts=None):
    accounts = accounts or [cast.nantes]
    day = today(cast)
    gathering = Gathering(accounts)
    ids = message_ids(accounts, day, day)
    for record in read_records(ids):
        gathering.add(record)
    return gathering.summary(day, day, trail_digest(ids), [])


def test_a_period_is_counted_message_by_message(week):
    summary = summary_of(week.cast)
    assert summary.messages == 3
    assert summary.states == {"published": 1, "retracted": 1, "writing": 1}
    assert summary.categories == {"advice": 3}
    assert sum(summary.hours) == 2
    assert (summary.comments, summary.refusals) == (1, 1)
    [account] = summary.accounts
    assert (account.messages, account.published, account.posts, account.refusals) == (3, 2, 2, 1)
    [retracted] = [one for one in summary.setbacks if one.act == "retraction.requested"]
    assert retracted.reason == "=SOMME(A1:A9)"
    assert {delay.step: delay.messages for delay in summary.delays} == {
        "writing": 3,
        "review": 2,
        "sending": 2,
    }
    day = next(row for row in summary.metrics if row.age == Age.DAY)
    assert (day.posts, day.impressions, day.likes) == (1, 900, 4)


def test_people_stand_by_their_function_and_never_by_their_name(week):
    ids = message_ids([week.cast.nantes], today(week.cast), today(week.cast))
    records = read_records(ids)
    assert records[0].signed_by == ["seat", "supervision"]
    said = [(one.kind, one.function) for one in records[-1].debate]
    assert said == [("comment", "seat"), ("changes", "supervision")]
    written = json.dumps([str(record) for record in records])
    assert not any(name in written for name in ("Claire", "Marc", "Helene", "Paul"))


def test_a_function_is_that_of_the_moment_whatever_it_became(line):
    cast = line.cast
    supervision = Supervision.objects.get(person=cast.helene, account=cast.nantes)
    change_function(supervision.pk, "judicial", actor=cast.ada)
    revision = line.submitted()
    agree(cast.helene, revision)
    change_function(supervision.pk, "", actor=cast.ada)
    comment(actor=cast.helene, draft_id=revision.draft_id, body="Après coup.")
    [record] = read_records([revision.draft_id])
    assert [one.function for one in record.debate] == ["judicial", "supervision"]


def test_a_batch_takes_as_many_queries_as_one_message(week):
    ids = message_ids([week.cast.nantes], today(week.cast), today(week.cast))
    counts = []
    for batch in (ids[:1], ids):
        with CaptureQueriesContext(connection) as captured:
            read_records(batch)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_only_messages_of_the_period_and_of_the_accounts_are_in_it(week):
    cast = week.cast
    day = today(cast)
    assert message_ids([cast.rennes], day, day) == []
    before = day - dt.timedelta(days=1)
    assert message_ids([cast.nantes], before, before) == []
    assert len(message_ids([cast.nantes], before, day)) == 3


def test_what_was_published_in_the_period_is_in_it_whenever_it_was_begun(week):
    day = today(week.cast) - dt.timedelta(days=40)
    publication = Publication.objects.earliest("pk")
    Publication.objects.filter(pk=publication.pk).update(
        published_at=db_now() - dt.timedelta(days=40)
    )
    assert message_ids([week.cast.nantes], day, day) == [publication.draft_id]


def test_what_a_check_found_is_kept_changed_or_never_released(line):
    cast = line.cast
    address = "Dégât des eaux au 12 rue des Lilas : évitez d’y passer."
    kept = line.submitted(address, reasons={"address": "Le bâtiment est public."})

    def found(revision) -> list[tuple[str, str, str]]:
        [record] = read_records([revision.draft_id])
        return [
            (one.check, one.outcome, one.reason)
            for one in record.findings
            if one.check == "address"
        ]

    assert found(kept) == [("address", "open", "Le bâtiment est public.")]
    for person in (cast.marc, cast.helene):
        agree(person, kept)
    assert found(kept) == [("address", "kept", "Le bâtiment est public.")]
    named = line.submitted(f"À Nantes. {address}", reasons={"address": "Public."})
    ask_for_changes(**as_read(cast.helene, named), reason="Sans le numéro.")
    draft = Draft.objects.get(pk=named.draft_id)
    clear = Content.of(draft, messages=(Message("À Nantes, dégât des eaux : passez ailleurs."),))
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=clear)
    clear = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    for person in (cast.marc, cast.helene):
        agree(person, clear)
    assert found(clear) == [("address", "changed", "Public.")]


def test_the_trail_of_a_period_is_one_digest_that_an_act_changes(week):
    day = today(week.cast)
    ids = message_ids([week.cast.nantes], day, day)
    before = trail_digest(ids)
    assert trail_digest(ids) == before
    comment(actor=week.cast.marc, draft_id=ids[0], body="Après coup.")
    assert trail_digest(ids) != before


def test_the_pdf_is_tagged_with_tables_headings_and_described_charts(week):
    cast = week.cast
    ids = message_ids([cast.nantes], today(cast), today(cast))
    pdf = pypdf.PdfReader(io.BytesIO(pdf_of(document_of(summary_of(cast), read_records(ids)))))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    kinds = tags(root["/StructTreeRoot"])
    names = [name for name, _alt in kinds]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L"} <= set(names)
    assert all(alt for name, alt in kinds if name == "/Figure")


def test_a_long_period_prints_the_first_messages_and_says_so(week):
    cast = week.cast
    ids = message_ids([cast.nantes], today(cast), today(cast))
    blocks = document_of(summary_of(cast), read_records(ids)[:1])["blocks"]
    assert len([b for b in blocks if b["kind"] == "message"]) == 1
    assert any("seuls les" in str(block) for block in blocks)
    assert MAX_PRINTED > 1


def test_an_empty_period_has_its_report(cast):
    summary = summary_of(cast, [cast.nantes, cast.rennes])
    assert [account.messages for account in summary.accounts] == [0, 0]
    blocks = document_of(summary, [])["blocks"]
    assert all(block["rows"] for block in blocks if block["kind"] == "table")
    assert pdf_of(document_of(summary, [])).startswith(b"%PDF")
