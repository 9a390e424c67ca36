"""The composer's form, the reasons and the filters; what a person typed is never thrown away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Sequence
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
from accounts.models import Account
from accounts.models.account import ReplySettings
from accounts.requests import parse_int
from accounts.timefmt import PARIS, format_date, format_exact, format_hour, in_paris
from approvals import checklist
from approvals.actions.drafts import MAX_PARTS, Content, text_too_long, thread_too_long
from approvals.actions.images import alt_missing, alt_too_long
from approvals.categories import FIELDS, GROUPS, Field, Group
from approvals.checking import Typed, context_of, findings_of_parts, unanswered
from approvals.checklist import Item
from approvals.checks import Finding
from approvals.images import MAX_ALT, alt_length
from approvals.models import Category, Draft, DraftState
from approvals.schedule import (
    QuickHour,
    candidate_instants,
    latest,
    next_that_exists,
    quick_hours,
    read_quick_hour,
)
from approvals.tweet_text import MAX_CHARACTERS, MAX_THREAD_CHARACTERS, normalise_typed
from approvals.typed_time import TypedDay, Unreadable, parse_day, parse_hour, parse_past_day

DIGEST = re.compile(r"[0-9a-f]{64}")
REASON_NAME = re.compile(r"reason-[a-z_]{1,60}")
MAX_REASON = 500


class MomentForm(forms.Form):
    """A date and an hour said in `zone`, and which of the two where that hour exists twice."""

    day = forms.CharField(
        label=gettext_lazy("Date"),
        help_text=gettext_lazy("Par exemple : 31/12/2026, 31 décembre, lundi, demain."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    hour = forms.CharField(
        label=gettext_lazy("Heure"),
        help_text=gettext_lazy("Par exemple : 18 h, 18:00, 8 h 30, midi."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # What was typed when « demain » was last read, and the date that it named: it does not
    # become another date when the page is sent again after midnight.
    read_from = forms.CharField(required=False, widget=forms.HiddenInput)
    read_as = forms.CharField(required=False, widget=forms.HiddenInput)
    fold = forms.ChoiceField(
        label=gettext_lazy("Cette heure existe deux fois cette nuit-là : laquelle ?"),
        choices=[("", ""), ("0", ""), ("1", "")],
        required=False,
        widget=forms.RadioSelect,
    )

    zone: ZoneInfo
    moment: dt.datetime | None = None
    # Set when the hour exists twice: the question is shown then, and only then.
    asks_which: Sequence[dt.datetime] = ()
    # The date as typed and as read, which the page sends back with it.
    reading: tuple[str, str] | None = None

    def clean_moment(self, cleaned: dict[str, Any], *, kept: dt.datetime | None = None) -> None:
        """Sets `moment`, or says beside the field what is wrong; `kept` may be past."""
        self.moment, self.asks_which = None, ()
        day, hour = self._typed_day_and_hour(cleaned)
        if day is None or hour is None:
            return
        instants = candidate_instants(day, hour, self.zone)
        if not instants:
            proposed = next_that_exists(day, hour, self.zone)
            self.add_error(
                "hour",
                _(
                    "Cette nuit-là on passe à l’heure d’été : %(hour)s n’existe pas. "
                    "La première heure qui existe ensuite est %(next)s."
                )
                % {"hour": format_hour(hour), "next": format_hour(proposed)},
            )
            return
        self.ask_which(instants)
        fold = cleaned.get("fold", "")
        self.moment = instants[1] if fold == "1" and len(instants) > 1 else instants[0]
        if len(instants) > 1 and fold == "":
            self.add_error("fold", _("Précisez laquelle de ces deux heures vous voulez."))
        self._clean_limits(self.moment, kept)

    def _typed_day_and_hour(self, cleaned: dict[str, Any]) -> tuple[dt.date | None, dt.time | None]:
        """What the two fields say; the date may carry its hour, as in « demain 8h »."""
        day, hour = self._read_day(cleaned), None
        if typed := cleaned.get("hour", "").strip():
            try:
                hour = parse_hour(typed)
            except Unreadable as error:
                self.add_error("hour", str(error))
                return None, None
        if day is None:
            return None, None
        if hour is None and day.hour is None and "hour" not in self.errors:
            self.add_error("hour", _("Choisissez une heure."))
        elif hour is not None and day.hour not in (None, hour):
            self.add_error(
                "hour",
                _("La date dit déjà une autre heure, %(hour)s : n’en gardez qu’une.")
                % {"hour": format_hour(day.hour)},
            )
            return None, None
        return day.day, hour or day.hour

    def _read_day(self, cleaned: dict[str, Any]) -> TypedDay | None:
        typed = cleaned.get("day", "").strip()
        if not typed:
            if "day" not in self.errors:
                self.add_error("day", _("Choisissez une date."))
            return None
        try:
            read = parse_day(typed, db_now().astimezone(self.zone).date())
            if read.counts_from_today and cleaned.get("read_from") == typed:
                kept = dt.date.fromisoformat(cleaned.get("read_as", ""))
                read = dataclasses.replace(read, day=kept)
        except Unreadable as error:
            self.add_error("day", str(error))
            return None
        except ValueError:
            pass
        self.reading = (typed, f"{read.day:%Y-%m-%d}")
        return read

    def _clean_limits(self, moment: dt.datetime, kept: dt.datetime | None) -> None:
        now = db_now().astimezone(self.zone)
        if moment <= now and moment.astimezone(dt.UTC) != kept:
            self.add_error(
                "hour" if moment.date() == now.date() else "day",
                _("Cette heure est déjà passée : choisissez-en une autre."),
            )
        elif moment > latest(now):
            self.add_error("day", _("C’est trop loin : six mois à l’avance au plus."))

    def ask_which(self, instants: list[dt.datetime]) -> None:
        if len(instants) < 2:
            return
        self.asks_which = instants
        words = [_("la première, à l’heure d’été"), _("la seconde, à l’heure d’hiver")]
        field = cast(forms.ChoiceField, self.fields["fold"])
        field.choices = [
            (str(i), f"{format_hour(moment)}, {words[i]}{_paris_too(moment)}")
            for i, moment in enumerate(instants)
        ]
        field.initial = "0"

    @property
    def zone_hint(self) -> str:
        """Whose hours are typed here."""
        if self.zone == PARIS:
            return _("Heure de Paris.")
        return _("Heure du département (%(zone)s).") % {"zone": self.zone}

    @property
    def moment_words(self) -> str:
        """« mercredi 2 décembre 2026 à 18 h (heure de Paris) »"""
        if self.moment is None:
            return ""
        return format_exact(self.moment, self.zone)


def _paris_too(moment: dt.datetime) -> str:
    paris = in_paris(moment)
    return f" ({paris})" if paris else ""


class ComposerForm(MomentForm):
    """One draft as its author changes it; the messages themselves are `parts`."""

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
        # A time already chosen stays in the zone in which it was said.
        self.zone = ZoneInfo(draft.requested_zone or draft.account.time_zone)
        self.parts = _stored_parts(draft) if data is None else _typed_parts(draft, data)
        self.part_errors: dict[int, str] = {}
        self.asked_reasons: list[Finding] = []
        self.reason_errors: dict[str, str] = {}
        self.moment = draft.requested
        self._add_category_fields()
        requested = draft.requested
        if requested is not None:
            self.ask_which(candidate_instants(requested.date(), requested.time(), self.zone))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for position, part in enumerate(self.parts):
            if len(part["text"]) > MAX_CHARACTERS:
                self.part_errors[position] = text_too_long()
            for image in part["images"]:
                if alt_length(image["alt"]) > MAX_ALT:
                    image["error"] = alt_too_long()
        if len(self.parts) > MAX_PARTS:
            self.add_error(None, _("Un fil compte 25 messages au plus."))
        elif self.beyond:
            self.add_error(None, thread_too_long())
        self.moment, self.asks_which = None, ()
        if cleaned.get("when") == "at":
            self.clean_moment(cleaned, kept=self.draft.requested_at)
        self._clean_category_fields(cleaned)
        return cleaned

    def _add_category_fields(self) -> None:
        people = [(str(pk), p.name) for pk, (p, _role) in reviewers(self.draft.account).items()]
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
        return findings_of_parts(self.parts, context_of(self.draft, typed))

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
    def quick_hours(self) -> list[QuickHour]:
        return quick_hours(db_now().astimezone(self.zone))

    @property
    def beyond(self) -> bool:
        """Whether there is more than a thread may hold: its messages are then not read."""
        total = sum(len(part["text"]) for part in self.parts)
        return len(self.parts) > MAX_PARTS or total > MAX_THREAD_CHARACTERS

    @property
    def is_saveable(self) -> bool:
        """Whether everything typed can be saved as it stands."""
        images = [image for part in self.parts for image in part["images"]]
        return self.is_valid() and not self.part_errors and not any(i["error"] for i in images)

    def row_errors(self) -> list[tuple[str, str, str]]:
        """(id of the field, what it is, what is wrong) of the messages and their images."""
        errors = []
        for position, part in enumerate(self.parts):
            target, number = f"text-{position}", {"number": position + 1}
            label = _("Message %(number)s") % number if len(self.parts) > 1 else _("Texte")
            if error := self.part_errors.get(position):
                errors.append((target, label, error))
            images = [*part["image_errors"], *(i["error"] for i in part["images"] if i["error"])]
            errors += [(target, label, error) for error in images]
        errors += [
            (f"reason-{check}", _("Pourquoi garder ces mots"), error)
            for check, error in self.reason_errors.items()
        ]
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

    def empty_part(self) -> None:
        """One more message at the end of the thread."""
        self.parts.append(_part())

    def mark_missing_alts(self) -> None:
        """Says beside each image without a description that it needs one."""
        for part in self.parts:
            for image in part["images"]:
                if not image["alt"]:
                    image["error"] = alt_missing()

    def content(self) -> Content:
        """What can be saved: for what is wrong with a field, the draft keeps what it had."""
        draft, cleaned = self.draft, self.cleaned_data
        in_time = not {"when", "day", "hour", "fold"} & set(self.errors)
        # In UTC: two zones never call an hour that exists twice equal to another.
        chosen = self.moment.astimezone(dt.UTC) if self.moment else None
        moment = chosen if in_time else draft.requested_at
        same = moment == draft.requested_at
        local = f"{self.moment:%Y-%m-%dT%H:%M}" if self.moment else ""
        parts = [{"text": p["text"], "images": _images(draft, p["images"])} for p in self.parts]
        for position in self.part_errors:
            parts[position]["text"] = _stored_text(draft, self.parts[position]["origin"])
        return Content(
            parts=parts[:MAX_PARTS],
            category=cleaned.get("category", draft.category),
            fields=self.typed_fields(),
            reasons=self.typed_reasons(),
            urgent=cleaned.get("urgent", draft.urgent),
            reply_settings=cleaned.get("reply_settings", draft.reply_settings),
            requested_at=draft.requested_at if same else moment,
            requested_local=draft.requested_local if same else local,
            requested_zone=draft.requested_zone if same else (str(self.zone) if moment else ""),
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
        "when": "at" if requested else "approved",
        "day": format_date(requested, "j F Y") if requested else "",
        "hour": format_hour(requested) if requested else "",
        "fold": str(requested.fold) if requested else "",
    }


def _stored_parts(draft: Draft) -> list[dict[str, Any]]:
    return [
        _part(part["text"], [{**image, "error": ""} for image in part["images"]], str(i))
        for i, part in enumerate(draft.parts)
    ]


def _stored_part(draft: Draft, origin: str) -> dict[str, Any] | None:
    position = parse_int(origin)
    return draft.parts[position] if position is not None and position < len(draft.parts) else None


def _stored_text(draft: Draft, origin: str) -> str:
    stored = _stored_part(draft, origin)
    return stored["text"] if stored else ""


def _typed_parts(draft: Draft, data: QueryDict) -> list[dict[str, Any]]:
    """The messages as typed; `origin` says which stored message a text was."""
    texts, origins = data.getlist("text"), data.getlist("origin")
    parts = []
    for i, text in enumerate(texts):
        origin = origins[i] if i < len(origins) else ""
        described = zip(data.getlist(f"image-{i}"), data.getlist(f"alt-{i}"), strict=False)
        images = [
            {"sha256": sha256, "alt": normalise_typed(alt).strip(), "error": ""}
            for sha256, alt in described
            if DIGEST.fullmatch(sha256)
        ]
        parts.append(_part(text=normalise_typed(text), images=images, origin=origin))
    return parts or [_part()]


def _part(
    text: str = "", images: list[dict[str, str]] | None = None, origin: str = ""
) -> dict[str, Any]:
    return {"text": text, "images": images or [], "origin": origin, "image_errors": []}


def _images(draft: Draft, typed: list[dict[str, str]]) -> list[dict[str, str]]:
    """The images as they can be saved: one wrongly described keeps the description it had."""
    had = {i["sha256"]: i["alt"] for part in draft.parts for i in part["images"]}
    return [
        {"sha256": i["sha256"], "alt": had.get(i["sha256"], "") if i["error"] else i["alt"]}
        for i in typed
    ]


class ReasonForm(forms.Form):
    """Why a reviewer does not approve: sent with the form of the debate."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "form": "debate"}),
        error_messages={"required": gettext_lazy("Dites pourquoi, en une phrase.")},
    )


