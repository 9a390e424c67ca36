"""What X makes of a text: its weighted length, its links, hashtags and mentions.

The rules are those that X publishes as twitter-text, configuration version 3. Everything here is
pure, takes any string (lone surrogates too) and takes time in proportion to its length: nothing
backtracks, a domain is found by cutting the text where no domain can go on.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Literal

import emoji

from approvals.tlds import lengths_by_first_letter, top_level_domains

MAX_WEIGHT = 280
# What a person may type, before any counting: a text beyond it is refused unread.
MAX_CHARACTERS = 4000
MAX_THREAD_CHARACTERS = 16_000
URL_WEIGHT = 23

_MAX_URL = 4096
_MAX_TCO_SLUG = 40
_MAX_LABEL = 63
_MAX_HOST = 253
_SCHEME_ADDED_BY_X = "https://"


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text that X turns into a link; value is without the # or the @."""

    kind: Literal["url", "hashtag", "mention"]
    start: int
    end: int
    value: str


def normalise(text: str) -> str:
    """The one form in which a text is stored, counted, signed and sent."""
    return _nfc(_one_newline(text))


def normalise_typed(text: str) -> str:
    """As `normalise`, but a text too long to be kept is left as it was typed: no work is done."""
    text = _one_newline(text)
    return text if len(text) > MAX_CHARACTERS else _nfc(text)


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def weighted_length(text: str) -> int:
    """What X counts against its 280."""
    return sum(weight for _start, weight in _weights(_nfc(text)))


def fitting_end(text: str) -> int:
    """Where a normalised text would have to end for X to take it; no link or emoji is cut."""
    total = 0
    for start, weight in _weights(text):
        total += weight
        if total > MAX_WEIGHT:
            return start
    return len(text)


def entities(text: str) -> list[Entity]:
    """Every link, hashtag and mention, in order; where two would overlap the first one wins."""
    found = [*_urls(text), *_hashtags(text), *_mentions(text)]
    found.sort(key=lambda entity: entity.start)
    kept: list[Entity] = []
    for entity in found:
        if not kept or kept[-1].end <= entity.start:
            kept.append(entity)
    return kept


def urls(text: str) -> list[str]:
    """The links that are counted, those too that begin inside a hashtag."""
    return [url.value for url in _urls(text)]


# --- Canonical form -----------------------------------------------------------------------------

# Below U+0300 nothing combines; a shorter run cannot cost much.
_LONG_FOREIGN_RUN = re.compile("[^\u0000-\u02ff]{32,}")


def _nfc(text: str) -> str:
    """NFC in linear time: Python's own sorts a run of combining marks by insertion."""
    return unicodedata.normalize("NFC", _LONG_FOREIGN_RUN.sub(_marks_in_order, text))


def _marks_in_order(run: re.Match[str]) -> str:
    decomposed = (part for char in run[0] for part in unicodedata.normalize("NFD", char))
    ordered: list[str] = []
    for _, group in groupby(decomposed, key=lambda char: unicodedata.combining(char) > 0):
        ordered.extend(sorted(group, key=unicodedata.combining))  # stable: letters stay in place
    return "".join(ordered)


# --- Weight -------------------------------------------------------------------------------------

# These had a text form before they had colours: X takes an emoji selector after them as part of
# them, although the standard sequence goes without (phones do write it).
_MAY_CARRY_SELECTOR = (
    "\u231a\u231b\u25fd\u25fe\u2614\u2615\u2648\u2649\u264a\u264b\u264c\u264d\u264e\u264f\u2650"
    "\u2651\u2652\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26d4\u26ea\u26f2"
    "\u26f3\u26f5\u26fa\u26fd\u2757\u2b1b\u2b1c\u2b50\u2b55\U0001f004\U0001f21a\U0001f22f"
)
_SELECTOR = "\ufe0f"
_KEYCAP = "\u20e3"
_EYE_IN_BUBBLE = "\U0001f441\u200d\U0001f5e8"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def _weights(text: str) -> Iterator[tuple[int, int]]:
    """Where each link, emoji or other character starts, and what it weighs."""
    position = 0
    for url in _urls(text):
        yield from _character_weights(text, position, url.start)
        yield url.start, URL_WEIGHT
        position = url.end
    yield from _character_weights(text, position, len(text))


