"""The rules that are never broken, as far as drafts go, through HTTP where a person would."""

import re

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry, Seat
from approvals.actions import reviews
from approvals.actions.debate import comment
from approvals.actions.drafts import adopt_draft
from approvals.errors import ContributorCannotApprove, TooLateToApprove
from approvals.models import Draft, Release, Review, Revision
from tests.approvals.writing import (
    TEXT,
    a_draft,
    a_revision,
    agree,
    in_hours,
    signed,
    typed,
    verdict_form,
)
from tests.cast import seat, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def sign(person, revision, name="approve", **more):
    form = verdict_form(person, revision, **more)
    return signed_in(person).post(reverse(name, args=[revision.draft_id]), form)


def without_tokens(response):
    return re.sub(r"\b\w{64}\b|/brouillons/\d+/", "", response.content.decode())


def acts_on_drafts():
    return AuditEntry.objects.exclude(draft_id=None).count()


def end_seat(person):
    Seat.objects.filter(person=person).update(ended_at=person.created_at)


class TestRule2OnlyAnActiveSeatHolderOfTheAccountWritesItsDrafts:
    @pytest.mark.parametrize(("who", "status"), [("helene", 403), ("yann", 404), ("ada", 404)])
    def test_nobody_else_begins_one(self, cast, who, status):
        client = signed_in(getattr(cast, who))
        answer = client.post(reverse("new-draft"), {"account": "pnationale44"})
        assert answer.status_code == status
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("name", ["compose", "autosave", "take-back", "abandon", "use-again"])
    @pytest.mark.parametrize(("who", "status"), [("helene", 403), ("yann", 404), ("ada", 404)])
    def test_nobody_else_changes_one(self, cast, name, who, status):
        draft = a_revision(cast.claire, cast.nantes).draft
        url = reverse(name, args=[draft.pk])
        answer = signed_in(getattr(cast, who)).post(url, typed(draft, "Autre"))
        assert answer.status_code == status
        draft.refresh_from_db()
        assert (Draft.objects.count(), draft.texts, draft.state) == (1, [TEXT], "in_review")

    def test_a_seat_that_ended_writes_no_more(self, cast):
        draft = a_draft(cast.claire, cast.nantes)
        end_seat(cast.claire)
        url = reverse("compose", args=[draft.pk])
        assert signed_in(cast.claire).post(url, typed(draft, "Autre")).status_code == 404


