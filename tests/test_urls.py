"""Every address by every role: an address that is in neither list fails.

For each address and method, what meets: nobody signed in; Yann, seat holder of another department;
Ada, administrator; Helene, supervisor of 44; Claire, seat holder of 44. The methods GET and POST
that an address does not name answer 405, or the page of the form, to whoever may enter.

    in    sent to the sign-in page
    ok    let through: shown, done, or told what is missing in the form
    404   as if it did not exist
    403   somebody else's act
    405   not that way
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import capabilities as accounts
from accounts.clock import db_now
from accounts.models import Seat, Supervision
from accounts.roles import Role
from approvals import capabilities as approvals
from approvals.actions.category_rules import set_category_rule
from approvals.actions.debate import comment
from approvals.actions.message_templates import TemplateContent, approve_template, propose_template
from approvals.actions.objections import raise_objection
from approvals.actions.videos import begin_video
from approvals.actions.wordings import propose_wordings
from approvals.models import CategoryRule, Draft, MessageTemplate
from approvals.slots import Slot
from insights import capabilities as insights
from insights.audience import Followers
from insights.models import Export, FollowerCount, InstructionEdition
from insights.summary import Gathering, to_json
from publishing import capabilities as publishing
from publishing.models import (
    CaseFileExport,
    Confirmation,
    ExpectedEvent,
    Freeze,
    Publication,
)
from publishing.urls import urlpatterns as publishing_addresses
from tests.approvals.writing import a_revision, signed
from tests.cast import Cast, lent, signed_in
from tests.insights.invitations import an_invitation
from tests.insights.lessons import a_lesson, edition_of, kept_lesson
from tests.pictures import animated, stored_image

# What no table of capabilities speaks of: before sign-in, and lists of what is one's own.
SAID = """
home                 GET    in   ok   ok   ok   ok
set-language         POST   ok   ok   ok   ok   ok
legal-notice         GET    ok   ok   ok   ok   ok
accessibility        GET    ok   ok   ok   ok   ok
healthz              GET    ok   ok   ok   ok   ok
metrics              GET    ok   ok   ok   ok   ok
sign-in              GET    ok   ok   ok   ok   ok
sign-in              POST   ok   ok   ok   ok   ok
sign-out             POST   in   ok   ok   ok   ok
set-password         GET    ok   ok   ok   ok   ok
set-password         POST   ok   ok   ok   ok   ok
mails                GET    in   ok   ok   ok   ok
notices              GET    in   ok   ok   ok   ok
read-notices         POST   in   ok   ok   ok   ok
notice-choices       GET    in   ok   ok   ok   ok
notice-choices       POST   in   ok   ok   ok   ok
subscribe            POST   in   ok   ok   ok   ok
add-room             POST   in   ok   ok   ok   ok
add-webhook          POST   in   ok   ok   ok   ok
remove-address       POST   in   404  404  404  404
service-worker       GET    ok   ok   ok   ok   ok
drafts               GET    in   ok   404  ok   ok
search               GET    in   ok   404  ok   ok
calendar             GET    in   ok   404  ok   ok
calendar-feed        GET    in   ok   404  ok   ok
calendar-feed        POST   in   ok   404  ok   ok
calendar-ics         GET    404  404  404  404  404
alerts               GET    in   ok   404  ok   ok
new-draft            GET    in   ok   404  ok   ok
message-templates    GET    in   ok   404  ok   ok
published            GET    in   ok   404  ok   ok
published-month      GET    in   ok   404  ok   ok
own-accounts         GET    in   ok   404  ok   ok
audience             GET    in   ok   ok   ok   ok
account-audience     GET    in   404  ok   ok   ok
lessons-learned      GET    in   ok   404  ok   ok
invitations          GET    in   ok   404  ok   ok
instructions         GET    in   ok   ok   ok   ok
instruction-edition  GET    in   ok   ok   ok   ok
help                 GET    in   ok   ok   ok   ok
help-check           GET    in   ok   ok   ok   ok
lesson               GET    in   ok   ok   ok   ok
lesson-text          GET    in   ok   ok   ok   ok
lesson-text          POST   in   ok   ok   ok   ok
case-file-pdf        GET    in   404  404  404  ok
exports              GET    in   ok   404  ok   ok
exports              POST   in   ok   404  ok   ok
exports-live         GET    in   ok   404  ok   ok
export-file          GET    in   404  404  404  ok
report               GET    in   404  404  404  ok
"""
# What is the act of a row of a table: who may enter is what that row says.
ACTS = """
health               GET    accounts.see_health
departments          GET    accounts.see_departments
add-department       GET    accounts.add_account
add-department       POST   accounts.add_account
department           GET    accounts.see_departments
appoint              GET    accounts.appoint
appoint              POST   accounts.appoint
vacate               GET    accounts.vacate
vacate               POST   accounts.vacate
name-supervisor      GET    accounts.name_supervisor
name-supervisor      POST   accounts.name_supervisor
end-supervision      GET    accounts.end_supervision
end-supervision      POST   accounts.end_supervision
cover-seat           GET    accounts.cover
cover-seat           POST   accounts.cover
cover-supervision    GET    accounts.cover
cover-supervision    POST   accounts.cover
end-cover            POST   accounts.cover
change-function      GET    accounts.change_function
change-function      POST   accounts.change_function
category-rules       GET    accounts.change_rule
category-rules       POST   accounts.change_rule
end-category-rule    POST   accounts.change_rule
change-rule          POST   accounts.change_rule
rule-sentence        GET    accounts.change_rule
change-settings      GET    accounts.change_settings
change-settings      POST   accounts.change_settings
people               GET    accounts.see_people
add-person           GET    accounts.create_person
add-person           POST   accounts.create_person
person               GET    accounts.see_people
make-link            POST   accounts.make_link
end-person           GET    accounts.end_person
end-person           POST   accounts.end_person
administer           POST   accounts.make_administrator
journal              GET    accounts.see_journal
lists                GET    accounts.see_lists
list                 GET    accounts.see_lists
list                 POST   accounts.change_lists
remove-from-list     POST   accounts.change_lists
reserves             GET    accounts.see_lists
reserves             POST   accounts.change_lists
end-reserve          POST   accounts.change_lists
new-draft            POST   approvals.begin
draft                GET    approvals.read
compose              GET    approvals.edit
compose              POST   approvals.edit
preview              POST   approvals.edit
autosave             POST   approvals.edit
add-images           POST   approvals.edit
begin-video          POST   approvals.edit
video-piece          GET    approvals.edit
video-piece          POST   approvals.edit
finish-video         POST   approvals.edit
read-captions        POST   approvals.edit
image                GET    approvals.read
crop-image           GET    approvals.edit
crop-image           POST   approvals.edit
poster               GET    approvals.read
draft-live           GET    approvals.read
versions             GET    approvals.read
draft-now            POST   approvals.read
is-current           GET    approvals.edit
comment              POST   approvals.comment
resolve-thread       POST   approvals.comment
reopen-thread        POST   approvals.comment
propose-wording      POST   approvals.propose_wording
take-wording         POST   approvals.edit
decline-wording      POST   approvals.edit
approve              POST   approvals.approve
ask-for-changes      POST   approvals.ask_for_changes
reject               POST   approvals.reject
object               POST   approvals.object
lift-objection       POST   approvals.lift_objection
go-on-writing        POST   approvals.edit
take-back            POST   approvals.take_back
abandon              POST   approvals.abandon
adopt                POST   approvals.adopt
use-again            POST   approvals.use_again
message-template     GET    templates.read
propose-template     GET    templates.propose
propose-template     POST   templates.propose
revise-template      GET    templates.propose
revise-template      POST   templates.propose
approve-template     POST   templates.approve
end-template         POST   templates.end
fill-template        GET    templates.fill
fill-template        POST   templates.fill
publication-live     GET    publishing.read
case-file            GET    approvals.read
case-file-live       GET    approvals.read
case-file-json       POST   approvals.read
ask-case-file-pdf    POST   approvals.read
purge-images         POST   approvals.purge_images
recall               GET    publishing.recall
recall               POST   publishing.recall
point-to             GET    publishing.point_to
point-to             POST   publishing.point_to
move                 GET    approvals.edit
move                 POST   approvals.edit
add-event            GET    publishing.plan
add-event            POST   publishing.plan
end-event            POST   publishing.plan
propose-new-time     GET    publishing.propose
propose-new-time     POST   publishing.propose
propose-found        GET    publishing.propose
propose-found        POST   publishing.propose
propose-send-again   GET    publishing.propose
propose-send-again   POST   publishing.propose
propose-give-up      GET    publishing.propose
propose-give-up      POST   publishing.propose
propose-go-on        GET    publishing.propose
propose-go-on        POST   publishing.propose
propose-recall       GET    publishing.propose
propose-recall       POST   publishing.propose
retract              GET    publishing.retract
retract              POST   publishing.retract
correct              GET    publishing.correct
correct              POST   publishing.correct
update               GET    publishing.update
update               POST   publishing.update
end-search           GET    publishing.end_search
end-search           POST   publishing.end_search
acknowledge          GET    publishing.acknowledge
acknowledge          POST   publishing.acknowledge
act-is-current       GET    publishing.read
confirmation-is-current GET publishing.answer
confirmation         GET    publishing.answer
confirmation         POST   publishing.answer
check-connection     POST   publishing.check_connection
account              GET    publishing.read
freeze-account       POST   publishing.freeze
freezes              GET    publishing.see_freezes
freeze-all           POST   publishing.freeze_all
restore-credits      POST   publishing.restore_credits
lift                 POST   publishing.lift
answer-lift          POST   publishing.answer
lesson-learned       GET    insights.read_lesson
weigh-lesson         POST   insights.weigh_lesson
add-lesson           GET    insights.write_lesson
add-lesson           POST   insights.write_lesson
add-lesson-of-month  GET    insights.write_lesson
add-lesson-of-month  POST   insights.write_lesson
invitation           GET    insights.read_invitations
answer-invitation    POST   insights.note_invitations
correct-invitation   GET    insights.note_invitations
correct-invitation   POST   insights.note_invitations
forget-invitation    GET    insights.note_invitations
forget-invitation    POST   insights.note_invitations
add-invitation       GET    insights.note_invitations
add-invitation       POST   insights.note_invitations
read-invitations     GET    insights.note_invitations
read-invitations     POST   insights.note_invitations
invitations-file     POST   insights.note_invitations
next-edition         GET    insights.publish_instructions
next-edition         POST   insights.publish_instructions
"""
TABLES = {
    "accounts": accounts.CAPABILITIES,
    "approvals": approvals.CAPABILITIES,
    "templates": approvals.TEMPLATE_CAPABILITIES,
    "publishing": publishing.CAPABILITIES,
    "insights": insights.CAPABILITIES,
}


def expected_of(table: str, act: str) -> list[str]:
    """An act of an account is nobody's who is not of it; one of an office is seen by everybody."""
    capability = TABLES[table][act]
    if capability.administrator:
        others = [
            "ok" if capability.allows(office) else "403"
            for office in (None, Role.ADMINISTRATOR, None, None)
        ]
        return ["in", *others]
    helene = capability.allows(Role.SUPERVISION)
    claire = capability.allows(Role.SEAT, contributor=True)
    return ["in", "404", "404", *("ok" if may else "403" for may in (helene, claire))]


