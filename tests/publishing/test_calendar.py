"""The calendar: what stands on which day, moved with its cost said before, and read by a feed."""

from __future__ import annotations

import datetime as dt
import html
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.clock import db_now
from accounts.models import Account, AuditEntry, Seat
from approvals.actions.message_templates import fill_template, instant_of
from approvals.models import Draft, ReservePeriod, Revision
from policetweets import health
from publishing import heartbeat
from publishing.calendar import Day, Post, _put_hours, hours_of
from publishing.models import CalendarFeed, Confirmation, ExpectedEvent, Publication
from publishing.status_badge import StatusBadge
from tests.approvals.test_message_templates import yearly
from tests.approvals.writing import a_draft, a_revision, agree, signed
from tests.cast import queries_of, signed_in, supervise

pytestmark = pytest.mark.django_db(transaction=True)
PARIS = ZoneInfo("Europe/Paris")


def page(reader, query: str = "", path: str = "/calendrier") -> str:
    answer = signed_in(reader).get(f"{path}?{query}")
    assert answer.status_code == 200
    return html.unescape(" ".join(re.sub(r"\s+", " ", answer.text).split())).replace("\u202f", " ")


def later(days: int = 3, hour: int = 18) -> dt.datetime:
    """An hour of a day to come, by the clock of Paris."""
    day = db_now().astimezone(PARIS).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour), tzinfo=PARIS)


def scheduled(cast, text: str, at: dt.datetime, **more) -> Draft:
    local = {"requested_local": f"{at:%Y-%m-%dT%H:%M}", "requested_zone": "Europe/Paris"}
    revision = a_revision(cast.claire, cast.nantes, text, requested_at=at, **local, **more)
    return Draft.objects.get(pk=revision.draft_id)


def released(cast, text: str, at: dt.datetime) -> Publication:
    draft = scheduled(cast, text, at)
    signed(Revision.objects.get(draft=draft), cast.marc, cast.helene)
    return Publication.objects.get(release__revision__draft=draft)


def days_of(answer) -> dict[dt.date, list[str]]:
    """The handles and states by day, where there is something."""
    shown = answer.context["calendar"].days
    return {d.date: [p.text for p in d.posts] for d in shown if d.posts}


def test_what_is_written_waits_is_out_or_missed_stands_on_its_day(cast):
    at = later()
    scheduled(cast, "En relecture", at)
    for state, text in (("waiting", "Attend"), ("missed", "Manqué"), ("recalled", "Rappelé")):
        one = released(cast, text, at + dt.timedelta(hours=1))
        Publication.objects.filter(pk=one.pk).update(state=state)
    client = signed_in(cast.helene)
    for view in ("mois", "semaine", "liste"):
        answer = client.get(f"/calendrier?vue={view}&jour={at:%Y-%m-%d}")
        assert days_of(answer)[at.date()] == ["En relecture", "Attend", "Manqué"]
        assert "18 h · @pnationale44 · en relecture" in page(
            cast.helene, f"vue={view}&jour={at:%Y-%m-%d}"
        ).replace("\xa0", " ")


def test_days_are_those_of_each_account_s_zone(cast):
    Account.objects.filter(pk=cast.nantes.pk).update(time_zone="Pacific/Noumea")
    at = later(hour=18)
    scheduled(cast, "Texte", at)
    answer = signed_in(cast.claire).get(f"/calendrier?vue=liste&jour={at:%Y-%m-%d}")
    assert list(days_of(answer)) == [at.astimezone(ZoneInfo("Pacific/Noumea")).date()]


def test_nobody_sees_the_calendar_of_another_department(cast):
    at = later()
    scheduled(cast, "De Nantes", at)
    query = f"vue=liste&account=pnationale44&jour={db_now():%Y-%m-%d}"
    assert "@pnationale44" not in page(cast.yann, query)
    assert "De Nantes" not in page(cast.nadia, query)
    supervise(cast.rennes, cast.helene)
    assert "De Nantes" in page(cast.helene, query)
    assert "De Nantes" not in page(cast.helene, query.replace("44", "35", 1))
    assert signed_in(cast.ada).get("/calendrier").status_code == 404