class ChecklistForm(forms.Form):
    """The points of the reviewer's checklist; bound, it says which mandatory ones are not ticked.
    Its rows are no Django fields: they are those of one revision.
    """

    def __init__(
        self, items: list[Item], data: QueryDict | None = None, ticked: Collection[str] = ()
    ) -> None:
        super().__init__(data)
        self.items = items
        self.ticked = frozenset(data.getlist("ticked") if data is not None else ticked)

    def rows(self) -> list[tuple[Item, bool]]:
        return [(item, item.id in self.ticked) for item in self.items]

    @property
    def common(self) -> list[tuple[Item, bool]]:
        return [row for row in self.rows() if row[0].common]

    @property
    def own(self) -> list[tuple[Item, bool]]:
        """Those that this very text calls for."""
        return [row for row in self.rows() if not row[0].common]

    @property
    def problem(self) -> str:
        absent = checklist.missing(self.items, self.ticked) if self.is_bound else []
        if not absent:
            return ""
        return _("rien n’a été approuvé, il manque : %(points)s.") % {
            "points": ", ".join(str(item.name) for item in absent)
        }

    def row_errors(self) -> list[tuple[str, str, str]]:
        """(the field's id, its label, the sentence): see `accounts.templatetags.form_problems`."""
        if not self.problem:
            return []
        first = checklist.missing(self.items, self.ticked)[0]
        return [(f"id_ticked-{first.id}", _("Points à vérifier"), self.problem)]


