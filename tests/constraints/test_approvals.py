"""Drafts, revisions, reviews and releases under plain SQL: the database says no last."""

import hashlib
import json
from dataclasses import replace

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Account, Seat, Supervision
from approvals.actions.debate import comment
from approvals.actions.drafts import take_back
from approvals.actions.wordings import take_wording
from approvals.digest import canonical, digest_of
from approvals.errors import ContributorCannotApprove, HiddenCharacter
from approvals.models import Draft, Review
from approvals.quorum import quorum_of
from tests.approvals.writing import (
    TEXT,
    a_draft,
    a_revision,
    agree,
    as_read,
    signed,
    verdict_form,
)
from tests.cast import signed_in
from tests.films import stored_video
from tests.pictures import animated, picture, stored_image

pytestmark = pytest.mark.django_db(transaction=True)


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)


def refused(constraint, statement, *values):
    with pytest.raises(Error) as caught:
        sql(statement, *values)
    assert caught.value.__cause__.diag.constraint_name == constraint, caught.value


def protected(statement, *values):
    with pytest.raises(Error, match="pgtrigger:"):
        sql(statement, *values)


DRAFT = (
    "INSERT INTO approvals_draft (account_id, author_id, state, version, parts, category, urgent,"
    " reply_settings, requested_local, requested_zone)"
    " VALUES (%s, %s, %s, 1, '[]', 'advice', false, 'mentionedUsers', '', '')"
)
CONTRIBUTOR = "INSERT INTO approvals_contributor (draft_id, person_id) VALUES (%s, %s)"
OF_CONTENT = (
    "INSERT INTO approvals_revision"
    " (draft_id, number, content, digest, required, submitted_by_id, closing)"
    " VALUES (%s, 1, %s, %s, %s, %s, '')"
)
REVISION = (
    "INSERT INTO approvals_revision"
    " (draft_id, number, content, digest, required, submitted_by_id, closing)"
    " VALUES (%s, %s, '{}', %s, %s, %s, '')"
)
REVIEW = (
    "INSERT INTO approvals_review"
    " (revision_id, reviewer_id, verdict, reason, digest, role, checklist)"
    """ VALUES (%s, %s, %s, %s, %s, %s, '{"mandatory": ["facts"], "ticked": ["facts"]}')"""
)
RELEASE = "INSERT INTO approvals_release (revision_id, account_id, digest) VALUES (%s, %s, %s)"
STATE = "UPDATE approvals_draft SET state = %s WHERE id = %s"
EMPTY = hashlib.sha256(b"{}").hexdigest()


@pytest.fixture
def revision(cast):
    return a_revision(cast.claire, cast.nantes)


def review(revision, person, verdict="approve", reason="", digest=None, role="supervision"):
    """The row, after its reviewer had the text before their eyes."""
    as_read(person, revision)
    return (REVIEW, revision.pk, person.pk, verdict, reason, digest or revision.digest, role)


def forge(revision, account, digest=None):
    return (RELEASE, revision.pk, account.pk, digest or revision.digest)


# A draft follows what its account released.

FOLLOWING = (
    "INSERT INTO approvals_draft (account_id, author_id, state, version, parts, category, urgent,"
    " reply_settings, requested_local, requested_zone, follows_id, follow_up)"
    " VALUES (%s, %s, 'writing', 1, '[]', 'advice', false, 'mentionedUsers', '', '', %s, %s)"
)


@pytest.mark.parametrize(
    ("category", "kind", "may"),
    [
        ("disappearance", "end_of_search", True),
        ("witnesses", "end_of_search", True),
        ("advice", "end_of_search", False),
        ("advice", "update", True),
    ],
)
def test_a_draft_ends_a_search_and_nothing_else(cast, category, kind, may):
    revision = a_revision(cast.claire, cast.nantes, category=category)
    signed(revision, cast.marc, cast.helene)
    row = (cast.nantes.pk, cast.claire.pk, revision.release.pk, kind)
    if may:
        sql(FOLLOWING, *row)
    else:
        refused("follows_own_release", FOLLOWING, *row)


def test_a_draft_follows_its_own_account_for_good_and_as_something(cast, revision):
    signed(revision, cast.marc, cast.helene)
    release = revision.release.pk
    rennes = (cast.rennes.pk, cast.yann.pk)
    refused("follows_own_release", FOLLOWING, *rennes, release, "correction")
    nantes = (cast.nantes.pk, cast.claire.pk)
    refused("follows_as_something", FOLLOWING, *nantes, release, "")
    refused("follows_as_something", FOLLOWING, *nantes, release, "praise")
    refused("follows_as_something", FOLLOWING, *nantes, None, "correction")
    sql(FOLLOWING, *nantes, release, "correction")
    draft = Draft.objects.latest("pk").pk
    protected("UPDATE approvals_draft SET follow_up = 'update' WHERE id = %s", draft)
    protected("UPDATE approvals_draft SET follows_id = NULL, follow_up = '' WHERE id = %s", draft)
    sql("UPDATE approvals_draft SET in_reply = true WHERE id = %s", draft)


