"""What pages of lower layers show of publications: the panel, and home's lists."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.access import Membership
from accounts.models import Person
from approvals.capabilities import CAPABILITIES
from approvals.models import Draft, DraftState, FollowUp
from approvals.origin import correction_of
from publishing import status_text
from publishing.access import holders_among, publication_of
from publishing.actions.recall import can_recall
from publishing.actions.scan import can_object
from publishing.answers_awaited import AwaitedAnswer, awaited_from
from publishing.capabilities import OFFERS
from publishing.family import NOBODY, family_of
from publishing.forms import ActForm
from publishing.lists import AtHome, at_home
from publishing.models import PlannedRetraction, Publication, PublicationState, Retraction
from publishing.panel import Panel, panel_of
from publishing.setbacks import Setback, setbacks_of
from publishing.status_badge import StatusBadge, status_badge
from publishing.views.acts import ACTS
from publishing.views.panel import panel_body

register = template.Library()


@register.simple_tag(takes_context=True)
def publication_panel(context: dict[str, Any], draft: Draft) -> SafeString:
    """`{% publication_panel draft %}`: nothing before the release, else where it stands."""
    person, role = context["request"].user, context["role"]
    publication = publication_of(draft.pk)
    context["recallable"] = context["objectable"] = False
    if publication is None:
        return mark_safe("")
    panel = panel_of(publication, person, role)
    body, etag = panel_body(panel, live=False)
    shown = {
        "panel": panel,
        "body": mark_safe(body),  # noqa: S308
        "etag": etag,
        "draft": draft,
        "csrf_token": context.get("csrf_token"),
        "withdrawn": panel.withdrawn,
        "correction": correction_of(draft),
        "corrects": CAPABILITIES["use_again"].allows(role),
        "correctors": holders_among(context["reviewers"]),
    }
    # The rest of the page does not offer the same a second time.
    context["withdrawn"] = panel.withdrawn
    context["recallable"] = "recall" in panel.acts
    context["objectable"] = can_object(publication)
    return render_to_string("publishing/panel.html", shown)


@register.inclusion_tag("publishing/_followed.html")
def followed(draft: Draft) -> dict[str, Any]:
    """`{% followed draft %}`: of a draft that corrects, updates or ends another, which."""
    family = family_of(draft.pk) if draft.follows_id else NOBODY
    planned = PlannedRetraction.objects.filter(after=draft, done_at=None)
    ends = draft.follow_up == FollowUp.END_OF_SEARCH
    return {"draft": draft, "family": family, "planned": planned.count() if ends else 0}


@register.simple_tag(takes_context=True)
def recall_first(context: dict[str, Any], draft: Draft) -> SafeString:
    """`{% recall_first draft %}`: the form that recalls an approved text, or why there is none."""
    publication = publication_of(draft.pk)
    can = publication is not None and can_recall(publication)
    shown = {
        "publication": publication if can else None,
        "form": ActForm(draft.account),
        "csrf_token": context.get("csrf_token"),
    }
    return render_to_string("publishing/_recall_first.html", shown)


@register.filter
def with_status_badges(drafts: list[Draft]) -> list[tuple[Draft, StatusBadge | None]]:
    """`{% for draft, status in drafts|with_status_badges %}`: two queries."""
    released = [draft.pk for draft in drafts if draft.state == DraftState.RELEASED]
    rows = Publication.objects.filter(
        release__revision__draft__in=released, release__revision__closed_at=None
    ).annotate(draft=F("release__revision__draft"))
    standing = Retraction.objects.filter(publication__in=rows, ended_at=None)
    asked = {retraction.publication_id: retraction for retraction in standing}
    statuses = {row.draft: status_badge(row, asked.get(row.pk)) for row in rows}
    return [(draft, statuses.get(draft.pk)) for draft in drafts]


@register.simple_tag
def acts_of(panel: Panel) -> list[dict[str, Any]]:
    """The buttons of this panel, in the order of the table of offers."""
    return [
        {
            "url_name": name.replace("_", "-"),
            "label": ACTS[name].label,
            "style": "primary"
            if name == panel.first_act
            else "tertiary"
            if name in ("acknowledge", "point_to")
            else "secondary",
        }
        for name in OFFERS[PublicationState(panel.publication.state)].acts
        if name in panel.acts
    ]


@register.simple_tag
def publications_at_home(places: list[Membership]) -> AtHome:
    """`{% publications_at_home places as sent %}`: to_decide, scheduled, published."""
    return at_home(places)


@register.simple_tag
def answers_awaited(person: Person, places: list[Membership]) -> list[AwaitedAnswer]:
    """`{% answers_awaited user places as awaited %}`: what this person can confirm."""
    return awaited_from(person, places)


@register.simple_tag
def setbacks(person: Person, places: list[Membership]) -> list[Setback]:
    """`{% setbacks user places as stopped %}`: what others stopped of what this person wrote."""
    return setbacks_of(person, places)


@register.filter
def what_administrators_do(cause: str) -> str:
    """`{{ cause|what_administrators_do }}`: what mends a no of X to an account or to all."""
    return status_text.what_administrators_do(cause)
