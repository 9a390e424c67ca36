"""One page a draft: what will be posted, where it stands, the debate, the verdicts, the history."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Person
from accounts.requests import PersonRequest, etag_of, parse_int, unless_known
from accounts.roles import Role
from approvals import capabilities
from approvals.access import draft_for
from approvals.actions import debate as debating
from approvals.actions import reviews as reviewing
from approvals.actions.base import threads_of
from approvals.actions.presence import note_presence
from approvals.actions.purge import purges_of
from approvals.acts import possible_acts, why_not_approve
from approvals.checking import context_of, findings_of_thread, read_stored
from approvals.checklist import NAMES, items_of
from approvals.checks import Finding
from approvals.content import Comparison, compare, content_of, fields_in_words, replied_to
from approvals.debate import DebateEntry, debate_of, unresolved
from approvals.digest import SignedContent
from approvals.forms.debate import CommentForm, WordingForm, thread_choices, typed_wordings
from approvals.forms.verdict import ChecklistForm, ReasonForm
from approvals.history import history_of
from approvals.models import Draft, DraftState, Objection, Revision
from approvals.preview import Quote, shown_messages
from approvals.records import DraftRecords

# The key of the session under which ticks and wordings wait for the page that follows an act in
# the debate.
TYPED = "typed"


def _live_context(records: DraftRecords, person: Person, role: Role) -> dict[str, Any]:
    """The parts of the page that change while one reads it: the debate, the quorum, the history."""
    debate = debate_of(records)
    return {
        "draft": records.draft,
        "account": records.draft.account,
        "revision": records.current,
        "quorum": records.quorum,
        "objections": records.standing_objections,
        "debate": debate,
        "unresolved": unresolved(debate),
        "decides": _decides(records, person, role, debate),
        "history": history_of(records.entries),
    }


def _decides(records: DraftRecords, person: Person, role: Role, debate: list[DebateEntry]) -> bool:
    """Whether this person takes or declines the wordings that are proposed."""
    if not any(entry.wording is not None and entry.wording.waits for entry in debate):
        return False
    author = records.draft.author_id == person.pk or records.author_left
    return author and capabilities.CAPABILITIES["edit"].allows(role)


def _findings(draft: Draft, current: Revision | None) -> list[list[Finding]]:
    """What the checks found when the open revision was submitted; else what they find now."""
    if current is not None and current.checks:
        return read_stored(current.checks)
    return findings_of_thread(draft.messages, context_of(draft))


def _changed(draft: Draft, before: Revision | None, now: SignedContent) -> Comparison | None:
    """What changed since a revision, if that is of interest."""
    if before is None or draft.state in (DraftState.REJECTED, DraftState.ABANDONED):
        return None
    return compare(before, now, draft.account)


def _seen_before(request: PersonRequest, records: DraftRecords) -> Revision | None:
    """The version that this person last had before their eyes; remembers that it is now the
    open one.
    """
    current = records.current
    opened = [revision for revision in records.revisions if revision.opened]
    # A HEAD request shows nothing.
    if current is not None and current not in opened and request.method != "HEAD":
        reviewing.record_view(actor=request.user, revision=current)
    return next((r for r in reversed(opened) if r != current), None)


def _position(context: dict[str, Any]) -> str:
    """What a page must be showing for its buttons to mean what they say."""
    draft, revision = context["draft"], context["revision"]
    shown = [draft.state, draft.version, revision.pk if revision else 0]
    return "-".join(map(str, [*shown, *(objection.pk for objection in context["objections"])]))


def _verdict_context(request: PersonRequest, records: DraftRecords, role: Role) -> dict[str, Any]:
    draft, quorum, left = records.draft, records.quorum, records.author_left
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
    typed: dict[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page; `seen` is the revision that the person had before their eyes, now out of date;
    `incomplete`: an approval lacked a point of the checklist; `typed`: what they were writing.
    """
    draft, role = draft_for(request.user, draft_id)
    records = DraftRecords(draft, request.user)
    context = _live_context(records, request.user, role)
    revisions, current = list(records.revisions), records.current
    content = current.signed if current is not None else content_of(draft)
    earlier = [r for r in revisions if r is not current]
    read = _seen_before(request, records)
    before = seen or read or (earlier[-1] if earlier else None)
    last = revisions[-1] if revisions else None
    contributors = [row.person for row in records.contributors]
    wrote = request.user in contributors
    quotes = _quotes(context["unresolved"]) if current is not None else None
    context |= _verdict_context(request, records, role)
    parts = shown_messages(content.messages, found=_findings(draft, current), quotes=quotes)
    forms = _forms(request, context, status, seen, typed or {}, incomplete=incomplete) | more
    wordings = forms.get("wording_form") or ()
    context |= {
        "parts": parts,
        "texts": list(zip_longest(parts, wordings)),
        "replied_to": replied_to(content.in_reply_to),
        "purged": purges_of(draft),
        "changed": _changed(draft, before, content),
        "asked_fields": fields_in_words(content, draft.account),
        "read": before is read and not wrote,
        "wrote": wrote,
        "comparable": len(revisions) > 1 or (bool(revisions) and draft.state == DraftState.WRITING),
        "sent_back": last if draft.state == DraftState.WRITING and last is not current else None,
        "contributors": contributors,
        "reviewers": records.reviewers,
        "position": _position(context),
        "live_etag": _live_body({**context, "moved_on": False})[1],
        "lifts": _lifts(records, role, request.user, more.get("lift_form")),
        **forms,
    }
    context["comment_form"].offer_names(_others(request.user, records))
    return render(request, "approvals/draft.html", context, status=status)