def test_a_draft_that_follows_none_replies_to_none(revision):
    reply = "UPDATE approvals_draft SET in_reply = true WHERE id = %s"
    refused("in_reply_to_what_it_follows", reply, revision.draft_id)


@pytest.mark.parametrize(("of", "may"), [("followed", True), ("other", False), ("none", True)])
def test_a_revision_replies_to_the_message_that_its_draft_follows(cast, revision, of, may):
    signed(revision, cast.marc, cast.helene)
    other = a_revision(cast.claire, cast.nantes, "Un autre conseil.")
    signed(other, cast.marc, cast.helene)
    sql(FOLLOWING, cast.nantes.pk, cast.claire.pk, revision.release.pk, "update")
    followed = {"followed": revision.release.pk, "other": other.release.pk, "none": None}[of]
    content = replace(revision.signed, in_reply_to=followed).canonical()
    row = (Draft.objects.latest("pk").pk, content, digest_of(content), 2, cast.claire.pk)
    if may:
        sql(OF_CONTENT, *row)
    else:
        refused("replies_to_followed", OF_CONTENT, *row)


# Rule 2: only an active seat holder writes.


@pytest.mark.parametrize("who", ["helene", "yann", "ada", "nadia"])
def test_rule_2_a_draft_is_begun_from_a_seat_of_its_account(cast, who):
    refused("written_from_a_seat", DRAFT, cast.nantes.pk, getattr(cast, who).pk, "writing")


def test_rule_2_a_seat_that_ended_writes_nothing(cast):
    draft = a_draft(cast.claire, cast.nantes)
    Seat.objects.filter(person=cast.marc).update(ended_at=timezone.now())
    refused("written_from_a_seat", DRAFT, cast.nantes.pk, cast.marc.pk, "writing")
    refused("written_from_a_seat", CONTRIBUTOR, draft.pk, cast.marc.pk)


@pytest.mark.parametrize("who", ["helene", "yann", "ada"])
def test_rule_2_nobody_else_becomes_a_contributor(cast, who):
    draft = a_draft(cast.claire, cast.nantes)
    refused("written_from_a_seat", CONTRIBUTOR, draft.pk, getattr(cast, who).pk)


def test_who_contributed_stays_a_contributor(cast, revision):
    protected("UPDATE approvals_contributor SET person_id = %s", cast.marc.pk)
    protected("DELETE FROM approvals_contributor")


# Rule 3: exactly this digest, by N others, one of them a supervisor.


def test_rule_3_a_release_is_refused_without_any_approval(cast, revision):
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_rule_3_a_release_is_refused_one_approval_short(cast, revision):
    signed(revision, cast.helene)
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_rule_3_a_release_is_refused_without_a_supervisor(cast, revision):
    signed(revision, cast.marc, cast.leila)
    refused("release_with_quorum", *forge(revision, cast.nantes))


TRAIL = (
    "INSERT INTO accounts_auditentry (actor_id, act, subject_type, subject_id, draft_id, details)"
    " SELECT v.reviewer_id, 'review.approved', 'review', v.id, r.draft_id, '{}'"
    " FROM approvals_review v JOIN approvals_revision r ON r.id = v.revision_id"
    " WHERE v.revision_id = %s AND v.reviewer_id = %s"
)


def a_met_quorum_that_nobody_released(cast, revision):
    signed(revision, cast.marc)
    sql(*review(revision, cast.helene))
    sql(TRAIL, revision.pk, cast.helene.pk)


def test_fault_91_an_approval_that_left_no_row_in_the_trail_counts_for_nothing(cast, revision):
    signed(revision, cast.marc)
    sql(*review(revision, cast.helene))
    refused("release_with_quorum", *forge(revision, cast.nantes))
    assert not quorum_of(revision).met
    sql(
        TRAIL.replace("v.reviewer_id, 'review", "v.reviewer_id - 1, 'review"),
        revision.pk,
        cast.helene.pk,
    )
    refused("release_with_quorum", *forge(revision, cast.nantes))
    sql(TRAIL, revision.pk, cast.helene.pk)
    assert quorum_of(revision).met
    sql(*forge(revision, cast.nantes))


def hide_a_character(revision, where="text"):
    """As a revision of before such characters were refused at submission."""
    content = json.loads(revision.content)
    content["parts"][0] |= (
        {"text": "Un\u200b texte"}
        if where == "text"
        else {"images": [{"sha256": "0" * 64, "alt": "Une\u202e image"}]}
    )
    text = canonical(content)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE approvals_revision SET content = %s, digest = %s WHERE id = %s",
            [text, digest_of(text), revision.pk],
        )
        cursor.execute("UPDATE approvals_review SET digest = %s", [digest_of(text)])
    revision.refresh_from_db()


