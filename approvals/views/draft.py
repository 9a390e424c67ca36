"""One page a draft: what will be posted, where it stands, the debate, the verdicts, the history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotFound
from accounts.models import Person
from accounts.models.account import ReplySettings
from accounts.requests import PersonRequest, etag_of, parse_int, unless_known
from accounts.roles import Role
from accounts.timefmt import format_exact
from approvals import capabilities
from approvals.access import draft_for
from approvals.actions import drafts as writing
from approvals.actions import objections
from approvals.actions import reviews as reviewing
from approvals.acts import possible_acts, why_not_approve
from approvals.categories import FIELDS, GROUPS, value_in_words
from approvals.checking import context_of, findings_of_parts, read_stored
from approvals.checklist import NAMES, items_of
from approvals.checks import Finding
from approvals.diff import changes, image_changes
from approvals.digest import content_of
from approvals.errors import ChecklistIncomplete, NotOpened, TextChanged
from approvals.forms import ChecklistForm, CommentForm, ReasonForm
from approvals.history import history_of
from approvals.models import (
    Category,
    Comment,
    Draft,
    DraftState,
    Objection,
    Review,
    Revision,
    RevisionView,
)
from approvals.quorum import Quorum, quorum_of
from approvals.views.compose import shown_parts

# A verdict given so many seconds after the text was opened, or fewer, is said to be.
AT_ONCE = 2


def _debate(draft: Draft) -> list[dict[str, Any]]:
    """Comments and verdicts in the order in which they were given: two queries."""
    said = [
        {"at": c.created_at, "who": c.author, "body": c.body, "verdict": ""}
        for c in Comment.objects.filter(draft=draft).select_related("author")
    ]
    given = Review.objects.filter(revision__draft=draft).select_related("reviewer", "revision")
    said += [
        {
            "at": r.created_at,
            "who": r.reviewer,
            "body": r.reason,
            "verdict": r.verdict,
            "label": r.get_verdict_display(),
            "number": r.revision.number,
            "at_once": _at_once(r),
            "checklist": _checked(r),
        }
        for r in given
    ]
    return sorted([*said, *_objections_said(draft)], key=lambda word: word["at"])


def _objections_said(draft: Draft) -> Iterator[dict[str, Any]]:
    """Each objection and its lifting, as words of the debate: one query."""
    rows = draft.objections.select_related("raised_by", "lifted_by", "revision")
    for row in rows:
        number = row.revision.number
        yield {
            "at": row.raised_at,
            "who": row.raised_by,
            "body": row.reason,
            "verdict": "objection",
            "label": _("opposition"),
            "number": number,
        }
        if row.lifted_at is not None:
            yield {
                "at": row.lifted_at,
                "who": row.lifted_by,
                "body": row.lifting_reason,
                "verdict": "lifting",
                "label": _("opposition de %(who)s levée") % {"who": row.raised_by.name},
                "number": number,
            }


def _checked(review: Review) -> str:
    """« Points vérifiés : compte, exactitude ; non cochés : … »; empty when none was ticked."""
    kept = review.checklist
    if not kept.get("ticked"):
        return ""
    names = {
        state: ", ".join(str(NAMES.get(i, i)) for i in kept["shown"] if (i in kept["ticked"]) == on)
        for state, on in (("ticked", True), ("not", False))
    }
    words = _("Points vérifiés : %(points)s") % {"points": names["ticked"]}
    if kept["together"]:
        words += _(" (les points communs cochés ensemble)")
    if names["not"]:
        words += _(" ; non cochés : %(points)s") % {"points": names["not"]}
    return f"{words}."


def _at_once(review: Review) -> str:
    """Said of a verdict that followed the opening of the text within moments; else empty."""
    seconds = review.seconds_since_opened
    if seconds is None or seconds > AT_ONCE:
        return ""
    if seconds == 0:
        return _("donné moins d’une seconde après l’ouverture")
    return _("donné %(seconds)d s après l’ouverture") % {"seconds": seconds}


def _live_context(draft: Draft, revisions: list[Revision]) -> dict[str, Any]:
    """The parts of the page that change while one reads it: the debate, the quorum, the history."""
    current = next((r for r in revisions if r.closed_at is None), None)
    return {
        "draft": draft,
        "account": draft.account,
        "revision": current,
        "quorum": quorum_of(current) if current is not None else None,
        "objections": list(draft.objections.filter(lifted_at=None).select_related("raised_by")),
        "debate": _debate(draft),
        "history": history_of(draft),
    }


def _revisions(draft: Draft) -> list[Revision]:
    revisions = list(draft.revisions.select_related("submitted_by", "closed_by").order_by("number"))
    for revision in revisions:
        revision.draft = draft
    return revisions


def _settings(draft: Draft, signed: dict[str, Any]) -> dict[str, str]:
    """In words what a content says beside its texts."""
    requested = signed["requested_at"]
    when = dt.datetime.fromisoformat(requested) if requested else None
    return {
        _("Catégorie"): str(Category(signed["category"]).label) if signed["category"] else "—",
        _("Réponses sur X"): str(ReplySettings(signed["reply_settings"]).label),
        _("Diffusion"): format_exact(when, draft.account.zone) if when else _("dès l’accord"),
        **{
            str(FIELDS[name].label): value_in_words(FIELDS[name], value, draft.account)
            for name, value in signed.get("fields", {}).items()
        },
    }


def _changed(draft: Draft, before: Revision | None, current: Revision | None) -> dict[str, Any]:
    """What differs between a revision and the text as it now stands, if that is of interest."""
    if before is None or draft.state in (DraftState.REJECTED, DraftState.ABANDONED):
        return {"before": None}
    signed = current.signed if current is not None else json.loads(content_of(draft))
    old, new = _settings(draft, before.signed), _settings(draft, signed)
    parts = signed["parts"]
    return {
        "before": before,
        "differences": changes(before.texts, [part["text"] for part in parts]),
        "image_differences": image_changes(before.parts, parts),
        "settings_changed": [
            (name, old.get(name, "—"), new.get(name, "—"))
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        ],
    }


def _seen_before(request: PersonRequest, revisions: list[Revision]) -> Revision | None:
    """The version that this person last had before their eyes; remembers that it is now the
    open one.
    """
    person = request.user
    opened = set(
        RevisionView.objects.filter(person=person, revision__in=revisions).values_list(
            "revision_id", flat=True
        )
    )
    current = next((r for r in revisions if r.closed_at is None), None)
    # A HEAD request shows nothing.
    if current is not None and current.pk not in opened and request.method != "HEAD":
        reviewing.record_view(actor=person, revision=current)
    return next((r for r in reversed(revisions) if r is not current and r.pk in opened), None)


def _position(context: dict[str, Any]) -> str:
    """What a page must be showing for its buttons to mean what they say."""
    draft, revision = context["draft"], context["revision"]
    shown = [draft.state, draft.version, revision.pk if revision else 0]
    return "-".join(map(str, [*shown, *(objection.pk for objection in context["objections"])]))


def _verdict_context(
    request: PersonRequest, draft: Draft, role: Role, quorum: Quorum | None
) -> dict[str, Any]:
    left = writing.author_left(draft)
    acts = possible_acts(draft, request.user, role, quorum, author_left=left)
    why = why_not_approve(draft, request.user, quorum) if quorum is not None else ""
    return {"acts": acts, "author_left": left, "why_not": why, "role": role}


def show(
    request: PersonRequest,
    draft_id: int,
    *,
    status: int = 200,
    seen: Revision | None = None,
    incomplete: bool = False,
    **more: Any,
) -> HttpResponse:
    """The page; `seen` is the revision that the person had before their eyes, now out of date;
    `incomplete`: an approval lacked a point of the checklist.
    """
    draft, role = draft_for(request.user, draft_id)
    revisions = _revisions(draft)
    context = _live_context(draft, revisions)
    current: Revision | None = context["revision"]
    parts = current.parts if current is not None else draft.parts
    earlier = [r for r in revisions if r is not current]
    read = _seen_before(request, revisions)
    before = seen or read or (earlier[-1] if earlier else None)
    last = revisions[-1] if revisions else None
    context |= _verdict_context(request, draft, role, context["quorum"])
    context |= {
        "parts": shown_parts(parts, found=_findings(draft, current)),
        **_changed(draft, before, current),
        "asked_fields": _asked_fields(draft, current),
        "read": before is read and not draft.contributors.filter(person=request.user).exists(),
        "sent_back": last if draft.state == DraftState.WRITING and last is not current else None,
        "contributors": [c.person for c in draft.contributors.select_related("person")],
        "position": _position(context),
        "live_etag": _live_body({**context, "moved_on": False})[1],
        "comment_form": CommentForm(),
        "checklist_form": _checklist_form(request, current, status, incomplete)
        if current is not None
        else None,
        "changes_form": ReasonForm(prefix="changes"),
        "reject_form": ReasonForm(prefix="reject"),
        "object_form": ReasonForm(prefix="object"),
        "lifts": _lifts(draft, role, request.user, context["objections"], more.get("lift_form")),
        **more,
    }
    return render(request, "approvals/draft.html", context, status=status)


def _lifts(
    draft: Draft,
    role: Role,
    person: Person,
    standing: list[Objection],
    answered: ReasonForm | None,
) -> list[tuple[Objection, ReasonForm | None]]:
    """The objections that this person may lift, another's with the form of the reason; `answered`
    is the one that was just posted.
    """
    forms: dict[str | None, ReasonForm] = {answered.prefix: answered} if answered else {}
    wrote = capabilities.contributes(person.pk, draft) if standing else False
    may_lift = capabilities.CAPABILITIES["lift_objection"].allows(role, contributor=wrote)
    lifts: list[tuple[Objection, ReasonForm | None]] = []
    for objection in standing:
        if objection.raised_by_id == person.pk:
            lifts.append((objection, None))
        elif may_lift:
            prefix = f"lift-{objection.pk}"
            lifts.append((objection, forms.get(prefix) or ReasonForm(prefix=prefix)))
    return lifts


def _checklist_form(
    request: PersonRequest, revision: Revision, status: int, incomplete: bool
) -> ChecklistForm:
    """Ticks stay when what was sent lacked something, never for another version of the text."""
    items = items_of(revision)
    if request.POST.get("revision") != str(revision.pk) or status != 400:
        return ChecklistForm(items)
    if incomplete:
        return ChecklistForm(items, request.POST)
    return ChecklistForm(items, ticked=request.POST.getlist("ticked"))


def _asked_fields(draft: Draft, current: Revision | None) -> list[tuple[str, str]]:
    """What the category asks for besides the text, as signed, in words."""
    signed = current.signed if current is not None else json.loads(content_of(draft))
    values = signed.get("fields", {})
    return [
        (
            f"{group.legend} · {field.label}",
            value_in_words(field, values[field.name], draft.account),
        )
        for group in GROUPS
        for field in group.fields
        if field.name in values
    ]


def _findings(draft: Draft, current: Revision | None) -> list[list[Finding]]:
    """What the checks found when the open revision was submitted; else what they find now."""
    if current is not None and current.checks:
        return read_stored(current.checks)
    return findings_of_parts(draft.parts, context_of(draft))


def _live_body(context: dict[str, Any]) -> tuple[str, str]:
    """The fragment and its ETag: it says nothing that depends on who reads it."""
    body = render_to_string("approvals/_live.html", context)
    return body, etag_of(body)


@require_safe
def page(request: PersonRequest, draft_id: int) -> HttpResponse:
    return show(request, draft_id)


@require_safe
def live(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The debate, the quorum and the history again, or 304 when nothing of them changed."""
    draft, _role = draft_for(request.user, draft_id)
    context = _live_context(draft, _revisions(draft))
    context["moved_on"] = request.GET.get("position") != _position(context)
    return unless_known(request, *_live_body(context))