def _forms(
    request: PersonRequest,
    context: dict[str, Any],
    status: int,
    seen: Revision | None,
    typed: dict[str, str],
    *,
    incomplete: bool,
) -> dict[str, Any]:
    """The forms of the page, with what waited for it; what was proposed in place of a text that is
    no more goes to the debate's field.
    """
    current: Revision | None = context["revision"]
    kept = request.session.pop(TYPED, {}) if request.method == "GET" else {}
    if current is None or kept.get("revision") != str(current.pk):
        kept = {}
    if seen is not None and seen != current:
        left = typed_wordings(seen.texts, request.POST).values()
        typed = {**typed, "body": "\n\n".join(filter(None, [typed.get("body", ""), *left]))}
    forms = {name: ReasonForm(prefix=name) for name in ("changes", "reject", "object")}
    return {
        **{f"{name}_form": form for name, form in forms.items()},
        "comment_form": CommentForm(current, _threads(context["debate"]), initial=typed),
        "checklist_form": _checklist_form(request, current, status, incomplete, kept)
        if current is not None
        else None,
        "wording_form": _wording_form(request, current, kept)
        if current is not None and "propose_wording" in context["acts"]
        else None,
    }


def _wording_form(request: PersonRequest, revision: Revision, kept: dict[str, Any]) -> WordingForm:
    texts = revision.texts
    if request.POST.get("revision") == str(revision.pk):
        return WordingForm(texts, typed_wordings(texts, request.POST))
    return WordingForm(texts, {int(i): text for i, text in kept.get("wordings", {}).items()})


def _others(person: Person, records: DraftRecords) -> list[str]:
    """The names of those who see the draft too."""
    people = records.reviewers.items()
    return list(dict.fromkeys(who.person.name for pk, who in people if pk != person.pk))


def _threads(debate: list[DebateEntry]) -> list[tuple[int, str, str]]:
    return [(e.thread.pk, e.who.name, e.body) for e in debate if e.thread is not None]


def _quotes(threads: list[DebateEntry]) -> dict[int, list[Quote]]:
    """What of the open revision they quote, by message."""
    quotes: dict[int, list[Quote]] = {}
    for entry in threads:
        passage = entry.thread.passage if entry.thread is not None else None
        if entry.thread is None or passage is None or entry.number:
            continue
        if passage.start is not None and passage.end is not None:
            quote = Quote(passage.start, passage.end, entry.thread.pk, entry.who.name)
            quotes.setdefault(passage.position, []).append(quote)
    return quotes


def _lifts(
    records: DraftRecords, role: Role, person: Person, answered: ReasonForm | None
) -> list[tuple[Objection, ReasonForm | None]]:
    """The objections that this person may lift, another's with the form of the reason; `answered`
    is the one that was just posted.
    """
    forms: dict[str | None, ReasonForm] = {answered.prefix: answered} if answered else {}
    wrote = any(row.person_id == person.pk for row in records.contributors)
    may_lift = capabilities.CAPABILITIES["lift_objection"].allows(role, contributor=wrote)
    lifts: list[tuple[Objection, ReasonForm | None]] = []
    for objection in records.standing_objections:
        if objection.raised_by_id == person.pk:
            lifts.append((objection, None))
        elif may_lift:
            prefix = f"lift-{objection.pk}"
            lifts.append((objection, forms.get(prefix) or ReasonForm(prefix=prefix)))
    return lifts