@pytest.mark.parametrize("query", ["vue=x", "jour=0001-01-01", "jour=x", "jour=2026-02-30"])
def test_nonsense_asks_for_this_month(cast, query):
    answer = signed_in(cast.claire).get(f"/calendrier?{query}")
    assert answer.context["view"] == "mois"
    assert answer.context["day"] == answer.context["today"]


@pytest.mark.parametrize(
    ("date", "count"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-12-01", 24)]
)
def test_a_day_has_the_hours_that_its_clocks_have(date, count):
    hours = hours_of(dt.date.fromisoformat(date), PARIS)
    assert len(hours) == count
    assert len({hour.astimezone(dt.UTC) for hour in hours}) == count


def test_the_hour_that_exists_twice_is_said_with_its_season():
    twice = dt.datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    hours = {
        Post(1, Account(), twice.replace(fold=f), StatusBadge("", ""), "", False).hour
        for f in (0, 1)
    }
    assert len(hours) == 2


def test_crowded_and_free_hours_are_said_in_words(cast):
    day = Day(later().date())
    at = dt.datetime.combine(day.date, dt.time(18), tzinfo=PARIS)
    for minutes in (0, 10, 50):
        moment = at + dt.timedelta(minutes=minutes)
        day.posts.append(Post(1, cast.nantes, moment, StatusBadge("", ""), "", False))
    _put_hours(day, [PARIS])
    assert day.crowded.replace("\xa0", " ") == "18 h (3 messages)"
    assert day.free.replace("\xa0", " ") == "7 h – 18 h, 19 h – 22 h"
    day.free = ""
    _put_hours(day, [PARIS, ZoneInfo("Indian/Reunion")])
    assert day.free == ""


def test_moving_a_submitted_text_says_that_its_approvals_fall_then_does_it(cast):
    draft = scheduled(cast, "Texte", later())
    agree(cast.marc, Revision.objects.get(draft=draft))
    path, claire = f"/calendrier/{draft.pk}/deplacer", signed_in(cast.claire)
    asked = page(cast.claire, path=path)
    assert "Les accords tombent" in asked
    assert "Accords donnés : Marc." in asked
    to = later(5, 9)
    typed = {"day": f"{to:%d/%m/%Y}", "hour": "9 h", "version": draft.version}
    step = claire.post(path, typed)
    assert "Confirmer le déplacement" in step.text
    draft.refresh_from_db()
    assert draft.state == "in_review"
    claire.post(path, typed | {"confirmed": "1"})
    draft.refresh_from_db()
    assert (draft.state, draft.requested_at, draft.requested_local) == (
        "writing",
        to,
        f"{to:%Y-%m-%dT%H:%M}",
    )
    assert Revision.objects.get(draft=draft).closing == "edited"


def test_a_released_hour_is_moved_by_a_recall_with_its_reason_and_no_other_way(cast):
    publication = released(cast, "Texte", later())
    path = f"/calendrier/{publication.draft_id}/deplacer"
    assert "le déplacer le rappelle" in page(cast.claire, path=path)
    to = later(5, 9)
    typed = {"day": f"{to:%d/%m/%Y}", "hour": "9 h", "confirmed": "1"}
    claire = signed_in(cast.claire)
    assert claire.post(path, typed).status_code == 400
    publication.refresh_from_db()
    assert publication.state == "waiting"
    claire.post(path, typed | {"reason": "Match avancé"})
    publication.refresh_from_db()
    draft = Draft.objects.get(pk=publication.draft_id)
    assert (publication.state, draft.state, draft.requested_at) == ("recalled", "writing", to)


def test_a_missed_hour_is_moved_by_two(cast):
    publication = released(cast, "Texte", later())
    Publication.objects.filter(pk=publication.pk).update(state="missed")
    to = later(5, 9)
    typed = {"day": f"{to:%d/%m/%Y}", "hour": "9 h", "reason": "Plus tard", "confirmed": "1"}
    signed_in(cast.claire).post(f"/calendrier/{publication.draft_id}/deplacer", typed)
    proposal = Confirmation.objects.get(publication=publication)
    assert (proposal.kind, proposal.due_at, proposal.state) == ("new_time", to, "open")
    publication.refresh_from_db()
    assert publication.state == "missed"


def test_two_moves_of_one_text_do_not_undo_each_other(cast):
    draft = a_draft(cast.claire, cast.nantes)
    to, path = later(5, 9), f"/calendrier/{draft.pk}/deplacer"
    typed = {"hour": "9 h", "version": draft.version, "confirmed": "1"}
    signed_in(cast.claire).post(path, typed | {"day": f"{to:%d/%m/%Y}"})
    other = signed_in(cast.marc).post(path, typed | {"day": f"{later(6):%d/%m/%Y}"})
    assert other.status_code == 409
    draft.refresh_from_db()
    assert draft.requested_at == to


def test_what_left_does_not_move_and_a_supervisor_is_told_who_moves(cast):
    publication = released(cast, "Texte", later())
    path = f"/calendrier/{publication.draft_id}/deplacer"
    assert signed_in(cast.helene).get(path).status_code == 403
    Publication.objects.filter(pk=publication.pk).update(state="sending")
    Publication.objects.filter(pk=publication.pk).update(state="uncertain")
    assert signed_in(cast.claire).get(path).status_code == 409


def test_moving_is_offered_to_those_who_write(cast):
    draft = a_draft(cast.claire, cast.nantes, requested_at=db_now() + dt.timedelta(hours=2))
    for person, offered in ((cast.claire, True), (cast.helene, False)):
        page = signed_in(person).get(reverse("calendar")).content.decode()
        assert reverse("draft", args=[draft.pk]) in page
        assert (reverse("move", args=[draft.pk]) in page) == offered


def test_events_and_reserves_stand_on_each_of_their_days(cast):
    helene = signed_in(cast.helene)
    add = "/calendrier/evenements/pnationale44"
    typed = {
        "title": "Match à la Beaujoire",
        "day": "30/03/2030",
        "hour": "20 h",
        "end_day": "31/03/2030",
        "end_hour": "1:00",
    }
    assert helene.post(add, typed).status_code == 302
    event = ExpectedEvent.objects.get()
    assert event.starts_at == dt.datetime(2030, 3, 30, 19, tzinfo=dt.UTC)
    ReservePeriod.objects.create(
        label="Municipales",
        starts_on="2030-03-31",
        ends_on="2030-04-01",
        added_by=cast.ada,
        departments=["44"],
    )
    shown = helene.get("/calendrier?jour=2030-03-31&vue=semaine").context["calendar"].days
    assert [len(day.expected) for day in shown] == [0, 0, 0, 0, 0, 1, 2]
    of_rennes = signed_in(cast.yann).get("/calendrier?jour=2030-03-31").context["calendar"].days
    assert not any(day.expected for day in of_rennes)
    assert signed_in(cast.yann).post(f"/evenements/{event.pk}/retirer").status_code == 404
    helene.post(f"/evenements/{event.pk}/retirer")
    shown = helene.get("/calendrier?jour=2030-03-31&vue=semaine").context["calendar"].days
    assert sum(len(day.expected) for day in shown) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_day": "", "end_hour": "19 h"},
        {"day": "31/03/2030", "hour": "2 h 30"},  # the hour that does not exist
        {"day": "hier"},
        {"day": "demain 8 h"},
        {"hour": "tard"},
        {"end_day": "31/02/2030"},
        {"end_hour": ""},
        {"title": ""},
        {"title": "x" * 121},
    ],
    ids=lambda wrong: "-".join(f"{key}-{value[:10]}" for key, value in wrong.items()),
)
def test_an_event_that_cannot_be_is_told(cast, wrong):
    typed = {"title": "Match", "day": "30/03/2030", "hour": "20 h"}
    typed |= {"end_day": "31/03/2030", "end_hour": "5 h"}
    answer = signed_in(cast.claire).post("/calendrier/evenements/pnationale44", typed | wrong)
    assert answer.status_code == 400
    assert not ExpectedEvent.objects.exists()


