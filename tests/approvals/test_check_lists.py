"""The lists that checks read: what administrators change counts at once, and stays in history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.clock import db_now
from accounts.errors import Invalid
from accounts.models import AuditEntry
from approvals.actions import lists as actions
from approvals.checking import context_of, findings_of
from approvals.checks import CHECKS, READERS
from approvals.checks.lists import DEFAULT_LISTS, Lists
from approvals.list_values import clean_value
from approvals.lists import MAX_TRIED, lists_in_force, try_value
from approvals.models import Category, Draft, ListEntry, ListName
from tests.approvals.writing import a_draft, a_revision

pytestmark = pytest.mark.django_db


def found(draft: Draft) -> dict[str, str]:
    """The checks that find something, with their severity."""
    rows = findings_of(draft.messages[0], context_of(draft))
    return {row.check: str(row.severity) for row in rows}


# Of each list: a text, a value, the check that it changes, what is found without and with it.
CHANGES = {
    "shorteners": ("Lisez https://court.fr/a", "court.fr", "bad_url", None, "block"),
    "domains": ("Lisez https://mairie.fr/a", "mairie.fr", "foreign_domain", "advice", None),
    "accounts": ("Avec @jean_x, bravo.", "jean_x", "mention", "warn", None),
    "units": ("Jean DUPONT sert au GSO.", "gso", "protected_unit", None, "block"),
    "words": ("Une BAVURE, dit-on.", "bavure", "forbidden_word", None, "block"),
}


@pytest.mark.parametrize("name", ListName.values)
def test_what_an_administrator_adds_or_removes_counts_for_the_next_check(cast, name):
    text, value, check, without, with_it = CHANGES[name]
    draft = a_draft(cast.claire, cast.nantes, text)
    assert found(draft).get(check) == without
    actions.add_to_list(name, value, actor=cast.ada)
    assert found(draft).get(check) == with_it
    actions.remove_from_list(name, value, actor=cast.ada)
    assert found(draft).get(check) == without


def test_every_list_has_its_readers_among_the_checks():
    assert set(READERS) == set(ListName.values) == set(Lists.__slots__)
    assert {check for readers in READERS.values() for check in readers} <= set(CHECKS)


def test_one_that_the_application_comes_with_can_be_taken_off_and_put_back(cast):
    actions.remove_from_list("shorteners", "bit.ly", actor=cast.ada)
    assert "bit.ly" not in lists_in_force().shorteners
    actions.add_to_list("shorteners", "bit.ly", actor=cast.basile)
    assert lists_in_force() == DEFAULT_LISTS
    entry = ListEntry.objects.get()
    assert (entry.excluded, entry.added_by, entry.ended_by) == (True, cast.ada, cast.basile)


def test_the_lists_in_force_cost_one_query_for_a_thread(cast, django_assert_num_queries):
    actions.add_to_list("words", "bavure", actor=cast.ada)
    with django_assert_num_queries(1):
        assert lists_in_force().words == {"bavure"}


def test_nobody_adds_twice_or_removes_what_is_not_there(cast):
    actions.add_to_list("words", "Bavure", actor=cast.ada)
    with pytest.raises(actions.AlreadyListed):
        actions.add_to_list("words", " bavure ", actor=cast.ada)
    with pytest.raises(actions.AlreadyListed):
        actions.add_to_list("shorteners", "https://www.bit.ly/x", actor=cast.ada)
    with pytest.raises(actions.NotListed):
        actions.remove_from_list("words", "autre", actor=cast.ada)


def test_a_refused_word_is_found_whole_and_whatever_its_accents(cast):
    actions.add_to_list("words", "déchéance", actor=cast.ada)
    actions.add_to_list("words", "pic", actor=cast.ada)
    assert "forbidden_word" in found(a_draft(cast.claire, cast.nantes, "La DECHEANCE."))
    assert "forbidden_word" not in found(
        a_draft(cast.claire, cast.nantes, "Un pique-nique, épicé.")
    )


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("domains", "https://www.Nantes-Metropole.fr/a?b", "nantes-metropole.fr"),
        ("accounts", " @Prefet44 ", "prefet44"),
        ("units", "RAID", "raid"),
        ("words", "  Force   de  L’ordre ", "force de l’ordre"),
    ],
)
def test_what_is_typed_is_read_as_the_checks_look_for_it(name, typed, value):
    assert clean_value(name, typed) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("domains", "fr"),
        ("domains", "préfecture.fr"),
        ("domains", "nantes .fr"),
        ("accounts", "un-compte"),
        ("units", "R.A.I.D."),
        ("words", "ab"),
        ("words", "dit (sic)"),
        ("words", ""),
    ],
)
def test_what_no_check_could_find_is_refused(name, typed):
    with pytest.raises(Invalid):
        clean_value(name, typed)


def test_the_trail_tells_each_act_and_never_the_value(cast):
    actions.add_to_list("words", "dupont", actor=cast.ada)
    actions.try_entry("words", "durand", actor=cast.ada)
    actions.remove_from_list("words", "dupont", actor=cast.ada)
    entry = ListEntry.objects.get()
    rows = AuditEntry.objects.filter(act__startswith="list.").order_by("pk")
    assert [(r.act, r.actor, r.details["list"]) for r in rows] == [
        (act, cast.ada, "words") for act in ("list.added", "list.tried", "list.removed")
    ]
    assert {r.subject_id for r in rows} == {entry.pk, None}
    assert not any("du" in str(r.details.values()) for r in rows)


def test_the_database_keeps_entries_and_their_end(cast):
    actions.add_to_list("words", "bavure", actor=cast.ada)
    entry = ListEntry.objects.get()
    for change in ({"value": "autre"}, {"added_by": cast.basile}, {"excluded": True}):
        with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
            ListEntry.objects.filter(pk=entry.pk).update(**change)
    with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
        entry.delete()
    for constraint, values in {
        "list_entry_once": {"value": "bavure"},
        "list_entry_lower_case": {"value": "Autre"},
        "list_entry_of_known_list": {"value": "autre", "list": "autre"},
    }.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ListEntry.objects.create(**{"list": "words", "added_by": cast.ada} | values)
    actions.remove_from_list("words", "bavure", actor=cast.ada)
    with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
        ListEntry.objects.update(ended_at=None)


def reserve(cast, days: int, *departments: str) -> None:
    today = db_now().astimezone(cast.nantes.zone).date()
    last = today + dt.timedelta(days=days)
    actions.add_reserve("Municipales", last, last, list(departments), actor=cast.ada)


@pytest.mark.parametrize("category", Category.values)
def test_a_reserve_blocks_what_does_not_protect_people(cast, category):
    draft = a_draft(cast.claire, cast.nantes, category=category)
    reserve(cast, 0)
    passes = {"advice", "disappearance", "witnesses", "traffic"}
    assert ("electoral_reserve" in found(draft)) == (category not in passes)


def test_a_reserve_blocks_by_the_day_of_sending_and_the_department(cast):
    now = a_draft(cast.claire, cast.nantes, category="service")
    asked = db_now() + dt.timedelta(days=2)
    later = a_draft(cast.claire, cast.nantes, category="service", requested_at=asked)
    elsewhere = a_draft(cast.yann, cast.rennes, category="service", requested_at=asked)
    reserve(cast, 2, "44")
    blocked = [d for d in (now, later, elsewhere) if "electoral_reserve" in found(d)]
    assert blocked == [later]
    rows = findings_of(later.messages[0], context_of(later))
    sentence = next(str(r.sentence) for r in rows if r.check == "electoral_reserve")
    assert sentence.startswith("Période de réserve électorale (Municipales) jusqu’au ")


def test_the_database_refuses_a_reserve_that_ends_before_it_starts(cast):
    today = db_now().date()
    with pytest.raises(Exception, match="Le dernier jour vient avant le premier"):
        actions.add_reserve("X", today, today - dt.timedelta(days=1), [], actor=cast.ada)


def test_a_trial_counts_what_a_value_would_stop_warn_of_or_free(cast):
    for text in ("Une bavure ?", "Rien de tel.", "Encore une BAVURE."):
        a_revision(cast.claire, cast.nantes, text)
    trial = try_value("words", "bavure")
    assert (trial.read, trial.listed) == (3, False)
    assert [(effect, count) for effect, count in trial.counts if count] == [("stopped", 2)]
    a_revision(cast.yann, cast.rennes, "Lisez https://mairie.fr/a")
    freed = try_value("domains", "mairie.fr")
    assert [(c.effect, c.revision.draft.account.code) for c in freed.changed] == [("freed", "35")]


def test_a_trial_of_what_is_listed_tells_what_taking_it_off_would_change(cast):
    a_revision(cast.claire, cast.nantes, "Les mots de @elysee.")
    trial = try_value("accounts", "elysee")
    assert (trial.listed, [change.effect for change in trial.changed]) == (True, ["warned"])


def test_a_trial_reads_the_last_texts_and_no_more(cast, monkeypatch):
    assert MAX_TRIED == 500
    monkeypatch.setattr("approvals.lists.MAX_TRIED", 2)
    for _number in range(3):
        a_revision(cast.claire, cast.nantes, f"Une bavure, numéro {_number}.")
    assert len(try_value("words", "bavure").changed) == 2
