"""People at work: they write, sign, change their minds, freeze, leave, and look after what stands.

Each thread has departments of its own and acts as a page would: an action, or its refusal.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from accounts.actions.rights import appoint, end_supervision, name_supervisor, vacate
from accounts.clock import db_now
from accounts.errors import Refusal
from accounts.models import Credential, Person, Seat, Supervision
from approvals.actions.drafts import Content, adopt_draft, save_draft, submit_draft
from approvals.actions.objections import lift_objection, raise_objection
from approvals.message import Image
from approvals.models import Category, Draft, DraftState, Objection, Revision
from publishing.actions.acknowledge import acknowledge
from publishing.actions.connect import ask_for_check
from publishing.actions.decide import confirm, propose, propose_lift
from publishing.actions.freeze import freeze
from publishing.actions.recall import recall
from publishing.actions.retract import retract
from publishing.actions.stops import credits_restored
from publishing.models import Confirmation, CreditStop, Freeze, Publication, PublicationState
from tests.approvals.writing import agree
from tests.pictures import picture, stored_image
from tests.system.departments import Department

PICTURE = picture("PNG")
# Half of all texts end with a link, and X shows most of these otherwise than they are written.
ENDINGS = [
    *["."] * 10,
    " : www.service-public.fr",
    " : moncommissariat.fr/plainte, ou 17.fr.",
    " : École.fr/élève",
    " : http://пример.рф/путь?a=1",
    " : https://WWW.Interieur.gouv.fr",
    " : https://exemple.fr/photo/12",
    " : exemple.fr/video/3/",
    " : https://x.com/pnationale01/status/20/photo/1",
    " : https://www.ville.fr/l%27%C3%A9cole?q=a+b#haut",
    " (https://fr.wikipedia.org/wiki/Police_(France)).",
]


class People(threading.Thread):
    """`plan` says how many releases and over how many seconds; `random` is this thread's own."""

    def __init__(
        self,
        number: int,
        departments: list[Department],
        administrators: list[Person],
        random: Random,
        releases: int,
        seconds: float,
    ) -> None:
        super().__init__(name=f"people-{number}", daemon=True)
        self.number = number
        self.departments = departments
        self.administrators = administrators
        self.random = random
        self.plan = sorted(random.uniform(0, seconds) for _ in range(releases))
        self.refusals: Counter[str] = Counter()
        self.errors: list[str] = []
        self.ending = threading.Event()
        self.made = 0

    def run(self) -> None:
        began = time.monotonic()
        while self.plan and not self.ending.is_set():
            if time.monotonic() - began < self.plan[0]:
                self.tries(self.look_after)
                time.sleep(0.05)
                continue
            self.plan.pop(0)
            self.tries(self.one_release)
            if self.random.random() < 0.25:
                self.tries(self.something_else)
            if self.random.random() < 0.25:  # late or not: else a freeze of all stays for good
                self.tries(self.look_after)
        while not self.ending.is_set():
            self.tries(self.look_after)
            time.sleep(0.2)
        connection.close()

    def tries(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What a page would do: show the refusal, or « try again » when there is no database."""
        try:
            return act(*args, **kwargs)
        except Refusal as refusal:
            self.refusals[refusal.code] += 1
        except (DatabaseError, InterfaceError) as error:
            if type(error.__cause__).__name__ in ("CheckViolation", "RaiseException"):
                self.errors.append(f"{act.__name__}: {error}")
            connection.close()
            time.sleep(0.1)
        except Exception as error:
            self.errors.append(f"{act.__name__}: {type(error).__name__} {error}")
            connection.close()
        return None

    # writing and signing

    def one_release(self) -> None:
        town = self.random.choice(self.departments)
        holders, supervisors = seats(town), supervisions(town)
        if not holders or not supervisors:
            return
        author = self.random.choice(holders)
        count = self.random.choice([1] * 8 + [2, 3, 4])
        self.made += 1
        name = f"{town.account.code} {self.number}-{self.made}"
        texts = [
            f"Conseil {name}, message {i + 1} sur {count}{self.random.choice(ENDINGS)}"
            for i in range(count)
        ]
        images: tuple[Image, ...] = ()
        if self.random.random() < 0.15:
            sha256 = stored_image(town.account, PICTURE)
            images = (Image(sha256, f"Une image, {name}"),)
        requested_at = None
        if self.random.random() < 0.4:
            requested_at = db_now() + dt.timedelta(seconds=self.random.uniform(0.5, 8))
        revision = town.submitted(*texts, author=author, images=images, requested_at=requested_at)
        if self.random.random() < 0.1:
            revision = self.second_thoughts(revision, author) or revision
        self.sign(revision, author, holders, supervisors)

    def second_thoughts(self, revision: Revision, author: Person) -> Revision | None:
        draft = Draft.objects.get(pk=revision.draft_id)
        content = Content(
            category=Category.ADVICE,
            messages=tuple(replace(m, text=m.text + " Bis.") for m in draft.messages),
            requested_at=draft.requested_at,
        )
        draft = save_draft(actor=author, draft_id=draft.pk, version=draft.version, content=content)
        return submit_draft(actor=author, draft_id=draft.pk, version=draft.version)

    def sign(
        self, revision: Revision, author: Person, holders: list[Person], supervisors: list[Person]
    ) -> None:
        colleagues = [one for one in holders if one != author]
        signers = [self.random.choice(supervisors)]
        signers += self.random.sample(colleagues, min(1, len(colleagues)))
        self.random.shuffle(signers)
        for signer in signers:
            self.tries(agree, actor=signer, revision=revision)

    # what happens beside

    def something_else(self) -> None:
        town = self.random.choice(self.departments)
        acts = [
            *(self.recalls, self.retracts, self.freezes),
            *(self.leaves, self.steps_down, self.objects),
        ]
        self.random.choices(acts, [4, 4, 2, 3, 2, 4])[0](town)

    def anyone(self, town: Department) -> Person:
        return self.random.choice(seats(town) + supervisions(town))

    def some(self, town: Department, *states: str) -> Publication | None:
        rows = Publication.objects.filter(account=town.account, state__in=states).order_by("-pk")
        found = list(rows[:5])
        return self.random.choice(found) if found else None

    def recalls(self, town: Department) -> None:
        if one := self.some(
            town,
            PublicationState.WAITING,
            PublicationState.HELD,
            PublicationState.SENDING,
            PublicationState.MISSED,
        ):
            recall(actor=self.anyone(town), publication_id=one.pk, reason="Plus utile.")

    def retracts(self, town: Department) -> None:
        if one := self.some(
            town,
            PublicationState.PUBLISHED,
            PublicationState.SENDING,
            PublicationState.UNCERTAIN,
            PublicationState.PARTIAL,
        ):
            retract(actor=self.anyone(town), publication_id=one.pk, reason="Une erreur.")

    def objects(self, town: Department) -> None:
        """To what is in review or waits to leave; who wrote it is refused, as on its page."""
        states = [DraftState.IN_REVIEW, DraftState.RELEASED]
        rows = Draft.objects.filter(account=town.account, state__in=states).order_by("-pk")
        if found := list(rows[:5]):
            draft = self.random.choice(found)
            raise_objection(actor=self.anyone(town), draft_id=draft.pk, reason="Un doute.")

    def freezes(self, town: Department) -> None:
        if self.random.random() < 0.15:
            freeze(actor=self.administrators[0], account=None, reason="Tout arrêter.")
        else:
            freeze(actor=self.anyone(town), account=town.account, reason="Un doute.")

    def leaves(self, town: Department) -> None:
        """A seat holder leaves; somebody in reserve takes the seat, often at once."""
        seat = self.random.choice(list(Seat.objects.filter(account=town.account, ended_at=None)))
        vacate(seat.pk, actor=self.administrators[0])
        if self.random.random() < 0.7:
            self.fills(town)

    def fills(self, town: Department) -> None:
        taken = Seat.objects.filter(account=town.account, ended_at=None)
        free = {1, 2, 3} - set(taken.values_list("number", flat=True))
        busy = {one.pk for one in seats(town) + supervisions(town)}
        people = [p for p in (*town.seats, *town.reserve) if p.pk not in busy]
        if free and people:
            person = self.random.choice(people)
            appoint(town.account.pk, min(free), person.pk, actor=self.administrators[1])

    def steps_down(self, town: Department) -> None:
        rows = list(Supervision.objects.filter(account=town.account, ended_at=None))
        if len(rows) > 1:
            end_supervision(self.random.choice(rows).pk, actor=self.administrators[1])
        busy = {one.pk for one in seats(town) + supervisions(town)}
        people = [p for p in town.supervisors if p.pk not in busy]
        if people:
            name_supervisor(town.account.pk, people[0].pk, actor=self.administrators[0])

    # looking after what stands

    def look_after(self) -> None:
        town = self.random.choice(self.departments)
        self.tries(self.fills, town)
        self.tries(self.thaws, town)
        self.tries(self.mends_line, town)
        self.tries(self.lifts_objections, town)
        rows = Publication.objects.filter(
            account=town.account,
            state__in=[
                PublicationState.HELD,
                PublicationState.MISSED,
                PublicationState.UNCERTAIN,
                PublicationState.REFUSED,
                PublicationState.PARTIAL,
            ],
        )
        for one in rows.select_related("release__revision__draft").order_by("pk")[:5]:
            self.tries(self.decides, town, one)

    def thaws(self, town: Department) -> None:
        old = db_now() - dt.timedelta(seconds=2)
        standing = Freeze.objects.filter(lifted_at=None, since__lt=old)
        if of_all := standing.filter(account=None).first():
            self.tries(self.by_two, self.administrators, self.lifts(of_all), freeze=of_all)
        if mine := standing.filter(account=town.account).first():
            self.by_two(self.two_of(town), self.lifts(mine), freeze=mine)

    def lifts_objections(self, town: Department) -> None:
        """By who raised it or by a supervisor; who left lifts nothing, and is refused."""
        old = db_now() - dt.timedelta(seconds=2)
        standing = Objection.objects.filter(draft__account=town.account, lifted_at=None)
        for one in standing.filter(raised_at__lt=old).select_related("raised_by"):
            who = self.random.choice([one.raised_by, *supervisions(town)])
            self.tries(lift_objection, actor=who, objection_id=one.pk, reason="C’est corrigé.")

    def lifts(self, one: Freeze) -> Callable[[Person], Any]:
        return lambda who: propose_lift(actor=who, freeze_id=one.pk, reason="C’est réglé.")

    def two_of(self, town: Department) -> list[Person]:
        supervisor = self.random.choice(supervisions(town))
        others = [one for one in seats(town) + supervisions(town) if one != supervisor]
        return [self.random.choice(others), supervisor]

    def by_two(self, two: list[Person], proposes: Callable[[Person], Any], **subject: Any) -> None:
        """What was proposed when the database went away is answered before anything else."""
        one = Confirmation.objects.filter(state="open", **subject).first() or proposes(two[0])
        confirmer = two[0] if one.proposed_by_id == two[1].pk else two[1]
        confirm(actor=confirmer, confirmation_id=one.pk)

    def mends_line(self, town: Department) -> None:
        stop = CreditStop.objects.filter(ended_at=None, restored_at=None).first()
        if stop is not None:
            credits_restored(actor=self.administrators[0])
        bad = Credential.objects.filter(account=town.account).exclude(state="connected")
        if bad.exists():
            ask_for_check(actor=self.administrators[1], account=town.account)

    def decides(self, town: Department, one: Publication) -> None:
        due = None
        match one.state, one.reason:
            case PublicationState.HELD, "author_left":
                adopt_draft(
                    actor=self.random.choice(seats(town)), draft_id=one.release.revision.draft_id
                )
                return
            case PublicationState.HELD, "signer_left":
                revision = one.release.revision
                for who in seats(town) + supervisions(town):
                    self.tries(agree, actor=who, revision=revision)
                return
            case PublicationState.HELD, _:
                return
            case PublicationState.MISSED, _:
                kind = "new_time"
                due = db_now() + dt.timedelta(seconds=2) if self.random.random() < 0.5 else None
                if self.random.random() < 0.3:
                    recall(actor=self.anyone(town), publication_id=one.pk, reason="Trop tard.")
                    return
            case PublicationState.UNCERTAIN, _:
                kind = self.random.choice(["send_again"] * 5 + ["give_up"])
                if kind == "give_up" and self.random.random() < 0.9:
                    return
            case PublicationState.REFUSED, _:
                if one.acknowledged_at is None:
                    acknowledge(actor=self.anyone(town), publication_id=one.pk, reason="Vu.")
                return
            case _:
                kind = "go_on"
                if self.random.random() < 0.3:
                    retract(actor=self.anyone(town), publication_id=one.pk, reason="À moitié.")
                    return
        self.by_two(
            self.two_of(town),
            lambda who: propose(
                actor=who, publication_id=one.pk, kind=kind, reason="Vu sur X.", due_at=due
            ),
            publication=one,
        )


def seats(town: Department) -> list[Person]:
    rows = Seat.objects.filter(account=town.account, ended_at=None).select_related("person")
    return [row.person for row in rows.order_by("number")]


def supervisions(town: Department) -> list[Person]:
    rows = Supervision.objects.filter(account=town.account, ended_at=None).select_related("person")
    return [row.person for row in rows.order_by("pk")]