def _character_weights(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    lengths, sequences = _emoji_sequences()
    while start < end:
        char = text[start]
        for length in lengths.get(char, ()):
            if start + length <= end and text[start : start + length] in sequences:
                yield start, 2
                start += length
                break
        else:
            yield start, 1 if _is_light(ord(char)) else 2
            start += 1


def _is_light(code: int) -> bool:
    return (
        code <= 0x10FF
        or 0x2000 <= code <= 0x200D
        or 0x2010 <= code <= 0x201F
        or 0x2032 <= code <= 0x2037
    )


@cache
def _emoji_sequences() -> tuple[dict[str, tuple[int, ...]], frozenset[str]]:
    """Emoji of several characters: how long they may be by their first, and all of them.

    An emoji of one character weighs 2 like any other character of its kind.
    """
    full = {
        text
        for text, data in emoji.EMOJI_DATA.items()
        if data["status"] == emoji.STATUS["fully_qualified"]
    }
    sequences = {text for text in full if len(text) > 1}
    sequences |= {char + _SELECTOR for char in _MAY_CARRY_SELECTOR}
    sequences |= {text[0] + _KEYCAP for text in full if text.endswith(_KEYCAP)}
    sequences |= {_EYE_IN_BUBBLE}
    sequences |= {
        text + tone
        for text in full
        for tone in _SKIN_TONES
        if len(text) == 2 and text[1] == _SELECTOR and text[0] + tone in full
    }
    lengths: dict[str, set[int]] = {}
    for text in sequences:
        lengths.setdefault(text[0], set()).add(len(text))
    return (
        {char: tuple(sorted(sizes, reverse=True)) for char, sizes in lengths.items()},
        frozenset(sequences),
    )


# --- Links --------------------------------------------------------------------------------------

_LATIN_ACCENTS = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f"
    "\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_CYRILLIC = "\u0400-\u04ff"
_SPACES = "\u0009-\u000d \u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NEVER = "\ufffe\ufeff\uffff\ud800-\udfff"

# Dots, hyphens and underscores are left in: a run is one or several domains and what clings on.
_HOST_RUN = re.compile(
    rf"[^!\"#$%&'()*+,/:;<=>?@\[\\\]^`{{|}}~\x00-\x1f\x7f{_SPACES}{_DIRECTIONS}{_NEVER}]+"
)
_BEFORE_URL = f"[^A-Za-z0-9@＠$#＃{_NEVER}]"
_MAY_PRECEDE_URL = re.compile(_BEFORE_URL)
_HOST_START = re.compile(f"{_BEFORE_URL}(?=[^-_.])")
_LATIN_LABEL = f"[-A-Za-z0-9_{_LATIN_ACCENTS}]"
_LATIN_LABELS = re.compile(rf"(?<!{_LATIN_LABEL})(?:{_LATIN_LABEL}++\.)++")
_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_GOES_ON = re.compile("[A-Za-z0-9@+-]")
_PUNYCODE = re.compile("[xX][nN]--[-A-Za-z0-9]+")

_PORT = re.compile(":[0-9]+")
_PATH_CHAR = rf"[A-Za-z0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN_ACCENTS}{_CYRILLIC}]"
_PATH = re.compile(
    rf"/(?:{_PATH_CHAR}++"
    rf"|\((?:{_PATH_CHAR}++\)|{_PATH_CHAR}*+\({_PATH_CHAR}++\){_PATH_CHAR}*+\)))*+"
)
_NO_PATH_END = "!*';:,.$%[]\u2013~@|&"
_QUERY_RULE = r"\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]*[A-Za-z0-9\-_&=#/]"
_QUERY = re.compile(_QUERY_RULE)
_TCO = re.compile(rf"(?i:https?://t\.co)/([A-Za-z0-9]+)(?:{_QUERY_RULE})?")


@dataclass(frozen=True, slots=True)
class _Label:
    """A piece of a run that stands before a dot."""

    start: int
    dot: int
    tld_end: int | None  # where the top-level domain ends that follows the dot, if one does
    furthest: int | None  # the last label after this one that a domain can go on to, TLD included


def _urls(text: str) -> list[Entity]:
    found: list[Entity] = []
    done = 0  # what stands before it is spent, also as the character before a link
    for run in _HOST_RUN.finditer(text):
        if run.end() <= done or "." not in run[0]:
            continue
        labels = _labels(text, run.start(), run.end())
        i = 0
        while i < len(labels):
            domain = _domain(text, labels, i, done)
            if domain is None:
                i += 1
                continue
            start, host, last, host_end = domain
            port_end = _end_of(_PORT, text, host_end)
            path_end = _path_end(text, port_end)
            end = _end_of(_QUERY, text, path_end)
            if start < host:
                found.extend(_url_with_scheme(text, start, host, host_end, end))
            elif start == 0 or text[start - 1] not in "-_./":
                found.extend(_bare_urls(text, host, host_end, end, path_end > port_end))
            done = end
            i = last + 1
    return found


def _labels(text: str, start: int, end: int) -> list[_Label]:
    """The labels of a run, worked out from the last to the first."""
    labels: list[_Label] = []
    dot = text.rfind(".", start, end)
    next_furthest: int | None = None
    stop = end
    count = text.count(".", start, end)
    while dot >= 0:
        count -= 1
        furthest = None
        if labels:
            after = labels[-1]
            piece = text[after.start : after.dot]
            if piece and piece[0] not in "-_" and piece[-1] not in "-_":
                furthest = next_furthest
                if furthest is None and after.tld_end is not None and "_" not in piece:
                    furthest = count + 1
        previous = text.rfind(".", start, dot)
        first = start if previous < 0 else previous + 1
        labels.append(_Label(first, dot, _tld_end(text, dot + 1, stop), furthest))
        next_furthest, stop, dot = furthest, dot, previous
    labels.reverse()
    return labels


def _tld_end(text: str, start: int, stop: int) -> int | None:
    """Where the top-level domain that begins at start ends; letters of other scripts may follow."""
    if start >= stop:
        return None
    known = top_level_domains()
    for length in lengths_by_first_letter().get(text[start].lower(), ()):
        end = start + length
        if end <= stop and text[start:end].lower() in known and not _GOES_ON.match(text, end):
            return end
    word = _ASCII_WORD.match(text, start, stop)
    if word and word[0].lower() in known and not _GOES_ON.match(text, word.end()):
        return word.end()
    return _end_of(_PUNYCODE, text, start) if _PUNYCODE.match(text, start) else None


def _domain(text: str, labels: list[_Label], i: int, done: int) -> tuple[int, int, int, int] | None:
    """The first domain that starts in label i: start of the link, of the host, last label, end."""
    label = labels[i]
    if label.start == label.dot or text[label.dot - 1] in "-_":
        return None
    last, lowest = label.furthest, label.start
    if last is None:
        # The label before the top-level domain has no underscore; labels before that one may.
        last, lowest = i, text.rfind("_", label.start, label.dot) + 1 or label.start
    host_end = labels[last].tld_end
    if host_end is None:
        return None
    if i == 0 and lowest == label.start and text[lowest] not in "-_":
        scheme = _scheme_start(text, label.start)
        if scheme is not None and _may_start(text, scheme, done):
            return scheme, label.start, last, host_end
    before = _HOST_START.search(text, max(lowest - 1, done, 0), label.dot)
    if lowest == 0 == done and text[0] not in "-_" and (before is None or before.start() > 0):
        return 0, 0, last, host_end
    return (before.end(), before.end(), last, host_end) if before else None


def _scheme_start(text: str, host: int) -> int | None:
    for scheme in ("http://", "https://"):
        start = host - len(scheme)
        if start >= 0 and text[start:host].lower() == scheme:
            return start
    return None


def _may_start(text: str, start: int, done: int) -> bool:
    return start == 0 or (start > done and bool(_MAY_PRECEDE_URL.match(text, start - 1)))


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _path_end(text: str, start: int) -> int:
    match = _PATH.match(text, start)
    return start + len(match[0].rstrip(_NO_PATH_END)) if match else start


def _url_with_scheme(text: str, start: int, host: int, host_end: int, end: int) -> Iterator[Entity]:
    short = _TCO.match(text, start, end)
    if short:
        if len(short[1]) > _MAX_TCO_SLUG:
            return
        end = short.end()
    if _fits(text[host:host_end], end - start):
        yield Entity("url", start, end, text[start:end])


def _bare_urls(text: str, host: int, host_end: int, end: int, has_path: bool) -> Iterator[Entity]:
    """Without a scheme only Latin domains are links; one run of another script may hold several.

    A port or a query without a path is not taken along.
    """
    for labels in _LATIN_LABELS.finditer(text[host:host_end]):
        start, dot = host + labels.start(), host + labels.end() - 1
        while dot > start:
            stop = _tld_end(text, dot + 1, host_end)
            if stop is not None:
                if _fits(text[start:stop], end - host + len(_SCHEME_ADDED_BY_X)):
                    url_end = end if has_path and stop == host_end else stop
                    yield Entity("url", start, url_end, text[start:url_end])
                break
            dot = text.rfind(".", start, dot)


def _fits(host: str, url_length: int) -> bool:
    """Whether name servers could know the host, and X store the link."""
    encoded_length = -1
    for label in host.split("."):
        length = len(label)
        if length <= _MAX_LABEL and not label.isascii():
            if label.lower().startswith("xn--"):
                return False
            length = len("xn--") + len(label.lower().encode("punycode"))
        if not 0 < length <= _MAX_LABEL:
            return False
        encoded_length += length + 1
    return encoded_length <= _MAX_HOST and url_length + encoded_length - len(host) <= _MAX_URL


# --- Hashtags -----------------------------------------------------------------------------------

_HASH = re.compile("[#＃](?![\ufe0f\u20e3])")
_TAG_SPECIALS = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_VARIATION_SELECTORS = "\ufe0e\ufe0f"


def in_hashtag(char: str) -> bool:
    return char in _TAG_SPECIALS or _is_tag_letter(char) or unicodedata.category(char) == "Nd"


def _is_tag_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"


def _hashtags(text: str) -> Iterator[Entity]:
    done = 0
    for sign in _HASH.finditer(text):
        start = sign.start()
        if start > 0 and (start == done or not _may_precede_hashtag(text[start - 1])):
            continue
        end = start + 1
        has_letter = False
        while end < len(text) and in_hashtag(text[end]):
            has_letter = has_letter or _is_tag_letter(text[end])
            end += 1
        if not has_letter:
            continue
        done = end
        if not text.startswith(("#", "＃", "://"), end):
            yield Entity("hashtag", start, end, text[start + 1 : end])


def _may_precede_hashtag(char: str) -> bool:
    return char in _VARIATION_SELECTORS or not (char == "&" or in_hashtag(char))


# --- Mentions -----------------------------------------------------------------------------------

_MENTION = re.compile("[@＠]([A-Za-z0-9_]{1,20})(?:/[A-Za-z][A-Za-z0-9_-]{0,24})?")
_BEFORE_MENTION = re.compile("[^A-Za-z0-9_!#$%&*@＠]")
_RETWEET = re.compile(r"(?:^|[^A-Za-z0-9_+~.-])[rR][tT]\Z")
_NO_MENTION_BEFORE = re.compile(f"[@＠{_LATIN_ACCENTS}]|://")


def _mentions(text: str) -> Iterator[Entity]:
    """Mentions; of a list (@user/list) the user."""
    done = 0
    for match in _MENTION.finditer(text):
        start = match.start()
        if not _may_start_mention(text, start, done):
            continue
        done = match.end()
        if not _NO_MENTION_BEFORE.match(text, done):
            yield Entity("mention", start, match.end(1), match[1])


def _may_start_mention(text: str, start: int, done: int) -> bool:
    if start == 0 or (start > done and _BEFORE_MENTION.match(text, start - 1)):
        return True
    if start > 2 and start - 3 < done:
        return False
    return bool(_RETWEET.search(text[max(start - 3, 0) : start]))