class CommentForm(forms.Form):
    """A word in the debate."""

    body = forms.CharField(
        label=gettext_lazy("Votre message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Écrivez d’abord votre message.")},
    )


# What became of a released text; the values are the publication's, which is a layer above.
OUTCOMES = [
    ("published", gettext_lazy("diffusé")),
    ("retracted", gettext_lazy("retiré")),
    ("refused", gettext_lazy("refusé, ou abandonné après vérification")),
    ("missed", gettext_lazy("heure passée")),
]


class DraftFilterForm(forms.Form):
    """Which drafts to list."""

    account = forms.ChoiceField(label=gettext_lazy("Compte"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("État"),
        required=False,
        choices=[("", gettext_lazy("Tous")), *DraftState.choices, *OUTCOMES],
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        required=False,
        choices=[("", gettext_lazy("Toutes")), *Category.choices],
    )
    words = forms.CharField(label=gettext_lazy("Mots du texte"), max_length=100, required=False)

    def __init__(self, accounts: list[Account], data: QueryDict) -> None:
        super().__init__(data)
        if len(accounts) < 2:  # nobody is asked which
            del self.fields["account"]
            return
        field = cast(forms.ChoiceField, self.fields["account"])
        field.choices = [("", _("Tous")), *((a.handle, f"@{a.handle}") for a in accounts)]
