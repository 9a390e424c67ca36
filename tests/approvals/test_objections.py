"""« Je m’oppose »: what one reviewer raises holds the text until it is lifted."""

import pytest
from django.urls import reverse

from accounts.actions import rights
from accounts.models import AuditEntry, Notice, Seat
from approvals.actions.drafts import save_draft, submit_draft, take_back
from approvals.actions.objections import lift_objection, raise_objection
from approvals.errors import ContributorCannotApprove, OnlyObjectorOrSupervisor, OwnText, WrongState
from approvals.models import Comment, Contributor, Draft, Objection, Release
from approvals.quorum import quorum_of
from tests.approvals.test_desk import said
from tests.approvals.writing import a_draft, a_revision, agree, content, in_hours, signed
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "La victime se reconnaîtrait."


def objection_of(person, revision, reason=REASON):
    return raise_objection(actor=person, draft_id=revision.draft_id, reason=reason)


def state(revision):
    return Draft.objects.get(pk=revision.draft_id).state


def page(person, revision):
    return said(signed_in(person).get(reverse("draft", args=[revision.draft_id])))


def told(person):
    return [(n.kind, n.act) for n in Notice.objects.filter(person=person, act__contains="obj")]


def test_while_an_objection_stands_no_number_of_approvals_releases(cast):
    revision = a_revision(cast.claire, cast.nantes)
    objection_of(cast.marc, revision)
    assert signed(revision, cast.leila, cast.helene, cast.paul).state == "in_review"
    quorum = quorum_of(revision)
    assert (quorum.missing, quorum.met) == (0, False)
    assert quorum.words == "tous les accords sont réunis ; Marc s’y oppose : le texte est retenu"
    assert not Release.objects.exists()


def test_lifted_it_releases_what_has_every_approval(cast):
    revision = a_revision(cast.claire, cast.nantes)
    objection = objection_of(cast.marc, revision)
    signed(revision, cast.leila, cast.helene)
    lift_objection(actor=cast.marc, objection_id=objection.pk)
    assert state(revision) == "released"
    assert Release.objects.get().publication.reason != "objection"


def test_lifted_it_releases_nothing_that_lacks_an_approval_or_whose_hour_is_past(cast, monkeypatch):
    revision = a_revision(cast.claire, cast.nantes)
    objection = objection_of(cast.marc, revision)
    signed(revision, cast.leila)
    lift_objection(actor=cast.marc, objection_id=objection.pk)
    assert state(revision) == "in_review"
    late = a_revision(cast.claire, cast.nantes, requested_at=in_hours(1))
    objection = objection_of(cast.marc, late)
    signed(late, cast.leila, cast.helene)
    monkeypatch.setattr("approvals.actions.objections.db_now", lambda: in_hours(1.5))
    lift_objection(actor=cast.marc, objection_id=objection.pk)
    assert state(late) == "in_review"


def test_of_two_objections_each_holds(cast):
    revision = a_revision(cast.claire, cast.nantes)
    first, second = objection_of(cast.marc, revision), objection_of(cast.paul, revision)
    signed(revision, cast.leila, cast.helene)
    lift_objection(actor=cast.marc, objection_id=first.pk)
    assert state(revision) == "in_review"
    lift_objection(actor=cast.paul, objection_id=second.pk)
    assert state(revision) == "released"


def test_a_new_version_does_not_escape_it(cast):
    revision = a_revision(cast.claire, cast.nantes)
    objection = objection_of(cast.marc, revision)
    draft = take_back(actor=cast.claire, draft_id=revision.draft_id)
    assert f"« {REASON} »" in page(cast.claire, revision)
    changed = content("Un autre texte")
    draft = save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=changed)
    again = submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    signed(again, cast.leila, cast.helene)
    assert state(again) == "in_review"
    lift_objection(actor=cast.marc, objection_id=objection.pk)
    assert state(again) == "released"


@pytest.mark.parametrize("who", ["leila", "claire"])
def test_no_other_seat_holder_lifts_it(cast, who):
    revision = a_revision(cast.claire, cast.nantes)
    objection = objection_of(cast.marc, revision)
    with pytest.raises(OnlyObjectorOrSupervisor):
        lift_objection(actor=getattr(cast, who), objection_id=objection.pk, reason="Non")


def test_no_supervisor_lifts_what_stands_against_their_own_words(cast):
    revision = a_revision(cast.claire, cast.nantes)
    Contributor.objects.create(draft=revision.draft, person=cast.leila)
    rights.vacate(Seat.objects.get(person=cast.leila).pk, actor=cast.ada)
    rights.name_supervisor(cast.nantes.pk, cast.leila.pk, actor=cast.ada)
    objection = objection_of(cast.marc, revision)
    with pytest.raises(ContributorCannotApprove):
        lift_objection(actor=cast.leila, objection_id=objection.pk, reason="Non")
    # Their own they lift.
    own = objection_of(cast.leila, revision)
    lift_objection(actor=cast.leila, objection_id=own.pk)