@pytest.mark.parametrize("where", ["text", "description"])
def test_a_release_is_refused_while_its_text_hides_a_character(cast, revision, where):
    a_met_quorum_that_nobody_released(cast, revision)
    assert not revision.has_hidden_character
    hide_a_character(revision, where)
    assert revision.has_hidden_character
    refused("release_without_hidden_character", *forge(revision, cast.nantes))


def test_a_text_that_hides_a_character_is_not_approved_but_sent_back(cast, revision):
    hide_a_character(revision)
    with pytest.raises(HiddenCharacter):
        signed(revision, cast.marc)
    assert not revision.reviews.exists()
    form = verdict_form(cast.helene, revision, **{"changes-reason": "Effacez-le."})
    helene = signed_in(cast.helene)
    answer = helene.post(f"/brouillons/{revision.draft_id}/approuver", form)
    assert answer.status_code == 409
    assert "caractère invisible" in answer.text
    assert helene.post(f"/brouillons/{revision.draft_id}/demander", form).status_code == 302


def test_nobody_writes_down_that_a_text_hides_nothing(revision):
    with pytest.raises(Error, match="generated"):
        sql("UPDATE approvals_revision SET has_hidden_character = false")


def test_rule_3_a_seat_holder_does_not_turn_down_what_they_wrote(cast, revision):
    asks = review(revision, cast.claire, verdict="changes", reason="Non.", role="seat")
    refused("review_not_by_contributor", *asks)
    sql(*review(revision, cast.marc, verdict="changes", reason="Non.", role="seat"))


def test_rule_5_a_revision_names_the_hour_that_its_content_names(cast):
    draft = a_draft(cast.claire, cast.nantes)
    content = '{"requested_at": "2030-01-01T08:00:00+00:00"}'
    made = REVISION.replace("'{}'", f"'{content}'").replace("closing)", "closing, requested_at)")
    digest = hashlib.sha256(content.encode()).hexdigest()
    values = (draft.pk, 1, digest, 2, cast.claire.pk)
    for wrong in ("NULL", "'2030-01-01T09:00:00+00:00'"):
        refused("hour_of_content", made.replace("'')", f"'', {wrong})"), *values)
    sql(made.replace("'')", "'', '2030-01-01T09:00:00+01:00')"), *values)


