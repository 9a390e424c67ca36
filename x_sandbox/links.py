"""Where X sees a link in a text: twitter-text's rules, by code of the sandbox's own.

A run of characters that a host may have is found whole, then cut back to its last top-level
domain: nothing backtracks, and every script is treated alike.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

MAX_LENGTH = 4096
_MAX_HOST = 253
_MAX_LABEL = 63
_MAX_SHORT_LINK = 40

# X takes no text that has one of these; half a surrogate pair is no character at all.
INVALID = "\ufeff\ufffe\uffff\ud800-\udfff"

_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_PUNCTUATION = r"!'#%&()*+,\\/:;<=>?@\[\]^{|}~$" + r"\"`\x00-\x08\x0e-\x1f\x7f"
_LATIN = (
    "À-ÖØ-öø-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    "\u0300-\u036f\u1e00-\u1eff"
)
_ELSEWHERE = f"{_PUNCTUATION}{_SPACES}{_DIRECTION}{INVALID}"

# Dots, hyphens and underscores belong to a run of hosts; none begins with them.
_SCHEME = re.compile("(?ai:https?://)")
_BEGINS = re.compile(
    rf"(?<![A-Za-z0-9@＠$#＃{INVALID}])(?P<scheme>{_SCHEME.pattern})?(?=[^._\-{_ELSEWHERE}])"
)
_RUN = re.compile(f"[^{_ELSEWHERE}]+")
_GOES_ON = re.compile(r"[0-9A-Za-z@+\-]")
_WORD = re.compile("[0-9A-Za-z]+")
_PUNYCODE = re.compile(r"(?ai:xn--)[-0-9A-Za-z]+")
_LATIN_LABELS = re.compile(rf"(?:[-0-9A-Za-z_{_LATIN}]+\.)+")

_PATH_CHARACTER = rf"[A-Za-z0-9!*';:=+,.$/%#\[\]\-–_~@|&\u0400-\u04ff{_LATIN}]"
_PARENTHESES = (
    rf"\((?:{_PATH_CHARACTER}++|{_PATH_CHARACTER}*+\({_PATH_CHARACTER}++\){_PATH_CHARACTER}*+)\)"
)
_PORT = re.compile(":[0-9]+")
_PATH = re.compile(rf"/(?:{_PATH_CHARACTER}++|{_PARENTHESES})*+")
_ENDS_NO_PATH = "!*';:,.$%[]–~@|&"
_QUERY = re.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/]")
_SHORT_LINK = re.compile(rf"(?ai:https?://t\.co)/([A-Za-z0-9]+)(?:{_QUERY.pattern})?")

# Top-level domains that are gone, or never came, and that X still makes links of.
_FORMER = """
abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl
boots bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast
cookingchannel csc dabur dodge doha doosan duck dunlop duns eh epost esurance etisalat everbank
fiat flsmidth foodnetwork frontdoor fujixerox glade goo goodhands guardian hgtv honeywell hoteles
htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics kinder ladbrokes lancaster lancia
lancome liaison linde lipsy lixil loft lupin macys maserati mcd mcdonalds meo metlife mf mobily
montblanc mopar movistar mtpc mutual mutuelle nadex nationwide natura newholland
northwesternmutual off oldnavy onion onyourside orientexpress pamperedchef panerai passagens piaget
pramerica qvc raid redstone rightathome rmit rocher sapo sca scjohnson scor ses shaw showtime
shriram spiegel spreadbetting srt starhub statoil swiftcover symantec telecity telefonica tiffany
tp travelchannel uconnect um vista vistaprint volkswagen vuelos warman wolterskluwer xfinity xperia
zippo اتصالات موبايلي 大众汽车 工行 手表 珠宝 诺基亚
"""


class Link(NamedTuple):
    start: int
    end: int
    written: str


class _Run:
    """A run of characters that hosts may have: for each label where a host ends that has it."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start, self.end = start, _end(_RUN, text, start)
        self.dots = [at for at in range(start, self.end) if text[at] == "."]
        self.tops = [_top_end(text, dot + 1, self.end) for dot in self.dots]
        self.reach: list[int | None] = [None] * (len(self.dots) + 1)
        for number in reversed(range(len(self.dots))):
            first = self.dots[number - 1] + 1 if number else start
            self.reach[number] = self._reached(number, text[first : self.dots[number]])

    def _reached(self, number: int, label: str) -> int | None:
        """Where the host ends that goes on with this label of that number, or its part."""
        if not label or label[0] in "-_" or label[-1] in "-_":
            return None
        return self.reach[number + 1] or (None if "_" in label else self.tops[number])

    def host_end(self, start: int) -> tuple[int | None, int]:
        """Where the host ends that starts there; if there is none, where to look again."""
        number = bisect_left(self.dots, start)
        if number == len(self.dots):
            return None, self.end
        dot = self.dots[number]
        end = self._reached(number, self.text[start:dot])
        underscore = self.text.rfind("_", start, dot)
        return end, underscore + 1 if underscore >= 0 else dot + 1