def address_of(person) -> str:
    answer = signed_in(person).post("/calendrier/agenda", {"act": "make"})
    return re.search(r'value="[^"]*(/calendrier/[^"]+\.ics)"', answer.text)[1]


def test_the_feed_says_handle_state_and_hour_and_never_a_text(cast):
    at = later()
    scheduled(cast, "Texte confidentiel", at)
    released(cast, "Autre confidence", at + dt.timedelta(hours=1))
    address = address_of(cast.helene)
    answer = Client().get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "confiden" not in answer.text.lower()
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [(str(e["summary"]), e["dtstart"].dt) for e in events] == [
        ("@pnationale44 · en relecture", at),
        ("@pnationale44 · en attente", at + dt.timedelta(hours=1)),
    ]
    assert len({str(event["uid"]) for event in events}) == 2


def test_the_address_of_a_feed_is_kept_as_a_hash_and_ends(cast):
    first = address_of(cast.helene)
    token = first.split("/")[-1].removesuffix(".ics")
    assert not CalendarFeed.objects.filter(token_sha256__contains=token).exists()
    second = address_of(cast.helene)
    assert [Client().get(address).status_code for address in (first, second)] == [404, 200]
    signed_in(cast.helene).post("/calendrier/agenda", {"act": "end"})
    assert Client().get(second).status_code == 404
    third = address_of(cast.claire)
    scheduled(cast, "Texte", later())
    Seat.objects.filter(person=cast.claire).update(ended_at=db_now())
    assert Calendar.from_ical(Client().get(third).content).walk("VEVENT") == []
    type(cast.claire).objects.filter(pk=cast.claire.pk).update(ended_at=db_now())
    assert Client().get(third).status_code == 404
    acts = AuditEntry.objects.filter(act__startswith="feed.").values_list("act", flat=True)
    assert sorted(acts) == ["feed.ended", "feed.made", "feed.made", "feed.made"]