def rows() -> list[list[str]]:
    """Name, method, and what each of ROLES meets."""
    found = [line.split() for line in SAID.strip().splitlines()]
    for line in ACTS.strip().splitlines():
        name, method, act = line.split()
        found.append([name, method, *expected_of(*act.split("."))])
    return found


ROLES = ["nobody", "yann", "ada", "helene", "claire"]
ROWS = rows()
OF_PUBLISHING = {p.name for p in publishing_addresses}
METHODS = {name: {row[1] for row in ROWS if row[0] == name} for name in {row[0] for row in ROWS}}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found = []
    for one in resolver.url_patterns:
        found += patterns(one) if isinstance(one, URLResolver) else [one]
    return found


def prepared(name: str, cast: Cast) -> tuple[str, dict]:
    """The address of something of department 44, and what its form would post."""
    pattern = next(p for p in patterns(get_resolver()) if p.name == name)
    subjects = {
        "code": "44",
        "name": "words",
        "number": 1,
        "draft_id": None,
        "uidb64": "MQ",
        "token": "set-password",
        "check_id": "judicial",
        "handle": "pnationale44",
        "pk": cast.nadia.pk,
    }
    if name in ("vacate", "cover-seat"):
        subjects["pk"] = Seat.objects.get(account=cast.nantes, number=3).pk
    if name in ("image", "crop-image"):
        subjects["sha256"] = stored_image(cast.nantes)
    if name in ("audience", "account-audience"):
        days = [db_now().date() - dt.timedelta(days=n) for n in (1, 2, 4)]
        FollowerCount.objects.bulk_create(
            [FollowerCount(account=cast.nantes, day=day, followers=170 + day.day) for day in days],
            ignore_conflicts=True,
        )
    if name == "poster":
        subjects["sha256"] = stored_image(cast.nantes, animated())
    if name == "end-cover":
        seat = Seat.objects.get(account=cast.nantes, number=3)
        subjects["pk"] = lent(seat, cast.nadia).pk
    if name in ("end-supervision", "cover-supervision", "change-function"):
        subjects["pk"] = Supervision.objects.get(person=cast.paul).pk
    if name == "end-category-rule":
        set_category_rule(cast.nantes.pk, "judicial", 3, actor=cast.ada)
        subjects["pk"] = CategoryRule.objects.get().pk
    if name in ("export-file", "report"):
        subjects["export_id"] = a_made_export(cast).pk
    wanted = pattern.pattern.converters
    of_edition = name in ("instructions", "instruction-edition", "next-edition")
    if of_edition and not InstructionEdition.objects.exists():
        edition_of(cast, kept_lesson(cast))
    if name == "invitations" or "invitation_id" in wanted:
        subjects["invitation_id"] = an_invitation(cast).pk
    if "lesson_id" in wanted:
        subjects["lesson_id"] = a_lesson(cast).pk
    if "template_id" in wanted:
        subjects["template_id"] = a_template(cast, awaits=name == "approve-template").pk
    form = {"account": "pnationale44"} if name == "new-draft" else {}
    if name in OF_PUBLISHING:
        subjects |= something_published(name, cast)
        form = {"reason": "Un motif", "answer": "decline"}
    elif "draft_id" in wanted:
        revision = a_revision(cast.claire, cast.nantes)
        subjects["draft_id"] = revision.draft_id
        form = {"revision": revision.pk, "digest": revision.digest}
        if name == "crop-image":
            parts = [{"text": "Voyez.", "images": [{"sha256": subjects["sha256"], "alt": ""}]}]
            Draft.objects.filter(pk=revision.draft_id).update(parts=parts)
        if name in ("video-piece", "finish-video"):
            upload = begin_video(
                actor=cast.claire, draft_id=revision.draft_id, name="film.mp4", size=10
            )
            subjects["token"] = upload.token
        if "thread_id" in wanted:
            thread = comment(actor=cast.paul, draft_id=revision.draft_id, body="Un fil.")
            subjects["thread_id"] = thread.pk
        if "wording_id" in wanted:
            (proposed,) = propose_wordings(
                actor=cast.paul,
                draft_id=revision.draft_id,
                revision_id=revision.pk,
                texts={0: "Une autre formulation."},
            )
            subjects["wording_id"] = proposed.pk
        if "objection_id" in wanted:
            objection = raise_objection(actor=cast.paul, draft_id=revision.draft_id, reason="Non.")
            subjects["objection_id"] = objection.pk
    return reverse(name, kwargs={key: subjects[key] for key in wanted}), form


