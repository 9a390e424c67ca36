"""The codes of a report in words, in the reader's language: for its page and its PDF."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts import audit_text
from accounts.errors import Sentence
from accounts.models import Function
from accounts.roles import Role
from approvals.help import page_of_check
from approvals.models import Category, DraftState, Verdict
from insights.lessons import PENDING
from insights.models import LessonVerdict
from publishing.models import PublicationState

STEPS: dict[str, Sentence] = {
    "writing": lazy("De la première frappe à la première soumission"),
    "review": lazy("De la soumission au bon à diffuser"),
    "sending": lazy("De l’heure prévue à X"),
}
OPINIONS: dict[str, Sentence] = {"comment": lazy("commentaire"), **dict(Verdict.choices)}


def category(value: str) -> str:
    return str(Category(value).label) if value else _("sans catégorie")


def state(value: str) -> str:
    if value in PublicationState.values:
        return str(PublicationState(value).label)
    return str(DraftState(value).label)


def act(value: str) -> str:
    return capfirst(str(audit_text.WORDS.get(value, value)))


def function(value: str) -> str:
    """Of who signed or spoke."""
    return str(Function(value).label if value in Function.values else Role(value).label)


def check(value: str) -> str:
    page = page_of_check(value)
    return str(page.title) if page is not None else value


def lesson_state(value: str) -> str:
    return _("à peser") if value == PENDING else str(LessonVerdict(value).label)


def grouped(value: int | None) -> str:
    return "–" if value is None else number_format(value, force_grouping=True)


def duration(seconds: float | None) -> str:
    """« 45 s », « 12 min », « 3 h 05 », « 2 j 4 h »."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(seconds)d s") % {"seconds": rest}
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    days, hours = divmod(hours, 24)
    if not days:
        return _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": minutes}
    return _("%(days)d j %(hours)d h") % {"days": days, "hours": hours}
