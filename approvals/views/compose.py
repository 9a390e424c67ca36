"""The composer: writing, the count and the preview as one types, saving by itself, submitting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Invalid
from accounts.fetching import fetch_together
from accounts.requests import STOP_POLLING, PersonRequest, max_body_size
from approvals.access import draft_for
from approvals.actions.base import require_state
from approvals.actions.drafts import save_draft, submit_draft
from approvals.capabilities import CAPABILITIES
from approvals.categories import FIELDS
from approvals.category_rules import needed_for
from approvals.content import replied_to
from approvals.diff import changes, image_changes
from approvals.emojis import EMOJIS
from approvals.errors import ApprovedText, SavedElsewhere
from approvals.forms.composer import ComposerForm
from approvals.history import entries_of, history_of
from approvals.models import Contributor, Draft, DraftState, Review, Revision, Verdict
from approvals.models.states import TRANSITIONS
from approvals.preview import shown_messages
from approvals.thread import Removed
from approvals.tweet_text import MAX_WEIGHT
from approvals.views.draft import with_presence

# 25 messages with four descriptions of 1,000 signs each.
MAX_COMPOSED_BYTES = 1024 * 1024


def draft_to_write(request: PersonRequest, draft_id: int) -> Draft:
    """A draft that this person may write. Raises NotFound, Forbidden, WrongState."""
    draft, role = draft_for(request.user, draft_id)
    CAPABILITIES["edit"].require(role)
    require_state(draft, "edit")
    return draft


def _context(request: PersonRequest, draft: Draft, form: ComposerForm) -> dict[str, Any]:
    contributors = Contributor.objects.filter(draft=draft).values_list("person_id", flat=True)
    revisions = Revision.objects.filter(draft=draft).order_by("-number")
    last = revisions.select_related("closed_by")[:1]
    changes_asked = Review.objects.filter(
        revision=Subquery(revisions.values("pk")[:1]), verdict=Verdict.CHANGES
    )
    fetch_together(contributors, last, changes_asked)
    wrote = {*contributors, request.user.pk}
    asked = [who for pk, who in form.reviewers.items() if pk not in wrote]
    shown = shown_messages(form.messages, found=form.findings, unread=form.beyond)
    return {
        "draft": draft,
        "account": draft.account,
        "form": form,
        "parts": shown,
        "replied_to": replied_to(draft.follows_id if form.replies else None),
        "edited": list(zip(shown, form.rows(), strict=True)),
        "groups": form.groups(),
        "most": MAX_WEIGHT,
        "asked": asked,
        "needed": needed_for(draft.account_id, form["category"].value() or ""),
        "in_review": draft.state == DraftState.IN_REVIEW,
        "came_back": next(iter(last), None),
        "came_back_why": next(iter(changes_asked), None),
    }


def composer_page(
    request: PersonRequest, draft: Draft, form: ComposerForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {**_context(request, draft, form), "emojis": EMOJIS, **more}
    return render(request, "approvals/compose.html", context, status=status)


@max_body_size(MAX_COMPOSED_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: PersonRequest, draft_id: int) -> HttpResponse:
    """The composer of one draft; its buttons say what to do with what was typed."""
    try:
        draft = draft_to_write(request, draft_id)
    except ApprovedText as refused:
        if request.method == "POST":
            raise  # its page shows what was typed
        return _recall_first(request, draft_id, refused)
    if request.method != "POST":
        removed = _removed(request, draft)
        return composer_page(request, draft, ComposerForm(draft), removed=removed)
    form = ComposerForm(draft, request.POST)
    act = request.POST.get("act", "save")
    if act == "theirs":
        return composer_page(request, draft, ComposerForm(draft), set_aside=form.messages)
    verb, _dash, chosen = act.partition("-")
    removed = None
    if verb == "at":
        form.choose_hour(chosen)
    elif act == "undo":
        if undone := _removed(request, draft):
            form.put_back(undone)
    else:
        removed = form.press(act)
    if not form.is_saveable:
        return composer_page(request, draft, form, status=400)
    if verb == "at" and draft.state == DraftState.IN_REVIEW:
        return composer_page(request, draft, form)  # only a save takes it out of review
    try:
        saved = save_draft(
            actor=request.user,
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            content=form.content(),
        )
        if act == "submit" and saved.state == DraftState.IN_REVIEW:
            messages.info(request, _("Rien n’a changé : ce texte est déjà en relecture."))
            return redirect("draft", draft.pk)
        if act == "submit":
            submit_draft(actor=request.user, draft_id=draft.pk, version=saved.version)
            messages.success(request, _("Texte soumis à la relecture."))
            return redirect("draft", draft.pk)
    except SavedElsewhere as conflict:
        return _conflict(request, conflict.details["draft"])
    except Invalid as refused:
        return _refused(request, draft, refused)
    if act == "leave":
        return redirect("draft", draft.pk)
    remember_removed(request, draft, removed)
    return _back(draft, form, act)


def _back(draft: Draft, form: ComposerForm, act: str) -> HttpResponse:
    """To the composer; the browser gives the focus to the field that the fragment names. To the
    crop of an image that was chosen there.
    """
    verb, _dash, sha256 = act.rpartition("-")
    if verb.startswith("crop-") and sha256 in [image.sha256 for image in form.images]:
        return redirect("crop-image", draft.pk, sha256)
    response = redirect("compose", draft.pk)
    if act == "add":
        response["Location"] += f"#text-{len(form.thread) - 1}"
    elif act.startswith("at-"):
        response["Location"] += "#id_when"
    return response


def remember_removed(request: PersonRequest, draft: Draft, removed: Removed | None) -> None:
    """What was just taken away waits in the session for « Annuler », until the next button."""
    if removed is not None:
        request.session["removed"] = {"draft": draft.pk, **removed.as_json()}
    else:
        request.session.pop("removed", None)


def _removed(request: PersonRequest, draft: Draft) -> Removed | None:
    kept = request.session.get("removed")
    return Removed.read(kept) if kept is not None and kept["draft"] == draft.pk else None


def _recall_first(request: PersonRequest, draft_id: int, refused: ApprovedText) -> HttpResponse:
    """The text as approved, and its recall in place."""
    draft, _role = draft_for(request.user, draft_id)
    context = {
        "draft": draft,
        "account": draft.account,
        "sentence": refused.sentence,
        "parts": shown_messages(draft.messages),
    }
    return render(request, "approvals/recall_first.html", context)


def _conflict(request: PersonRequest, draft: Draft) -> HttpResponse:
    """Both texts, one in the form and the other beside it, and what differs; neither is lost."""
    data = request.POST.copy()
    data["version"] = str(draft.version)
    form = ComposerForm(draft, data)
    form.is_valid()
    last = draft.updated_at
    changed_by = next((line.who for line in history_of(entries_of(draft)) if line.who), "")
    return composer_page(
        request,
        draft,
        form,
        status=409,
        theirs=draft.texts,
        differences=changes(draft.texts, [message.text for message in form.messages]),
        image_differences=image_changes(draft.messages, form.messages),
        saved_at=last,
        saved_by=changed_by,
        sentence=SavedElsewhere.sentence,
    )


def _refused(request: PersonRequest, draft: Draft, refused: Invalid) -> HttpResponse:
    """The action's own « no », beside the field that it is about; what was typed is saved."""
    draft.refresh_from_db()
    data = request.POST.copy()
    data["version"] = str(draft.version)
    form = ComposerForm(draft, data)
    form.is_valid()
    field, position = refused.details.get("field"), refused.details.get("position")
    if field == "text" and position is not None:
        form.text_errors[position] = str(refused.sentence)
    elif field == "images" and position is not None:
        form.image_errors[position] = [str(refused.sentence)]
    elif field == "captions" and position is not None:
        form.captions_errors[position] = str(refused.sentence)
    elif field == "alt":
        form.mark_missing_alts()
    elif field == "reasons":
        form.ask_reasons()
    elif field in FIELDS:
        form.mark_missing_fields()
    elif field in form.fields:
        form.add_error(field, str(refused))
    else:
        form.add_error("day" if field == "when" else None, str(refused))
    return composer_page(request, draft, form, status=400)