def a_made_export(cast: Cast) -> Export:
    """Of 44, asked for by Claire."""
    days = {"since": dt.date(2014, 1, 1), "until": dt.date(2014, 1, 31)}
    export = Export.objects.create(kind="report", asked_by=cast.claire, language="fr", **days)
    export.accounts.set([cast.nantes])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        gathering = Gathering([cast.nantes])
        counted = {days["since"]: 120, days["until"]: 172}
        followers = [Followers(cast.nantes, days["since"], days["until"], counted)]
        summary = gathering.summary(days["since"], days["until"], "0" * 64, followers)
        archive.writestr("summary.json", to_json(summary))
    name = default_storage.save(f"exports/{export.pk}-1", ContentFile(file.getvalue()))
    Export.objects.update(state="working", tries=1, lease_until=Now())
    made = {"state": "made", "lease_until": None, "made_at": Now()}
    Export.objects.update(**made, file=name, size=2, sha256="0" * 64)
    return export


def a_template(cast: Cast, *, awaits: bool) -> MessageTemplate:
    """Of 44, proposed by Claire; approved by Paul unless it awaits somebody."""
    slots = (Slot("lieu", "place"),)
    content = TemplateContent("Route", "traffic", "Route coupée à [lieu].", slots)
    template = propose_template(actor=cast.claire, account=cast.nantes, content=content)
    if not awaits:
        approve_template(actor=cast.paul, template_id=template.pk)
    return template


