"""Lessons learned: written by one, weighed by two others, published to every account."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.clock import db_now
from accounts.errors import Forbidden, Invalid, NotFound
from accounts.models import AuditEntry
from insights.actions.lessons import publish_edition
from insights.errors import EditionMovedOn, LessonDecided, OwnLesson, SameEdition
from insights.lessons import Opinion, lessons_by_theme
from insights.models import InstructionEdition, LessonLearned, LessonOutcome, LessonVerdict
from tests.approvals.writing import a_draft
from tests.cast import queries_of, signed_in
from tests.insights.lessons import INSTRUCTION, a_lesson, edition_of, kept_lesson, weigh

STATES = ("à peser", "retenu", "écarté")
NOTE = "Deux relectures ont manqué la même faute."


def test_a_lesson_is_kept_when_two_others_agree_one_of_them_a_supervisor(cast):
    lesson = a_lesson(cast)
    with pytest.raises(OwnLesson):
        weigh(cast, lesson, "claire")
    for who in ("marc", "leila"):
        weigh(cast, lesson, who)
    assert not LessonOutcome.objects.exists()
    weigh(cast, lesson, "helene", "set_aside")
    assert not LessonOutcome.objects.exists()
    weigh(cast, lesson, "helene")  # convinced
    assert LessonOutcome.objects.get().verdict == "kept"
    with pytest.raises(LessonDecided):
        weigh(cast, lesson, "paul", "set_aside")


def test_nobody_else_writes_or_weighs(cast):
    lesson = a_lesson(cast)
    for who in ("yann", "ada", "nadia"):
        with pytest.raises(NotFound):
            a_lesson(cast, by=who)
        with pytest.raises(NotFound):
            weigh(cast, lesson, who)
    with pytest.raises(NotFound):
        a_lesson(cast, subject="message", draft=a_draft(cast.yann, cast.rennes))
    with pytest.raises(Invalid):
        a_lesson(cast, month=(db_now() + dt.timedelta(days=40)).date().replace(day=1))


def test_the_trail_names_ids_and_no_words(cast):
    draft = a_draft(cast.claire, cast.nantes)
    lesson = kept_lesson(cast, subject="debate", draft=draft)
    edition_of(cast, lesson)
    entries = AuditEntry.objects.filter(act__regex="^(lesson|instructions)").order_by("pk")
    acts = ["lesson.written", "lesson.weighed", "lesson.weighed", "lesson.decided"]
    assert [entry.act for entry in entries] == [*acts, "instructions.published"]
    assert (entries[0].draft_id, entries[0].details) == (draft.pk, {})
    assert entries[1].details == {"lesson": lesson.pk}
    assert entries[4].details == {"edition": 1}


def test_one_writes_of_a_draft_and_of_a_month_from_their_pages(cast):
    claire, draft = signed_in(cast.claire), a_draft(cast.claire, cast.nantes)
    address = reverse("add-lesson", args=[draft.pk])
    assert address in claire.get(reverse("draft", args=[draft.pk])).text
    typed = {"theme": "images", "note": NOTE, "instruction": ""}
    assert claire.post(address, typed | {"subject": "debate"}).status_code == 302
    month = reverse("add-lesson-of-month", args=[cast.nantes.handle])
    assert f"{month}?mois=2014-01" in claire.get(reverse("published-month") + "?month=2014-01").text
    form = claire.get(f"{month}?mois=2014-01").context["form"]
    assert form["month"].value() == "2014-01"
    assert claire.post(f"{month}?mois=2014-01", typed | {"month": "2014-01"}).status_code == 302
    of_draft, of_month = LessonLearned.objects.order_by("pk")
    assert (of_draft.subject, of_draft.draft, of_draft.month) == ("debate", draft, None)
    assert (of_month.subject, of_month.month) == ("month", dt.date(2014, 1, 1))


def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(cast):
    address = reverse("add-lesson", args=[a_draft(cast.claire, cast.nantes).pk])
    typed = {"subject": "message", "theme": "", "note": "Long.", "instruction": "x" * 501}
    answer = signed_in(cast.claire).post(address, typed)
    assert answer.status_code == 400
    form = answer.context["form"]
    assert list(form.errors) == ["theme", "instruction"]
    assert form["note"].value() == "Long."
    lesson = a_lesson(cast)
    weighed = {"verdict": "kept", "reason": ""}
    answer = signed_in(cast.marc).post(reverse("weigh-lesson", args=[lesson.pk]), weighed)
    assert list(answer.context["form"].errors) == ["reason"]


def test_the_page_gathers_them_by_theme_account_and_state(cast):
    kept_lesson(cast, note="Retenu.")
    a_lesson(cast, note="À peser.", theme="writing")
    helene = signed_in(cast.helene)
    page = reverse("lessons-learned")
    shown = {
        "": ["À peser.", "Retenu."],
        "?state=kept": ["Retenu."],
        "?state=pending": ["À peser."],
        "?state=set_aside": [],
        "?theme=writing": ["À peser."],
    }
    for query, notes in shown.items():
        rows = helene.get(page + query).context["page"].rows
        assert [lesson.note for lesson in rows] == notes, query
    badges = {state: f'sm">{state}<' in helene.get(page).text for state in STATES}
    assert badges == {"à peser": True, "retenu": True, "écarté": False}
    assert signed_in(cast.yann).get(page).context["page"].rows == []


def test_an_administrator_publishes_what_was_kept_and_reads_nothing_else_of_it(cast):
    lesson = kept_lesson(cast, note=NOTE)
    a_lesson(cast, instruction="Pas encore pesée.")
    ada, yann = signed_in(cast.ada), signed_in(cast.yann)
    page = ada.get(reverse("next-edition"))
    assert INSTRUCTION in page.text
    assert NOTE not in page.text
    assert "Pas encore pesée." not in page.text
    assert "Édition 1" not in yann.get(reverse("help")).text
    typed = {"number": 1, "lessons": [lesson.pk]}
    assert ada.post(reverse("next-edition"), typed).status_code == 302
    assert ada.post(reverse("next-edition"), typed).status_code == 400  # sent twice
    assert InstructionEdition.objects.count() == 1
    assert "Édition 1" in yann.get(reverse("help")).text
    assert INSTRUCTION in yann.get(reverse("instructions")).text


def test_an_edition_replaces_the_one_before_which_stays_readable(cast):
    first = kept_lesson(cast)
    edition_of(cast, first)
    with pytest.raises(SameEdition):
        edition_of(cast, first, number=2)
    second = kept_lesson(cast, instruction="Décrire chaque image.", theme="images")
    with pytest.raises(EditionMovedOn):
        edition_of(cast, first, second)
    with pytest.raises(Invalid):
        edition_of(cast, a_lesson(cast), number=2)
    with pytest.raises(Forbidden):
        publish_edition(actor=cast.helene, number=2, lesson_ids=[second.pk])
    edition_of(cast, second, number=2)
    claire = signed_in(cast.claire)
    newest = claire.get(reverse("instructions")).text
    assert ("Décrire chaque image." in newest, INSTRUCTION in newest) == (True, False)
    older = claire.get(reverse("instruction-edition", args=[1])).text
    assert (INSTRUCTION in older, "Une édition plus récente la remplace" in older) == (True, True)
    assert claire.get(reverse("instruction-edition", args=[3])).status_code == 404


def test_reports_read_the_lessons_of_accounts_and_a_period(cast):
    kept = kept_lesson(cast)
    aside = a_lesson(cast, theme="writing")
    for who in ("marc", "paul"):
        weigh(cast, aside, who, "set_aside")
    pending = a_lesson(cast, by="helene", month=dt.date(2014, 3, 1))
    a_lesson(cast, month=dt.date(2014, 4, 1))
    a_lesson(cast, subject="message", draft=a_draft(cast.claire, cast.nantes))
    pilot = (dt.datetime(2013, 12, 23, tzinfo=dt.UTC), dt.datetime(2014, 4, 1, tzinfo=dt.UTC))
    writing, reviewing = lessons_by_theme([cast.nantes], *pilot)
    assert [one.pk for one in writing.set_aside] == [aside.pk]
    assert [one.pk for one in reviewing.kept] == [kept.pk]
    assert [one.pk for one in reviewing.pending] == [pending.pk]
    assert reviewing.kept[0].opinions == (Opinion(LessonVerdict.KEPT, "Vu deux fois."),) * 2
    assert lessons_by_theme([cast.rennes], *pilot) == ()


def test_the_number_of_queries_is_constant_and_small(cast):
    lesson = kept_lesson(cast)
    claire = signed_in(cast.claire)
    pages = [
        reverse("lessons-learned"),
        reverse("lesson-learned", args=[lesson.pk]),
        reverse("instructions"),
    ]
    before = [queries_of(claire, page) for page in pages]
    for number in range(3):
        edition_of(cast, kept_lesson(cast, note=f"Leçon {number}"), number=number + 1)
    assert [queries_of(claire, page) for page in pages] == before
    assert max(before) <= 12
