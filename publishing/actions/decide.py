"""Confirmation: one proposes with a reason, another confirms; what each kind asks and does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import administers, administrators, require_role, reviewers, role_on
from accounts.actions.base import action, lock_account, owe, record, said
from accounts.clock import db_now
from accounts.errors import Forbidden, Invalid, Moved, NotYours
from accounts.models import Account, Person
from accounts.models.notice import NoticeKind
from publishing import wake
from publishing.actions import freeze as freezing
from publishing.actions.moves import lock_publication, move
from publishing.actions.recall import recall_now
from publishing.matching import is_post_id
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    Freeze,
    Look,
    LookKind,
    LookResult,
    Part,
    PartState,
    Publication,
    PublicationState,
    Reason,
    Retraction,
)

STATE = PublicationState
KIND = ConfirmationKind


class AlreadyOpen(Moved):
    code = "already_proposed"
    sentence = _("Une proposition attend déjà une réponse.")


class NotOpen(Moved):
    code = "not_open"
    sentence = _("Cette proposition n’attend plus de réponse.")


class NeedsAnother(Forbidden):
    code = "needs_another"
    sentence = _("Une autre personne doit confirmer ; l’une des deux est superviseur du compte.")


class NotNow(Moved):
    code = "not_now"
    sentence = _("Cette décision n’est pas possible dans l’état actuel de la diffusion.")


@dataclass(frozen=True)
class Rule:
    """When a kind can be proposed, and what it does once confirmed."""

    states: frozenset[str]
    effect: Callable[[Confirmation, Publication], None]
    after_last_look: bool = False


# proposing and answering


@action
def propose(
    *,
    actor: Person,
    publication_id: int,
    kind: ConfirmationKind,
    reason: str,
    due_at: dt.datetime | None = None,
    x_id: str = "",
) -> Confirmation:
    """Proposes a decision on a publication; somebody else of the account confirms it within the
    hour. Raises NotYours, Invalid, NotNow, AlreadyOpen.
    """
    publication = _locked(publication_id)
    require_role(actor, publication.account_id)
    if not can_propose(publication, kind):
        raise NotNow
    if due_at is not None and due_at <= db_now():
        raise Invalid(_("Cette heure est déjà passée : choisissez-en une autre."), field="due_at")
    if kind == KIND.FOUND and not is_post_id(x_id):
        raise Invalid(_("Donnez le lien du message sur X."), field="link")
    if publication.confirmations.filter(state=ConfirmationState.OPEN).exists():
        raise AlreadyOpen
    made = Confirmation.objects.create(
        kind=kind,
        publication=publication,
        reason=said(reason),
        due_at=due_at,
        x_id=x_id,
        proposed_by=actor,
        expires_at=_expiry(),
    )
    record("confirmation.proposed", actor=actor, account=publication.account_id, subject=made,
           draft_id=publication.release.revision.draft_id, kind=kind)  # fmt: skip
    _ask_others(made, publication.account, list(reviewers(publication.account_id)))
    return made


@action
def propose_lift(*, actor: Person, freeze_id: int, reason: str) -> Confirmation:
    """Proposes to lift a freeze: of an account by its people, of all by administrators."""
    freeze = _locked_freeze(freeze_id, actor)
    _refuse_unread(freeze)
    if freeze.confirmations.filter(state=ConfirmationState.OPEN).exists():
        raise AlreadyOpen
    made = Confirmation.objects.create(
        kind=KIND.LIFT,
        freeze=freeze,
        reason=said(reason),
        proposed_by=actor,
        expires_at=_expiry(),
    )
    record("confirmation.proposed", actor=actor, account=freeze.account_id, subject=made,
           kind=KIND.LIFT)  # fmt: skip
    if freeze.account is not None:
        _ask_others(made, freeze.account, list(reviewers(freeze.account)))
    else:
        _ask_others(made, None, [person.pk for person in administrators()])
    return made


def _ask_others(one: Confirmation, account: Account | None, people: list[int]) -> None:
    """Owes those who can answer a mail: a proposal expires within the hour."""
    if one.publication is not None:
        path = reverse("draft", args=[one.publication.release.revision.draft_id])
    elif account is not None:
        path = reverse("account", args=[account.handle])
    else:
        path = reverse("freezes")
    others = [pk for pk in people if pk != one.proposed_by_id]
    owe(others, NoticeKind.AWAITS_YOU, path=path, account=account)


@action
def confirm(*, actor: Person, confirmation_id: int) -> Confirmation:
    """The second person agrees, and it takes effect. Raises NeedsAnother, NotOpen, NotNow."""
    one, publication = _lock(confirmation_id, actor)
    if one.proposed_by_id == actor.pk or not _two_stand(one, actor):
        raise NeedsAnother
    if publication is not None and not can_propose(publication, KIND(one.kind)):
        raise NotNow
    if one.due_at is not None and one.due_at <= db_now():
        raise NotNow(_("L’heure proposée est passée : proposez-en une autre."))
    _decide(one, ConfirmationState.CONFIRMED, actor)
    if one.freeze is not None:
        _refuse_unread(one.freeze)
        freezing.lift(one, actor=actor)
    elif publication is not None:
        RULES[KIND(one.kind)].effect(one, publication)
    return one


def _refuse_unread(freeze: Freeze) -> None:
    """A restored copy stays frozen until X was looked at for all that may have left since."""
    unread = Look.objects.filter(
        done_at=None, kind=LookKind.LOOK_UP, part__publication__reason=Reason.RESTORED
    )
    if freeze.restored_from is not None and unread.exists():
        raise NotNow(_("Base restaurée : X est encore lu pour savoir ce qui est parti depuis."))


@action
def decline(*, actor: Person, confirmation_id: int) -> Confirmation:
    """Somebody else of the account says no."""
    one, _publication = _lock(confirmation_id, actor)
    if one.proposed_by_id == actor.pk:
        raise Forbidden(_("C’est votre proposition : vous pouvez la retirer."))
    _decide(one, ConfirmationState.DECLINED, actor)
    return one


@action
def withdraw(*, actor: Person, confirmation_id: int) -> Confirmation:
    """The proposer takes it back."""
    one, _publication = _lock(confirmation_id, actor)
    if one.proposed_by_id != actor.pk:
        raise Forbidden
    _decide(one, ConfirmationState.WITHDRAWN, actor)
    return one


def can_propose(publication: Publication, kind: ConfirmationKind) -> bool:
    """Whether this decision makes sense now; also asked again when it is confirmed."""
    rule = RULES.get(kind)
    if rule is None or publication.state not in rule.states:
        return False
    if rule.after_last_look and not last_look_made(publication):
        return False
    if rule.effect is _after_a_look and pending_decision(publication):
        return False
    if kind in (KIND.SEND_AGAIN, KIND.GO_ON) and retraction_stands(publication):
        return False
    if kind == KIND.RECALL:
        return any(part.perhaps_out for part in publication.parts.all())
    return kind != KIND.FOUND or last_look_unreadable(publication)


def last_look_made(publication: Publication) -> bool:
    """Every uncertain part has had its last look, answered by X or not."""
    uncertain = publication.parts.filter(state=PartState.UNCERTAIN)
    return not Look.objects.filter(part__in=uncertain, kind=LookKind.LOOK_UP, done_at=None).exists()


def last_look_unreadable(publication: Publication) -> bool:
    last = (
        Look.objects.filter(
            part__publication=publication, kind=LookKind.LOOK_UP, done_at__isnull=False
        )
        .order_by("-due_at")
        .first()
    )
    return last is not None and last.result == LookResult.UNREADABLE and last_look_made(publication)


def retraction_stands(publication: Publication) -> bool:
    """Somebody wants it off X: nothing of it is sent again meanwhile."""
    return Retraction.objects.filter(publication=publication, ended_at=None).exists()


def pending_decision(publication: Publication) -> bool:
    """A confirmed decision waits for its look at X."""
    return Look.objects.filter(
        part__publication=publication, kind=LookKind.BEFORE_ACT, done_at=None
    ).exists()


# what each does


def _wait_until(publication: Publication, one: Confirmation) -> None:
    """« Now » is when the two agreed: should X not be readable for hours, it is too late then."""
    publication.due_at = one.due_at or one.decided_at or db_now()
    Publication.objects.filter(pk=publication.pk).update(due_at=publication.due_at, not_sent=0)
    wake.after_commit(wake.SEND, publication.account_id)


def _after_a_look(one: Confirmation, publication: Publication) -> None:
    """What may be on X is looked for once more before the decision takes effect; of a thread that
    goes on, the next message in any case: people, or a time before a restore, may have sent it.
    """
    parts = list(publication.parts.all())
    doubtful = [part for part in parts if part.perhaps_out]
    if one.kind == KIND.GO_ON:
        doubtful = [part for part in parts if part.state not in (PartState.OUT, PartState.DELETED)]
    if not doubtful:
        take_effect(one, publication)
        return
    Look.objects.create(
        part=doubtful[0], kind=LookKind.BEFORE_ACT, confirmation=one, due_at=db_now()
    )
    wake.after_commit(wake.LOOK, publication.account_id)


def take_effect(one: Confirmation, publication: Publication) -> None:
    """The decision itself, once the look before it has found nothing."""
    if publication.state not in RULES[KIND(one.kind)].states:
        return
    if one.kind == KIND.RECALL:
        recall_now(publication, actor=one.proposed_by, reason=one.reason)
        return
    if retraction_stands(publication):
        return
    stopped = [PartState.UNCERTAIN, PartState.REFUSED]
    publication.parts.filter(state__in=stopped).update(
        state=PartState.PENDING, uncertain_since=None
    )
    _wait_until(publication, one)
    out = publication.parts.filter(state=PartState.OUT).exists()
    after = STATE.SENDING if out else STATE.WAITING
    move(publication, after, actor=one.decided_by, next_try_at=publication.due_at,
         confirmation=one.pk)  # fmt: skip


def _give_up(one: Confirmation, publication: Publication) -> None:
    from publishing.actions.look_up import plan_given_up

    for part in publication.parts.filter(state=PartState.UNCERTAIN):
        Look.objects.filter(part=part, done_at=None).update(done_at=Now(), result=LookResult.MOOT)
        plan_given_up(part)
    publication.parts.filter(state=PartState.UNCERTAIN).update(
        state=PartState.REFUSED, uncertain_since=None
    )
    out = publication.parts.filter(state=PartState.OUT).exists()
    move(publication, STATE.PARTIAL if out else STATE.REFUSED, reason=Reason.GIVEN_UP,
         actor=one.decided_by, confirmation=one.pk)  # fmt: skip


def _found(one: Confirmation, publication: Publication) -> None:
    from publishing.actions.look_up import found

    part = publication.parts.filter(state=PartState.UNCERTAIN).first()
    if part is None or Part.objects.filter(x_id=one.x_id).exists():
        raise NotNow
    part.publication = publication
    found(publication, part, one.x_id)


RULES: dict[ConfirmationKind, Rule] = {
    KIND.NEW_TIME: Rule(frozenset({STATE.MISSED}), _after_a_look),
    KIND.SEND_AGAIN: Rule(frozenset({STATE.UNCERTAIN}), _after_a_look, after_last_look=True),
    KIND.GIVE_UP: Rule(frozenset({STATE.UNCERTAIN}), _give_up),
    KIND.FOUND: Rule(frozenset({STATE.UNCERTAIN}), _found, after_last_look=True),
    KIND.GO_ON: Rule(frozenset({STATE.PARTIAL}), _after_a_look),
    KIND.RECALL: Rule(frozenset({STATE.REFUSED, STATE.MISSED}), _after_a_look),
}


# the mechanism


def _expiry() -> dt.datetime:
    return db_now() + dt.timedelta(seconds=settings.DURATIONS.confirmation_expires)


def _locked(publication_id: int) -> Publication:
    if not Publication.objects.filter(pk=publication_id).exists():
        raise NotYours
    return lock_publication(publication_id)


def _locked_freeze(freeze_id: int, actor: Person) -> Freeze:
    found = Freeze.objects.filter(pk=freeze_id).values_list("account_id", flat=True)
    if not found:
        raise NotYours
    if found[0] is not None:
        lock_account(found[0])
    _require_side(actor, found[0])
    freeze = Freeze.objects.select_for_update().get(pk=freeze_id)
    if freeze.lifted_at is not None:
        raise NotOpen(_("Ce gel est déjà levé."))
    return freeze


def _require_side(actor: Person, account_id: int | None) -> None:
    """On the account's side, or an administrator where it concerns all. Raises NotYours."""
    if account_id is not None:
        require_role(actor, account_id)
    elif not administers(actor):
        raise NotYours


