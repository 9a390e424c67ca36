"""A text is judged before it is signed: what stops it, what wants a reason, what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from accounts.errors import Invalid
from approvals.actions.drafts import begin_draft, save_draft, submit_draft
from approvals.checks import VERSION, Context, check_description
from approvals.checks.lists import DEFAULT_LISTS
from approvals.digest import canonical, digest_of
from approvals.help import PAGES
from approvals.models import Category, Draft, Revision
from publishing.models import Publication
from tests.approvals.writing import FIELDS_FILLED, a_draft, a_revision, agree, content, typed
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ARREST = "Deux hommes interpellés hier à Rezé pour un cambriolage."
SOON = "Marché de Noël : la rue Kervégan est à vous dès samedi, merci à @durand_du_44 !"
PILOT = (
    "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
    "Les 2 auteurs convoqués devant la justice #finslimiers"
)


def said(answer) -> str:
    return " ".join(answer.text.replace("\u00a0", " ").replace("\u202f", " ").split())


def submit(draft: Draft) -> Revision:
    return submit_draft(actor=draft.author, draft_id=draft.pk, version=draft.version)


def test_what_the_law_forbids_is_not_submitted_and_nothing_typed_is_lost(cast):
    draft = a_draft(cast.claire, cast.nantes)
    claire, url = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    answer = claire.post(url, typed(draft, ARREST, act="submit"))
    assert answer.status_code == 400
    assert "seul le procureur peut en parler" in said(answer)
    assert ARREST in said(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.texts) == ("writing", [ARREST])


def test_the_agreement_of_the_prosecutor_lets_a_case_pass_and_is_signed(cast):
    fields = {name: FIELDS_FILLED[name] for name in FIELDS_FILLED if name.startswith("agreement")}
    reasons = dict.fromkeys(
        ("judicial", "guilt_words", "relative_date", "hashtag_broken"), "Relu avec le parquet."
    )
    revision = a_revision(
        cast.claire, cast.nantes, PILOT, category=Category.JUDICIAL, fields=fields, reasons=reasons
    )
    assert revision.signed.schema == 4
    assert revision.signed.fields == fields
    found = revision.checks["parts"][0]
    assert {row["severity"] for row in found} <= {"warn", "advice"}
    assert {"judicial", "guilt_words", "hashtag_broken"} <= {row["check"] for row in found}
    assert revision.checks["version"] == VERSION


def test_without_the_agreement_a_judicial_text_is_not_submitted(cast):
    draft = a_draft(
        cast.claire, cast.nantes, "Un tri judicieux.", category=Category.JUDICIAL, fields={}
    )
    with pytest.raises(Invalid) as refused:
        submit(draft)
    assert refused.value.details["field"] == "agreement_by"


@pytest.mark.parametrize(
    ("category", "missing"),
    [
        (Category.DISAPPEARANCE, "reference"),
        (Category.WITNESSES, "reference"),
        (Category.TRAFFIC, "ends_at"),
    ],
)
def test_each_category_asks_for_its_fields(cast, category, missing):
    draft = a_draft(cast.claire, cast.nantes, "Message utile.", category=category, fields={})
    with pytest.raises(Invalid) as refused:
        submit(draft)
    assert refused.value.details["field"] == missing


def test_what_the_category_asks_for_is_all_told_at_once_before_what_was_found(cast):
    draft = a_draft(cast.claire, cast.nantes)
    text = "Disparition inquiétante à Rezé d’un homme de 80 ans, veste bleue et canne."
    form = typed(draft, text, act="submit")
    form["category"] = Category.DISAPPEARANCE
    answer = signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), form)
    assert "Enregistrez sa demande" in said(answer)
    for name in ("reference", "contact", "removal_on", "removal_by"):
        assert f'href="#id_{name}"' in answer.text
    assert 'href="#text-0"' not in answer.text


def test_an_agreement_that_is_half_filled_is_asked_for_whole(cast):
    draft = a_draft(
        cast.claire,
        cast.nantes,
        "Message utile.",
        category=Category.OPERATION,
        fields={"agreement_by": "Mme Le Goff"},
    )
    with pytest.raises(Invalid) as refused:
        submit(draft)
    assert refused.value.details["field"] == "agreement_on"


def test_no_category_is_preset_and_none_is_no_submission(cast):
    claire = signed_in(cast.claire)
    claire.post(reverse("new-draft"), {"account": "pnationale44"})
    draft = Draft.objects.get()
    assert draft.category == ""
    form = {**typed(draft, "Bonjour à tous.", act="submit"), "category": ""}
    answer = claire.post(reverse("compose", args=[draft.pk]), form)
    assert "Choisissez une catégorie" in said(answer)
    assert answer.status_code == 400


def test_the_database_refuses_a_text_in_review_without_a_category(cast):
    revision = a_revision(cast.claire, cast.nantes)
    with pytest.raises(IntegrityError, match="category_chosen"), transaction.atomic():
        Draft.objects.filter(pk=revision.draft_id).update(category="")


def test_what_is_warned_of_wants_a_reason_which_reviewers_read(cast):
    draft = a_draft(cast.claire, cast.nantes)
    claire, url = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    answer = claire.post(url, typed(draft, SOON, act="submit"))
    assert answer.status_code == 400
    assert "Pourquoi garder ces mots ?" in said(answer)
    assert 'name="reason-mention"' in answer.text
    assert f'<a href="#reason-mention">{PAGES["mention"].title}</a>' in answer.text
    draft.refresh_from_db()
    reason = "Le comité des fêtes, qui nous l’a demandé."
    form = typed(draft, SOON, act="submit", **{"reason-mention": reason})
    answer = claire.post(url, form, follow=True)
    assert "Texte soumis à la relecture" in said(answer)
    read = said(signed_in(cast.marc).get(reverse("draft", args=[draft.pk])))
    assert f"Gardé parce que : « {reason} »" in read


def test_reviewers_read_what_the_checks_found_at_submit_in_their_own_language(cast):
    revision = a_revision(cast.claire, cast.nantes, SOON, reasons={"mention": "Voulu."})
    marc = signed_in(cast.marc)
    marc.cookies["django_language"] = "en"
    page = said(marc.get(reverse("draft", args=[revision.draft_id])))
    assert "is not on the list of official accounts" in page


def test_what_a_revision_was_checked_by_cannot_be_changed(cast):
    revision = a_revision(cast.claire, cast.nantes, SOON, reasons={"mention": "Voulu."})
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(checks={})


def test_dates_of_a_category_are_read_as_people_write_them(cast):
    draft = a_draft(cast.claire, cast.nantes)
    claire, url = signed_in(cast.claire), reverse("compose", args=[draft.pk])
    asked = {
        "category": Category.DISAPPEARANCE,
        "reference": "Parquet 2026/12",
        "contact": "17",
        "removal_on": "31 décembre",
        "removal_by": str(cast.marc.pk),
    }
    claire.post(url, typed(draft, "Message utile.", **asked))
    draft.refresh_from_db()
    assert draft.fields["removal_on"].endswith("-12-31")
    answer = claire.post(url, typed(draft, "Message utile.", **{**asked, "removal_on": "bientôt"}))
    assert answer.status_code == 400
    assert "bientôt" in answer.text


def test_somebody_of_another_account_cannot_be_put_in_charge_of_a_removal(cast):
    draft = a_draft(cast.claire, cast.nantes)
    form = typed(draft, "Message utile.", removal_by=str(cast.yann.pk))
    answer = signed_in(cast.claire).post(reverse("compose", args=[draft.pk]), form)
    assert answer.status_code == 400


def test_a_field_changed_takes_the_text_back_to_writing(cast):
    revision = a_revision(cast.claire, cast.nantes, category=Category.TRAFFIC)
    draft = Draft.objects.get(pk=revision.draft_id)
    later = {"ends_at": "2030-02-01T08:00:00+01:00"}
    changed = content(category=Category.TRAFFIC, fields=later)
    save_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version, content=changed)
    draft.refresh_from_db()
    assert draft.state == "writing"


def test_a_revision_of_schema_1_is_still_read_approved_and_its_digest_verified(cast):
    """Its bytes are those that the version before wrote: no key `fields`."""
    draft = a_draft(cast.claire, cast.nantes)
    first = {
        "schema": 1,
        "account": "pnationale44",
        "parts": draft.parts,
        "category": "advice",
        "reply_settings": draft.reply_settings,
        "requested_at": None,
    }
    signed = canonical(first)
    revision = Revision.objects.create(
        draft=draft,
        number=1,
        content=signed,
        digest=digest_of(signed),
        required=2,
        submitted_by=cast.claire,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_draft SET state = 'in_review' WHERE id = %s", [draft.pk])
    page = signed_in(cast.marc).get(reverse("draft", args=[draft.pk]))
    assert page.status_code == 200
    for person in (cast.marc, cast.helene):
        agree(person, revision)
    assert Publication.objects.filter(release__revision=revision).exists()


def test_a_text_used_again_keeps_its_category_and_fields(cast):
    draft = begin_draft(
        actor=cast.claire,
        account=cast.nantes,
        content=content("Message utile.", category=Category.TRAFFIC),
    )
    assert draft.fields == {"ends_at": FIELDS_FILLED["ends_at"]}


def test_the_description_of_an_image_is_checked_too(cast):
    (finding,) = check_description(1, "Affiche : appelez le 06 39 98 41 27.")
    assert finding.check == "phone_in_description"
    with translation.override("fr"):
        assert "image 1" in str(finding.sentence)


@pytest.mark.parametrize(
    ("description", "check"),
    [
        ("Affiche : le coupable présumé a été reconnu.", "guilt_formula_in_description"),
        ("Deux hommes interpellés à Nantes, placés en garde à vue.", "judicial_in_description"),
        ("Une affiche qui dit Schtroumpf.", "forbidden_word_in_description"),
    ],
)
def test_who_hears_a_description_hears_nothing_that_a_text_may_not_say(description, check):
    lists = replace(DEFAULT_LISTS, words=frozenset({"schtroumpf"}))
    found = check_description(1, description, Context(image_count=1, lists=lists))
    assert check in [finding.check for finding in found]


@pytest.mark.parametrize(
    "description",
    [
        "Un enfant à vélo, casque attaché, sur une piste cyclable.",
        "Une policière en tenue sourit devant le commissariat de Nantes.",
        "Affiche de prévention : le vol est puni de trois ans d’emprisonnement.",
        "Un policier de dos contrôle une voiture, gyrophare allumé.",
    ],
)
def test_an_ordinary_description_passes(description):
    assert check_description(1, description, Context(image_count=1)) == []


def test_reasons_are_no_part_of_what_is_signed(cast):
    one = a_revision(cast.claire, cast.nantes, SOON, reasons={"mention": "Voulu."})
    assert "reason" not in one.content
