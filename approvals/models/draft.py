"""Drafts: the working copy of one intended message, a post or a thread."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.account import ReplySettings
from accounts.models.triggers import append_only, never_deleted
from approvals.message import Message, read_messages
from approvals.models.image import images_of_account
from approvals.models.search import searchable
from approvals.models.states import TRANSITION_PAIRS, DraftState

HOLDS_A_SEAT = """
IF (reviewer_role(NEW.account_id, NEW.author_id) = 'seat') IS NOT TRUE THEN
    RAISE EXCEPTION 'only an active seat holder of the account writes its drafts'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'written_from_a_seat';
END IF;
RETURN NEW;
"""

# Whoever proposed a wording that was taken wrote too, from whatever place.
CONTRIBUTES = """
IF (reviewer_role((SELECT account_id FROM approvals_draft WHERE id = NEW.draft_id), NEW.person_id)
    = 'seat') IS NOT TRUE AND NOT EXISTS (
    SELECT 1 FROM approvals_wording w JOIN approvals_revision r ON r.id = w.revision_id
    WHERE r.draft_id = NEW.draft_id AND w.author_id = NEW.person_id AND w.outcome = 'taken'
) THEN
    RAISE EXCEPTION 'only seat holders, and who proposed a wording that was taken, contribute'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'written_from_a_seat';
END IF;
RETURN NEW;
"""

RELEASED_HAS_RELEASE = """
IF NEW.state = 'released' AND NOT EXISTS (
    SELECT 1 FROM approvals_release re JOIN approvals_revision r ON r.id = re.revision_id
    WHERE r.draft_id = NEW.id AND r.closed_at IS NULL
) THEN
    RAISE EXCEPTION 'a draft is released by a release of its open revision'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'released_by_release';
END IF;
RETURN NEW;
"""

# Whoever adopts holds a seat, and whose draft it was holds none any more.
ADOPTED_WHEN_LEFT = """
IF NEW.author_id <> OLD.author_id AND (
    (reviewer_role(NEW.account_id, NEW.author_id) = 'seat') IS NOT TRUE
    OR standing_role(NEW.account_id, OLD.author_id) = 'seat'
) THEN
    RAISE EXCEPTION 'a seat holder adopts a draft whose author left'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'adopted_when_left';
END IF;
RETURN NEW;
"""


FOUND_WHILE_WRITTEN = (
    "search_draft(NEW.id, NEW.author_id, NEW.updated_at,"
    " search_text(NEW.parts, NEW.fields, NEW.reasons))"
)

# For rows that the version before writes while this one is being installed.
NOTHING = models.Value({}, models.JSONField())


class Category(models.TextChoices):
    ADVICE = "advice", _("conseil de prévention")
    RECRUITMENT = "recruitment", _("recrutement")
    WITNESSES = "witnesses", _("appel à témoins")
    DISAPPEARANCE = "disappearance", _("disparition inquiétante")
    TRAFFIC = "traffic", _("circulation")
    JUDICIAL = "judicial", _("affaire judiciaire")
    OPERATION = "operation", _("opération réussie")
    SERVICE = "service", _("vie du service")


# What asks people to look for somebody or to call: it comes to an end, and people are thanked.
SEARCHES = (Category.WITNESSES, Category.DISAPPEARANCE)


class FollowUp(models.TextChoices):
    """What a draft is to the message that it follows."""

    CORRECTION = "correction", _("rectificatif")
    UPDATE = "update", _("mise à jour")
    END_OF_SEARCH = "end_of_search", _("fin de recherche")


FOLLOWS_OWN_RELEASE = """
IF NEW.follows_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_release re JOIN approvals_revision r ON r.id = re.revision_id
    WHERE re.id = NEW.follows_id AND re.account_id = NEW.account_id
      AND (NEW.follow_up <> 'end_of_search'
           OR r.content::jsonb ->> 'category' IN ('witnesses', 'disappearance'))
) THEN
    RAISE EXCEPTION 'a draft follows what its account released, and ends only a search'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_own_release';
END IF;
RETURN NEW;
"""


FROM_OWN_TEMPLATE = """
IF NEW.template_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_messagetemplate t
    WHERE t.id = NEW.template_id AND t.account_id = NEW.account_id
      AND t.approved_at IS NOT NULL AND t.ended_at IS NULL
) THEN
    RAISE EXCEPTION 'a draft begins from a template of its account that is approved and stands'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'from_own_template';