@max_body_size(MAX_COMPOSED_BYTES)
@require_POST
def preview(request: PersonRequest, draft_id: int) -> HttpResponse:
    """What X would make of what is typed at this moment; nothing is saved."""
    draft = draft_to_write(request, draft_id)
    form = ComposerForm(draft, request.POST)
    form.is_valid()
    if form.beyond:
        positions = range(len(form.thread))
        return render(request, "approvals/_beyond.html", {"form": form, "positions": positions})
    return render(request, "approvals/_preview.html", {**_context(request, draft, form), "live": 1})


@require_safe
def is_current(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Nothing while the composer's page is up to date; else what it says in place of its buttons,
    and it asks no more.
    """
    draft, role = draft_for(request.user, draft_id)
    CAPABILITIES["edit"].require(role)
    asked = request.GET.get("state"), request.GET.get("version")
    if asked == (draft.state, str(draft.version)):
        return with_presence(request, draft, HttpResponse(status=204), writing=True)
    still = draft.state in TRANSITIONS["edit"].before
    context = {"draft": draft, "still": still}
    return render(request, "approvals/_moved_on.html", context, status=STOP_POLLING)


@max_body_size(MAX_COMPOSED_BYTES)
@require_POST
def autosave(request: PersonRequest, draft_id: int) -> HttpResponse:
    """Saves what can be saved, and says so with the time; never touches what was submitted."""
    draft = draft_to_write(request, draft_id)
    form = ComposerForm(draft, request.POST)
    form.is_valid()
    context: dict[str, Any] = {"draft": draft, "account": draft.account}
    if draft.state != DraftState.WRITING or "version" in form.errors:
        return render(request, "approvals/_saved.html", {**context, "moved": True}, status=409)
    try:
        saved = save_draft(
            actor=request.user,
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            content=form.content(),
        )
    except SavedElsewhere:
        return render(request, "approvals/_saved.html", {**context, "moved": True}, status=409)
    except Invalid as refused:
        return render(request, "approvals/_saved.html", {**context, "refused": refused}, status=400)
    context |= {
        "saved": saved,
        "at": timezone.now(),
        "kept_out": not form.is_saveable,
    }
    return render(request, "approvals/_saved.html", context)