def something_published(name: str, cast: Cast) -> dict:
    """A waiting publication of 44, or a freeze of it, with a proposal by Marc."""
    proposal = {
        "reason": "Un motif",
        "proposed_by": cast.marc,
        "expires_at": db_now() + dt.timedelta(hours=1),
    }
    if name in ("lift", "answer-lift"):
        frozen = Freeze.objects.create(account=cast.nantes, reason="Un motif", frozen_by=cast.paul)
        if name == "lift":
            return {"freeze_id": frozen.pk}
        one = Confirmation.objects.create(kind="lift", freeze=frozen, **proposal)
        return {"confirmation_id": one.pk, "answer": "decline"}
    if name == "end-event":
        tomorrow = db_now() + dt.timedelta(days=1)
        event = ExpectedEvent.objects.create(
            account=cast.nantes,
            title="Match",
            starts_at=db_now(),
            ends_at=tomorrow,
            added_by=cast.marc,
        )
        return {"event_id": event.pk}
    signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    publication = Publication.objects.latest("pk")
    if not name.startswith("confirmation"):
        draft = publication.release.revision.draft
        export = CaseFileExport.objects.create(draft=draft, asked_by=cast.claire, language="fr")
        CaseFileExport.objects.update(content=b"%PDF", made_at=Now(), next_try_at=None)
        return {
            "publication_id": publication.pk,
            "handle": "pnationale44",
            "draft_id": draft.pk,
            "export_id": export.pk,
        }
    one = Confirmation.objects.create(kind="give_up", publication=publication, **proposal)
    return {"confirmation_id": one.pk}


