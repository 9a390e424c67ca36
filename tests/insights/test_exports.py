"""Documents that take long: asked for, made, fetched; who may, and what outlives a worker."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import translation

from accounts.clock import db_now
from accounts.models import AuditEntry, Seat
from insights import tasks
from insights.actions import exports
from insights.actions.exports import MAKE_EXPORT, ask_for_export, delete_old_exports, make_export
from insights.makers import MAKERS, Maker
from insights.models import Export
from insights.snapshot import snapshot
from tests.cast import queries_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY = {"since": dt.date(2014, 1, 1), "until": dt.date(2014, 1, 31)}
TYPED = {"kind": "deposit", "since": "2014-01-01", "until": "2014-01-31"}


def write(export, file, progress) -> None:
    progress(0, 2)
    file.write(f"{export.period} {translation.get_language()}".encode())
    progress(2, 2)


@pytest.fixture(autouse=True)
def makes(monkeypatch, media_folder):
    """Has a document made by this function."""

    def by(function) -> None:
        monkeypatch.setitem(MAKERS, "deposit", Maker(function, ".zip", "application/zip"))

    by(write)
    return by


@pytest.fixture
def asked(cast) -> Export:
    """By Claire, of 44."""
    return ask_for_export(actor=cast.claire, kind="deposit", accounts=[cast.nantes], **JANUARY)


def files() -> list[str]:
    return default_storage.listdir("exports")[1] if default_storage.exists("exports") else []


def acts() -> list[str]:
    rows = AuditEntry.objects.filter(act__startswith="export.").order_by("pk")
    return [row.act.removeprefix("export.") for row in rows]


def test_it_is_asked_for_made_and_fetched_each_in_the_trail_with_its_digest(cast, woken):
    client = signed_in(cast.claire)
    assert client.post(reverse("exports"), TYPED).status_code == 302
    export = Export.objects.get()
    assert woken == [(MAKE_EXPORT, export.pk)]
    assert "En attente" in client.get(reverse("exports")).text

    tasks.make_export(export.pk)

    export.refresh_from_db()
    link = reverse("export-file", args=[export.pk])
    assert link in client.get(reverse("exports")).text
    response = client.get(link)
    content = b"".join(response.streaming_content)
    assert content == b"2014-01-01/2014-01-31 fr"
    assert response.headers["Content-Length"] == str(len(content)) == str(export.size)
    assert ".zip" in response.headers["Content-Disposition"]
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert acts() == ["asked", "made", "fetched"]
    for row in AuditEntry.objects.filter(act__in=["export.made", "export.fetched"]):
        assert (row.account, row.details["digest"]) == (cast.nantes, export.sha256)


def test_another_department_and_administrators_are_told_it_does_not_exist(cast, asked):
    make_export(asked.pk)
    link = reverse("export-file", args=[asked.pk])
    for stranger in (cast.yann, cast.ada, cast.nadia, cast.marc):
        assert signed_in(stranger).get(link).status_code == 404
    for stranger in (cast.ada, cast.nadia):
        assert signed_in(stranger).get(reverse("exports")).status_code == 404
    yann = signed_in(cast.yann)
    assert link not in yann.get(reverse("exports")).text
    yann.post(reverse("exports"), {**TYPED, "accounts": ["pnationale44"]})
    assert not Export.objects.filter(asked_by=cast.yann, accounts=cast.nantes).exists()
    assert "fetched" not in acts()


def test_whose_right_ends_gets_nothing_neither_what_is_made_nor_what_is_on_its_way(cast, asked):
    make_export(asked.pk)
    later = ask_for_export(actor=cast.claire, kind="deposit", accounts=[cast.nantes], **JANUARY)
    Seat.objects.filter(person=cast.claire).update(ended_at=db_now())

    assert not make_export(later.pk)

    assert not Export.objects.filter(pk=later.pk).exists()
    assert files() == [f"{asked.pk}-1"]
    link = reverse("export-file", args=[asked.pk])
    assert signed_in(cast.claire).get(link).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"until": "2013-12-31"}, "Le dernier jour est avant le premier."),
        ({"since": "2000-01-01"}, "Dix ans au plus à la fois."),
        ({"until": "2099-01-01", "since": "2098-12-01"}, "Le dernier jour doit être passé"),
        ({"until": "un jour"}, "date valide"),
        ({"kind": "roman"}, "roman"),
    ],
    ids=["backwards", "too long", "not over", "no day", "no kind"],
)
def test_what_cannot_be_asked_is_said_beside_its_field_and_stays_typed(cast, typed, sentence):
    response = signed_in(cast.claire).post(reverse("exports"), {**TYPED, **typed})
    assert response.status_code == 400
    assert sentence in response.text
    assert 'value="2014-01-' in response.text or "since" in typed
    assert not Export.objects.exists()


def test_a_day_is_over_by_the_clock_of_each_account(cast):
    today = db_now().astimezone(cast.nantes.zone).date()
    with pytest.raises(exports.Invalid):
        ask_for_export(
            actor=cast.claire, kind="deposit", accounts=[cast.nantes], since=today, until=today
        )
    yesterday = today - dt.timedelta(days=1)
    assert ask_for_export(
        actor=cast.claire, kind="deposit", accounts=[cast.nantes], since=yesterday, until=yesterday
    )


def test_asking_twice_is_asking_once_while_it_is_on_its_way_and_few_are_at_once(cast, asked):
    days = [{**JANUARY, "since": dt.date(2014, 1, day)} for day in range(1, 6)]
    for period in [*days, *days]:
        ask_for_export(actor=cast.claire, kind="deposit", accounts=[cast.nantes], **period)
    assert Export.objects.count() == exports.MAX_OPEN
    response = signed_in(cast.claire).post(reverse("exports"), {**TYPED, "since": "2014-01-30"})
    assert "D’autres documents sont en cours" in response.text


def test_what_its_worker_no_longer_makes_is_taken_up_by_the_next(asked, backdate, woken):
    def dies(export, file, progress) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MAKERS, "deposit", Maker(dies, ".zip", "application/zip"))
        with pytest.raises(SystemExit):
            make_export(asked.pk)
    assert not make_export(asked.pk)  # it may be alive
    backdate(asked, 3600, "lease_until")
    woken.clear()
    tasks.tend_exports()
    assert woken == [(MAKE_EXPORT, asked.pk)]
    assert make_export(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.tries) == ("made", 2)


def test_what_goes_wrong_three_times_is_given_up_and_its_page_says_so(cast, asked, makes):
    makes(lambda export, file, progress: file.read("nonsense"))
    for _try in range(3):
        assert not make_export(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.tries) == ("failed", 3)
    assert acts() == ["asked", "failed"]
    assert "n’a pas pu être établi" in signed_in(cast.claire).get(reverse("exports")).text
    assert not make_export(asked.pk)


def test_who_was_believed_dead_keeps_nothing_of_what_another_makes(asked, makes, settings):
    settings.DURATIONS = replace(settings.DURATIONS, export_renew=0.01)

    def slow(export, file, progress) -> None:
        Export.objects.filter(pk=export.pk).update(tries=2)
        while True:
            progress(1, 2)

    makes(slow)
    assert not make_export(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, files()) == ("working", [])


def test_its_page_says_how_far_it_is_and_asks_no_more_once_it_is_made(cast, asked, makes, settings):
    settings.DURATIONS = replace(settings.DURATIONS, export_renew=0.01)
    client = signed_in(cast.claire, headers={"HX-Request": "true"})
    said = []

    def halfway(export, file, progress) -> None:
        progress(3, 7)
        while not Export.objects.filter(pk=export.pk, done=3).exists():
            pass
        said.append(client.get(reverse("exports-live")))
        file.write(b"x")

    makes(halfway)
    assert make_export(asked.pk)
    assert 'max="7" value="3"' in said[0].text
    assert said[0].status_code == 200
    over = client.get(reverse("exports-live"))
    assert over.status_code == 286
    assert "Plus aucun document n’est en cours." in over.text


def test_one_is_made_at_a_time_in_a_process(asked, cast, makes):
    other = ask_for_export(actor=cast.marc, kind="deposit", accounts=[cast.nantes], **JANUARY)
    meanwhile = []
    makes(lambda export, file, progress: meanwhile.append(make_export(other.pk)))
    assert make_export(asked.pk)
    assert meanwhile == [False]
    assert make_export(other.pk)


def test_all_that_a_document_reads_is_of_one_moment(cast):
    def later() -> None:
        Seat.objects.filter(person=cast.leila).update(ended_at=db_now())
        connection.close()

    with snapshot():
        before = Seat.objects.filter(ended_at=None).count()
        thread = threading.Thread(target=later)
        thread.start()
        thread.join()
        assert Seat.objects.filter(ended_at=None).count() == before
    assert Seat.objects.filter(ended_at=None).count() == before - 1


def test_what_was_kept_for_a_week_goes_with_its_files(cast, asked, backdate):
    make_export(asked.pk)
    fresh = ask_for_export(actor=cast.claire, kind="deposit", accounts=[cast.nantes], **JANUARY)
    make_export(fresh.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        backdate(asked, 8 * 86_400, "asked_at")
        cursor.execute("SET session_replication_role = origin")
    assert delete_old_exports() == 1
    assert list(Export.objects.all()) == [fresh]
    assert files() == [f"{fresh.pk}-1"]


def test_the_page_costs_as_many_queries_however_many_documents(cast, asked):
    client = signed_in(cast.claire)
    client.get(reverse("exports"))
    few = queries_of(client, reverse("exports"))
    for day in range(2, 6):
        ask_for_export(
            actor=cast.claire,
            kind="deposit",
            accounts=[cast.nantes],
            **{**JANUARY, "since": dt.date(2014, 1, day)},
        )
    assert queries_of(client, reverse("exports")) == few <= 12
