"""Templates: approved once by another, filled in by seat holders, and no way round a quorum."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.access import memberships
from accounts.actions import rights
from accounts.clock import db_now
from accounts.constraints import Constrained
from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.models import AuditEntry, Notice, Seat, Supervision
from accounts.roles import Role
from approvals.actions.drafts import submit_draft
from approvals.actions.message_templates import (
    TemplateContent,
    approve_template,
    end_template,
    fill_template,
    propose_template,
)
from approvals.actions.reviews import approve
from approvals.capabilities import TEMPLATE_CAPABILITIES
from approvals.errors import (
    ContributorCannotApprove,
    OnlySeatHolders,
    OwnTemplate,
    TemplateNeedsSupervisor,
    TemplateNotUsable,
)
from approvals.models import Contributor, Draft, MessageTemplate
from approvals.quorum import quorum_of
from approvals.recurrence import Every, next_dates
from approvals.schedule import latest
from approvals.slots import Slot, fill, has_stray_bracket, names_in, pieces
from approvals.typed_time import Unreadable
from tests.approvals.writing import as_read, points
from tests.cast import queries_of, signed_in

SLOTS = (
    Slot("lieu", "place"),
    Slot("heure", "hour"),
    Slot("sens", "choice", choices=("vers Nantes", "vers Vannes")),
)
ROAD = TemplateContent(
    "Route coupée",
    "traffic",
    "Route coupée à [lieu], [sens], jusqu’à [heure]. Évitez [lieu].",
    (SLOTS[0], SLOTS[2], SLOTS[1]),
)
TYPED = {"lieu": "Savenay", "heure": "18h30", "sens": "vers Nantes"}
SHUTTERS = TemplateContent("Volets", "advice", "Fermez vos volets en partant.")
TODAY = dt.date(2026, 11, 28)


def a_template(cast, content=ROAD, by="claire", approved_by="helene"):
    template = propose_template(actor=getattr(cast, by), account=cast.nantes, content=content)
    if approved_by:
        approve_template(actor=getattr(cast, approved_by), template_id=template.pk)
        template.refresh_from_db()
    return template


def yearly(cast, days=30, **more):
    """One that comes back in so many days, at 10 h."""
    first = (db_now().astimezone(cast.nantes.zone) + dt.timedelta(days=days)).date()
    recurs = {"every": "year", "first_on": first, "at_hour": dt.time(10), **more}
    return a_template(cast, TemplateContent(**{**vars(SHUTTERS), **recurs}))


# What stands in a slot.


@pytest.mark.parametrize(
    ("slot", "typed", "words"),
    [
        (Slot("a", "text", 10), "  dix   mots ", "dix mots"),
        (Slot("a", "place"), "RN 165, sortie 4", "RN 165, sortie 4"),
        (Slot("a", "date"), "demain", "dimanche 29 novembre"),
        (Slot("a", "date"), "1er janvier 2027", "vendredi 1er janvier 2027"),
        (Slot("a", "hour"), "8:05", "8 h 05"),
        (Slot("a", "number", 20), "07", "7"),
        (Slot("a", "choice", choices=("nord", "sud")), "sud", "sud"),
    ],
    ids=lambda value: value.kind if isinstance(value, Slot) else "",
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_slot_reads_what_is_typed_and_writes_french(slot, typed, words, language):
    with translation.override(language):
        assert slot.parse(typed, TODAY) == words


@pytest.mark.parametrize(
    ("slot", "typed"),
    [
        (Slot("a", "text", 10), ""),
        (Slot("a", "text", 10), "onze signes"),
        (Slot("a", "place"), "x" * 81),
        (Slot("a", "place"), "Savenay bit.ly/x"),
        (Slot("a", "text", 60), "écrire à @quelquun"),
        (Slot("a", "text", 60), "voir #Nantes"),
        (Slot("a", "date"), "demain 8h"),
        (Slot("a", "date"), "31 février"),
        (Slot("a", "hour"), "25 h"),
        (Slot("a", "number", 20), "21"),
        (Slot("a", "number", 20), "-1"),
        (Slot("a", "number", 20), "²"),
        (Slot("a", "choice", choices=("nord", "sud")), "est"),
    ],
    ids=lambda value: value.kind if isinstance(value, Slot) else str(value)[:20],
)
def test_a_slot_refuses_what_is_beyond_its_bounds(slot, typed):
    with pytest.raises(Unreadable):
        slot.parse(typed, TODAY)


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_nothing_that_a_slot_takes_is_longer_than_its_longest(slot):
    typed = {"place": "y" * 80, "hour": "23h59", "choice": "vers Nantes"}[slot.kind]
    assert len(slot.parse(typed, TODAY)) <= len(slot.longest)


def test_every_date_of_a_year_is_as_long_as_the_longest_at_most():
    slot = Slot("a", "date")
    days = (dt.date(2027, 1, 1) + dt.timedelta(days=n) for n in range(7 * 366))
    longest = max((slot.parse(f"{day:%d/%m/%Y}", TODAY) for day in days), key=len)
    assert len(longest) == len(slot.longest)


def test_the_slots_of_a_text_are_its_words_between_brackets():
    assert names_in(ROAD.text) == ["lieu", "sens", "heure"]
    assert fill("[a] et [b], [a]", {"a": "[b]", "b": "deux"}) == "[b] et deux, [b]"
    assert pieces("À [lieu].") == [("À ", False), ("lieu", True), (".", False)]
    strays = ["[", "a]", "[]", "[a[b]]", "[" + "x" * 41 + "]", "[a\nb]"]
    assert [text for text in [*strays, ROAD.text] if has_stray_bracket(text)] == strays


# When it comes back.


@pytest.mark.parametrize(
    ("every", "first", "today", "expected"),
    [
        ("month", "2026-01-31", "2026-02-01", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("month", "2026-12-05", "2026-11-28", ["2026-12-05", "2027-01-05", "2027-02-05"]),
        ("year", "2024-02-29", "2026-11-28", ["2027-02-28", "2028-02-29", "2029-02-28"]),
        ("year", "2020-11-28", "2026-11-28", ["2026-11-28", "2027-11-28", "2028-11-28"]),
    ],
    ids=["end-of-month", "from-its-first", "leap-day", "today"],
)
def test_the_next_dates(every, first, today, expected):
    read = dt.date.fromisoformat
    assert next_dates(every, read(first), read(today)) == [read(day) for day in expected]


def test_the_dates_come_to_an_end_with_the_calendar():
    assert next_dates(Every.YEAR, dt.date(9998, 5, 1), dt.date(9999, 1, 1)) == [dt.date(9999, 5, 1)]


def test_today_is_next_until_its_hour_has_passed(cast):
    zone = cast.nantes.zone
    template = MessageTemplate(
        account=cast.nantes, every="year", first_on=TODAY, at_hour=dt.time(10)
    )
    at = [dt.datetime(2026, 11, 28, hour, tzinfo=zone) for hour in (9, 10)]
    assert [template.next_dates(now, 1)[0].year for now in at] == [2026, 2027]


# Proposed and approved.


def test_another_approves_and_one_of_the_two_supervises(cast):
    template = a_template(cast, approved_by=None)
    with pytest.raises(OwnTemplate):
        approve_template(actor=cast.claire, template_id=template.pk)
    with pytest.raises(TemplateNeedsSupervisor):
        approve_template(actor=cast.marc, template_id=template.pk)
    with pytest.raises(NotFound):
        approve_template(actor=cast.yann, template_id=template.pk)
    approve_template(actor=cast.helene, template_id=template.pk)
    with pytest.raises(Conflict):
        approve_template(actor=cast.paul, template_id=template.pk)
    of_supervisor = a_template(cast, SHUTTERS, by="helene", approved_by="marc")
    assert of_supervisor.is_usable
    acts = AuditEntry.objects.filter(act__startswith="template.").order_by("pk")
    assert [(row.act, row.actor.name) for row in acts] == [
        ("template.proposed", "Claire"),
        ("template.approved", "Helene"),
        ("template.proposed", "Helene"),
        ("template.approved", "Marc"),
    ]
    assert "coupée" not in str(list(acts.values()))


def test_a_supervisor_who_proposed_and_left_counts_no_more(cast):
    template = a_template(cast, by="helene", approved_by=None)
    rights.end_supervision(Supervision.objects.get(person=cast.helene).pk, actor=cast.ada)
    with pytest.raises(TemplateNeedsSupervisor):
        approve_template(actor=cast.marc, template_id=template.pk)
    approve_template(actor=cast.paul, template_id=template.pk)


@pytest.mark.parametrize(
    ("by", "told"),
    [("claire", ["Helene", "Paul"]), ("helene", ["Claire", "Leila", "Marc", "Paul"])],
)
def test_those_who_may_approve_it_are_told(cast, by, told):
    template = a_template(cast, by=by, approved_by=None)
    notices = Notice.objects.filter(path=reverse("message-template", args=[template.pk]))
    assert sorted(notice.person.name for notice in notices) == told


def test_who_proposed_it_is_told_that_it_is_approved(cast):
    template = a_template(cast)
    (notice,) = Notice.objects.filter(act="template_approved")
    assert (notice.person, notice.kind) == (template.added_by, "news")
    assert notice.path == reverse("message-template", args=[template.pk])


def test_other_words_take_its_place_once_they_are_approved(cast):
    old = a_template(cast)
    other = TemplateContent(
        **{**vars(ROAD), "text": "Route fermée à [lieu], [sens], jusqu’à [heure]."}
    )
    new = propose_template(actor=cast.marc, account=cast.nantes, content=other, replaces=old)
    with pytest.raises(TemplateNotUsable):
        fill_template(actor=cast.claire, template=new, typed=TYPED)
    assert "Évitez" in fill_template(actor=cast.claire, template=old, typed=TYPED).text
    with pytest.raises(Constrained):
        propose_template(actor=cast.leila, account=cast.nantes, content=other, replaces=old)
    approve_template(actor=cast.paul, template_id=new.pk)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.is_usable, new.is_usable) == (False, True)
    with pytest.raises(TemplateNotUsable):
        propose_template(actor=cast.leila, account=cast.nantes, content=other, replaces=old)


def test_words_that_lost_what_they_replace_are_not_approved(cast):
    old = a_template(cast)
    new = propose_template(actor=cast.marc, account=cast.nantes, content=ROAD, replaces=old)
    end_template(actor=cast.claire, template_id=old.pk)
    with pytest.raises(Conflict):
        approve_template(actor=cast.paul, template_id=new.pk)
    new.refresh_from_db()
    assert new.approved_at is None


LONG = tuple(Slot(f"champ {n}", "text", 200) for n in range(2))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": " "}),
        ("category", {"category": "rumeur"}),
        ("text", {"text": ""}),
        ("text", {"text": "Route coupée à [lieu", "slots": ()}),
        ("text", {"slots": SLOTS[:1]}),
        ("text", {"slots": ()}),
        ("text", {"text": "À [n]", "slots": (Slot("n", "number", 0),)}),
        ("text", {"text": "À [n]", "slots": (Slot("n", "text", 201),)}),
        ("text", {"text": "À [n]", "slots": (Slot("n", "choice", choices=("un",)),)}),
        ("text", {"text": "À [n]", "slots": (Slot("n", "choice", choices=("un", "un")),)}),
        ("text", {"text": "[champ 0] [champ 1]", "slots": LONG}),
        ("text", {"text": "".join(f"[{n}]" for n in range(9)), "slots": ()}),
    ],
    ids=[
        *["no-title", "no-category", "no-text", "stray-bracket", "slot-missing", "no-slots"],
        *["number-unbounded", "text-unbounded", "one-choice", "same-choice"],
        *["too-long", "too-many"],
    ],
)
def test_a_template_that_cannot_be_is_told(cast, field, changed):
    with pytest.raises(Invalid) as refused:
        a_template(cast, TemplateContent(**{**vars(ROAD), **changed}), approved_by=None)
    assert refused.value.details["field"] == field
    assert not MessageTemplate.objects.exists()


# Filled in.


def test_what_is_filled_in_is_a_draft_that_no_template_approves(cast):
    template = a_template(cast)
    draft = fill_template(actor=cast.marc, template=template, typed=TYPED)
    assert draft.text == "Route coupée à Savenay, vers Nantes, jusqu’à 18 h 30. Évitez Savenay."
    assert (draft.state, draft.category, draft.template) == ("writing", "traffic", template)
    assert list(Contributor.objects.values_list("person", flat=True)) == [cast.marc.pk]
    assert AuditEntry.objects.get(act="draft.begun").details["template"] == template.pk


def test_a_template_approved_never_weakens_the_approval_of_the_text(cast):
    draft = fill_template(actor=cast.marc, template=a_template(cast, SHUTTERS), typed={})
    revision = submit_draft(actor=cast.marc, draft_id=draft.pk, version=draft.version)
    quorum = quorum_of(revision)
    assert (revision.required, quorum.missing, quorum.met) == (2, 2, False)
    with pytest.raises(ContributorCannotApprove):
        approve(**as_read(cast.marc, revision), ticked=points(revision))


def test_who_fills_in_is_refused_as_the_rest(cast):
    template = a_template(cast)
    with pytest.raises(OnlySeatHolders):
        fill_template(actor=cast.helene, template=template, typed=TYPED)
    with pytest.raises(NotFound):
        fill_template(actor=cast.yann, template=template, typed=TYPED)
    with pytest.raises(Invalid) as refused:
        fill_template(actor=cast.marc, template=template, typed={**TYPED, "heure": "tard"})
    assert refused.value.details["field"] == "heure"
    end_template(actor=cast.leila, template_id=template.pk)
    template.refresh_from_db()
    with pytest.raises(TemplateNotUsable):
        fill_template(actor=cast.marc, template=template, typed=TYPED)
    assert not Draft.objects.exists()


def test_one_that_was_read_before_it_ended_fills_nothing_in(cast):
    template = a_template(cast)
    end_template(actor=cast.leila, template_id=template.pk)
    with pytest.raises(Constrained):
        fill_template(actor=cast.marc, template=template, typed=TYPED)


def test_for_one_of_its_dates_it_has_its_hour(cast):
    template = yearly(cast)
    day = template.next_dates(db_now())[0]
    draft = fill_template(actor=cast.marc, template=template, typed={}, day=day)
    said = draft.requested
    assert (said.date(), said.hour) == (day, 10)
    assert draft.requested_local == f"{day}T10:00"
    with pytest.raises(NotFound):  # no date of its
        fill_template(actor=cast.marc, template=template, typed={}, day=day + dt.timedelta(days=1))
    with pytest.raises(NotFound):  # a year ahead: nothing is scheduled so far
        fill_template(
            actor=cast.marc, template=template, typed={}, day=template.next_dates(db_now())[1]
        )
    assert latest(db_now()) < db_now() + dt.timedelta(days=300)


# Each cell of the table, through HTTP.

TABLE = """
read     ok   ok   ok   ok   404  404
propose  ok   ok   ok   ok   404  404
approve  403  403  ok   403  404  404
end      ok   ok   ok   ok   404  404
fill     ok   ok   403  403  404  404
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
WHO = ["leila", "claire", "helene", "marc", "ada", "yann"]
NAMES = {
    "read": "message-template",
    "propose": "revise-template",
    "approve": "approve-template",
    "end": "end-template",
    "fill": "fill-template",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_who_may(cast, row):
    """Leila did not propose it; Claire and, before he supervised, Marc did."""
    act, *expected = row
    rights.vacate(Seat.objects.get(person=cast.marc).pk, actor=cast.ada)
    rights.name_supervisor(cast.nantes.pk, cast.marc.pk, actor=cast.ada)
    met = []
    for who in WHO:
        by = "marc" if who == "marc" else "claire"
        usable = act in ("propose", "fill")
        template = a_template(cast, by=by, approved_by="paul" if usable else None)
        client = signed_in(getattr(cast, who))
        address = reverse(NAMES[act], args=[template.pk])
        answer = client.post(address) if act in ("approve", "end") else client.get(address)
        met.append("ok" if answer.status_code in (200, 302) else str(answer.status_code))
    assert met == expected


def test_the_table_holds_every_act():
    assert [row[0] for row in ROWS] == list(TEMPLATE_CAPABILITIES)
    # A seat holder approves what a supervisor proposed: the row alone does not say so.
    assert TEMPLATE_CAPABILITIES["approve"].allows(Role.SEAT)


# Its pages.


def typed_form(content=ROAD, **more):
    return {"title": content.title, "category": content.category, "text": content.text, **more}


def test_one_writes_the_text_then_says_what_each_slot_takes(cast):
    claire = signed_in(cast.claire)
    address = reverse("propose-template", args=[cast.nantes.handle])
    asked = claire.post(address, typed_form())
    assert asked.status_code == 200
    shown = asked.context["form"]
    assert [name for name, _fields in shown.rows()] == ["lieu", "sens", "heure"]
    assert [shown[f"kind-{n}"].value() for n in range(3)] == ["place", "text", "hour"]
    assert not MessageTemplate.objects.exists()
    rows = {f"{key}-{n}": shown[f"{key}-{n}"].value() for n in range(3) for key in ("slot", "kind")}
    rows |= {"kind-1": "choice", "choices-1": "vers Nantes ; vers Vannes"}
    assert claire.post(address, typed_form(**rows)).status_code == 302
    assert MessageTemplate.objects.get().filled_with == ROAD.slots


def test_what_was_said_of_a_slot_stays_with_its_name(cast):
    claire = signed_in(cast.claire)
    address = reverse("propose-template", args=[cast.nantes.handle])
    rows = {"slot-0": "b", "kind-0": "number", "maximum-0": "7"}
    shown = claire.post(address, typed_form(text="[a] puis [b]", **rows)).context["form"]
    assert [shown[f"kind-{n}"].value() for n in (0, 1)] == ["text", "number"]
    assert shown["maximum-1"].value() == "7"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("text", {"text": "Texte ["}),
        ("title", {"title": ""}),
        ("category", {"category": ""}),
        ("first_on", {"every": "year", "at_hour": "10 h"}),
        ("at_hour", {"every": "month", "first_on": "1er mars", "at_hour": "tard"}),
        ("maximum-0", {"text": "[n]", "slot-0": "n", "kind-0": "text", "maximum-0": "201"}),
        ("maximum-0", {"text": "[n]", "slot-0": "n", "kind-0": "number", "maximum-0": ""}),
        ("choices-0", {"text": "[n]", "slot-0": "n", "kind-0": "choice", "choices-0": "un"}),
        ("kind-0", {"text": "[n]", "slot-0": "n", "kind-0": "video"}),
    ],
    ids=["text", "title", "category", "day", "hour", "many-signs", "no-most", "choices", "kind"],
)
def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(cast, field, more):
    address = reverse("propose-template", args=[cast.nantes.handle])
    answer = signed_in(cast.claire).post(address, typed_form(SHUTTERS, **more))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["text"].value() == more.get("text", SHUTTERS.text)


