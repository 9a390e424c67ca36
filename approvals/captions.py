"""The captions of a video: read once, from SRT or WebVTT, and kept as plain SRT. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from approvals.tweet_text import MAX_CHARACTERS

# Two minutes and twenty seconds of the quickest speech are not half of it.
MAX_CAPTIONS = 10_000
MAX_FILE = 64 * 1024
MARKS = re.compile(r"[<>]|\{\\")
# SRT has a comma before the thousandths, WebVTT a point, and hours only when there are any.
MOMENT = r"(?:([0-9]{1,2}):)?([0-5]?[0-9]):([0-5][0-9])[.,]([0-9]{3})"
TIMES = re.compile(rf"{MOMENT}[ \t]+-->[ \t]+{MOMENT}(?:[ \t].*)?")
# What a WebVTT file says of itself: nobody hears it.
ASIDE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(?:[ \t\n].*)?", re.DOTALL)


class BadCaptions(Exception):
    """These captions are not taken; the sentence says which of them and why."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words, and from when to when they are shown, in thousandths of a second."""

    start: int
    end: int
    text: str

    @property
    def at(self) -> str:
        """As players count: « 1:05 »."""
        return f"{self.start // 60_000}:{self.start // 1000 % 60:02}"


def decode(raw: bytes) -> str:
    """A file as text. Raises BadCaptions."""
    if len(raw) > MAX_FILE:
        raise BadCaptions(too_long())
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadCaptions(
            _("Ce fichier n’est pas en UTF-8 : enregistrez-le à nouveau dans ce codage.")
        ) from error


def read_captions(typed: str, length: int) -> list[Cue]:
    """SRT or WebVTT, of a video of so many thousandths of a second. Raises BadCaptions."""
    if len(typed) > MAX_CAPTIONS:
        raise BadCaptions(too_long())
    text = (
        re.sub(r"\r\n?", "\n", unicodedata.normalize("NFC", typed)).removeprefix("\ufeff").strip()
    )
    of_web = text.startswith("WEBVTT")
    cues: list[Cue] = []
    for block in re.split(r"\n[ \t]*\n\s*", text):
        if of_web and ASIDE.fullmatch(block):
            continue
        cue = _read_cue(block, len(cues) + 1, of_web=of_web)
        _check_times(cue, cues, length)
        cues.append(cue)
    if not cues:
        raise BadCaptions(_("Ce fichier n’a aucun sous-titre."))
    if len(as_srt(cues)) > MAX_CAPTIONS:
        raise BadCaptions(too_long())
    return cues


def _read_cue(block: str, number: int, *, of_web: bool) -> Cue:
    lines = [line.strip() for line in block.split("\n")]
    where = 0 if "-->" in lines[0] else 1
    times = TIMES.fullmatch(lines[where]) if len(lines) > where else None
    if times is None:
        raise BadCaptions(
            _(
                "Sous-titre %(number)d : ses temps manquent. Ils s’écrivent "
                "« 00:00:01,000 --> 00:00:03,500 », sur une ligne, avant le texte."
            )
            % {"number": number}
        )
    words = "\n".join(filter(None, lines[where + 1 :]))
    if MARKS.search(words):
        raise BadCaptions(
            _("Sous-titre %(number)d : retirez ses balises (« < », « > »), X n’en montre aucune.")
            % {"number": number}
        )
    if of_web:
        words = html.unescape(words)
    if not words or MARKS.search(words):
        raise BadCaptions(_("Sous-titre %(number)d : son texte manque.") % {"number": number})
    return Cue(_thousandths(times.groups()[:4]), _thousandths(times.groups()[4:]), words)


def _thousandths(moment: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in moment)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _check_times(cue: Cue, before: list[Cue], length: int) -> None:
    where = {"number": len(before) + 1, "end": _moment(cue.end), "length": _moment(length)}
    if cue.end <= cue.start:
        raise BadCaptions(_("Sous-titre %(number)d : il finit avant de commencer.") % where)
    if before and cue.start < before[-1].start:
        raise BadCaptions(
            _("Sous-titre %(number)d : il commence avant celui qui le précède.") % where
        )
    if cue.end > length:
        raise BadCaptions(
            _("Sous-titre %(number)d : il finit à %(end)s, la vidéo à %(length)s.") % where
        )


def as_srt(cues: list[Cue]) -> str:
    """What is kept, signed and sent; `read_captions` reads it."""
    return "\n".join(
        f"{number}\n{_moment(cue.start)} --> {_moment(cue.end)}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    )


def kept_cues(captions: str) -> Iterator[Cue]:
    """Of what `as_srt` made; nothing of what was typed otherwise."""
    for block in captions.rstrip("\n").split("\n\n"):
        lines = block.split("\n")
        times = TIMES.fullmatch(lines[1]) if len(lines) > 2 else None
        if times is not None:
            start, end = (_thousandths(times.groups()[at : at + 4]) for at in (0, 4))
            yield Cue(start, end, "\n".join(lines[2:]))


def spoken_words(captions: str) -> list[str]:
    """What is kept without its times, for the checks: no text is longer than they read."""
    texts: list[str] = []
    for cue in kept_cues(captions):
        words = cue.text.replace("\n", " ")
        if texts and len(texts[-1]) + 1 + len(words) <= MAX_CHARACTERS:
            texts[-1] += f" {words}"
        else:
            texts.append(words)
    return texts


def as_webvtt(captions: str) -> str:
    """What browsers show over a video, of what is kept."""
    cues = (
        f"{_moment(cue.start)} --> {_moment(cue.end)}".replace(",", ".")
        + f"\n{html.escape(cue.text, quote=False)}\n"
        for cue in kept_cues(captions)
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def _moment(thousandths: int) -> str:
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{rest:03}"


def too_long() -> str:
    return _("Ces sous-titres sont trop longs : 10 000 signes au plus, temps compris.")
