"""A seat or a supervision lent while its holder is away: never a fourth author."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from accounts.access import lent_places, memberships, reviewers, role_on
from accounts.actions import covers, people, rights
from accounts.actions.covers import NotCovered
from accounts.approval_rule import rule_of
from accounts.clock import db_now
from accounts.constraints import Constrained
from accounts.departments import department
from accounts.errors import Invalid, NotFound
from accounts.models import AuditEntry, Cover, Notice, Seat, Supervision
from accounts.roles import Role
from accounts.tasks import end_covers
from approvals.access import draft_for
from approvals.actions.drafts import adopt_draft, submit_draft
from approvals.actions.reviews import approve
from approvals.errors import CoverEndsFirst, WrongState
from approvals.models import Draft, DraftState
from approvals.quorum import quorum_of
from publishing.models import Publication
from tests.approvals.writing import a_draft, a_revision, agree, as_read, points, signed
from tests.cast import lent, signed_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def seat_of(person) -> Seat:
    return Seat.objects.get(person=person, ended_at=None)


def supervision_of(person) -> Supervision:
    return Supervision.objects.get(person=person, ended_at=None)


def test_the_seat_is_whose_it_is_lent_to_and_nobody_elses(cast):
    lent(seat_of(cast.claire), cast.nadia)
    assert role_on(cast.nadia, cast.nantes) == Role.SEAT
    assert role_on(cast.claire, cast.nantes) is None
    holders = [who.person for who in reviewers(cast.nantes).values() if who.role == Role.SEAT]
    assert holders == [cast.nadia, cast.marc, cast.leila]  # in the order of the seats
    place = memberships(cast.nadia)[0]
    assert (place.number, place.cover.lent.person) == (1, cast.claire)
    assert memberships(cast.claire) == []
    assert [c.person for c in lent_places(cast.claire)] == [cast.nadia]


def test_who_is_away_does_nothing_and_who_covers_writes_and_approves(cast):
    draft = a_draft(cast.claire, cast.nantes)
    lent(seat_of(cast.claire), cast.nadia)
    with pytest.raises(NotFound):
        draft_for(cast.claire, draft.pk)
    with pytest.raises(NotFound):
        a_draft(cast.claire, cast.nantes)
    revision = a_revision(cast.marc, cast.nantes)
    agree(cast.nadia, revision)
    assert a_draft(cast.nadia, cast.nantes).author == cast.nadia


def test_fault_39_no_draft_is_begun_from_a_lent_seat_by_plain_sql(cast):
    lent(seat_of(cast.claire), cast.nadia)
    with pytest.raises(IntegrityError, match="only an active seat holder"):
        Draft.objects.create(account=cast.nantes, author=cast.claire)


def test_what_was_written_and_signed_before_stays_valid(cast):
    moment = db_now() + dt.timedelta(hours=3)
    revision = a_revision(cast.claire, cast.nantes, requested_at=moment)
    agree(cast.helene, revision)
    lent(seat_of(cast.claire), cast.nadia)
    lent(supervision_of(cast.helene), cast.gwen)
    assert [s.person for s in quorum_of(revision).signatures] == [cast.helene]
    draft = signed(revision, cast.marc)
    assert draft.state == DraftState.RELEASED
    assert Publication.objects.get().state == "waiting"
    with pytest.raises(WrongState):
        adopt_draft(actor=cast.marc, draft_id=draft.pk)  # its author is away, and comes back


def test_a_cover_of_another_time_changes_nothing(cast):
    tomorrow = {"starts_at": db_now() + DAY, "ends_at": db_now() + 3 * DAY}
    lent(seat_of(cast.claire), cast.nadia, **tomorrow)
    lent(seat_of(cast.marc), cast.gwen, ends_at=db_now())  # run out, not yet ended by the clock
    assert role_on(cast.claire, cast.nantes) == role_on(cast.marc, cast.nantes) == Role.SEAT
    assert role_on(cast.nadia, cast.nantes) is None
    assert role_on(cast.gwen, cast.nantes) is None


def test_who_covers_signs_nothing_that_leaves_after_the_cover(cast):
    made = lent(supervision_of(cast.helene), cast.nadia)
    late = a_revision(cast.claire, cast.nantes, requested_at=made.ends_at)
    with pytest.raises(CoverEndsFirst):
        agree(cast.nadia, late)
    signs = as_read(cast.nadia, late)
    client = signed_in(cast.nadia)
    form = {"revision": late.pk, "digest": signs["digest"], "ticked": points(late)}
    answer = client.post(reverse("approve", args=[late.draft_id]), form)
    assert answer.status_code == 409
    assert "Votre remplacement s’achève avant" in answer.content.decode()
    in_time = a_revision(cast.marc, cast.nantes, requested_at=made.ends_at - dt.timedelta(hours=1))
    assert approve(**as_read(cast.nadia, in_time), ticked=points(in_time))


def test_who_covers_submits_nothing_that_leaves_after_the_cover(cast):
    made = lent(seat_of(cast.claire), cast.nadia)
    draft = a_draft(cast.nadia, cast.nantes, requested_at=made.ends_at)
    with pytest.raises(Invalid, match="Le remplacement de Nadia") as refused:
        submit_draft(actor=cast.nadia, draft_id=draft.pk, version=draft.version)
    assert refused.value.details["field"] == "when"


@pytest.mark.parametrize("how", ["by an administrator", "with the seat", "by the clock"])
def test_its_end_holds_what_rests_on_who_covered(cast, how):
    seat = seat_of(cast.claire)
    made = lent(seat, cast.nadia)
    revision = a_revision(cast.nadia, cast.nantes, requested_at=db_now() + dt.timedelta(hours=3))
    signed(revision, cast.marc, cast.helene)
    if how == "by an administrator":
        covers.end_cover(made.pk, actor=cast.ada)
    elif how == "with the seat":
        rights.vacate(seat.pk, actor=cast.ada)
    else:
        end_covers()
        assert Cover.objects.get().ended_at is None  # not before its time
        run_out(made)
        end_covers()
    publication = Publication.objects.get()
    assert (publication.state, publication.reason) == ("held", "author_left")
    assert Cover.objects.get().ended_at is not None
    back = cast.marc if how == "with the seat" else cast.claire
    assert adopt_draft(actor=back, draft_id=revision.draft_id).author == back


def run_out(made: Cover) -> None:
    """As if its last day were over: a trigger keeps its columns."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE accounts_cover SET starts_at = now() - interval '3 days',"
            " ends_at = now() - interval '1 second' WHERE id = %s",
            [made.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def told() -> set[tuple[str, str]]:
    unread = Notice.objects.filter(kind="right", read_at=None)
    return set(unread.values_list("person__name", "act"))


def test_both_names_are_in_the_trail(cast):
    made = covers.cover(
        seat_of(cast.claire),
        person_id=cast.nadia.pk,
        starts_at=db_now() - DAY,
        ends_at=db_now() + DAY,
        actor=cast.ada,
    )
    entry = AuditEntry.objects.get(act="cover.decided")
    assert entry.details["person_id"] == cast.nadia.pk
    assert entry.details["covers_id"] == cast.claire.pk
    assert made.starts_at > db_now() - dt.timedelta(minutes=1)  # never since before the decision
    assert told() == {("Nadia", "right_given"), ("Claire", "right_ended")}
    covers.end_cover(made.pk, actor=cast.basile)
    assert told() == {("Nadia", "right_ended"), ("Claire", "right_given")}
    assert AuditEntry.objects.get(act="cover.ended").actor == cast.basile
    with pytest.raises(NotCovered):
        covers.end_cover(made.pk, actor=cast.basile)


@pytest.mark.parametrize("who", ["marc", "helene", "claire", "ada"])
def test_who_has_a_place_or_administers_covers_nobody(cast, who):
    with pytest.raises(Constrained):
        covers.cover(
            seat_of(cast.claire),
            person_id=getattr(cast, who).pk,
            starts_at=db_now(),
            ends_at=db_now() + DAY,
            actor=cast.ada,
        )


def test_one_cover_a_right_and_one_a_person_on_an_account(cast):
    lent(seat_of(cast.claire), cast.nadia)
    for right, person in (
        (seat_of(cast.claire), cast.gwen),
        (seat_of(cast.marc), cast.nadia),
    ):
        with pytest.raises(Constrained):
            covers.cover(
                right,
                person_id=person.pk,
                starts_at=db_now(),
                ends_at=db_now() + DAY,
                actor=cast.ada,
            )
    lent(seat_of(cast.yann), cast.nadia)  # of another account
    with pytest.raises(Constrained, match="déjà sa place"):
        rights.name_supervisor(cast.nantes.pk, cast.nadia.pk, actor=cast.ada)


def test_an_end_that_is_past_is_refused(cast):
    with pytest.raises(Invalid, match="passé"):
        covers.cover(
            seat_of(cast.claire),
            person_id=cast.nadia.pk,
            starts_at=db_now() - 2 * DAY,
            ends_at=db_now() - DAY,
            actor=cast.ada,
        )


def test_whoever_leaves_covers_no_longer(cast):
    made = lent(seat_of(cast.claire), cast.nadia)
    with pytest.raises(Constrained):
        people.make_administrator(cast.nadia.pk, actor=cast.ada)
    people.end_person(cast.nadia.pk, actor=cast.ada)
    made.refresh_from_db()
    assert made.ended_by == cast.ada
    assert role_on(cast.claire, cast.nantes) == Role.SEAT


def test_a_cover_leaves_the_rule_of_approval_as_it_was(cast):
    before = rule_of(cast.nantes).most
    lent(supervision_of(cast.helene), cast.nadia)
    lent(seat_of(cast.claire), cast.gwen)
    assert rule_of(cast.nantes).most == before
    shown = department("44").rule
    assert (set(shown.holders), set(shown.supervisors)) == (
        {cast.gwen, cast.marc, cast.leila},
        {cast.nadia, cast.paul},
    )


def test_an_administrator_lends_a_seat_by_its_page(cast):
    seat, client = seat_of(cast.claire), signed_in(cast.ada)
    address = reverse("cover-seat", args=["44", seat.pk])
    page = client.get(address).content.decode()
    assert "Remplacer Claire" in page
    assert "Marc (" not in page  # he has a seat
    today = db_now().astimezone(cast.nantes.zone).date()
    form = {"person": cast.nadia.pk, "first_day": today, "last_day": today - DAY}
    refused = client.post(address, form)
    assert refused.status_code == 400
    assert "Le dernier jour vient avant le premier." in refused.content.decode()
    answer = client.post(address, form | {"last_day": today + DAY}, follow=True)
    assert "Nadia remplace Claire jusqu’au" in answer.content.decode()
    made = Cover.objects.get()
    assert made.ends_at.astimezone(cast.nantes.zone).time() == dt.time(0)
    assert made.last_day == today + DAY
    away = signed_in(cast.claire).get("/").content.decode()
    assert "Nadia vous remplace sur @pnationale44" in away
    assert "vous remplacez Claire" in signed_in(cast.nadia).get("/").content.decode()
    client.post(reverse("end-cover", args=["44", made.pk]))
    assert role_on(cast.claire, cast.nantes) == Role.SEAT


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "demain", "\x00"])
def test_days_that_are_none_are_said_in_a_sentence(cast, day):
    address = reverse("cover-supervision", args=["44", supervision_of(cast.helene).pk])
    form = {"person": cast.nadia.pk, "first_day": day, "last_day": day}
    assert signed_in(cast.ada).post(address, form).status_code == 400
    assert not Cover.objects.exists()