def test_other_words_begin_from_those_that_stand(cast):
    template = a_template(cast)
    address = reverse("revise-template", args=[template.pk])
    form = signed_in(cast.marc).get(address).context["form"]
    names = ["title", "category", "text", "every", "first_on", "at_hour"]
    keys = [f"{key}-{n}" for n in range(3) for key in ("slot", "kind", "maximum", "choices")]
    same = {name: form[name].value() or "" for name in names + keys}
    changed = {**same, "text": same["text"] + " Merci."}
    assert signed_in(cast.marc).post(address, changed).status_code == 302
    new = MessageTemplate.objects.latest("pk")
    assert (new.replaces, new.slots, new.approved_at) == (template, template.slots, None)
    page = signed_in(cast.helene).get(reverse("message-template", args=[new.pk]))
    assert "<ins>" in page.text
    assert "J’approuve ce modèle tel quel" in page.text


def test_its_page_shows_its_dates_and_what_is_prepared_for_them(cast):
    template = yearly(cast)
    marc = signed_in(cast.marc)
    address = reverse("message-template", args=[template.pk])
    day = template.next_dates(db_now())[0]
    way = f"{reverse('fill-template', args=[template.pk])}?le={day}"
    page = marc.get(address).text
    assert way in page
    assert "à préparer six mois avant" in page
    assert "Préparer le message" not in signed_in(cast.helene).get(address).text
    answer = marc.post(way)
    draft = Draft.objects.get()
    assert answer.headers["Location"] == reverse("compose", args=[draft.pk])
    page = marc.get(address).text
    assert way not in page
    assert reverse("draft", args=[draft.pk]) in page
    assert f"modèle {template.pk}" in marc.get(reverse("draft", args=[draft.pk])).text
    for wrong in ("hier", f"{day + dt.timedelta(days=1)}"):
        assert marc.get(way.replace(f"{day}", wrong)).status_code == 404