class TestRule3NothingIsReleasedWithoutNApprovalsOfThisDigestByOthersOneASupervisor:
    @pytest.mark.parametrize(
        ("signers", "state"),
        [
            (["helene"], "in_review"),
            (["marc", "leila"], "in_review"),
            (["marc", "helene"], "released"),
            (["helene", "paul"], "released"),
            (["marc", "leila", "helene"], "released"),
        ],
    )
    def test_two_unless_set_one_of_them_a_supervisor(self, cast, signers, state):
        revision = a_revision(cast.claire, cast.nantes)
        draft = signed(revision, *(getattr(cast, name) for name in signers))
        assert draft.state == state
        assert Release.objects.exists() == (state == "released")

    @pytest.mark.parametrize(
        ("needed", "signers"), [(1, ["helene"]), (3, ["marc", "leila", "paul"])]
    )
    def test_n_is_copied_at_submit_and_changes_nothing_for_what_is_submitted(
        self, cast, needed, signers
    ):
        Account.objects.filter(pk=cast.nantes.pk).update(approvals_required=needed)
        revision = a_revision(cast.claire, cast.nantes)
        Account.objects.filter(pk=cast.nantes.pk).update(approvals_required=2)
        people = [getattr(cast, name) for name in signers]
        assert signed(revision, *people[:-1]).state == "in_review"
        assert signed(revision, people[-1]).state == "released"

    def test_not_by_who_ever_wrote_or_changed_it_even_versions_ago(self, cast):
        draft = a_draft(cast.claire, cast.nantes)
        marc, claire = signed_in(cast.marc), signed_in(cast.claire)
        url = reverse("compose", args=[draft.pk])
        marc.post(url, typed(draft, "Autre"))
        draft.refresh_from_db()
        claire.post(url, typed(draft, TEXT, act="submit"))
        answer = sign(cast.marc, draft.revisions.get())
        assert answer.status_code == 403
        assert "doit venir d’autres personnes" in answer.content.decode()
        assert not Review.objects.exists()

    def test_not_by_who_adopted_it_their_own_approval_counts_no_more(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        signed(revision, cast.marc)
        end_seat(cast.claire)
        adopt_draft(actor=cast.marc, draft_id=revision.draft_id)
        assert signed(revision, cast.helene).state == "in_review"
        with pytest.raises(ContributorCannotApprove):
            agree(cast.marc, revision)
        assert signed(revision, cast.leila).state == "released"

    def test_not_by_an_author_who_became_a_supervisor(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        end_seat(cast.claire)
        cast.nantes.supervision_set.create(person=cast.claire)
        assert sign(cast.claire, revision).status_code == 403

    @pytest.mark.parametrize("who", ["yann", "gwen", "ada", "nadia"])
    def test_not_by_anybody_outside(self, cast, who):
        revision = a_revision(cast.claire, cast.nantes)
        for name in ("approve", "ask-for-changes", "reject"):
            assert sign(getattr(cast, who), revision, name).status_code == 404
        assert not Review.objects.exists()

    def test_an_approval_of_somebody_whose_right_ended_counts_no_more(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        signed(revision, cast.marc)
        end_seat(cast.marc)
        assert signed(revision, cast.helene).state == "in_review"

    def test_only_a_supervisor_rejects(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        answer = sign(cast.marc, revision, "reject", **{"reject-reason": "Non"})
        assert answer.status_code == 403
        assert "Seul un superviseur" in answer.content.decode()

    def test_an_approval_is_of_the_digest_that_was_shown(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        revision.digest = "a" * 64
        assert sign(cast.helene, revision).status_code == 409
        assert not Review.objects.exists()

    def test_a_revision_of_another_draft_is_not_approved_through_this_one(self, cast):
        ours = a_revision(cast.claire, cast.nantes)
        theirs = a_revision(cast.yann, cast.rennes)
        form = verdict_form(cast.helene, theirs)
        answer = signed_in(cast.helene).post(reverse("approve", args=[ours.draft_id]), form)
        assert answer.status_code == 404
        assert not Review.objects.exists()

    def test_an_approval_too_late_is_refused_in_words(self, cast, monkeypatch):
        revision = a_revision(cast.claire, cast.nantes, requested_at=in_hours(1))
        monkeypatch.setattr(reviews, "db_now", lambda: in_hours(1.5))
        with pytest.raises(TooLateToApprove):
            agree(cast.helene, revision)
        answer = sign(cast.helene, revision)
        assert answer.status_code == 409
        assert "L’heure demandée est passée" in answer.content.decode()


class TestRule4AnEditTakesItBackAndItsApprovalsEnd:
    def test_an_edit(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        draft = signed(revision, cast.helene)
        claire = signed_in(cast.claire)
        claire.post(reverse("compose", args=[draft.pk]), typed(draft, "Autre"))
        draft.refresh_from_db()
        assert draft.state == "writing"
        assert sign(cast.marc, revision).status_code == 409

    def test_a_request_for_changes(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        draft = signed(revision, cast.helene)
        sign(cast.helene, revision, "ask-for-changes", **{"changes-reason": "Après réflexion"})
        draft.refresh_from_db()
        revision.refresh_from_db()
        assert (draft.state, revision.closing) == ("writing", "changes")

    def test_the_next_submit_has_no_approval(self, cast):
        draft = signed(a_revision(cast.claire, cast.nantes), cast.helene)
        claire = signed_in(cast.claire)
        claire.post(reverse("take-back", args=[draft.pk]))
        draft.refresh_from_db()
        claire.post(reverse("compose", args=[draft.pk]), typed(draft, TEXT, act="submit"))
        second = Revision.objects.get(number=2)
        assert second.digest == Revision.objects.get(number=1).digest
        assert signed(second, cast.marc).state == "in_review"

    def test_opening_and_saving_nothing_changed_does_nothing(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        draft = signed(revision, cast.helene)
        before = acts_on_drafts()
        for person in (cast.claire, cast.marc):
            client = signed_in(person)
            client.get(reverse("compose", args=[draft.pk]))
            client.post(reverse("compose", args=[draft.pk]), typed(draft))
        assert acts_on_drafts() == before
        assert signed(revision, cast.marc).state == "released"


class TestRule11EverythingIsInTheTrailWithoutTexts:
    def test_every_act_adds_its_row_and_no_row_holds_a_word(self, cast):
        secret = "Zyx Qwerty"
        revision = a_revision(cast.claire, cast.nantes, secret)
        draft = revision.draft
        comment(actor=cast.marc, draft_id=draft.pk, body=secret)
        sign(cast.marc, revision, "ask-for-changes", **{"changes-reason": secret})
        draft.refresh_from_db()
        claire, marc = signed_in(cast.claire), signed_in(cast.marc)
        compose = reverse("compose", args=[draft.pk])
        claire.post(compose, typed(draft, f"{secret} bis", act="submit"))
        claire.post(reverse("take-back", args=[draft.pk]))
        draft.refresh_from_db()
        claire.post(compose, typed(draft, f"{secret} ter", act="submit"))
        signed(draft.revisions.get(closed_at=None), cast.leila, cast.helene)
        other = a_revision(cast.claire, cast.nantes, secret)
        sign(cast.paul, other, "reject", **{"reject-reason": secret})
        marc.post(reverse("use-again", args=[draft.pk]))
        marc.post(reverse("abandon", args=[Draft.objects.latest("pk").pk]))
        left = a_draft(cast.claire, cast.nantes, secret)
        end_seat(cast.claire)
        marc.post(reverse("adopt", args=[left.pk]))
        acts = set(AuditEntry.objects.values_list("act", flat=True))
        assert acts >= {
            *("draft.begun", "draft.saved", "draft.submitted", "draft.taken_back"),
            *("draft.commented", "draft.abandoned", "draft.adopted", "draft.released"),
            *("review.approved", "review.changes", "review.reject"),
        }
        for entry in AuditEntry.objects.values_list("details", flat=True):
            assert "Zyx" not in str(entry)

    def test_an_act_that_was_refused_leaves_neither_itself_nor_a_row(self, cast):
        revision = a_revision(cast.claire, cast.nantes)
        before = acts_on_drafts()
        sign(cast.claire, revision)
        sign(cast.marc, revision, "reject", **{"reject-reason": "Non"})
        assert acts_on_drafts() == before


class TestRule12OneDepartmentNeverSeesAnothers:
    PAGES = ["draft", "draft-live", "compose"]
    FORMS = [
        "compose",
        "preview",
        "autosave",
        "comment",
        "approve",
        "ask-for-changes",
        "reject",
        "take-back",
        "abandon",
        "adopt",
        "use-again",
    ]

    @pytest.mark.parametrize("who", ["yann", "gwen", "ada", "nadia"])
    def test_by_address_by_form_and_by_fragment_it_is_404(self, cast, who):
        revision = a_revision(cast.claire, cast.nantes)
        client = signed_in(getattr(cast, who))
        args = [revision.draft_id]
        data = {
            "revision": revision.pk,
            "digest": revision.digest,
            "body": "Mot",
            "changes-reason": "Non",
            "reject-reason": "Non",
            **typed(revision.draft),
        }
        answers = [client.get(reverse(name, args=args)) for name in self.PAGES]
        answers += [client.post(reverse(name, args=args), data) for name in self.FORMS]
        answers += [
            client.post(reverse(name, args=args), data, headers={"HX-Request": "true"})
            for name in ("preview", "autosave")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert all(TEXT not in answer.content.decode() for answer in answers)
        missing = client.get(reverse("draft", args=[987_654]))
        assert without_tokens(missing) == without_tokens(answers[0])

    @pytest.mark.parametrize("who", ["yann", "gwen", "nadia"])
    def test_no_list_and_no_filter_shows_it(self, cast, who):
        a_revision(cast.claire, cast.nantes)
        client = signed_in(getattr(cast, who))
        for url in ("/", reverse("drafts"), reverse("drafts") + "?account=pnationale44"):
            assert "Cambriolages" not in client.get(url).content.decode()

    def test_an_administrator_has_no_desk(self, cast):
        client = signed_in(cast.ada)
        for name in ("drafts", "new-draft"):
            assert client.get(reverse(name)).status_code == 404

    def test_a_new_draft_is_refused_on_another_account(self, cast):
        client = signed_in(cast.claire)
        answer = client.post(reverse("new-draft"), {"account": "pnationale35"})
        assert answer.status_code == 404

    def test_signed_out_everything_asks_to_sign_in(self, cast, client):
        draft = a_draft(cast.claire, cast.nantes)
        for name in (*self.PAGES, *self.FORMS):
            answer = client.post(reverse(name, args=[draft.pk]))
            assert answer.status_code == 401
            assert f'href="{reverse("sign-in")}?next=' in answer.content.decode()


def test_a_new_seat_holder_finds_the_accounts_drafts(cast):
    draft = a_draft(cast.claire, cast.nantes)
    end_seat(cast.leila)
    seat(cast.nantes, 3, cast.nadia)
    assert signed_in(cast.nadia).get(reverse("draft", args=[draft.pk])).status_code == 200