def _checklist_form(
    request: PersonRequest,
    revision: Revision,
    status: int,
    incomplete: bool,
    kept: dict[str, Any],
) -> ChecklistForm:
    """Ticks stay when what was sent lacked something or was a word of the debate, never for another
    version of the text.
    """
    items = items_of(revision)
    if kept:
        return ChecklistForm(items, ticked=kept["ticked"], together=kept["together"])
    if request.POST.get("revision") != str(revision.pk) or status != 400:
        return ChecklistForm(items)
    if incomplete:
        return ChecklistForm(items, request.POST)
    together = request.POST.get("together") == "yes"
    return ChecklistForm(items, ticked=request.POST.getlist("ticked"), together=together)


def _live_body(context: dict[str, Any]) -> tuple[str, str]:
    """The fragment and its ETag; only whether they decide on wordings depends on who reads it."""
    body = render_to_string("approvals/_live.html", context)
    return body, etag_of(body)


@require_safe
def page(request: PersonRequest, draft_id: int) -> HttpResponse:
    return show(request, draft_id)


@require_safe
def live(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The debate, the quorum and the history again, or 304 when nothing of them changed."""
    draft, role = draft_for(request.user, draft_id)
    context = _live_context(DraftRecords(draft, request.user), request.user, role)
    context["moved_on"] = request.GET.get("position") != _position(context)
    return with_presence(request, draft, unless_known(request, *_live_body(context)))


def with_presence(
    request: PersonRequest, draft: Draft, response: HttpResponse, *, writing: bool = False
) -> HttpResponse:
    """With what the others do with this draft now, in a header: an answer without a body has it
    too. A page that nobody looks at only asks.
    """
    looks = "Page-Hidden" not in request.headers
    people = note_presence(draft, request.user, writing=writing, looks=looks)
    return trigger_client_event(response, "presence", {"people": people})


@require_POST
def now(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The page as it is now, for one that is out of date: what was being written there is kept."""
    draft, _role = draft_for(request.user, draft_id)
    seen = shown_revision(request, draft)
    typed = typed_words(request)
    forms: dict[str, Any] = {}
    for verdict in ("changes", "reject"):
        reason = request.POST.get(f"{verdict}-reason", "").strip()
        if reason and draft.state == DraftState.IN_REVIEW:
            forms[f"{verdict}_form"] = ReasonForm(request.POST, prefix=verdict)
        elif reason:
            typed["body"] = "\n\n".join(filter(None, [typed["body"], reason]))
    return show(request, draft_id, seen=seen, typed=typed, **forms)


@require_POST
def comment(request: PersonRequest, draft_id: int) -> HttpResponse:
    draft, _role = draft_for(request.user, draft_id)
    form = typed_comment(request, draft, required=True)
    if not form.is_valid() or form.typed is None:
        return show(request, draft_id, status=400, comment_form=form)
    written = debating.comment(
        actor=request.user, draft_id=draft_id, body=form.typed.body, about=form.typed.about
    )
    return to_debate(request, draft, f"comment-{written.thread_id or written.pk}")


def to_debate(
    request: PersonRequest, draft: Draft, anchor: str, *, sent: bool = False
) -> HttpResponse:
    """Back to the page, which shows again what was ticked and, unless it was `sent`, the wordings
    that were being written; never in its address, where another could tick them.
    """
    ticked = [point for point in request.POST.getlist("ticked") if point in NAMES]
    revision = shown_revision(request, draft)
    wordings = typed_wordings(revision.texts, request.POST) if revision and not sent else {}
    if ticked or wordings:
        request.session[TYPED] = {
            "revision": request.POST.get("revision", ""),
            "ticked": ticked,
            "together": request.POST.get("together") == "yes",
            "wordings": wordings,
        }
    response = redirect("draft", draft.pk)
    response["Location"] += f"#{anchor}"
    return response


def shown_revision(request: PersonRequest, draft: Draft) -> Revision | None:
    """The revision of this draft that the page showed."""
    return draft.revisions.filter(pk=parse_int(request.POST.get("revision", "")) or 0).first()


def typed_words(request: PersonRequest) -> dict[str, str]:
    """What was being written in the debate, to be written on."""
    return {
        name: request.POST.get(name, "").strip() for name in ("body", "about", "quote", "start")
    }


def typed_comment(request: PersonRequest, draft: Draft, *, required: bool = False) -> CommentForm:
    """What was being written in the debate when the verdict was given: it goes with it."""
    threads = thread_choices(threads_of(draft).select_related("author"))
    return CommentForm(shown_revision(request, draft), threads, request.POST, required=required)