def test_what_is_typed_wrong_into_a_slot_stays_typed(cast):
    address = reverse("fill-template", args=[a_template(cast).pk])
    typed = {"slot-0": "Savenay", "slot-1": "vers Brest", "slot-2": "tard"}
    answer = signed_in(cast.marc).post(address, typed)
    assert answer.status_code == 400
    form = answer.context["form"]
    assert list(form.errors) == ["slot-1", "slot-2"]
    assert form["slot-0"].value() == "Savenay"


def test_the_list_shows_those_of_ones_accounts(cast):
    a_template(cast)
    a_template(cast, SHUTTERS, approved_by=None)
    for person, shown in ((cast.claire, True), (cast.helene, True), (cast.yann, False)):
        page = signed_in(person).get(reverse("message-templates")).text
        assert ("Route coupée" in page, "Volets" in page) == (shown, shown)
    assert len(memberships(cast.yann)) == 1


def test_the_number_of_queries_is_constant_and_small(cast):
    first = yearly(cast)
    a_template(cast, SHUTTERS, approved_by=None)
    claire = signed_in(cast.claire)
    pages = [reverse("message-templates"), reverse("message-template", args=[first.pk])]
    for page in pages:
        claire.get(page)  # what it notifies of is read by then
    before = [queries_of(claire, page) for page in pages]
    for number in range(3):
        yearly(cast, 31 + number)
        a_template(cast, SHUTTERS, approved_by=None)
        day = first.next_dates(db_now())[0]
        fill_template(actor=cast.marc, template=first, typed={}, day=day)
    assert [queries_of(claire, page) for page in pages] == before
    assert max(before) <= 12


def test_nobody_signed_in_from_elsewhere_proposes(cast):
    with pytest.raises(NotFound):
        propose_template(actor=cast.yann, account=cast.nantes, content=ROAD)
    with pytest.raises((NotFound, Forbidden)):
        propose_template(actor=cast.ada, account=cast.nantes, content=ROAD)