def test_fault_91_a_temporary_table_makes_nobody_a_supervisor(cast, revision):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE accounts_supervision ON COMMIT DROP AS"
            " SELECT * FROM public.accounts_supervision"
        )
        cursor.execute("UPDATE accounts_supervision SET person_id = %s", [cast.nadia.pk])
        asked = "SELECT reviewer_role(%s, %s), reviewer_role(%s, %s)"
        nantes = cast.nantes.pk
        cursor.execute(asked, [nantes, cast.nadia.pk, nantes, cast.helene.pk])
        assert cursor.fetchone() == (None, "supervision")
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET act = 'x'",
        "DELETE FROM accounts_auditentry",
        "UPDATE approvals_review SET verdict = 'approve'",
    ],
)
def test_fault_91_no_setting_of_a_session_switches_a_rule_off(cast, revision, statement):
    signed(revision, cast.marc)
    every = (
        "SELECT set_config('pgtrigger.ignore', '{' || string_agg(tgname, ',') || '}', true)"
        " FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'"
    )
    with (
        pytest.raises(Error, match="pgtrigger:"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(every)
        cursor.execute(statement)


def test_a_release_with_its_quorum_is_accepted_so_the_refusals_above_are_about_the_quorum(
    cast, revision
):
    a_met_quorum_that_nobody_released(cast, revision)
    sql(*forge(revision, cast.nantes))


def test_rule_3_a_release_names_the_revisions_digest_and_account(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    refused("release_with_quorum", *forge(revision, cast.nantes, EMPTY))
    refused("release_with_quorum", *forge(revision, cast.rennes))


def test_rule_6_a_signer_whose_right_ended_counts_no_more(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    Supervision.objects.filter(person=cast.helene).update(ended_at=timezone.now())
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_rule_3_a_signer_who_wrote_afterwards_counts_no_more(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    sql(CONTRIBUTOR, revision.draft_id, cast.marc.pk)
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_a_signer_who_changed_their_mind_counts_no_more(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    sql(*review(revision, cast.helene, "changes", "Non"))
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_rule_4_a_closed_revision_is_not_released(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    sql("UPDATE approvals_revision SET closed_at = now()")
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_a_revision_is_released_once(cast, revision):
    signed(revision, cast.marc, cast.helene)
    with pytest.raises(Error):
        sql(*forge(revision, cast.nantes))


def test_whom_the_row_names_as_author_since_does_not_count_as_a_signer(cast, revision):
    signed(revision, cast.marc)
    author = "UPDATE approvals_draft SET author_id = %s"
    refused("adopted_when_left", author, cast.marc.pk)
    refused("adopted_when_left", author, cast.helene.pk)
    sql("UPDATE accounts_seat SET ended_at = now() WHERE person_id = %s", cast.claire.pk)
    for not_of_a_seat in (cast.helene, cast.nadia):
        refused("adopted_when_left", author, not_of_a_seat.pk)
    sql(author, cast.marc.pk)
    sql(*review(revision, cast.helene))
    refused("release_with_quorum", *forge(revision, cast.nantes))


def test_a_release_is_never_changed(cast, revision):
    signed(revision, cast.marc, cast.helene)
    protected("UPDATE approvals_release SET digest = %s", EMPTY)
    protected("DELETE FROM approvals_release")


def test_rule_3_a_contributor_does_not_approve(cast, revision):
    refused("review_not_by_contributor", *review(revision, cast.claire, role="seat"))


@pytest.mark.parametrize("who", ["yann", "gwen", "ada", "nadia"])
@pytest.mark.parametrize("role", ["seat", "supervision"])
def test_rule_3_a_reviewer_is_of_the_account(cast, revision, who, role):
    refused("review_entitled", *review(revision, getattr(cast, who), role=role))


def test_a_seat_holder_does_not_sign_as_a_supervisor(cast, revision):
    refused("review_entitled", *review(revision, cast.marc, role="supervision"))


def test_a_seat_holder_does_not_reject(cast, revision):
    refused("review_entitled", *review(revision, cast.marc, "reject", "Non", role="seat"))


def test_rule_3_a_review_is_of_exactly_this_digest(cast, revision):
    refused("review_of_this_digest", *review(revision, cast.helene, digest=EMPTY))


@pytest.mark.parametrize("verdict", ["approve", "changes", "reject"])
def test_nobody_gives_a_verdict_on_a_text_that_was_not_on_their_screen(cast, revision, verdict):
    as_read(cast.paul, revision)  # another's reading is not theirs
    values = (revision.pk, cast.helene.pk, verdict, "Non", revision.digest, "supervision")
    refused("review_after_view", REVIEW, *values)
    as_read(cast.helene, revision)
    sql(REVIEW, *values)


@pytest.mark.parametrize(
    "checklist",
    [
        "{}",
        '{"mandatory": [], "ticked": []}',
        '{"mandatory": ["facts"]}',
        '{"mandatory": ["facts", "images"], "ticked": ["facts"]}',
    ],
)
def test_an_approval_has_every_mandatory_point_of_its_checklist_ticked(cast, revision, checklist):
    as_read(cast.helene, revision)
    ticked = '{"mandatory": ["facts"], "ticked": ["facts"]}'
    statement = REVIEW.replace(ticked, checklist)
    values = (revision.pk, cast.helene.pk, "approve", "", revision.digest, "supervision")
    refused("approval_with_checklist", statement, *values)
    # Whoever turns a text down may have stopped at its first point.
    sql(statement, *values[:2], "changes", "Non", *values[4:])


def test_nobody_has_read_a_text_earlier_than_they_opened_it(cast, revision):
    opened = (
        "INSERT INTO approvals_revisionview (revision_id, person_id, opened_at)"
        " VALUES (%s, %s, now() + %s::interval)"
    )
    refused("opened_now", opened, revision.pk, cast.helene.pk, "-1 hour")
    refused("opened_now", opened, revision.pk, cast.helene.pk, "1 hour")
    sql(opened, revision.pk, cast.helene.pk, "-10 seconds")
    protected("UPDATE approvals_revisionview SET opened_at = now() - interval '1 hour'")
    protected("DELETE FROM approvals_revisionview")
    # Whatever the row says of itself: the database counts.
    sql(
        REVIEW.replace("(rev", "(seconds_since_opened, rev").replace("(%s", "(900, %s"),
        *(revision.pk, cast.helene.pk, "approve", "", revision.digest, "supervision"),
    )
    assert Review.objects.get().seconds_since_opened == 10


def test_rule_4_a_closed_revision_takes_no_review(cast, revision):
    sql("UPDATE approvals_revision SET closed_at = now()")
    refused("review_of_this_digest", *review(revision, cast.helene))


@pytest.mark.parametrize("verdict", ["changes", "reject"])
def test_a_refusal_has_its_reason(cast, revision, verdict):
    refused("refusal_has_reason", *review(revision, cast.helene, verdict))


def test_a_verdict_is_given_once(cast, revision):
    signed(revision, cast.helene)
    refused("verdict_once_each", *review(revision, cast.helene))


def test_a_review_is_never_changed(cast, revision):
    signed(revision, cast.helene)
    protected("UPDATE approvals_review SET verdict = 'reject', reason = 'Non'")
    protected("DELETE FROM approvals_review")


def test_n_is_the_accounts_at_submit_and_never_below_one(cast):
    draft = a_draft(cast.claire, cast.nantes)
    claire = cast.claire.pk
    refused("required_as_set", REVISION, draft.pk, 1, EMPTY, 1, claire)
    refused("required_as_set", REVISION, draft.pk, 1, EMPTY, 0, claire)
    with pytest.raises(Error, match="approvals_at_least_one"):
        Account.objects.filter(pk=cast.nantes.pk).update(approvals_required=0)
    sql(REVISION, draft.pk, 1, EMPTY, 2, claire)


# What a category asks for beyond the account's rule.

CATEGORY_RULE = (
    "INSERT INTO approvals_categoryrule (account_id, category, required, function, added_by_id)"
    " VALUES (%s, %s, %s, %s, %s)"
)
OF_FUNCTION = (
    "INSERT INTO approvals_revision"
    " (draft_id, number, content, digest, required, function, submitted_by_id, closing)"
    """ VALUES (%s, 1, '{"category": "advice"}', %s, %s, %s, %s, '')"""
)


def test_a_revision_needs_what_its_category_asks_for_at_submit(cast):
    draft = a_draft(cast.claire, cast.nantes)
    sql(CATEGORY_RULE, cast.nantes.pk, "advice", 3, "judicial", cast.ada.pk)
    digest = hashlib.sha256(b'{"category": "advice"}').hexdigest()
    for required, function in ((2, ""), (3, ""), (2, "judicial"), (3, "head")):
        refused(
            "required_as_set", OF_FUNCTION, draft.pk, digest, required, function, cast.claire.pk
        )
    sql(OF_FUNCTION, draft.pk, digest, 3, "judicial", cast.claire.pk)


def test_a_category_never_needs_fewer_than_the_account(cast):
    sql(CATEGORY_RULE, cast.nantes.pk, "advice", 1, "", cast.ada.pk)
    assert a_revision(cast.claire, cast.nantes).required == 2


def test_a_release_has_the_approval_of_the_function_that_its_revision_names(cast):
    Supervision.objects.filter(person=cast.helene).update(function="judicial")
    sql(CATEGORY_RULE, cast.nantes.pk, "advice", 2, "judicial", cast.ada.pk)
    revision = a_revision(cast.claire, cast.nantes)
    signed(revision, cast.paul, cast.marc)
    refused("release_with_quorum", *forge(revision, cast.nantes))
    sql(*review(revision, cast.helene))
    refused("release_with_quorum", *forge(revision, cast.nantes))  # it left no row in the trail
    audit.record(
        "review.approved", actor=cast.helene, about=revision.draft, subject=Review.objects.last()
    )
    Supervision.objects.filter(person=cast.helene).update(function="head")
    refused("release_with_quorum", *forge(revision, cast.nantes))
    Supervision.objects.filter(person=cast.helene).update(function="judicial")
    sql(*forge(revision, cast.nantes))


def test_a_category_has_one_rule_whose_row_is_only_ended(cast):
    row = (CATEGORY_RULE, cast.nantes.pk, "advice", 3, "", cast.ada.pk)
    sql(*row)
    refused("category_rule_once", *row)
    for category, required, function in (
        ("advice", 0, ""),
        ("advice", 10, ""),
        ("other", 3, ""),
        ("traffic", 3, "mayor"),
    ):
        values = (cast.rennes.pk, category, required, function, cast.ada.pk)
        refused("category_rule_within_bounds", CATEGORY_RULE, *values)
    protected("UPDATE approvals_categoryrule SET required = 4")
    protected("DELETE FROM approvals_categoryrule")
    ended = "UPDATE approvals_categoryrule SET ended_at = now(), ended_by_id = %s"
    sql(ended, cast.ada.pk)
    protected(ended, cast.ada.pk)
    sql(*row)


# « Je m’oppose »

OBJECTION = (
    "INSERT INTO approvals_objection (draft_id, revision_id, raised_by_id, role, reason,"
    " lifting_reason) VALUES (%s, %s, %s, %s, %s, '')"
)
LIFT = (
    "UPDATE approvals_objection SET lifted_at = now(), lifted_by_id = %s, lifting_reason = %s"
    " WHERE lifted_at IS NULL"
)


def objection(revision, person, role, reason="Un doute"):
    return (OBJECTION, revision.draft_id, revision.pk, person.pk, role, reason)


def test_nothing_is_released_while_an_objection_stands(cast, revision):
    a_met_quorum_that_nobody_released(cast, revision)
    sql(*objection(revision, cast.leila, "seat"))
    refused("release_with_quorum", *forge(revision, cast.nantes))
    assert not quorum_of(revision).met
    sql(LIFT, cast.leila.pk, "")
    assert quorum_of(revision).met
    sql(*forge(revision, cast.nantes))


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("claire", "seat"),
        ("yann", "seat"),
        ("gwen", "supervision"),
        ("ada", "seat"),
        ("marc", "supervision"),
    ],
)
def test_an_objection_is_a_reviewers_of_the_account(cast, revision, who, role):
    refused("objection_entitled", *objection(revision, getattr(cast, who), role))


def test_an_objection_is_to_the_open_revision_of_its_draft(cast, revision):
    other = a_revision(cast.claire, cast.nantes)
    wrong = (OBJECTION, other.draft_id, revision.pk, cast.marc.pk, "seat", "Un doute")
    refused("objection_entitled", *wrong)
    sql("UPDATE approvals_revision SET closed_at = now()")
    refused("objection_entitled", *objection(revision, cast.marc, "seat"))


def test_an_objection_has_its_reason_and_stands_once_for_each(cast, revision):
    refused("objection_has_reason", *objection(revision, cast.marc, "seat", ""))
    sql(*objection(revision, cast.marc, "seat"))
    refused("objection_stands_once", *objection(revision, cast.marc, "seat"))
    sql(*objection(revision, cast.paul, "supervision"))


def test_an_objection_does_not_come_lifted_or_from_another_time(cast, revision):
    values = objection(revision, cast.marc, "seat")[1:]
    for more in ("lifted_at", "raised_at"):
        statement = OBJECTION.replace("reason,", f"reason, {more},", 1)
        statement = statement.replace("%s, '')", "%s, now() - interval '1 day', '')")
        refused("objection_raised_now", statement, *values)


@pytest.mark.parametrize(
    ("who", "reason"),
    [("leila", "Non"), ("claire", "Non"), ("gwen", "Non"), ("ada", "Non"), ("helene", "")],
)
def test_who_raised_an_objection_lifts_it_or_a_supervisor_with_a_reason(
    cast, revision, who, reason
):
    sql(*objection(revision, cast.marc, "seat"))
    refused("objection_lifted_by_who_may", LIFT, getattr(cast, who).pk, reason)


def test_a_supervisor_who_wrote_the_text_lifts_no_objection_of_others(cast, revision):
    sql(*objection(revision, cast.marc, "seat"))
    sql(CONTRIBUTOR, revision.draft_id, cast.leila.pk)
    Seat.objects.filter(person=cast.leila).update(ended_at=timezone.now())
    Supervision.objects.create(account=cast.nantes, person=cast.leila)
    refused("objection_lifted_by_who_may", LIFT, cast.leila.pk, "Non")


@pytest.mark.parametrize(("who", "reason"), [("marc", ""), ("helene", "Corrigé")])
def test_an_objection_is_lifted_once_and_changes_in_nothing_else(cast, revision, who, reason):
    sql(*objection(revision, cast.marc, "seat"))
    protected("UPDATE approvals_objection SET reason = 'Autre'")
    protected("UPDATE approvals_objection SET raised_by_id = %s", cast.paul.pk)
    refused("objection_lifted_by_somebody", "UPDATE approvals_objection SET lifted_at = now()")
    sql(LIFT, getattr(cast, who).pk, reason)
    protected("UPDATE approvals_objection SET lifted_at = NULL, lifted_by_id = NULL")
    protected("DELETE FROM approvals_objection")
    protected("TRUNCATE approvals_objection CASCADE")


# Rules 4 and 5: a revision is what was submitted, and one is open at most.


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        "digest = repeat('a', 64)",
        "required = 1",
        "number = 9",
        "requested_at = now()",
        "submitted_by_id = submitted_by_id + 1",
    ],
)
def test_a_revision_never_changes(revision, change):
    protected(f"UPDATE approvals_revision SET {change}")


def test_rule_4_a_revision_is_never_deleted_nor_opened_again(revision):
    protected("DELETE FROM approvals_revision")
    sql("UPDATE approvals_revision SET closed_at = now(), closing = 'edited'")
    protected("UPDATE approvals_revision SET closed_at = NULL")


def test_rule_5_the_digest_is_that_of_the_content(cast):
    draft = a_draft(cast.claire, cast.nantes)
    refused("digest_of_content", REVISION, draft.pk, 1, "a" * 64, 2, cast.claire.pk)


def test_one_revision_is_open_and_a_number_is_given_once(cast, revision):
    claire = cast.claire.pk
    refused("one_open_revision", REVISION, revision.draft_id, 2, EMPTY, 2, claire)
    sql("UPDATE approvals_revision SET closed_at = now()")
    refused("revision_numbered_once", REVISION, revision.draft_id, 1, EMPTY, 2, claire)


# The states.


def test_a_draft_moves_only_as_the_table_says(cast):
    draft = a_draft(cast.claire, cast.nantes)
    protected(STATE, "rejected", draft.pk)
    protected(STATE, "released", draft.pk)
    sql(STATE, "abandoned", draft.pk)
    protected(STATE, "writing", draft.pk)


def test_a_draft_is_released_only_by_a_release(cast, revision):
    refused("released_by_release", STATE, "released", revision.draft_id)
    refused("released_by_release", DRAFT, cast.nantes.pk, cast.claire.pk, "released")


def test_a_state_that_nobody_knows_is_refused(cast):
    refused("draft_state_known", DRAFT, cast.nantes.pk, cast.claire.pk, "published")


def test_a_draft_stays_on_its_account_and_is_never_deleted(cast):
    a_draft(cast.claire, cast.nantes)
    protected("UPDATE approvals_draft SET account_id = %s", cast.rennes.pk)
    protected("DELETE FROM approvals_draft")


def test_the_debate_only_grows(cast):
    draft = a_draft(cast.claire, cast.nantes)
    comment(actor=cast.marc, draft_id=draft.pk, body="Mot")
    protected("UPDATE approvals_comment SET body = 'Autre'")
    protected("DELETE FROM approvals_comment")


@pytest.mark.parametrize(
    "table", ["draft", "contributor", "revision", "review", "comment", "release"]
)
def test_nothing_of_it_is_truncated(cast, table):
    signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    protected(f"TRUNCATE approvals_{table} CASCADE")
    assert Draft.objects.count() == 1
    assert Review.objects.count() == 2


COMMENT = (
    "INSERT INTO approvals_comment (draft_id, revision_id, author_id, body, thread_id, position,"
    " quote_start, quote_end, quote) VALUES (%s, %s, %s, 'Non', %s, %s, %s, %s, %s)"
)
NOTHING_QUOTED = (None, None, None, "")


def test_a_comment_quotes_what_stands_in_its_revision(cast, revision):
    def add(constraint, of, *place, thread=None):
        values = (revision.draft_id, of, cast.marc.pk, thread, *place)
        refused(constraint, COMMENT, *values)

    sql(COMMENT, revision.draft_id, revision.pk, cast.marc.pk, None, 0, 0, 12, "Cambriolages")
    add("quote_of_revision", revision.pk, 0, 1, 13, "Cambriolages")
    add("quote_of_revision", revision.pk, 1, 0, 12, "Cambriolages")
    add("quote_has_place", revision.pk, 0, 0, 12, "")
    add("passage_begins_thread", None, 0, None, None, "")


def test_a_comment_is_of_one_draft(cast, revision):
    other = a_revision(cast.marc, cast.nantes)
    thread = comment(actor=cast.marc, draft_id=revision.draft_id, body="Un fil")
    refused(
        "comment_of_draft",
        COMMENT,
        other.draft_id,
        revision.pk,
        cast.marc.pk,
        None,
        *NOTHING_QUOTED,
    )
    answer = (other.draft_id, other.pk, cast.marc.pk, thread.pk, *NOTHING_QUOTED)
    refused("comment_of_draft", COMMENT, *answer)


MENTION = "INSERT INTO approvals_mention (comment_id, person_id) VALUES (%s, %s)"


def test_a_comment_mentions_each_person_who_sees_its_draft_once(cast, revision):
    written = comment(actor=cast.marc, draft_id=revision.draft_id, body="Un mot")
    for outsider in (cast.yann, cast.ada):
        refused("mentioned_sees_draft", MENTION, written.pk, outsider.pk)
    sql(MENTION, written.pk, cast.helene.pk)
    refused("mentioned_once", MENTION, written.pk, cast.helene.pk)
    protected("UPDATE approvals_mention SET person_id = %s", cast.paul.pk)
    protected("DELETE FROM approvals_mention")


WORDING = (
    "INSERT INTO approvals_wording (revision_id, position, before, after, author_id)"
    " VALUES (%s, %s, %s, %s, %s)"
)
DECIDED = (
    "UPDATE approvals_wording SET outcome = %s, decided_by_id = %s, decided_at = now()"
    " WHERE id = %s"
)


def proposed(revision, person, text="Une autre formulation."):
    sql(WORDING, revision.pk, 0, TEXT, text, person.pk)
    return revision.wordings.latest("pk")


def test_a_wording_is_of_the_text_in_review_by_the_people_of_its_account(cast, revision):
    of_text = "wording_of_text_in_review"
    refused(of_text, WORDING, revision.pk, 0, TEXT, "Autre", cast.yann.pk)
    refused(of_text, WORDING, revision.pk, 0, TEXT, "Autre", cast.ada.pk)
    refused(of_text, WORDING, revision.pk, 1, TEXT, "Autre", cast.marc.pk)
    refused(of_text, WORDING, revision.pk, 0, "Cambriolages", "Autre", cast.marc.pk)
    for same in ("", TEXT):
        refused("wording_is_another", WORDING, revision.pk, 0, TEXT, same, cast.marc.pk)
    wording = proposed(revision, cast.helene)
    rewritten = "UPDATE approvals_wording SET after = 'X', outcome = 'declined',"
    rewritten += " decided_by_id = %s, decided_at = now() WHERE id = %s"
    protected(rewritten, cast.claire.pk, wording.pk)
    protected("DELETE FROM approvals_wording")
    take_back(actor=cast.claire, draft_id=revision.draft_id)
    refused(of_text, WORDING, revision.pk, 0, TEXT, "Autre", cast.marc.pk)


def test_a_wording_is_decided_once_from_a_seat_and_taken_of_the_text_that_stands(cast, revision):
    wording = proposed(revision, cast.helene)
    for nobody in (cast.helene, cast.yann, cast.ada):
        refused("wording_decided_from_a_seat", DECIDED, "taken", nobody.pk, wording.pk)
    refused("wording_decided_from_a_seat", DECIDED, "taken", None, wording.pk)
    refused("wording_decided_by_somebody", DECIDED, "praised", cast.claire.pk, wording.pk)
    late = proposed(revision, cast.paul, "Encore autrement.")
    take_wording(actor=cast.claire, draft_id=revision.draft_id, wording_id=wording.pk)
    protected(DECIDED, "declined", cast.claire.pk, wording.pk)
    refused("wording_of_this_text", DECIDED, "taken", cast.claire.pk, late.pk)


def test_rule_3_whoever_proposed_a_wording_that_was_taken_cannot_approve(cast, revision):
    wordings = [proposed(revision, person) for person in (cast.helene, cast.marc)]
    refused("written_from_a_seat", CONTRIBUTOR, revision.draft_id, cast.helene.pk)
    sql(DECIDED, "declined", cast.claire.pk, wordings[1].pk)
    # The row alone makes a contributor of who proposed it, whatever else the act does.
    sql(DECIDED, "taken", cast.claire.pk, wordings[0].pk)
    wrote = revision.draft.contributors.values_list("person", flat=True)
    assert sorted(wrote) == sorted([cast.claire.pk, cast.helene.pk])
    refused("review_not_by_contributor", *review(revision, cast.helene))
    with pytest.raises(ContributorCannotApprove):
        agree(cast.helene, revision)
    sql(*review(revision, cast.marc, role="seat"))


RESOLUTION = "INSERT INTO approvals_resolution (thread_id, resolved_by_id) VALUES (%s, %s)"


def test_a_thread_is_resolved_once_by_the_people_of_its_account(cast, revision):
    thread = comment(actor=cast.marc, draft_id=revision.draft_id, body="Un fil")
    refused("resolved_by_member", RESOLUTION, thread.pk, cast.yann.pk)
    sql(RESOLUTION, thread.pk, cast.helene.pk)
    refused("thread_resolved_once", RESOLUTION, thread.pk, cast.marc.pk)
    reopened = "UPDATE approvals_resolution SET reopened_at = now(), reopened_by_id = %s"
    refused("resolved_by_member", reopened, cast.yann.pk)
    refused("thread_reopened_by_somebody", reopened, None)
    protected("UPDATE approvals_resolution SET resolved_by_id = %s", cast.marc.pk)
    sql(reopened, cast.marc.pk)
    protected(reopened, cast.helene.pk)


# What moves.


def test_moving_media_alone(cast, media_folder):
    still, gif = (stored_image(cast.nantes, raw) for raw in (picture(), animated()))
    draft = a_draft(cast.claire, cast.nantes)

    def shows(*images):
        parts = [{"text": "x", "images": [{"alt": "x", **image} for image in images]}]
        return ("UPDATE approvals_draft SET parts = %s WHERE id = %s", json.dumps(parts), draft.pk)

    moves = {"sha256": gif, "kind": "gif"}
    refused("moving_media_alone", *shows(moves, {"sha256": still}))
    refused("images_of_account", *shows({"sha256": gif}))
    refused("images_of_account", *shows({"sha256": still, "kind": "gif"}))
    sql(*shows(moves))


def test_captions_of_video(cast, media_folder):
    draft = a_draft(cast.claire, cast.nantes)
    film, still = stored_video(draft), stored_image(cast.nantes, picture())

    def shows(image):
        parts = [{"text": "x", "images": [{"alt": "x", **image}]}]
        return ("UPDATE approvals_draft SET parts = %s WHERE id = %s", json.dumps(parts), draft.pk)

    video = {"sha256": film, "kind": "video"}
    refused("captions_of_video", *shows({"sha256": still, "captions": "x"}))
    for captions in ("", None, "x" * 10_001):
        refused("captions_of_video", *shows({**video, "captions": captions}))
    sql(*shows({**video, "captions": "x" * 10_000}))
