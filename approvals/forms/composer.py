"""The composer's form: one draft as its author changes it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import reviewers
from accounts.clock import db_now
from accounts.models.account import ReplySettings
from accounts.requests import parse_int
from accounts.timefmt import format_date, format_hour
from approvals.actions.drafts import Content
from approvals.actions.images import alt_missing, alt_too_long, length_of
from approvals.captions import BadCaptions, as_srt, read_captions
from approvals.categories import FIELDS, GROUPS, Field, Group, field_missing, missing_fields
from approvals.checking import Typed, context_of, findings_of_thread, unanswered
from approvals.checks import Finding
from approvals.forms.moment import MomentForm
from approvals.help import page_of_check
from approvals.images import MAX_ALT, alt_length
from approvals.message import Image, Message, read_reference
from approvals.models import Category, Draft, StoredImage
from approvals.schedule import QuickHour, candidate_instants, quick_hours, read_quick_hour
from approvals.thread import (
    MAX_PARTS,
    TEXT_TOO_LONG,
    THREAD_TOO_LONG,
    TOO_MANY_MESSAGES,
    Removed,
    TypedMessage,
    press,
    put_back,
    removed_by,
    text_too_long,
    thread_too_long,
)
from approvals.tweet_text import normalise_typed
from approvals.typed_time import Unreadable, parse_day, parse_past_day

REASON_NAME = re.compile(r"reason-[a-z_]{1,60}")
MAX_REASON = 500


@dataclasses.dataclass(frozen=True)
class MessageRow:
    """The fields of one message, with their errors; `alt_errors` by the place of the image;
    `captions_error` of its video, which stands alone.
    """

    position: int
    message: Message
    origin: int | None = None
    text_error: str = ""
    image_errors: list[str] = dataclasses.field(default_factory=list)
    alt_errors: dict[int, str] = dataclasses.field(default_factory=dict)
    captions_error: str = ""

    @property
    def images(self) -> list[tuple[Image, str]]:
        """Each with what is wrong with its description."""
        images = enumerate(self.message.images)
        return [(image, self.alt_errors.get(place, "")) for place, image in images]


class ComposerForm(MomentForm):
    """One draft as its author changes it; the messages themselves are its `thread`."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    category = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        choices=[("", gettext_lazy("Choisissez…")), *Category.choices],
        required=False,
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("Urgent"),
        help_text=gettext_lazy("Passe devant les autres textes à relire."),
        required=False,
    )
    reply_settings = forms.ChoiceField(
        label=gettext_lazy("Qui peut répondre sur X"), choices=ReplySettings.choices
    )
    in_reply = forms.BooleanField(
        label=gettext_lazy("Publier en réponse au message qu’il suit"),
        help_text=gettext_lazy(
            "Il paraîtra sous ce message, où ses lecteurs le trouveront. Qui peut répondre est "
            "alors ce qui a été choisi pour ce message."
        ),
        required=False,
    )
    when = forms.ChoiceField(
        label=gettext_lazy("Diffusion"),
        choices=[
            ("approved", gettext_lazy("Dès que les accords sont réunis")),
            ("at", gettext_lazy("À une date et une heure choisies")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, draft: Draft, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_initial(draft))
        self.draft = draft
        self.reviewers = reviewers(draft.account)
        # A time already chosen stays in the zone in which it was said.
        self.zone = ZoneInfo(draft.requested_zone or draft.account.time_zone)
        self.thread = _stored_thread(draft) if data is None else _typed_thread(data)
        # What is wrong with the messages, by position; with a description, by its image's place.
        self.text_errors: dict[int, str] = {}
        self.image_errors: dict[int, list[str]] = {}
        self.alt_errors: dict[int, dict[int, str]] = {}
        self.captions_errors: dict[int, str] = {}
        self.asked_reasons: list[Finding] = []
        self.reason_errors: dict[str, str] = {}
        self.moment = draft.requested
        if draft.follows_id is None:
            del self.fields["in_reply"]
        self._add_category_fields()
        requested = draft.requested
        if requested is not None:
            self.ask_which(candidate_instants(requested.date(), requested.time(), self.zone))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for position, message in enumerate(self.messages):
            if text_too_long(message):
                self.text_errors[position] = str(TEXT_TOO_LONG)
            for place, image in enumerate(message.images):
                if alt_length(image.alt) > MAX_ALT:
                    self.alt_errors.setdefault(position, {})[place] = alt_too_long()
        self.thread, self.captions_errors = read_typed_captions(self.draft, self.thread)
        if len(self.messages) > MAX_PARTS:
            self.add_error(None, str(TOO_MANY_MESSAGES))
        elif self.beyond:
            self.add_error(None, str(THREAD_TOO_LONG))
        self.moment, self.asks_which = None, ()
        if cleaned.get("when") == "at":
            self.clean_moment(cleaned, kept=self.draft.requested_at)
        self._clean_category_fields(cleaned)
        return cleaned

    def _add_category_fields(self) -> None:
        people = [(str(pk), who.person.name) for pk, who in self.reviewers.items()]
        for name, field in FIELDS.items():
            added: forms.Field = forms.CharField(max_length=200)
            if field.kind == "person":
                added = forms.ChoiceField(choices=[("", "—"), *people])
            added.label, added.help_text, added.required = field.label, field.help_text, False
            self.fields[name] = added
            self.initial[name] = shown_value(field, self.draft.fields.get(name, ""))

    def _clean_category_fields(self, cleaned: dict[str, Any]) -> None:
        """Dates and moments as ISO 8601; what cannot be read is said beside its field."""
        for name, field in FIELDS.items():
            typed = normalise_typed(cleaned.get(name) or "").strip()
            if typed == shown_value(field, self.draft.fields.get(name, "")):
                cleaned[name] = self.draft.fields.get(name, "")
                continue
            try:
                cleaned[name] = self._read_value(field, typed) if typed else ""
            except Unreadable as error:
                self.add_error(name, str(error))

    def _read_value(self, field: Field, typed: str) -> str:
        """As it is stored. Raises Unreadable."""
        today = db_now().astimezone(self.zone).date()
        if field.kind == "past":
            return parse_past_day(typed, today).isoformat()
        if field.kind not in ("date", "moment"):
            return typed
        read = parse_day(typed, today)
        if read.day < today:
            raise Unreadable(_("Cette date est passée."))
        if field.kind == "date":
            return read.day.isoformat()
        if read.hour is None:
            raise Unreadable(_("Dites aussi l’heure : « samedi 18 h »."))
        return dt.datetime.combine(read.day, read.hour, tzinfo=self.zone).isoformat()

    def groups(self) -> list[tuple[Group, list[BoundField]]]:
        """The fields that categories ask for, by group."""
        return [(group, [self[field.name] for field in group.fields]) for group in GROUPS]

    def typed_fields(self) -> dict[str, str]:
        """What is filled of the categories' fields; of what cannot be read, what was stored."""
        kept = self.draft.fields
        cleaned = getattr(self, "cleaned_data", None)
        if cleaned is None:
            return dict(kept)
        values = {name: cleaned.get(name, kept.get(name, "")) for name in FIELDS}
        return {name: value for name, value in values.items() if value}

    def typed_reasons(self) -> dict[str, str]:
        """The author's reasons by check, those typed now over those stored."""
        typed = {
            key.removeprefix("reason-"): normalise_typed(value).strip()[:MAX_REASON]
            for key, value in self.data.items()
            if REASON_NAME.fullmatch(key)
        }
        return {c: r for c, r in {**self.draft.reasons, **typed}.items() if r}

    @cached_property
    def findings(self) -> list[list[Finding]]:
        """What the checks find in what is typed."""
        if self.beyond:
            return []
        cleaned = getattr(self, "cleaned_data", {})
        typed = Typed(cleaned.get("category", self.draft.category), self.typed_fields())
        return findings_of_thread(self.messages, context_of(self.draft, typed))

    def ask_reasons(self) -> None:
        """Asks for the reasons that a submission still wants, beside those already given."""
        reasons = self.typed_reasons()
        found = [finding for part in self.findings for finding in part]
        missing = {f.check for f in unanswered(found, reasons)}
        self.asked_reasons = [
            dataclasses.replace(f, reason=reasons.get(f.check, "")) for f in unanswered(found, {})
        ]
        for check in sorted(missing):
            self.reason_errors[check] = _("Dites en quelques mots pourquoi, ou changez le texte.")

    @property
    def reason_rows(self) -> list[tuple[Finding, str]]:
        """Each finding that wants a reason, with what is wrong with the one given."""
        return [(f, self.reason_errors.get(f.check, "")) for f in self.asked_reasons]

    @property
    def messages(self) -> list[Message]:
        return [typed.message for typed in self.thread]

    @property
    def images(self) -> list[Image]:
        return [image for message in self.messages for image in message.images]

    def rows(self) -> list[MessageRow]:
        """The messages as the page edits them."""
        return [
            MessageRow(
                position,
                typed.message,
                typed.origin,
                text_error=self.text_errors.get(position, ""),
                image_errors=self.image_errors.get(position, []),
                alt_errors=self.alt_errors.get(position, {}),
                captions_error=self.captions_errors.get(position, ""),
            )
            for position, typed in enumerate(self.thread)
        ]

    @property
    def quick_hours(self) -> list[QuickHour]:
        return quick_hours(db_now().astimezone(self.zone))

    @property
    def beyond(self) -> bool:
        """Whether there is more than a thread may hold: its messages are then not read."""
        return len(self.thread) > MAX_PARTS or thread_too_long(self.messages)

    @property
    def is_saveable(self) -> bool:
        """Whether everything typed can be saved as it stands."""
        wrong = self.is_valid() and (self.text_errors or self.alt_errors or self.captions_errors)
        return self.is_valid() and not wrong

    def row_errors(self) -> list[tuple[str, str, str]]:
        """(id of the field, what it is, what is wrong) of the messages and their images."""
        errors = []
        for row in self.rows():
            target, number = f"text-{row.position}", {"number": row.position + 1}
            label = _("Message %(number)s") % number if len(self.thread) > 1 else _("Texte")
            wrong = [row.text_error, *row.image_errors, *row.alt_errors.values()]
            errors += [(target, label, error) for error in wrong if error]
            if row.captions_error:
                errors.append((f"captions-{row.position}", _("Sous-titres"), row.captions_error))
        for check, error in self.reason_errors.items():
            page = page_of_check(check)
            reason_label = page.title if page else _("Pourquoi garder ces mots")
            errors.append((f"reason-{check}", str(reason_label), error))
        return errors

    def choose_hour(self, value: str) -> None:
        """Fills the date and the hour as a quick button says; nonsense fills nothing."""
        moment = read_quick_hour(value, db_now().astimezone(self.zone))
        if moment is None:
            return
        data = cast(QueryDict, self.data).copy()
        data["when"], data["fold"] = "at", str(moment.fold)
        data["day"], data["hour"] = f"{moment:%d/%m/%Y}", f"{moment:%H:%M}"
        self.data = data

    def press(self, button: str) -> Removed | None:
        """What a button does to the thread, before anything of it is read; what it took away."""
        removed = removed_by(self.thread, button)
        self.thread = press(self.thread, button)
        return removed

    def put_back(self, removed: Removed) -> None:
        """Undoes a removal in what is typed now."""
        self.thread = put_back(self.thread, removed)

    def mark_missing_alts(self) -> None:
        """Says beside each image without a description that it needs one."""
        for position, message in enumerate(self.messages):
            for place, image in enumerate(message.images):
                if not image.alt:
                    self.alt_errors.setdefault(position, {})[place] = alt_missing()

    def mark_missing_fields(self) -> None:
        """Says beside each field that the category asks for and that is empty."""
        for field in missing_fields(self.draft.category, self.draft.fields):
            self.add_error(field.name, field_missing())

    def content(self) -> Content:
        """What can be saved: for what is wrong with a field, the draft keeps what it had."""
        draft, cleaned = self.draft, self.cleaned_data
        in_time = not {"when", "day", "hour", "fold"} & set(self.errors)
        # In UTC: two zones never call an hour that exists twice equal to another.
        chosen = self.moment.astimezone(dt.UTC) if self.moment else None
        moment = chosen if in_time else draft.requested_at
        same = moment == draft.requested_at
        local = f"{self.moment:%Y-%m-%dT%H:%M}" if self.moment else ""
        return Content(
            messages=tuple(self._saveable_messages())[:MAX_PARTS],
            category=cleaned.get("category", draft.category),
            fields=self.typed_fields(),
            reasons=self.typed_reasons(),
            urgent=cleaned.get("urgent", draft.urgent),
            reply_settings=cleaned.get("reply_settings", draft.reply_settings),
            in_reply=self.replies,
            requested_at=draft.requested_at if same else moment,
            requested_local=draft.requested_local if same else local,
            requested_zone=draft.requested_zone if same else (str(self.zone) if moment else ""),
        )

    @property
    def replies(self) -> bool:
        """Whether it is to be a reply on X to the message that it follows."""
        chosen: bool = getattr(self, "cleaned_data", {}).get("in_reply", self.draft.in_reply)
        return chosen

    def _saveable_messages(self) -> Iterator[Message]:
        """For a text or a description that is too long, or captions that cannot be read, what was
        stored.
        """
        had = self.draft.messages
        stored = {image.sha256: image for message in had for image in message.images}
        for row in self.rows():
            text = row.message.text
            if row.text_error:
                origin = row.origin if row.origin is not None else len(had)
                text = had[origin].text if origin < len(had) else ""
            yield Message(text, tuple(_saveable_images(row, stored)))


def _saveable_images(row: MessageRow, stored: dict[str, Image]) -> Iterator[Image]:
    for image, alt_error in row.images:
        had = stored.get(image.sha256, Image(image.sha256))
        yield dataclasses.replace(
            image,
            alt=had.alt if alt_error else image.alt,
            captions=had.captions if row.captions_error else image.captions,
        )


def shown_value(field: Field, value: str) -> str:
    """A stored value as one types it."""
    if field.kind in ("past", "date") and value:
        return format_date(dt.date.fromisoformat(value), "j F Y")
    if field.kind == "moment" and value:
        moment = dt.datetime.fromisoformat(value)
        return f"{format_date(moment, 'j F Y')} {format_hour(moment)}"
    return value


def _initial(draft: Draft) -> dict[str, Any]:
    requested = draft.requested
    return {
        "version": draft.version,
        "category": draft.category,
        "urgent": draft.urgent,
        "reply_settings": draft.reply_settings,
        "in_reply": draft.in_reply,
        "when": "at" if requested else "approved",
        "day": format_date(requested, "j F Y") if requested else "",
        "hour": format_hour(requested) if requested else "",
        "fold": str(requested.fold) if requested else "",
    }


def _stored_thread(draft: Draft) -> list[TypedMessage]:
    return [TypedMessage(message, position) for position, message in enumerate(draft.messages)]


def _typed_thread(data: QueryDict) -> list[TypedMessage]:
    origins = data.getlist("origin")
    thread = []
    for position, text in enumerate(data.getlist("text")):
        origin = parse_int(origins[position]) if position < len(origins) else None
        described = zip(
            data.getlist(f"image-{position}"), data.getlist(f"alt-{position}"), strict=False
        )
        images = (
            read_reference(reference, normalise_typed(alt).strip()) for reference, alt in described
        )
        captions = data.get(f"captions-{position}", "")
        message = Message(
            normalise_typed(text),
            tuple(_with_captions(image, captions) for image in images if image is not None),
        )
        thread.append(TypedMessage(message, origin))
    return thread or [TypedMessage(Message())]


def _with_captions(image: Image, captions: str) -> Image:
    return dataclasses.replace(image, captions=captions) if image.kind == "video" else image


def read_typed_captions(
    draft: Draft, thread: list[TypedMessage]
) -> tuple[list[TypedMessage], dict[int, str]]:
    """The thread with its captions as they are kept; by position what is wrong with the others."""
    said = [i for typed in thread for i in typed.message.images if i.captions.strip()]
    videos = StoredImage.objects.filter(
        account=draft.account_id, sha256__in=[image.sha256 for image in said]
    )
    lengths = {video.sha256: length_of(video) for video in videos} if said else {}
    read, errors = [], {}
    for position, typed in enumerate(thread):
        images = []
        for image in typed.message.images:
            captions = image.captions.strip() and image.captions
            if captions and image.sha256 in lengths:
                try:
                    captions = as_srt(read_captions(captions, lengths[image.sha256]))
                except BadCaptions as bad:
                    errors[position] = str(bad)
            images.append(dataclasses.replace(image, captions=captions))
        message = dataclasses.replace(typed.message, images=tuple(images))
        read.append(dataclasses.replace(typed, message=message))
    return read, errors