@require_POST
def now(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The page as it is now, for one that is out of date: what was being written there is kept."""
    seen = Revision.objects.filter(
        pk=parse_int(request.POST.get("revision", "")) or 0, draft=draft_id
    ).first()
    draft, _role = draft_for(request.user, draft_id)
    fields = ["body", "changes-reason", "reject-reason"]
    typed = [text for name in fields if (text := request.POST.get(name, "").strip())]
    forms: dict[str, Any] = {"comment_form": CommentForm(initial={"body": "\n\n".join(typed)})}
    if draft.state == DraftState.IN_REVIEW:
        forms = {"comment_form": CommentForm(initial={"body": request.POST.get("body", "")})}
        for verdict in ("changes", "reject"):
            if request.POST.get(f"{verdict}-reason", "").strip():
                forms[f"{verdict}_form"] = ReasonForm(request.POST, prefix=verdict)
    return show(request, draft_id, seen=seen, **forms)


@require_POST
def comment(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft_for(request.user, draft_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    reviewing.comment(actor=request.user, draft_id=draft_id, body=form.cleaned_data["body"])
    response = redirect("draft", draft_id)
    response["Location"] += "#debat"
    return response


def _shown_revision(request: PersonRequest, draft_id: int, act: str) -> dict[str, Any]:
    """What the page showed: a revision of the very draft that the URL names, to somebody who may
    do this. Raises NotFound, Forbidden.
    """
    draft, role = draft_for(request.user, draft_id)
    capabilities.require(act, role, request.user.pk, draft)
    revision_id = parse_int(request.POST.get("revision", "")) or 0
    if not Revision.objects.filter(pk=revision_id, draft=draft).exists():
        raise NotFound
    return {"revision_id": revision_id, "digest": request.POST.get("digest", "")}


def _comment_form(request: PersonRequest) -> CommentForm:
    """What was being written in the debate when the verdict was given: it goes with it."""
    form = CommentForm(request.POST)
    form.fields["body"].required = False
    return form


def _stale(
    request: PersonRequest, draft_id: int, changed: TextChanged | NotOpened, **forms: Any
) -> HttpResponse:
    """The page as it is now, with what changed since the one that was answered; a reason that
    has no place there any more goes to the debate's field.
    """
    seen = (
        Revision.objects.filter(pk=parse_int(request.POST.get("revision", "")) or 0, draft=draft_id)
        .exclude(closed_at=None)
        .first()
    )
    if changed.details["draft"].state != DraftState.IN_REVIEW:
        typed = [text for form in forms.values() for text in form.cleaned_data.values() if text]
        forms = {"comment_form": CommentForm(initial={"body": "\n\n".join(typed)})}
    return show(request, draft_id, status=409, seen=seen, stale=changed.sentence, **forms)


@require_POST
def approve(request: PersonRequest, draft_id: int) -> HttpResponse:
    shown = _shown_revision(request, draft_id, "approve")
    comment_form = _comment_form(request)
    if not comment_form.is_valid():
        return show(request, draft_id, status=400, comment_form=comment_form)
    given: dict[str, Any] = {
        "comment": comment_form.cleaned_data["body"],
        "ticked": request.POST.getlist("ticked"),
        "together": request.POST.get("together") == "yes",
    }
    try:
        revision = reviewing.approve(actor=request.user, **given, **shown)
    except ChecklistIncomplete:
        return show(request, draft_id, status=400, incomplete=True, comment_form=comment_form)
    except (NotOpened, TextChanged) as changed:
        return _stale(request, draft_id, changed, comment_form=comment_form)
    revision.draft.refresh_from_db(fields=["state"])
    if revision.draft.state == DraftState.RELEASED:
        messages.success(
            request,
            _("Accord enregistré. Tous les accords sont réunis : le texte est bon à diffuser."),
        )
    else:
        messages.success(request, _("Accord enregistré."))
    return redirect("draft", draft_id)


def _turn_down(request: PersonRequest, draft_id: int, verdict: str) -> HttpResponse:
    shown = _shown_revision(
        request, draft_id, "reject" if verdict == "reject" else "ask_for_changes"
    )
    form = ReasonForm(request.POST, prefix=verdict)
    comment_form = _comment_form(request)
    typed: dict[str, Any] = {"comment_form": comment_form, f"{verdict}_form": form}
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, **typed)
    act: Callable[..., Draft] = (
        reviewing.reject if verdict == "reject" else reviewing.ask_for_changes
    )
    reason, body = form.cleaned_data["reason"], comment_form.cleaned_data["body"]
    try:
        ticked = request.POST.getlist("ticked")
        act(actor=request.user, reason=reason, ticked=ticked, comment=body, **shown)
    except (NotOpened, TextChanged) as changed:
        return _stale(request, draft_id, changed, **typed)
    done = {
        "changes": _("Texte renvoyé à son auteur, qui est prévenu."),
        "reject": _("Texte rejeté."),
    }
    messages.success(request, done[verdict])
    return redirect("draft", draft_id)


@require_POST
def ask_for_changes(request: PersonRequest, draft_id: int) -> HttpResponse:
    return _turn_down(request, draft_id, "changes")


@require_POST
def reject(request: PersonRequest, draft_id: int) -> HttpResponse:
    return _turn_down(request, draft_id, "reject")


@require_POST
def object_to(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    capabilities.require("object", role, request.user.pk, draft)
    form, comment_form = ReasonForm(request.POST, prefix="object"), _comment_form(request)
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, object_form=form, comment_form=comment_form)
    objections.raise_objection(
        actor=request.user,
        draft_id=draft_id,
        reason=form.cleaned_data["reason"],
        comment=comment_form.cleaned_data["body"],
    )
    messages.success(
        request,
        _("Opposition enregistrée : ce qui n’est pas parti est retenu jusqu’à ce qu’on la lève."),
    )
    return redirect("draft", draft_id)


@require_POST
def lift_objection(request: PersonRequest, draft_id: int, objection_id: int) -> HttpResponse:
    draft, role = draft_for(request.user, draft_id)
    objection = Objection.objects.filter(pk=objection_id, draft=draft).first()
    if objection is None:
        raise NotFound
    objections.require_lift(objection, request.user, role, draft)
    form = ReasonForm(request.POST, prefix=f"lift-{objection_id}")
    form.fields["reason"].required = objection.raised_by_id != request.user.pk
    comment_form = _comment_form(request)
    if not all([form.is_valid(), comment_form.is_valid()]):
        return show(request, draft_id, status=400, lift_form=form, comment_form=comment_form)
    draft = objections.lift_objection(
        actor=request.user,
        objection_id=objection_id,
        reason=form.cleaned_data["reason"],
        comment=comment_form.cleaned_data["body"],
    )
    messages.success(request, _("Opposition levée."))
    return redirect("draft", draft_id)


def _done_with_comment(
    request: PersonRequest, draft_id: int, act: Callable[..., Draft], then: str, done: str = ""
) -> HttpResponse:
    """Does it with what was being written in the debate, and goes to `then` of the draft."""
    draft_for(request.user, draft_id)
    form = _comment_form(request)
    if not form.is_valid():
        return show(request, draft_id, status=400, comment_form=form)
    draft = act(actor=request.user, comment=form.cleaned_data["body"])
    if done:
        messages.success(request, done)
    return redirect(then, draft.pk)


@require_POST
def take_back(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.take_back, draft_id=draft_id)
    return _done_with_comment(request, draft_id, act, "compose")


@require_POST
def abandon(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.abandon_draft, draft_id=draft_id)
    done = _("Brouillon abandonné. Son texte reste ici et peut être repris.")
    return _done_with_comment(request, draft_id, act, "draft", done)


@require_POST
def adopt(request: PersonRequest, draft_id: int) -> HttpResponse:
    act = partial(writing.adopt_draft, draft_id=draft_id)
    done = _("Vous êtes maintenant l’auteur de ce brouillon.")
    return _done_with_comment(request, draft_id, act, "draft", done)


@require_POST
def use_again(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, _role = draft_for(request.user, draft_id)
    act = partial(writing.use_again, draft=draft)
    return _done_with_comment(request, draft_id, act, "compose")
