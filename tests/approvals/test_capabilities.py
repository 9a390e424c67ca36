"""Each cell of the table of capabilities, through HTTP: allowed, or refused and nothing changed.

The expectations stand here a second time, so that a cell that somebody changes fails until they
say so twice.
"""

from __future__ import annotations

import pytest

from accounts.actions import rights
from accounts.models import AuditEntry, Seat
from accounts.roles import Role
from approvals.actions.drafts import Content, abandon_draft, begin_draft
from approvals.actions.objections import raise_objection
from approvals.acts import possible_acts
from approvals.capabilities import CAPABILITIES
from approvals.message import Image, Message
from approvals.models import Contributor, Draft, Objection, Review
from approvals.quorum import quorum_of
from tests.approvals.writing import a_draft, a_revision, typed, verdict_form
from tests.cast import signed_in
from tests.pictures import stored_image

# The columns: a seat holder who did not and who did write the draft; a supervisor who did not and
# who once did; an administrator; a seat holder of another department.
TABLE = """
read             ok   ok   ok   ok   404  404
comment          ok   ok   ok   ok   404  404
propose_wording  ok   ok   ok   ok   404  404
begin            ok   ok   403  403  404  404
edit             ok   ok   403  403  404  404
submit           ok   ok   403  403  404  404
take_back        ok   ok   403  403  404  404
abandon          403  ok   403  403  404  404
adopt            409  409  403  403  404  404
use_again        ok   ok   403  403  404  404
approve          ok   403  ok   403  404  404
ask_for_changes  ok   403  ok   ok   404  404
reject           403  403  ok   ok   404  404
object           ok   403  ok   ok   404  404
lift_objection   403  403  ok   403  404  404
purge_images     403  403  ok   ok   404  404
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
WHO = ["leila", "claire", "helene", "marc", "ada", "yann"]
ROLES = [Role.SEAT, Role.SEAT, Role.SUPERVISION, Role.SUPERVISION]
PATHS = {
    "comment": "debattre",
    "propose_wording": "formuler",
    "edit": "rediger",
    "submit": "rediger",
    "take_back": "reprendre",
    "abandon": "abandonner",
    "adopt": "adopter",
    "use_again": "reutiliser",
    "approve": "approuver",
    "ask_for_changes": "demander",
    "reject": "rejeter",
    "object": "s-opposer",
    "purge_images": "dossier/purger",
    "lift_objection": "oppositions/{objection}/lever",
}


def prepared(act, cast):
    """A draft of Claire's that Marc changed from his seat, before he became a supervisor; in
    review unless the act is to submit it.
    """
    if act == "submit":
        draft, revision = a_draft(cast.claire, cast.nantes), None
    elif act == "purge_images":
        message = Message("Une image", (Image(stored_image(cast.nantes), "Un carré."),))
        content = Content((message,), category="advice")
        draft = begin_draft(actor=cast.claire, account=cast.nantes, content=content)
        draft, revision = abandon_draft(actor=cast.claire, draft_id=draft.pk), None
    else:
        revision = a_revision(cast.claire, cast.nantes)
        draft = revision.draft
    Contributor.objects.get_or_create(draft=draft, person=cast.marc)
    rights.vacate(Seat.objects.get(person=cast.marc).pk, actor=cast.ada)
    rights.name_supervisor(cast.nantes.pk, cast.marc.pk, actor=cast.ada)
    if act == "lift_objection":
        raise_objection(actor=cast.paul, draft_id=draft.pk, reason="Un doute")
    return draft, revision


def posted(reader, act, draft, revision, *, reason="Un motif"):
    client = signed_in(reader)
    if act == "read":
        return client.get(f"/brouillons/{draft.pk}/")
    if act == "begin":
        return client.post("/brouillons/nouveau", {"account": "pnationale44"})
    form = {
        "body": reason,
        "changes-reason": reason,
        "reject-reason": reason,
        "object-reason": reason,
        "reason": reason,
        "wording-0": reason,
    }
    if act in ("edit", "submit"):
        text = "Un autre texte" if reason else ""
        form = typed(draft, text, act="submit" if act == "submit" else "save")
    if revision is not None:
        form |= verdict_form(reader, revision)
    path = PATHS[act]
    if act == "lift_objection":
        number = Objection.objects.get().pk
        path, form = path.format(objection=number), {f"lift-{number}-reason": reason}
    return client.post(f"/brouillons/{draft.pk}/{path}", form)


def stored():
    return (
        list(Draft.objects.order_by("pk").values()),
        list(Review.objects.order_by("pk").values()),
        list(Objection.objects.order_by("pk").values()),
        AuditEntry.objects.exclude(act="person.signed_in").count(),
    )


def test_every_act_of_the_table_is_tried():
    assert [row[0] for row in ROWS] == list(CAPABILITIES)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_cell_holds_through_http(cast, row, who):
    act, expected = row[0], row[1:][WHO.index(who)]
    draft, revision = prepared(act, cast)
    before = stored()
    response = posted(getattr(cast, who), act, draft, revision)
    if expected == "ok":
        assert response.status_code in (200, 302)
        assert act == "read" or stored() != before
    else:
        assert response.status_code == int(expected)
        assert stored() == before


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_rights_are_looked_at_before_the_form(cast, row, who):
    """Nothing typed: whoever may not do it is told that, not that something is missing."""
    act, expected = row[0], row[1:][WHO.index(who)]
    draft, revision = prepared(act, cast)
    if expected in ("403", "404"):
        response = posted(getattr(cast, who), act, draft, revision, reason="")
        assert response.status_code == int(expected)


@pytest.mark.parametrize("who", WHO[:4])
def test_buttons_are_those_of_the_table(cast, who):
    draft, revision = prepared("approve", cast)
    person, role = getattr(cast, who), ROLES[WHO.index(who)]
    shown = possible_acts(draft, person, role, quorum_of(revision), author_left=False)
    states = {"edit", "take_back", "abandon", "approve", "ask_for_changes", "reject", "object"}
    if person != draft.author:  # who edits the text in place of that
        states.add("propose_wording")
    allowed = {row[0] for row in ROWS if row[1:][WHO.index(who)] == "ok"}
    assert shown == allowed & states


@pytest.mark.parametrize("act", list(CAPABILITIES))
def test_roles_without_an_account_and_no_role_may_nothing(act):
    assert not CAPABILITIES[act].allows(Role.ADMINISTRATOR)
    assert not CAPABILITIES[act].allows(None)


@pytest.mark.parametrize("act", ["approve", "ask_for_changes", "reject"])
@pytest.mark.parametrize("named", ["own", "another's", "none", "nonsense"])
def test_a_verdict_is_about_the_draft_that_the_url_names(cast, act, named):
    first = a_revision(cast.claire, cast.nantes, "Le premier texte")
    second = a_revision(cast.claire, cast.nantes, "Le second texte")
    foreign = a_revision(cast.yann, cast.rennes, "Un texte de Rennes")
    form = {
        "own": {"revision": second.pk, "digest": second.digest},
        "another's": {"revision": foreign.pk, "digest": foreign.digest},
        "none": {},
        "nonsense": {"revision": "²", "digest": "x"},
    }[named]
    form |= {"changes-reason": "Un motif", "reject-reason": "Un motif"}
    client = signed_in(cast.helene)
    before = stored()
    response = client.post(f"/brouillons/{first.draft_id}/{PATHS[act]}", form)
    assert response.status_code == 404
    assert "n’existe pas" in response.content.decode()
    assert stored() == before
