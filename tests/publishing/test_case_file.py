"""A draft's case file: who may have it, what is in it, the JSON's bytes, the PDF's structure."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, Seat
from approvals.actions.debate import comment
from approvals.message import Image, Message
from approvals.passage import About
from publishing.actions.export import ask_for_pdf, delete_old_exports, make_pdf
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.case_file import json_schema, read_case_file, to_json
from publishing.case_file_text import displayed, document_of
from publishing.models import CaseFileExport, Retraction
from publishing.pdf import pdf_of
from tests.approvals.writing import FIELDS_FILLED
from tests.cast import signed_in
from tests.pictures import picture, stored_image

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = Path(__file__).resolve().parents[2] / "docs/case-file.schema.json"


def shows(account, text: str = "Avec une image.", count: int = 1) -> tuple[Message, ...]:
    colours = ("red", "blue", "green", "white")[:count]
    images = (
        Image(stored_image(account, picture(colour=colour)), f"Un carré {colour}.")
        for colour in colours
    )
    return (Message(text, tuple(images)),)


def exported(client, draft_id: int) -> bytes:
    response = client.post(reverse("case-file-json", args=[draft_id]))
    assert response.status_code == 200
    return response.content


def made(client, draft_id: int, woken) -> pypdf.PdfReader:
    """Asked for on the page, made as a worker makes it, fetched by its link."""
    client.post(reverse("ask-case-file-pdf", args=[draft_id]))
    task, export_id = woken[-1]
    assert task == "publishing.tasks.make_case_file"
    assert make_pdf(export_id)
    page = client.get(reverse("case-file", args=[draft_id]))
    link = reverse("case-file-pdf", args=[draft_id, export_id])
    assert link in page.text
    return pypdf.PdfReader(io.BytesIO(client.get(link).content))


def tags(node) -> list[tuple[str, str]]:
    """The structure elements in reading order, with their alternative texts."""
    node = node.get_object()
    if isinstance(node, list):
        return [tag for kid in node for tag in tags(kid)]
    if not isinstance(node, dict):
        return []
    own = [(node["/S"], node.get("/Alt", ""))] if "/S" in node else []
    return own + (tags(node["/K"]) if "/K" in node else [])


def text_of(pdf: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_it_is_for_those_who_see_the_draft_and_says_404_to_all_others(line):
    draft_id = line.submitted().draft_id
    people = line.cast
    for name in ("case-file", "case-file-live"):
        for stranger in (people.yann, people.ada, people.nadia):
            path = reverse(name, args=[draft_id])
            assert signed_in(stranger).get(path).status_code == 404
    for name in ("case-file-json", "ask-case-file-pdf"):
        for stranger in (people.yann, people.ada, people.nadia):
            path = reverse(name, args=[draft_id])
            assert signed_in(stranger).post(path).status_code == 404
    assert not AuditEntry.objects.filter(act="case_file.exported").exists()
    assert not CaseFileExport.objects.exists()
    assert exported(signed_in(people.helene), draft_id)


def test_the_json_says_it_all_and_the_same_state_gives_the_same_bytes(line, x):
    publication = line.released("Premier du fil.", "Second du fil.", author=line.cast.claire)
    draft_id = publication.draft_id
    comment(actor=line.cast.marc, draft_id=draft_id, body="Très clair.")
    send_due(publication.account_id)
    client = signed_in(line.cast.paul)

    first, second = exported(client, draft_id), exported(client, draft_id)

    assert first == second
    said = json.loads(first)
    assert (said["format"], said["version"]) == ("policetweets case file", 4)
    (revision,) = said["revisions"]
    assert [message["text"] for message in revision["messages"]] == [
        "Premier du fil.",
        "Second du fil.",
    ]
    assert {review["reviewer"]["name"] for review in revision["reviews"]} == {"Marc", "Helene"}
    assert {review["role"] for review in revision["reviews"]} == {"seat", "supervision"}
    assert all(
        set(review["checklist"]["mandatory"]) <= set(review["checklist"]["ticked"])
        for review in revision["reviews"]
    )
    assert [word["body"] for word in said["debate"]] == ["Très clair."]
    sent = revision["release"]["publication"]
    assert sent["state"] == "published"
    for part, post in zip(sent["parts"], x.posts(), strict=True):
        (attempt,) = part["attempts"]
        assert attempt["answer"]["status"] == 201
        assert attempt["answer"]["x_id"] == part["x_id"] == post["id"]
        assert part["link"].endswith(f"/pnationale44/status/{post['id']}")
    acts = [row["act"] for row in said["trail"]]
    assert "review.approved" in acts
    assert "case_file.exported" not in acts


def test_the_debate_says_what_a_comment_quotes_answers_and_whom_it_names(line, woken):
    cast, revision = line.cast, line.submitted("Fermez vos volets.", "Le 17 répond.")
    draft_id = revision.draft_id
    quoting = About(revision_id=revision.pk, position=0, quote="volets")
    first = comment(actor=cast.helene, draft_id=draft_id, body="Et les portes ?", about=quoting)
    comment(actor=cast.paul, draft_id=draft_id, body="Rien à redire.")
    comment(actor=cast.marc, draft_id=draft_id, body="@Claire ?", about=About(thread_id=first.pk))
    client = signed_in(cast.paul)
    begun, other, answer = json.loads(exported(client, draft_id))["debate"]
    assert begun["about"] == {"position": 0, "words": "volets"}
    assert (other["about"], other["answers"], other["mentions"]) == (None, None, [])
    assert answer["answers"] == begun["id"]
    assert [person["name"] for person in answer["mentions"]] == ["Claire"]
    words = text_of(made(client, draft_id, woken))
    assert "du message 1 : « volets » Et les portes ?" in words
    assert "en réponse à Helene : @Claire ? (prévient Claire)" in words
    assert words.index("prévient Claire") < words.index("Rien à redire")


def test_each_export_is_in_the_trail_with_the_digest_of_its_bytes(line, woken):
    draft_id = line.submitted().draft_id
    client = signed_in(line.cast.marc)
    content = exported(client, draft_id)
    made(client, draft_id, woken)

    rows = AuditEntry.objects.filter(act="case_file.exported").order_by("pk")
    assert [(row.actor, row.details["file"]) for row in rows] == [
        (line.cast.marc, "json"),
        (line.cast.marc, "pdf"),
    ]
    assert rows[0].details["digest"] == hashlib.sha256(content).hexdigest()
    export = CaseFileExport.objects.get()
    assert rows[1].details["digest"] == export.sha256
    assert export.sha256 == hashlib.sha256(export.content).hexdigest()


def test_what_changed_is_told_with_the_verdict_that_asked_for_it(line):
    from approvals.actions.drafts import save_draft, submit_draft
    from approvals.actions.reviews import ask_for_changes
    from tests.approvals.writing import as_read, content

    first = line.submitted("Fermez vos portes.")
    ask_for_changes(**as_read(line.cast.helene, first), reason="Et les volets ?")
    draft = first.draft
    draft.refresh_from_db()
    save_draft(
        actor=line.cast.claire,
        draft_id=draft.pk,
        version=draft.version,
        content=content("Fermez vos volets."),
    )
    draft.refresh_from_db()
    submit_draft(actor=line.cast.claire, draft_id=draft.pk, version=draft.version)

    said = json.loads(exported(signed_in(line.cast.claire), draft.pk))

    before, after = said["revisions"]
    assert before["closing"] == "changes"
    assert before["reviews"][0]["reason"] == "Et les volets ?"
    assert [s for s in after["differences"]["texts"][0] if s["kind"] != "same"] == [
        {"kind": "del", "text": "portes"},
        {"kind": "ins", "text": "volets"},
    ]


def test_a_proposed_wording_is_told_with_what_became_of_it(line):
    from approvals.actions.wordings import propose_wordings, take_wording

    revision = line.submitted("Fermez vos portes.")
    wordings = propose_wordings(
        actor=line.cast.helene,
        draft_id=revision.draft_id,
        revision_id=revision.pk,
        texts={0: "Fermez vos volets."},
    )
    take_wording(actor=line.cast.claire, draft_id=revision.draft_id, wording_id=wordings[0].pk)

    (said,) = json.loads(exported(signed_in(line.cast.claire), revision.draft_id))["wordings"]

    assert (said["before"], said["after"]) == ("Fermez vos portes.", "Fermez vos volets.")
    assert (said["author"]["name"], said["outcome"]) == ("Helene", "taken")
    document = document_of(read_case_file(revision.draft), "0" * 64)
    shown = text_of(pypdf.PdfReader(io.BytesIO(pdf_of(document))))
    assert "propose du message 1 de la version 1" in shown
    assert "Acceptée par Claire." in shown


def test_the_schema_in_the_documentation_is_that_of_the_code():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(json_schema()))


def test_a_long_thread_takes_as_many_queries_as_one_message(line):
    def queries(publication) -> int:
        draft = publication.release.revision.draft
        for person in (line.cast.marc, line.cast.paul):
            comment(actor=person, draft_id=draft.pk, body="Un mot.")
        with CaptureQueriesContext(connection) as captured:
            to_json(read_case_file(draft))
        return len(captured)

    short = line.released("Un seul message.")
    long = line.released(*(f"Message {n} d’un long fil." for n in range(4)))
    send_due(short.account_id)
    assert queries(short) == queries(long) <= 20


def test_the_pdf_is_tagged_and_says_its_language_title_and_images(line, woken):
    account = line.cast.nantes
    publication = line.released(messages=shows(account, "😀 Deux images.", 2))
    send_due(publication.account_id)

    pdf = made(signed_in(line.cast.claire), publication.draft_id, woken)

    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert pdf.metadata.title == f"Dossier du brouillon n° {publication.draft_id} de @pnationale44"
    found = tags(root["/StructTreeRoot"])
    names = {name for name, _alt in found}
    assert {"/Document", "/Title", "/H1", "/H2", "/P", "/L", "/LI", "/Link", "/Figure"} <= names
    alts = [alt for name, alt in found if name == "/Figure"]
    assert alts == ["Un carré red.", "Un carré blue."]
    said = text_of(pdf)
    assert "[visage rieur] Deux images." in said
    assert "HTTP 201" in said


def test_the_pdf_of_an_english_reader_is_english(line, woken):
    draft_id = line.submitted().draft_id
    client = signed_in(line.cast.claire)
    client.cookies["django_language"] = "en"

    pdf = made(client, draft_id, woken)

    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert "Case file of draft" in pdf.metadata.title


def test_a_judicial_text_shows_the_agreement_and_a_retracted_one_who_took_it_down(line, x, woken):
    publication = line.released("Une interpellation.", category="judicial", fields=FIELDS_FILLED)
    send_due(publication.account_id)
    retract(actor=line.cast.paul, publication_id=publication.pk, reason="Une erreur de lieu.")
    run(Retraction.objects.get().pk)

    said = text_of(made(signed_in(line.cast.helene), publication.draft_id, woken))

    assert "Mme Le Goff, vice-procureure" in said
    assert "Demandé par Paul" in said
    assert "Une erreur de lieu." in said


def test_an_image_that_the_storage_lost_is_said_and_the_rest_is_there(line):
    from django.core.files.storage import default_storage

    from approvals.images import path_of

    messages = shows(line.cast.nantes, "Une image perdue.")
    draft = line.submitted(messages=messages).draft
    default_storage.delete(path_of(messages[0].images[0].sha256))

    pdf = pypdf.PdfReader(io.BytesIO(pdf_of(document_of(read_case_file(draft), "0" * 64))))

    assert "image illisible" in text_of(pdf)
    assert "Une image perdue." in text_of(pdf)


def test_every_character_that_is_written_as_it_is_has_its_glyph():
    """Typst refuses a PDF/UA with one that has none."""
    every = "".join(chr(code) for code in range(0x20, 0x3000) if displayed(chr(code)) == chr(code))
    assert len(every) > 500
    document = {"title": "t", "author": "a", "lang": "fr", "footer": "f", "made_at": 0}
    block = {"kind": "text", "pieces": [{"kind": "french", "text": every}]}
    assert pdf_of(document | {"blocks": [block]}).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("🚓", "[voiture de police]"),
        ("漢", "[U+6F22 CJK UNIFIED IDEOGRAPH-6F22]"),
        ("a\u200bb", "a[U+200B ZERO WIDTH SPACE]b"),
        ("Cœur « été » №", "Cœur « été » №"),
        ("#[link](https://a.fr) $x$ *b* @c", "#[link](https://a.fr) $x$ *b* @c"),
    ],
)
def test_what_no_font_has_is_named(text, said):
    assert displayed(text) == said


def test_only_who_asked_fetches_it_and_only_while_they_may(line):
    export = ask_for_pdf(actor=line.cast.leila, draft_id=line.submitted().draft_id)
    make_pdf(export.pk)
    path = reverse("case-file-pdf", args=[export.draft_id, export.pk])
    assert signed_in(line.cast.leila).get(path).status_code == 200
    assert signed_in(line.cast.claire).get(path).status_code == 404

    Seat.objects.filter(person=line.cast.leila).update(ended_at=export.asked_at)

    assert signed_in(line.cast.leila).get(path).status_code == 404


def test_who_lost_the_right_meanwhile_gets_nothing(line):
    export = ask_for_pdf(actor=line.cast.leila, draft_id=line.submitted().draft_id)
    Seat.objects.filter(person=line.cast.leila).update(ended_at=export.asked_at)

    assert not make_pdf(export.pk)

    assert not CaseFileExport.objects.exists()


def test_one_is_made_at_a_time_and_old_ones_go(line, backdate):
    draft_id = line.submitted().draft_id
    export = ask_for_pdf(actor=line.cast.claire, draft_id=draft_id)
    assert ask_for_pdf(actor=line.cast.claire, draft_id=draft_id) == export
    assert make_pdf(export.pk)
    assert not make_pdf(export.pk)  # a second message finds nothing to do
    assert delete_old_exports() == 0

    backdate(export, 3_601, "asked_at")

    assert delete_old_exports() == 1


def test_what_cannot_be_typeset_is_tried_thrice_and_then_said(line, monkeypatch, backdate):
    draft_id = line.submitted().draft_id
    export = ask_for_pdf(actor=line.cast.claire, draft_id=draft_id)
    monkeypatch.setattr("publishing.typeset.__file__", "/nonexistent.py")
    for _try in range(3):
        assert not make_pdf(export.pk)
        CaseFileExport.objects.filter(next_try_at__isnull=False).update(next_try_at=export.asked_at)
    page = signed_in(line.cast.claire).get(reverse("case-file", args=[draft_id]))
    assert "n’a pas pu être établi" in page.text