def _lock(confirmation_id: int, actor: Person) -> tuple[Confirmation, Publication | None]:
    row = Confirmation.objects.filter(pk=confirmation_id).first()
    if row is None:
        raise NotYours
    publication = None
    if row.publication_id is not None:
        publication = _locked(row.publication_id)
        require_role(actor, publication.account_id)
    elif row.freeze_id is not None:
        _locked_freeze(row.freeze_id, actor)
    one = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation_id)
    if one.state != ConfirmationState.OPEN or one.expires_at <= db_now():
        raise NotOpen
    return one, publication


def _two_stand(one: Confirmation, actor: Person) -> bool:
    """Both still have their right, and one of them is a supervisor where an account is meant."""
    account_id = account_of(one)
    if account_id is None:
        return administers(actor) and administers(one.proposed_by)
    roles = {role_on(actor, account_id), role_on(one.proposed_by, account_id)}
    return None not in roles and "supervision" in roles


def account_of(one: Confirmation) -> int | None:
    if one.publication is not None:
        return one.publication.account_id
    return one.freeze.account_id if one.freeze is not None else None


def _decide(one: Confirmation, state: ConfirmationState, actor: Person | None) -> None:
    one.state, one.decided_by = state, actor
    Confirmation.objects.filter(pk=one.pk).update(state=state, decided_by=actor, decided_at=Now())
    draft_id = one.publication.release.revision.draft_id if one.publication else None
    record(f"confirmation.{state}", actor=actor, account=account_of(one), subject=one,
           draft_id=draft_id, kind=one.kind)  # fmt: skip


def lapse_of_proposer(account: Account | int, person_id: int) -> None:
    """The proposer's right ended: what they proposed lapses with it, in that transaction."""
    account_id = account.pk if isinstance(account, Account) else account
    on_account = Q(publication__account=account_id) | Q(freeze__account=account_id)
    rows = Confirmation.objects.filter(
        on_account, state=ConfirmationState.OPEN, proposed_by=person_id
    )
    rows = rows.select_for_update(of=("self",))
    for one in rows.select_related("publication__release__revision", "freeze"):
        _decide(one, ConfirmationState.LAPSED, None)


@action
def expire(confirmation_id: int) -> None:
    """After an hour without an answer."""
    one = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation_id)
    if one.state == ConfirmationState.OPEN and one.expires_at <= db_now():
        _decide(one, ConfirmationState.EXPIRED, None)


def expired() -> list[int]:
    rows = Confirmation.objects.filter(state=ConfirmationState.OPEN, expires_at__lte=Now())
    return list(rows.values_list("pk", flat=True)[:100])