END IF;
RETURN NEW;
"""


def one_empty_part() -> list[dict[str, Any]]:
    return [{"text": "", "images": []}]


class Draft(models.Model):
    """A working copy. `version` grows by one at each saved change, so that the second of two
    concurrent saves is told. `parts` is the JSON of its `messages`: see `approvals.message`.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    author = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="drafts_begun"
    )
    state = models.CharField(
        max_length=12, choices=DraftState.choices, default=DraftState.WRITING, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    parts = models.JSONField(default=one_empty_part)
    # Chosen by its author, since it is signed: empty while nobody has.
    category = models.CharField(
        _("catégorie"), max_length=20, choices=Category.choices, default="", blank=True
    )
    # What the category asks for besides: see `approvals.categories`.
    fields = models.JSONField(default=dict, db_default=NOTHING)
    # Why its author keeps what a check warns of, by the id of the check.
    reasons = models.JSONField(default=dict, db_default=NOTHING)
    urgent = models.BooleanField(_("urgent"), default=False)
    reply_settings = models.CharField(
        _("qui peut répondre"),
        max_length=20,
        choices=ReplySettings.choices,
        default=ReplySettings.MENTIONED,
    )
    # « As soon as approved » when empty; else the instant, with the local time as people said it.
    requested_at = models.DateTimeField(null=True)
    requested_local = models.CharField(max_length=25, default="", blank=True)
    requested_zone = models.CharField(max_length=40, default="", blank=True)
    came_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    # From which it began, for good; the text is its author's to change, and approved like any.
    template = models.ForeignKey(
        "approvals.MessageTemplate", on_delete=models.PROTECT, null=True, related_name="drafts"
    )
    # The message on X that this one corrects, updates or ends, from its beginning and for good.
    follows = models.ForeignKey(
        "approvals.Release", on_delete=models.PROTECT, null=True, related_name="follow_ups"
    )
    follow_up = models.CharField(
        max_length=16, choices=FollowUp.choices, default="", db_default="", blank=True
    )
    # Whether it is posted on X as a reply to that message, so that readers find it.
    in_reply = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=DraftState.values), name="draft_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[DraftState.WRITING, DraftState.ABANDONED])
                | ~models.Q(category=""),
                name="category_chosen",
            ),
            models.CheckConstraint(
                condition=models.Q(follows=None, follow_up="")
                | models.Q(follows__isnull=False, follow_up__in=FollowUp.values),
                name="follows_as_something",
            ),
            models.CheckConstraint(
                condition=models.Q(in_reply=False) | models.Q(follows__isnull=False),
                name="in_reply_to_what_it_follows",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "state", "-updated_at"], name="drafts_of_account"),
            models.Index(fields=["account", "-updated_at", "-id"], name="drafts_last_changed"),
            models.Index(fields=["author", "state"], name="drafts_of_author"),
            models.Index(
                fields=["account", "requested_at"],
                condition=models.Q(
                    state__in=[DraftState.WRITING, DraftState.IN_REVIEW],
                    requested_at__isnull=False,
                ),
                name="drafts_to_come",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="written_from_a_seat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=HOLDS_A_SEAT,
            ),
            pgtrigger.FSM(name="allowed_transitions", field="state", transitions=TRANSITION_PAIRS),
            pgtrigger.Trigger(
                name="released_by_release",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=RELEASED_HAS_RELEASE,
            ),
            pgtrigger.Protect(
                name="same_account",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__account_id__df=pgtrigger.F("new__account_id")),
            ),
            pgtrigger.Trigger(
                name="adopted_when_left",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=ADOPTED_WHEN_LEFT,
            ),
            pgtrigger.Trigger(
                name="follows_own_release",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=FOLLOWS_OWN_RELEASE,
            ),
            pgtrigger.ReadOnly(name="follows_for_good", fields=["follows", "follow_up"]),
            pgtrigger.Trigger(
                name="from_own_template",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=FROM_OWN_TEMPLATE,
            ),
            pgtrigger.ReadOnly(name="template_for_good", fields=["template"]),
            images_of_account(),
            searchable("searchable", FOUND_WHILE_WRITTEN),
            searchable(
                "searchable_as_changed",
                FOUND_WHILE_WRITTEN,
                changed=("parts", "fields", "reasons"),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.pk}"

    @property
    def draft_id(self) -> int:
        """As a publication has it: of which draft a row of the trail is."""
        return self.pk

    @property
    def messages(self) -> tuple[Message, ...]:
        """One for each post of a thread."""
        return read_messages(self.parts)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)

    @property
    def image_count(self) -> int:
        return sum(len(message.images) for message in self.messages)

    @property
    def requested(self) -> dt.datetime | None:
        """The requested instant, in the zone in which it was said."""
        if self.requested_at is None:
            return None
        zone = self.requested_zone or self.account.time_zone
        return self.requested_at.astimezone(zoneinfo.ZoneInfo(zone))


class Contributor(models.Model):
    """Somebody who ever wrote or changed this draft, its author, its adopters and those who
    proposed a wording that was taken included.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="contributors")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "person"], name="contributor_once")]
        triggers = [
            pgtrigger.Trigger(
                name="written_from_a_seat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=CONTRIBUTES,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.person_id}"