def test_a_supervisor_lifts_it_with_a_reason_through_the_page(cast):
    revision = a_revision(cast.claire, cast.nantes)
    marc, helene = signed_in(cast.marc), signed_in(cast.helene)
    address = reverse("object", args=[revision.draft_id])
    refused = marc.post(address, {"object-reason": " ", "body": "Un mot de plus."})
    assert refused.status_code == 400
    assert "Dites pourquoi, en une phrase." in said(refused)
    assert "Un mot de plus." in said(refused)
    marc.post(address, {"object-reason": REASON, "body": "Un mot de plus."})
    objection = Objection.objects.get()
    assert Comment.objects.get().body == "Un mot de plus."
    seen = page(cast.helene, revision)
    assert "Marc (titulaire) s’oppose à ce texte" in seen
    assert "Lever l’opposition de Marc" in seen
    assert "Lever l’opposition" not in page(cast.leila, revision)
    assert "Lever mon opposition" in page(cast.marc, revision)
    assert "Je m’oppose" not in page(cast.marc, revision)

    lift = reverse("lift-objection", args=[revision.draft_id, objection.pk])
    refused = helene.post(lift, {f"lift-{objection.pk}-reason": ""})
    assert refused.status_code == 400
    assert f'href="#id_lift-{objection.pk}-reason"' in said(refused)
    helene.post(lift, {f"lift-{objection.pk}-reason": "Le prénom est retiré."})
    objection.refresh_from_db()
    assert (objection.lifted_by, objection.lifting_reason) == (
        cast.helene,
        "Le prénom est retiré.",
    )
    seen = page(cast.claire, revision)
    for words in ("opposition (version 1)", "opposition de Marc levée (version 1)", REASON):
        assert words in seen.split('id="live"')[1].split("</ol>")[0]
    history = seen.split('id="history"')[1]
    assert "<strong>Marc</strong> s’est opposé à la diffusion" in history
    assert "<strong>Helene</strong> a levé une opposition" in history
    assert "« Le prénom est retiré. »" in history
    acts = AuditEntry.objects.filter(act__startswith="objection.").order_by("pk")
    assert list(acts.values_list("act", "actor__name", "subject_id")) == [
        ("objection.raised", "Marc", objection.pk),
        ("objection.lifted", "Helene", objection.pk),
    ]
    assert not AuditEntry.objects.filter(details__icontains="prénom").exists()
    again = helene.post(lift, {f"lift-{objection.pk}-reason": "Encore."})
    assert again.status_code == 409
    assert "déjà levée" in said(again)


def test_the_author_and_the_supervisors_are_told(cast):
    revision = a_revision(cast.claire, cast.nantes)
    Notice.objects.all().delete()
    objection = objection_of(cast.marc, revision)
    assert told(cast.claire) == [("news", "objection")]
    assert told(cast.helene) == told(cast.paul) == [("awaits_you", "objection")]
    assert told(cast.marc) == told(cast.leila) == []
    Notice.objects.all().delete()
    lift_objection(actor=cast.helene, objection_id=objection.pk, reason="Corrigé.")
    assert told(cast.claire) == told(cast.marc) == told(cast.paul) == [("news", "objection_lifted")]
    assert told(cast.helene) == []


def test_objecting_twice_is_objecting_once_and_again_after_the_lifting(cast):
    revision = a_revision(cast.claire, cast.nantes)
    first = objection_of(cast.marc, revision)
    assert objection_of(cast.marc, revision) == first
    lift_objection(actor=cast.marc, objection_id=first.pk)
    assert objection_of(cast.marc, revision) != first


def test_there_is_nothing_to_object_to_in_what_nobody_submitted(cast):
    draft = a_draft(cast.claire, cast.nantes)
    with pytest.raises(WrongState):
        raise_objection(actor=cast.marc, draft_id=draft.pk, reason=REASON)
    revision = a_revision(cast.claire, cast.nantes)
    with pytest.raises(OwnText):
        objection_of(cast.claire, revision)


def test_home_shows_it_to_those_who_can_lift_it(cast):
    revision = a_revision(cast.claire, cast.nantes)
    objection_of(cast.marc, revision)
    for who, shown in (("helene", 1), ("marc", 1), ("leila", 0), ("claire", 0), ("gwen", 0)):
        home = said(signed_in(getattr(cast, who)).get(reverse("home")))
        assert ("À décider : oppositions (1)" in home) == bool(shown), who
        assert (f"Marc s’oppose : « {REASON} »" in home) == bool(shown)
    assert "Marc s’y oppose : le texte est retenu" in said(
        signed_in(cast.leila).get(reverse("home"))
    )


def test_an_objection_of_another_draft_is_not_lifted_through_this_one(cast):
    ours, theirs = a_revision(cast.claire, cast.nantes), a_revision(cast.yann, cast.rennes)
    objection = objection_of(cast.gwen, theirs)
    lift = reverse("lift-objection", args=[ours.draft_id, objection.pk])
    form = {f"lift-{objection.pk}-reason": "Non"}
    assert signed_in(cast.helene).post(lift, form).status_code == 404
    own = reverse("lift-objection", args=[theirs.draft_id, objection.pk])
    assert signed_in(cast.helene).post(own, form).status_code == 404
    objection.refresh_from_db()
    assert objection.lifted_at is None


def test_a_page_that_shows_no_objection_yet_is_told_of_one(cast):
    revision = a_revision(cast.claire, cast.nantes)
    helene = signed_in(cast.helene)
    position = helene.get(reverse("draft", args=[revision.draft_id])).context["position"]
    objection_of(cast.marc, revision)
    live = helene.get(reverse("draft-live", args=[revision.draft_id]) + f"?position={position}")
    assert "a changé depuis que vous avez ouvert" in said(live)
    assert REASON in said(live)


def test_an_approval_under_an_objection_is_said_to_wait_for_it(cast):
    revision = a_revision(cast.claire, cast.nantes)
    objection_of(cast.marc, revision)
    agree(cast.leila, revision)
    agree(cast.helene, revision)
    seen = page(cast.paul, revision)
    assert "Tous les accords sont réunis ; Marc s’y oppose" in seen
    assert "Peuvent encore donner leur accord" not in seen