def test_the_number_of_queries_is_constant_and_small(cast):
    heartbeat.beat(*health.QUEUES, heartbeat.BEAT, heartbeat.CLOCK)
    client = signed_in(cast.claire)
    released(cast, "Texte", later())
    first = queries_of(client, "/calendrier")
    for hour in range(9, 14):
        released(cast, f"Texte {hour}", later(2, hour))
        scheduled(cast, f"Autre {hour}", later(2, hour))
    assert queries_of(client, "/calendrier") == first <= 12


def test_advice_that_comes_back_stands_among_what_is_expected_until_it_is_prepared(cast):
    template = yearly(cast)
    at = instant_of(template, template.first_on)
    shown = f"jour={template.first_on}&vue=semaine"
    link = f"{reverse('fill-template', args=[template.pk])}?le={template.first_on}"
    words = f"Conseil à préparer : {template.title}"

    before = page(cast.claire, shown)
    assert words in before
    assert link in before
    assert link not in page(cast.helene, shown), "a supervisor prepares nothing"
    assert words not in page(cast.yann, shown)
    next_year = template.first_on.replace(year=template.first_on.year + 1)
    beyond = page(cast.claire, f"jour={next_year}&vue=semaine")
    assert words in beyond
    assert f"?le={next_year}" not in beyond, "further ahead than a message is scheduled"

    draft = fill_template(actor=cast.claire, template=template, typed={}, day=template.first_on)
    assert draft.requested_at == at
    after = page(cast.claire, shown)
    assert words not in after
    assert reverse("draft", args=[draft.pk]) in after
