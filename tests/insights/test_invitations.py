"""Invitations: noted by hand or from a file, answered, and forgotten for whoever asks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.clock import db_now
from accounts.constraints import Constrained
from accounts.errors import Invalid, NotFound
from accounts.models import AuditEntry
from insights.actions.invitations import fetch_invitations, read_file
from insights.errors import Forgotten
from insights.invitation_file import MAX_LINES, decode, read_invitations
from insights.invitations import Invitations, invitations_of
from insights.invited import Invited
from insights.models import Invitation
from tests.cast import queries_of, signed_in
from tests.insights.invitations import DAY, QUALITY, an_invitation, answered, forgotten

TODAY = dt.date(2014, 2, 1)
FILE = "Nom;Compte X;Qualité;Invité le\nJosé Durand;@jdurand;évêque;31/01/2014\nLe Phare;;;\n"
JOSE = Invited("José Durand", "jdurand", "évêque", dt.date(2014, 1, 31))
OUTSIDERS = ("yann", "ada", "nadia")


# The file.


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_as_spreadsheets_write_it(codec, delimiter, end):
    raw = FILE.replace(";", delimiter).replace("\n", end).encode(codec)
    reading = read_invitations(decode(raw), TODAY)
    assert reading.errors == []
    assert reading.invited == [JOSE, Invited("Le Phare", "", "", TODAY)]


def test_each_bad_line_is_said_with_its_number():
    lines = [
        "nom,compte X,qualité,date",
        "Bon,,,2014-01-31",
        ",,,",
        ",seul,,",
        "Un,trop long pour X,,",
        '"Deux\n lignes",,,',
        "Trois,,,31/02/2014",
        "Quatre,,,2014-02-02",
        "Cinq,,,1999-01-01",
        "Six,,,,,",
        f"{'x' * 121},,,",
        '"Sept,,,',
    ]
    reading = read_invitations("\n".join(lines), TODAY)
    assert [one.name for one in reading.invited] == ["Bon"]
    numbers = [re.match(r"Ligne\s(\d+)\s: \S", error).group(1) for error in reading.errors]
    assert numbers == ["4", "5", "6", "8", "9", "10", "11", "12", "13"]
    assert reading.errors[0].endswith("Le nom manque.")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"x" * 200_001, "trop lourd"),
        (b"nom\n\x81", "CSV"),
        ("nom\nÉva\n".encode("utf-16"), "CSV"),
    ],
    ids=["heavy", "undefined", "utf-16"],
)
def test_what_is_no_such_file_is_refused(raw, words):
    with pytest.raises(Invalid) as refused:
        decode(raw)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nommer les colonnes"),
        ("prénom;ville\nÉva;Nantes\n", "nommer les colonnes"),
        ("nom\n", "aucune invitation"),
        ("nom\n" + "".join(f"P{n}\n" for n in range(MAX_LINES + 1)), "trop de lignes"),
        ("x" * 200_001, "trop lourd"),
    ],
    ids=["empty", "unnamed", "header", "long", "heavy"],
)
def test_a_file_without_its_columns_or_too_long_is_refused(text, words):
    assert words in "".join(read_invitations(text, TODAY).errors)


def sent(text=FILE, codec="utf-8"):
    return SimpleUploadedFile("invitations.csv", text.encode(codec), content_type="text/csv")


def test_one_sees_what_a_file_would_add_then_adds_it_and_never_twice(cast):
    claire = signed_in(cast.claire)
    address = reverse("read-invitations", args=[cast.nantes.handle])
    assert "ramène les personnes oubliées" in claire.get(address).text
    typed = {"file": sent(codec="cp1252"), "invited_by": cast.helene.pk}
    preview = claire.post(address, typed)
    assert [one.name for one in preview.context["new"]] == ["José Durand", "Le Phare"]
    assert "ramène les personnes oubliées" in preview.text
    assert not Invitation.objects.exists()
    form = preview.context["form"]
    confirmed = {name: form[name].value() for name in ("text", "invited_by")}
    for _time in range(2):
        assert claire.post(address, confirmed).status_code == 302
        assert [(i.name, i.invited_by) for i in Invitation.objects.order_by("pk")] == [
            ("José Durand", cast.helene),
            ("Le Phare", cast.helene),
        ]
    again = claire.post(address, {"file": sent(), "invited_by": cast.helene.pk})
    assert (again.context["new"], again.context["known"]) == ([], 2)


def test_a_file_with_one_bad_line_adds_nothing(cast):
    claire = signed_in(cast.claire)
    address = reverse("read-invitations", args=[cast.nantes.handle])
    bad = f"{FILE};seul;;\n"
    answer = claire.post(address, {"file": sent(bad), "invited_by": cast.claire.pk})
    assert answer.status_code == 400
    assert "Le nom manque." in answer.text
    forced = claire.post(address, {"text": bad, "invited_by": cast.claire.pk})
    assert forced.status_code == 400
    assert not Invitation.objects.exists()


# By hand.


def test_one_notes_an_invitation_and_its_answer_and_corrects_a_mistake(cast):
    claire = signed_in(cast.claire)
    typed = {
        "name": "  Jeanne   Martin ",
        "quality": QUALITY,
        "handle": "@jmartin",
        "invited_on": "2014-01-10",
        "invited_by": cast.helene.pk,
    }
    address = reverse("add-invitation", args=[cast.nantes.handle])
    assert claire.post(address, typed).status_code == 302
    noted = Invitation.objects.get()
    assert (noted.name, noted.handle, noted.invited_by) == ("Jeanne Martin", "jmartin", cast.helene)
    page = reverse("invitation", args=[noted.pk])
    assert "n’envoie aucune invitation" in claire.get(page).text.replace("\n", " ")
    answer = reverse("answer-invitation", args=[noted.pk])
    given = {"answer": "accepted", "answered_on": "2014-01-12"}
    assert claire.post(answer, given).status_code == 302
    correct = reverse("correct-invitation", args=[noted.pk])
    assert claire.get(correct).context["form"]["quality"].value() == QUALITY
    assert claire.post(correct, typed | {"quality": "préfète"}).status_code == 302
    noted.refresh_from_db()
    assert (noted.quality, noted.answer, noted.answered_on) == (
        "préfète",
        "accepted",
        dt.date(2014, 1, 12),
    )
    assert claire.post(answer, {"answer": "pending"}).status_code == 302
    noted.refresh_from_db()
    assert (noted.answer, noted.answered_on) == ("pending", None)


def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(cast):
    claire = signed_in(cast.claire)
    address = reverse("add-invitation", args=[cast.nantes.handle])
    tomorrow = (db_now() + dt.timedelta(days=2)).date()
    wrong = {
        "name": {"name": "A\u200bB"},
        "handle": {"handle": "j.martin"},
        "invited_on": {"invited_on": tomorrow.isoformat()},
        "invited_by": {"invited_by": cast.yann.pk},
    }
    good = {"name": "A", "invited_on": "2014-01-10", "invited_by": cast.claire.pk}
    for field, typed in wrong.items():
        answer = claire.post(address, good | typed)
        assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    invitation = an_invitation(cast, name="A")
    answer = claire.post(address, good | {"name": "a"})
    assert "a déjà invité cette personne" in answer.text
    answer = reverse("answer-invitation", args=[invitation.pk])
    for day in ("", "2014-01-09", tomorrow.isoformat()):
        given = claire.post(answer, {"answer": "declined", "answered_on": day})
        assert (given.status_code, list(given.context["form"].errors)) == (400, ["answered_on"])
    answered(cast, invitation)
    correct = reverse("correct-invitation", args=[invitation.pk])
    answer = claire.post(correct, good | {"invited_on": "2014-01-11"})
    assert list(answer.context["form"].errors) == ["invited_on"]


def test_nobody_else_notes_reads_or_forgets(cast):
    invitation = an_invitation(cast)
    for who in OUTSIDERS:
        person = getattr(cast, who)
        with pytest.raises(NotFound):
            an_invitation(cast, by=who)
        with pytest.raises(NotFound):
            answered(cast, invitation, who=who)
        with pytest.raises(NotFound):
            forgotten(cast, invitation, who=who)
        with pytest.raises(NotFound):
            fetch_invitations(actor=person, account=cast.nantes)
        with pytest.raises(NotFound):
            read_file(actor=person, account=cast.nantes, invited=[JOSE], invited_by=cast.claire)
    with pytest.raises(Invalid):
        read_file(actor=cast.claire, account=cast.nantes, invited=[JOSE], invited_by=cast.yann)


def test_the_trail_names_ids_and_no_words(cast):
    invitation = answered(cast, an_invitation(cast))
    read_file(actor=cast.claire, account=cast.nantes, invited=[JOSE], invited_by=cast.claire)
    fetch_invitations(actor=cast.claire, account=cast.nantes)
    forgotten(cast, invitation)
    entries = AuditEntry.objects.filter(act__startswith="invitation").order_by("pk")
    assert [(entry.act, entry.subject_id, entry.details) for entry in entries] == [
        ("invitation.noted", invitation.pk, {}),
        ("invitation.answered", invitation.pk, {}),
        ("invitations.read", None, {"invitations": 1}),
        ("invitations.fetched", None, {"invitations": 2}),
        ("invitation.forgotten", invitation.pk, {}),
    ]


# Forgotten.


def test_whoever_asks_is_forgotten_for_good_and_still_counts(cast):
    claire = signed_in(cast.claire)
    invitation = answered(cast, an_invitation(cast, name="Jeanne Martin", handle="jmartin"))
    before = invitations_of([cast.nantes], DAY, DAY)
    address = reverse("forget-invitation", args=[invitation.pk])
    assert "ramène les personnes oubliées" in claire.get(address).text
    assert claire.post(address).status_code == 302
    after = Invitation.objects.get()
    assert (after.name, after.handle, after.quality) == ("", "", "")
    assert (after.answer, after.answered_on, after.invited_on) == ("accepted", DAY, DAY)
    assert invitations_of([cast.nantes], DAY, DAY) == before
    page = reverse("invitation", args=[invitation.pk])
    for shown in (page, reverse("invitations")):
        said = claire.get(shown).text
        assert "Personne oubliée" in said
        assert not any(word in said for word in ("Jeanne", "jmartin", QUALITY))
    assert claire.get(address).status_code == 409
    with pytest.raises(Forgotten):
        answered(cast, invitation, "declined")
    an_invitation(cast, name="Jeanne Martin", handle="jmartin")  # as an old file would


def test_the_same_person_is_invited_once(cast):
    an_invitation(cast, name="Jeanne Martin")
    with pytest.raises(Constrained):
        an_invitation(cast, name="jeanne martin")
    an_invitation(cast, name="Jeanne Martin", handle="jmartin")


# The list, the export and the report.


def test_the_page_filters_by_answer_and_counts(cast):
    accepted = answered(cast, an_invitation(cast))
    declined = answered(cast, an_invitation(cast), "declined")
    pending = an_invitation(cast, by="helene")
    helene, page = signed_in(cast.helene), reverse("invitations")
    shown = {
        "": [pending, declined, accepted],
        "?answer=accepted": [accepted],
        "?answer=declined": [declined],
        "?answer=pending": [pending],
        "?answer=x": [pending, declined, accepted],
    }
    for query, rows in shown.items():
        context = helene.get(page + query).context
        assert context["page"].rows == rows, query
        assert [count for _label, count in context["counts"]] == [1, 1, 1]
    assert signed_in(cast.yann).get(page).context["page"].rows == []
    audience = reverse("account-audience", args=[cast.nantes.handle])
    assert f'href="{page}"' in helene.get(reverse("audience")).text
    assert f"{page}?account=pnationale44" in helene.get(audience).text
    for address in (reverse("audience"), audience):
        assert page not in signed_in(cast.ada).get(address).text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_export_runs_nothing_names_nobody_forgotten_and_is_read_again(cast, language):
    an_invitation(cast, name="=SOMME(A1:A9)", handle="jmartin")
    forgotten(cast, an_invitation(cast, name="Jeanne Martin"))
    claire = signed_in(cast.claire)
    claire.post("/langue", {"language": language, "next": "/"})
    answer = claire.post(reverse("invitations-file", args=[cast.nantes.handle]))
    assert "attachment" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert list(row.values())[:4] == ["'=SOMME(A1:A9)", "jmartin", QUALITY, "2014-01-10"]
    reading = read_invitations(decode(answer.content), TODAY)
    assert reading.invited == [Invited("=SOMME(A1:A9)", "jmartin", QUALITY, DAY)]


def test_reports_read_figures_of_accounts_and_a_period(cast):
    answered(cast, an_invitation(cast))
    answered(cast, an_invitation(cast), "declined", DAY + dt.timedelta(days=30))
    answered(cast, an_invitation(cast, invited_on=DAY - dt.timedelta(days=1)))
    an_invitation(cast)
    both, last = [cast.nantes, cast.rennes], DAY + dt.timedelta(days=9)
    assert invitations_of(both, DAY, last) == [
        Invitations(cast.rennes, 0, 0, 0),
        Invitations(cast.nantes, 3, 2, 0),
    ]


def test_the_number_of_queries_is_constant_and_small(cast):
    invitation, claire = an_invitation(cast), signed_in(cast.claire)
    handle = cast.nantes.handle
    pages = [
        reverse("invitations"),
        *(reverse(name, args=[handle]) for name in ("add-invitation", "read-invitations")),
        *(
            reverse(name, args=[invitation.pk])
            for name in ("invitation", "correct-invitation", "forget-invitation")
        ),
    ]
    before = [queries_of(claire, page) for page in pages]
    for _number in range(60):
        an_invitation(cast)
    assert [queries_of(claire, page) for page in pages] == before
    assert max(before) <= 12
    first = claire.get(pages[0]).context["page"]
    rest = claire.get(f"{pages[0]}?after={first.after}").context["page"]
    assert (len(first.rows), len(rest.rows), rest.after) == (50, 11, "")
