"""Numbers that belong to somebody: plates, mobile phones, social security, officers; addresses."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import MAX_OF_ONE_KIND, Finding, Severity
from approvals.checks.vocabulary import pattern

if TYPE_CHECKING:
    pass

_LETTERS = "[A-HJ-NP-TV-Z]"
_SPACE = "[ \u00a0\u202f._\u2010-\u2015/-]?"
_PLATE = re.compile(
    rf"(?<![A-Za-z0-9-]){_LETTERS}{{2}}{_SPACE}\d{{3}}{_SPACE}{_LETTERS}{{2}}(?![A-Za-z0-9])"
)
_ANY_PLATE = re.compile(
    rf"(?<![A-Za-z0-9-])(?:[A-Za-z]{{2}}{_SPACE}[\d*x]{{3}}{_SPACE}[A-Za-z*]{{2}}|"
    rf"[A-Z]{{2}}{_SPACE}\d{{3}}{_SPACE}\*{{0,2}}|"
    r"[A-Za-z] ?[A-Za-z][ -]{1,3}\d ?\d ?\d[ -]{1,3}[A-Za-z] ?[A-Za-z]|"
    rf"\d{{2,4}}{_SPACE}[A-Z]{{2,3}}{_SPACE}(?:\d{{2,3}}|2[AB]))(?![A-Za-z0-9])"
)
_NEAR_PLATE = pattern("personal_data", "near_plate")
_NOT_A_PLATE = re.compile(
    r"(?:\d[\s.]?(?:km|kg|cm|mm|ml|cl|min|sec|mn)\b)|(?:\b(?:rn|rd|rm|rue|le|la)\b)", re.I
)


def plate(analysis: Analysis) -> Iterator[Finding]:
    """A registration plate, unless the authority asked for the vehicle to be found."""
    if analysis.context.has_agreement:
        return
    text = analysis.text
    found = [match.span() for match in islice(_PLATE.finditer(text), MAX_OF_ONE_KIND)]
    near = _near(analysis, _NEAR_PLATE, 60)
    for match in _ANY_PLATE.finditer(text):
        overlaps = any(start < match.end() and match.start() < end for start, end in found)
        if not overlaps and not _NOT_A_PLATE.search(match[0]) and near(match.start()):
            found.append(match.span())
    for start, end in sorted(found):
        yield analysis.finding_in_text(
            "plate",
            Severity.BLOCK,
            start,
            end,
            _(
                "« {words} » est une plaque d’immatriculation : elle mène à une personne. "
                "Retirez-la."
            ),
        )


_SEPARATOR = r"[ \u00a0\u200b-\u200d\u2060\ufeff\u202f./\u2010-\u2015_,\-]{0,3}"
_COUNTRY = "(?:33|262|590|594|596|687|689)"
_MOBILE = re.compile(
    rf"(?<![\d.,-])(?:(?:\+|00){_SEPARATOR}{_COUNTRY}{_SEPARATOR}(?:\(0\){_SEPARATOR})?|[0Oo])"
    rf"{_SEPARATOR}[67](?:{_SEPARATOR}\d){{8}}(?![\d]|-\d)"
)
_SPELLED = re.compile(r"\bzero (?:six|sept)\b(?:[ ,-]+\w+){4,}")


def phone(analysis: Analysis) -> Iterator[Finding]:
    """A mobile number: somebody's own."""
    sentence = _(
        "« {words} » est un numéro de portable : donnez le 17, le 112 ou le fixe du service."
    )
    for match in _MOBILE.finditer(analysis.text):
        yield analysis.finding_in_text("phone", Severity.BLOCK, *match.span(), sentence)
    for match in _SPELLED.finditer(analysis.folded):
        yield analysis.finding("phone", Severity.BLOCK, *match.span(), sentence)


_GAP = "[ \u00a0\u202f.\u2010-\u2015/-]{0,2}"
_NIR = re.compile(
    rf"(?<![\d,.])[12378]{_GAP}\d{{2}}{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:\d{{2}}|2[ABab]){_GAP}"
    rf"\d{{3}}{_GAP}\d{{3}}(?:{_GAP}(?:cl[e\u00e9]{_GAP}:?{_GAP})?\d{{2}})?(?![\d])"
)


def nir(analysis: Analysis) -> Iterator[Finding]:
    """A social security number, with or without its key."""
    for match in _NIR.finditer(analysis.text):
        yield analysis.finding_in_text(
            "nir",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » est un numéro de sécurité sociale : retirez-le."),
        )


_OFFICER_NUMBER = re.compile(
    r"(?<![\d.,+])\d(?:[ .\u00a0\u202f-]?\d){4,6}(?![\d])(?!\s?(?:\u20ac|euros|km))"
)
_NEAR_OFFICER = re.compile(
    r"\brio\b(?! (?:de janeiro|20\d\d))|\bmatricules?\b|\bn(?:o|\u00b0|um[e\u00e9]ro) d'agent"
)
_OFFICER_WINDOW = 60


def rio(analysis: Analysis) -> Iterator[Finding]:
    """An officer's number, near the word that says so."""
    near = _near(analysis, _NEAR_OFFICER, _OFFICER_WINDOW)
    for match in _OFFICER_NUMBER.finditer(analysis.text):
        if near(match.start()):
            yield analysis.finding_in_text(
                "rio",
                Severity.BLOCK,
                *match.span(),
                _("« {words} » désigne un agent par son numéro : retirez-le."),
            )


_STREET = (
    r"(?:rue|avenue|av\.?|ave|boulevard|bd\.?|bld|blvd|impasse|allees?|chemin|place|quai|cours|square|"
    r"route|residence|rte|passage|lotissement|esplanade|faubourg|fbg|venelle|villa|ruelle|sentier|"
    r"montee|traverse|promenade|hameau)"
)
_ADDRESS = re.compile(
    r"(?<![\d.,/-])(?<!\dh)(?<!\d h )\d{1,4}(?: ?(?:bis|ter|quater|[a-d](?=[ ,])))?"
    rf"(?: ?(?:,|et \d+,?|-\d+,?))? +{_STREET} (?!\d)(?:\w|')+|"
    r"\bappartement \d+|\bappt? \d+|\b(?:bat(?:iment)?|escalier|etage|porte) \w{1,2},? \d{1,4}"
)
_YEAR = re.compile(r"(?:19|20)\d\d ")
_PUBLIC_PLACE = pattern("personal_data", "public_place")
_HOME = pattern("personal_data", "home")


def address(analysis: Analysis) -> Iterator[Finding]:
    """A house number with its street, but for a public place's."""
    for match in _ADDRESS.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        if _YEAR.match(match[0]):
            continue
        if _PUBLIC_PLACE.search(sentence) and not _HOME.search(sentence):
            continue
        yield analysis.finding(
            "address",
            Severity.WARN,
            *match.span(),
            _("« {words} » mène à une porte : le quartier ou la rue suffisent le plus souvent."),
        )


def _near(analysis: Analysis, pattern: re.Pattern[str], distance: int) -> Callable[[int], bool]:
    """Whether a position of the text stands within so many characters of a match."""
    places = [analysis.place(*match.span())[0] for match in pattern.finditer(analysis.folded)]

    def near(position: int) -> bool:
        index = bisect_left(places, position - distance)
        return index < len(places) and places[index] <= position + distance

    return near