def links(text: str) -> Iterator[Link]:
    """The links of a text in normal form, in order."""
    at = _beginning(text)
    run = _Run(text, 0)
    while begins := _BEGINS.search(text, at):
        start, host = begins.start(), begins.end()
        if host >= run.end:
            run = _Run(text, host)
        top, again = run.host_end(host)
        if top is None:
            at = _scheme_at(text, start, again) or again
            continue
        port = _end(_PORT, text, top)
        path = _path_end(text, port)
        end = _end(_QUERY, text, path)
        if begins["scheme"]:
            yield from _with_scheme(text, start, host, top, end)
        elif start == 0 or text[start - 1] not in "-_./":
            yield from _bare(text, host, top, end, has_path=path > port)
        at = end + 1  # what stands there may come before the next one, not begin it


def _beginning(text: str) -> int:
    """0, or 1: X takes the first letter for what stands before a link, if it can."""
    begins = _BEGINS.match(text, 1)
    return int(
        begins is not None and _Run(text, begins.end()).host_end(begins.end())[0] is not None
    )


def _scheme_at(text: str, start: int, end: int) -> int | None:
    """Where the scheme of another link begins, if what was no host ends with one."""
    for scheme in ("http", "https"):
        if end - len(scheme) > start and _SCHEME.match(text, end - len(scheme)):
            return end - len(scheme)
    return None


def _with_scheme(text: str, start: int, host: int, top: int, end: int) -> Iterator[Link]:
    if short := _SHORT_LINK.match(text, start, end):
        if len(short[1]) > _MAX_SHORT_LINK:
            return
        end = short.end()
    if _is_possible(text[host:top], end - start):
        yield Link(start, end, text[start:end])


def _bare(text: str, host: int, top: int, end: int, *, has_path: bool) -> Iterator[Link]:
    """Without its scheme a host is a link where it is written in Latin letters only."""
    at = host
    while labels := _LATIN_LABELS.search(text, at, top):
        at = labels.end()
        found = _last_top(text, labels.start(), labels.end() - 1, top)
        if found is None:
            continue
        at = found
        start = labels.start()
        if _is_possible(text[start:found], len("https://") + end - host):
            stop = end if has_path and found == top else found
            yield Link(start, stop, text[start:stop])


def _last_top(text: str, start: int, dot: int, end: int) -> int | None:
    while dot > start:
        if found := _top_end(text, dot + 1, end):
            return found
        dot = text.rfind(".", start, dot)
    return None


def _top_end(text: str, start: int, end: int) -> int | None:
    """Where the top-level domain ends that starts there. Letters of another script may follow."""
    tops, lengths = _tops()
    for length in lengths.get(text[start : start + 1].lower(), ()):
        stop = start + length
        if stop <= end and text[start:stop].lower() in tops and not _GOES_ON.match(text, stop):
            return stop
    for pattern in (_WORD, _PUNYCODE):
        word = pattern.match(text, start, end)
        known = word and (pattern is _PUNYCODE or word[0].lower() in tops)
        if word and known and not _GOES_ON.match(text, word.end()):
            return word.end()
    return None


@cache
def _tops() -> tuple[frozenset[str], dict[str, list[int]]]:
    """All top-level domains; how long those of other scripts are, by their first letter."""
    rules = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat")
    tops = set(_FORMER.split())
    for line in rules.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("//"):
            tops.add(line.split()[0].lstrip("!*.").lower().rpartition(".")[2])
    lengths: dict[str, set[int]] = {}
    for top in tops:
        if not top.isascii():
            lengths.setdefault(top[0], set()).add(len(top))
    return frozenset(tops), {letter: sorted(each)[::-1] for letter, each in lengths.items()}


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _path_end(text: str, start: int) -> int:
    found = _PATH.match(text, start)
    return start + len(found[0].rstrip(_ENDS_NO_PATH)) if found else start


def _is_possible(host: str, length: int) -> bool:
    """Whether name servers can hold the host and X the whole address."""
    labels = [label_in_ascii(label) for label in host.split(".")]
    if any(label is None or not 0 < len(label) <= _MAX_LABEL for label in labels):
        return False
    encoded = ".".join(map(str, labels))
    return len(encoded) <= _MAX_HOST and length + len(encoded) - len(host) <= MAX_LENGTH


def label_in_ascii(label: str) -> str | None:
    """A label of a host as name servers know it, in punycode."""
    if label.isascii():
        return label
    if len(label) > _MAX_LABEL or label.lower().startswith("xn--"):
        return None
    return f"xn--{label.lower().encode('punycode').decode()}"