def outcome(response, name: str) -> str:
    if name == "healthz":
        return "ok"  # nothing beats in this test
    if response.status_code == 302 and response.headers["Location"].startswith("/connexion?"):
        return "in"
    if response.status_code == 401:
        return "in"  # what is sent is answered in place, with the way to the sign-in
    if response.status_code in (200, 204, 286, 302, 303, 400, 409, 422):
        return "ok"
    return str(response.status_code)


def test_every_address_has_its_row():
    names = [pattern.name for pattern in patterns(get_resolver())]
    assert None not in names
    assert len(names) == len(set(names))
    assert set(names) == set(METHODS), "tests/test_urls.py: the table and the addresses differ"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_who_may_enter(cast, row):
    name, method, *expected = row
    address, form = prepared(name, cast)
    met = []
    for role in ROLES:
        client = Client() if role == "nobody" else signed_in(getattr(cast, role))
        response = client.post(address, form) if method == "POST" else client.get(address)
        met.append(outcome(response, name))
    assert dict(zip(ROLES, met, strict=True)) == dict(zip(ROLES, expected, strict=True))


# These two answer whoever is signed in already, or has a dead link, before they look at the method.
@pytest.mark.parametrize("name", sorted(set(METHODS) - {"sign-in", "set-password"}))
def test_no_other_method_does_anything(cast, name):
    address, _ = prepared(name, cast)
    who = "ada" if any(r[0] == name and r[4] == "ok" for r in ROWS) else "claire"
    client = signed_in(getattr(cast, who))
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - METHODS[name]:
        answer = client.generic(method, address)
        # A form's address that is asked for as a page leads to the page of the form.
        assert answer.status_code == (302 if method == "GET" else 405), method
        if method == "GET":
            assert client.get(answer.headers["Location"]).status_code == 200
