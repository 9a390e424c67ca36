"""What a comment is about: a thread that it answers, a message, words of a message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.errors import Invalid

MAX_QUOTE = 280


@dataclass(frozen=True, slots=True)
class About:
    """As somebody chose it on the page of the revision. `start` is only where they selected the
    words: it tells which of several occurrences is meant.
    """

    revision_id: int | None = None
    thread_id: int | None = None
    position: int | None = None
    quote: str = ""
    start: int | None = None


@dataclass(frozen=True, slots=True)
class TypedComment:
    """What was being written in the debate."""

    body: str
    about: About = About()


@dataclass(frozen=True, slots=True)
class Passage:
    """A message of a revision or, of its text, `quote` from `start` to `end`, in characters."""

    position: int
    start: int | None = None
    end: int | None = None
    quote: str = ""


def find_passage(texts: Sequence[str], about: About) -> Passage | None:
    """Where in these texts the comment belongs; None for the whole. Raises Invalid."""
    quote = about.quote.replace("\r\n", "\n").strip()
    if about.position is not None and about.position >= len(texts):
        raise Invalid(_("Ce message n’existe pas dans cette version."), field="about")
    if not quote:
        return Passage(about.position) if about.position is not None else None
    if len(quote) > MAX_QUOTE:
        raise Invalid(
            _("C’est trop long : %(count)d signes au plus.") % {"count": MAX_QUOTE}, field="quote"
        )
    positions = range(len(texts)) if about.position is None else (about.position,)
    found = [
        (position, start) for position in positions for start in _starts(texts[position], quote)
    ]
    if len(found) > 1:
        found = [place for place in found if place[1] == about.start] or found
    if not found:
        raise Invalid(
            _("Ces mots ne sont pas dans le texte de cette version : recopiez-les tels quels."),
            field="quote",
        )
    if len(found) > 1:
        raise Invalid(
            _("Ces mots y sont plusieurs fois : citez-en davantage, ou choisissez le message."),
            field="quote",
        )
    position, start = found[0]
    return Passage(position, start, start + len(quote), quote)


def _starts(text: str, quote: str) -> list[int]:
    starts, start = [], text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    return starts
