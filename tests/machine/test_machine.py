"""Acts of people, workers and X in any order; after each, the rules that are never broken.

MACHINE=long draws anew and for minutes; the usual run is short and always the same.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies._internal.featureflags import FeatureFlags

from accounts.access import role_on
from accounts.actions.rights import appoint, end_supervision, name_supervisor, vacate
from accounts.clock import db_now
from accounts.crypto import Secret
from accounts.errors import Refusal
from accounts.models import Account, Credential, Person, Seat, Supervision
from approvals.actions.drafts import (
    Content,
    abandon_draft,
    adopt_draft,
    begin_draft,
    save_draft,
    submit_draft,
    take_back,
)
from approvals.actions.objections import lift_objection, raise_objection
from approvals.actions.reviews import ask_for_changes, reject
from approvals.message import Message
from approvals.models import Draft, Objection, Revision
from publishing import tasks
from publishing.actions import apply_answer, reconcile, retract, scan, send
from publishing.actions.acknowledge import acknowledge
from publishing.actions.decide import confirm, decline, propose, propose_lift, withdraw
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.stops import credits_restored
from publishing.gateway import ApiResult
from publishing.models import (
    Attempt,
    Confirmation,
    Freeze,
    Lookup,
    Outcome,
    Publication,
    Reason,
    Retraction,
    Throttle,
)
from tests.approvals.writing import agree, as_read
from tests.cast import Cast
from tests.clock import backdate_signed_hour
from tests.machine import rules
from tests.machine.standin import StandIn

WHO = st.sampled_from(
    [
        *["a holder", "a supervisor", "claire", "marc", "leila", "helene", "paul"] * 3,
        *["yann", "gwen", "nadia", "ada", "basile"],
    ]
)
INDEX = st.integers(0, 5)
# What can be decided of what; the last of each is out of place.
KINDS = {
    "missed": ["new_time", "new_time", "go_on"],
    "uncertain": ["send_again", "send_again", "send_again", "give_up", "found", "recall"],
    "refused": ["recall", "recall", "send_again"],
    "partial": ["go_on", "go_on", "give_up"],
}
ANSWERS = st.sampled_from(
    [
        *[(Outcome.ACCEPTED, Reason.ACCEPTED)] * 8,
        *[(Outcome.UNCERTAIN, Reason.NO_ANSWER)] * 5,
        (Outcome.UNCERTAIN, Reason.DUPLICATE),
        (Outcome.NOT_SENT, Reason.UNREACHABLE),
        (Outcome.NOT_SENT, Reason.RATE_LIMITED),
        (Outcome.NOT_SENT, Reason.UNAUTHORIZED),
        (Outcome.NOT_SENT, Reason.SUSPENDED),
        (Outcome.NOT_SENT, Reason.NO_CREDITS),
        (Outcome.NOT_SENT, Reason.PRE_SEND_CHECK),
        (Outcome.NOT_SENT, Reason.PARENT_INVISIBLE),
        (Outcome.REFUSED, Reason.NOT_PERMITTED),
    ]
)


@dataclass
class Flight:
    """What a worker holds between two steps; `posting`: X may be spoken to."""

    claimed: send.Claimed
    posting: bool = False


class Machine(RuleBasedStateMachine):
    """One department; the other one's people, an administrator and a stranger try too."""

    cast: Cast  # made once, outside the examples' own transactions

    @initialize(required=st.sampled_from([1, 2, 2, 3]))
    def begin(self, required: int) -> None:
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # the actions' own transactions may be durable in it
        self.atomic.__enter__()
        self.account = self.cast.nantes
        Account.objects.filter(pk=self.account.pk).update(approvals_required=required)
        self.x = StandIn()
        self.patches = pytest.MonkeyPatch()
        for name in ("read_timeline", "read_posts"):
            self.patches.setattr(reconcile, name, getattr(self.x, name))
        self.patches.setattr(retract, "read_posts", self.x.read_posts)
        self.patches.setattr(retract, "delete_post", self.x.delete_post)
        for layer in ("accounts", "publishing"):
            self.patches.setattr(f"{layer}.wake.now", lambda *ids: None)
        self.patches.setattr("publishing.wake.waits", lambda queue: False)
        self.flights: list[Flight] = []
        self.words: list[str] = []
        self.trail = rules.Trail()
        for parts in (1, 2, 3):
            self.is_released(parts, None)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            self.patches.undo()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # helpers

    def does(self, act: Any, *args: Any, **kwargs: Any) -> Any:
        """An act or its refusal; who has no role on the account never succeeds."""
        actor: Person = kwargs["actor"]
        role = actor.is_administrator or role_on(actor, self.account)
        try:
            done = act(*args, **kwargs)
        except Refusal:
            return None
        assert role, f"12: {actor} has no role and did {act.__name__}"
        return done

    def ends(self, act: Any, right: Any) -> None:
        """Rule 6: what waits on a right that ends is held in that very transaction."""
        waiting = set(Publication.objects.filter(state="waiting").values_list("pk", flat=True))
        resting = waiting - set(rules.rests_on_nothing())
        self.does(act, right.pk, actor=self.cast.ada)
        assert not resting & set(rules.rests_on_nothing()), "6: still waiting on an ended right"

    def some(self, model: Any, index: int, **which: Any) -> Any:
        rows = model.objects.filter(**which).order_by("-pk")
        return rows[index % len(rows)] if rows else None

    def holders(self) -> list[Person]:
        rows = Seat.objects.filter(account=self.account, ended_at=None).select_related("person")
        return [row.person for row in rows]

    def supervisors(self) -> list[Person]:
        rows = Supervision.objects.filter(account=self.account, ended_at=None)
        return [row.person for row in rows.select_related("person")]

    def person(self, who: str) -> Person:
        """By name, or the first who now holds a seat, or supervises."""
        if who in ("a holder", "a supervisor"):
            found = self.holders() if who == "a holder" else self.supervisors()
            return found[0] if found else self.cast.nadia
        found_: Person = getattr(self.cast, who)
        return found_

    # writing and signing

    @rule(who=WHO, parts=st.integers(1, 3), ahead=st.sampled_from([None, 2, 3600]))
    def writes_and_submits(self, who: str, parts: int, ahead: int | None) -> None:
        self.words.append(f"Phrase secrète {len(self.words)}")
        messages = tuple(Message(f"{self.words[-1]}, {i}.") for i in range(parts))
        hour = db_now() + dt.timedelta(seconds=ahead) if ahead else None
        content = Content(messages, category="advice", requested_at=hour)
        draft = self.does(
            begin_draft, actor=self.person(who), account=self.account, content=content
        )
        if draft is not None:
            self.does(
                submit_draft, actor=self.person(who), draft_id=draft.pk, version=draft.version
            )

    @rule(parts=st.integers(1, 3), ahead=st.sampled_from([None, None, None, 3600]))
    def is_released(self, parts: int, ahead: int | None) -> None:
        """The usual way, so that much has something to happen to."""
        self.writes_and_submits("a holder", parts, ahead)
        revision = self.some(Revision, 0, closed_at=None)
        for person in [*self.holders()[1:], *self.supervisors()]:
            if revision is not None:
                self.does(agree, actor=person, revision=revision)

    @rule(who=WHO, index=INDEX)
    def edits(self, who: str, index: int) -> None:
        draft = self.some(Draft, index)
        if draft is not None:
            first, *others = draft.messages
            content = Content(
                (Message(f"{first.text} Encore."), *others),
                requested_at=draft.requested_at,
            )
            self.does(
                save_draft,
                actor=self.person(who),
                draft_id=draft.pk,
                version=draft.version,
                content=content,
            )

    @rule(who=WHO, index=INDEX)
    def submits(self, who: str, index: int) -> None:
        draft = self.some(Draft, index, state="writing")
        if draft is not None:
            self.does(
                submit_draft, actor=self.person(who), draft_id=draft.pk, version=draft.version
            )

    @rule(who=WHO, index=INDEX, act=st.sampled_from([take_back, abandon_draft, adopt_draft]))
    def turns(self, who: str, index: int, act: Any) -> None:
        draft = self.some(Draft, index)
        if draft is not None:
            self.does(act, actor=self.person(who), draft_id=draft.pk)

    @rule(who=WHO, index=INDEX)
    def approves(self, who: str, index: int) -> None:
        revision = self.some(Revision, index)
        if revision is not None:
            self.does(agree, actor=self.person(who), revision=revision)

    @rule(who=WHO, index=INDEX, act=st.sampled_from([ask_for_changes, reject]))
    def turns_down(self, who: str, index: int, act: Any) -> None:
        revision = self.some(Revision, index)
        if revision is not None:
            self.does(act, **as_read(self.person(who), revision), reason="Non.")

    @rule(who=WHO, index=INDEX)
    def objects(self, who: str, index: int) -> None:
        draft = self.some(Draft, index)
        if draft is not None:
            actor = self.person(who)
            self.does(raise_objection, actor=actor, draft_id=draft.pk, reason="Un doute.")

    @rule(who=WHO, index=INDEX)
    def lifts_objection(self, who: str, index: int) -> None:
        standing = self.some(Objection, index, lifted_at=None)
        if standing is not None:
            actor = self.person(who)
            self.does(lift_objection, actor=actor, objection_id=standing.pk, reason="Vu.")

    # rights

    @rule(number=st.integers(1, 3), who=WHO)
    def seat_changes_hands(self, number: int, who: str) -> None:
        seat = Seat.objects.filter(account=self.account, number=number, ended_at=None).first()
        if seat is not None:
            self.ends(vacate, seat)
        self.does(appoint, self.account.pk, number, self.person(who).pk, actor=self.cast.ada)

    @rule(who=WHO, ends=st.booleans(), index=INDEX)
    def supervision_changes_hands(self, who: str, ends: bool, index: int) -> None:
        one = self.some(Supervision, index, account=self.account, ended_at=None)
        if ends and one is not None:
            self.ends(end_supervision, one)
        else:
            self.does(name_supervisor, self.account.pk, self.person(who).pk, actor=self.cast.ada)

    # decisions

    @rule(who=WHO, everywhere=st.booleans())
    def freezes(self, who: str, everywhere: bool) -> None:
        account = None if everywhere else self.account
        self.does(freeze, actor=self.person(who), account=account, reason="Un doute.")

    @rule(who=WHO, other=WHO, index=INDEX)
    def lifts(self, who: str, other: str, index: int) -> None:
        one = self.some(Freeze, index, lifted_at=None)
        if one is None:
            return
        made = self.does(
            propose_lift, actor=self.person(who), freeze_id=one.pk, reason="C’est clair."
        )
        if made is not None and self.does(
            confirm, actor=self.person(other), confirmation_id=made.pk
        ):
            self.nothing_waits_past_its_hour(one)

    def nothing_waits_past_its_hour(self, one: Freeze) -> None:
        one.refresh_from_db()
        late = Publication.objects.filter(state__in=["waiting", "held"], due_at__lte=one.lifted_at)
        assert not late.exclude(reason="altered").exists(), "9: past its hour when lifted"

    @rule(
        who=st.sampled_from(["a holder", "a holder", "a supervisor", "yann", "ada"]),
        other=st.sampled_from(["a supervisor", "a supervisor", "a holder", "gwen", None]),
        index=INDEX,
        choice=st.integers(0, 7),
        later=st.sampled_from([None, None, 60]),
    )
    def two_decide(
        self, who: str, other: str | None, index: int, choice: int, later: int | None
    ) -> None:
        one = self.some(Publication, index, state__in=list(KINDS))
        if one is None:
            return
        lost = [post.x_id for post in self.x.posts] or ["1"]
        kind = KINDS[one.state][choice % len(KINDS[one.state])]
        made = self.does(
            propose,
            actor=self.person(who),
            publication_id=one.pk,
            kind=kind,
            reason="Vu.",
            due_at=db_now() + dt.timedelta(seconds=later) if later else None,
            x_id=lost[-1] if kind == "found" else "",
        )
        if made is not None and other is not None:
            self.does(confirm, actor=self.person(other), confirmation_id=made.pk)

    @rule(who=WHO, index=INDEX, act=st.sampled_from([confirm, decline, withdraw]))
    def answers(self, who: str, index: int, act: Any) -> None:
        one = self.some(Confirmation, index, state="open")
        if one is not None:
            self.does(act, actor=self.person(who), confirmation_id=one.pk)

    @rule(who=WHO, index=INDEX, act=st.sampled_from([recall, retract.retract, acknowledge]))
    def takes_back(self, who: str, index: int, act: Any) -> None:
        one = self.some(Publication, index)
        if one is not None:
            self.does(act, actor=self.person(who), publication_id=one.pk, reason="Une erreur.")

    @rule()
    def credits_return(self) -> None:
        self.does(credits_restored, actor=self.cast.ada)

    # workers

    @rule()
    def a_worker_claims(self) -> None:
        claimed = send.claim(self.account.pk)
        if claimed is not None:
            self.flights.append(Flight(claimed))

    @rule(index=INDEX)
    def it_takes_its_turn(self, index: int) -> None:
        waiting = [flight for flight in self.flights if not flight.posting]
        if not waiting:
            return
        flight = waiting[index % len(waiting)]
        from publishing.actions.media import prepare

        prepared = prepare(flight.claimed)
        assert not isinstance(prepared, ApiResult)
        if not send.take_turn(flight.claimed, prepared[0]):
            self.flights.remove(flight)
            return
        flight.posting = True
        attempt = Attempt.objects.select_related("part__publication__account").get(
            pk=flight.claimed.attempt_id
        )
        why = rules.may_not_leave(attempt)
        assert not why, f"left against the rules: {why}"

    @rule(
        index=INDEX,
        said=ANSWERS,
        made=st.booleans(),
        dies=st.sampled_from([""] * 6 + ["before", "after"]),
    )
    def x_answers(self, index: int, said: tuple[Outcome, Reason], made: bool, dies: str) -> None:
        """`made`: an answer that says nothing may hide a post. `dies`: before or after it is
        written down, the worker does.
        """
        posting = [flight for flight in self.flights if flight.posting]
        if not posting:
            return
        flight = posting[index % len(posting)]
        self.flights.remove(flight)
        outcome, reason = said
        x_id = ""
        if outcome == Outcome.ACCEPTED or (outcome == Outcome.UNCERTAIN and made):
            x_id = self.x.accept(
                self.account.pk, flight.claimed.message.text, flight.claimed.reply_to, db_now()
            )
        if dies == "before":
            return
        said_id = x_id if outcome == Outcome.ACCEPTED else ""
        apply_answer.write_answer(
            flight.claimed.attempt_id, ApiResult(outcome, reason, x_id=said_id, retry_after=30)
        )
        if dies != "after":
            apply_answer.apply_answer(flight.claimed.attempt_id)

    @rule(answers=st.lists(ANSWERS, min_size=2, max_size=5), made=st.booleans())
    def a_worker_sends(self, answers: list[tuple[Outcome, Reason]], made: bool) -> None:
        """All three steps at once, once for each answer."""
        for said in answers:
            self.a_worker_claims()
            self.it_takes_its_turn(0)
            self.x_answers(0, said, made, "")

    @rule(index=INDEX)
    def a_worker_dies(self, index: int) -> None:
        if self.flights:
            self.flights.pop(index % len(self.flights))

    @rule()
    def the_clock_ticks(self) -> None:
        """What a scan does, each row on its own account of what went wrong."""
        for ids, act in (
            (
                tasks.create_publication.releases_without_publication(),
                tasks.create_publication.create_missing_publications,
            ),
            (scan.rows_to_reevaluate(), scan.reevaluate),
            (apply_answer.stale_attempts(), apply_answer.close_stale),
            (tasks.decide.expired(), tasks.decide.expire),
        ):
            for row_id in ids:
                act(row_id)
        scan.free_probe()

    @rule()
    def stale_attempts_are_closed(self) -> None:
        self.time_passes(60, "attempts")
        self.the_clock_ticks()

    @rule(readable=st.booleans(), lagging=st.booleans())
    def looks_are_made(self, readable: bool, lagging: bool) -> None:
        self.x.readable, self.x.lagging = readable, lagging
        reconcile.reconcile_account(self.account.pk)

    @rule(readable=st.booleans(), lagging=st.booleans())
    def the_final_lookup_is_made(self, readable: bool, lagging: bool) -> None:
        self.time_passes(4000, "lookups")
        self.looks_are_made(readable, lagging)

    @rule()
    def it_is_too_late(self) -> None:
        self.time_passes(1200, "publications")
        self.the_clock_ticks()

    @rule(deletes=st.booleans(), lagging=st.booleans())
    def retractions_run(self, deletes: bool, lagging: bool) -> None:
        self.x.deletes, self.x.readable, self.x.lagging = deletes, True, lagging
        for one in retract.due():
            retract.run(one.pk)

    # time

    @rule(
        seconds=st.sampled_from([3, 60, 600, 1200, 4000]),
        what=st.sampled_from(["publications", "lookups", "lookups", "people", "x", "x", "all"]),
    )
    def time_passes(self, seconds: int, what: str) -> None:
        """By moving rows back: what is backdated is only what waits for an hour."""
        ago = dt.timedelta(seconds=seconds)
        if what in ("publications", "all"):
            for one in Publication.objects.all():
                Publication.objects.filter(pk=one.pk).update(
                    due_at=one.due_at - ago, next_try_at=one.next_try_at - ago
                )
                backdate_signed_hour(one.pk, ago)
        if what in ("attempts", "all"):
            for try_ in Attempt.objects.exclude(phase="answered"):
                late = {"renewed_at": try_.renewed_at - ago}
                if try_.posting_at:
                    late["posting_at"] = try_.posting_at - ago
                Attempt.objects.filter(pk=try_.pk).update(**late)
        if what in ("lookups", "all"):
            for look in Lookup.objects.filter(done_at=None):
                Lookup.objects.filter(pk=look.pk).update(due_at=look.due_at - ago)
        if what in ("people", "all"):
            for open_ in Confirmation.objects.filter(state="open"):
                Confirmation.objects.filter(pk=open_.pk).update(expires_at=open_.expires_at - ago)
        if what in ("x", "all"):
            self.x_forgives(ago)

    def x_forgives(self, ago: dt.timedelta) -> None:
        for one in Throttle.objects.all():
            Throttle.objects.filter(pk=one.pk).update(until=one.until - ago)
        for asked in Retraction.objects.filter(ended_at=None, next_try_at__isnull=False):
            Retraction.objects.filter(pk=asked.pk).update(next_try_at=asked.next_try_at - ago)
        Credential.objects.update(state="connected", next_probe_at=None)

    # what must be true after every step

    @invariant()
    def no_rule_is_broken(self) -> None:
        if hasattr(self, "trail"):
            assert rules.broken() == []
            assert self.trail.broken(self.words) == ""

    @invariant()
    def x_has_no_part_twice_on_one_authority(self) -> None:
        if not hasattr(self, "x"):
            return
        for post in self.x.posts:
            same = [p for p in self.x.posts if (p.text, p.parent) == (post.text, post.parent)]
            if len(same) > 1:
                tries = Attempt.objects.exclude(posting_at=None).filter(
                    part__in=self.parts_of(post.text)
                )
                authorities = set(tries.values_list("part_id", "confirmation_id"))
                assert len(same) <= len(authorities), f"doubled: {post.text}"

    def parts_of(self, text: str) -> list[int]:
        return [
            part.pk
            for publication in Publication.objects.all()
            for part in publication.parts.all()
            if part.text == text
        ]


def more_often(**times: int) -> None:
    """Hypothesis draws each rule as often as another; these it meets under further names."""
    for name, count in times.items():
        one = getattr(Machine, name).hypothesis_stateful_rule
        for number in range(count):

            def again(self: Machine, *, _function: Any = one.function, **drawn: Any) -> None:
                _function(self, **drawn)

            again.__name__ = f"{name}_{number}"
            setattr(Machine, again.__name__, rule(**one.arguments)(again))


more_often(
    is_released=4,
    a_worker_sends=4,
    stale_attempts_are_closed=1,
    the_clock_ticks=1,
    the_final_lookup_is_made=2,
    looks_are_made=1,
    time_passes=1,
    two_decide=5,
    takes_back=1,
    retractions_run=1,
)


@pytest.fixture
def cast_in_line(cast, settings):
    """The department connected to X; two lookups, so that the last one is soon made."""
    settings.DURATIONS = replace(settings.DURATIONS, lookups=(10, 30))
    Credential.objects.create(
        account=cast.nantes,
        connected_at=db_now(),
        checked_at=db_now(),
        **Credential.sealed(cast.nantes.pk, str(cast.nantes.pk), Secret("t"), Secret("s")),
    )
    return cast


@pytest.mark.long
def test_no_order_of_acts_breaks_a_rule(cast_in_line, monkeypatch):
    # Left to itself it leaves most rules out of each example: then nothing gets very far here.
    monkeypatch.setattr(
        "hypothesis.stateful.FeatureStrategy", lambda at_least_one_of: st.builds(FeatureFlags)
    )
    Machine.cast = cast_in_line
    size = {"max_examples": 30, "stateful_step_count": 50, "derandomize": True, "database": None}
    if os.environ.get("MACHINE") == "long":
        size = {"max_examples": 300, "stateful_step_count": 80}
    run_state_machine_as_test(
        Machine,
        settings=settings(
            **size, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )
