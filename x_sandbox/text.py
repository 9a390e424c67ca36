"""How X counts, shortens, escapes and annotates a text; a count of the sandbox's own on purpose."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import emoji

from x_sandbox.links import INVALID, label_in_ascii, links

MAX_WEIGHT = 280
URL_WEIGHT = 23

# Every code point outside of these ranges weighs 2 (twitter-text, configuration 3).
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_MAYBE_EMOJI = re.compile("[#*0-9\u00a9\u00ae\u203c-\U0010ffff]")
# Signs of text before they were emoji: X takes a selector behind them as part of them.
_ONCE_TEXT = "⌚⌛◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FULLY_QUALIFIED = emoji.STATUS["fully_qualified"]
_REFUSED = re.compile(f"[{INVALID}]")
_HASHTAG = re.compile(r"(?<![\w&/])#(?P<tag>\w*[^\W\d_]\w*)")
_MENTION = re.compile(r"(?<![\w@/.])@(?P<name>[A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")


def has_invalid_characters(text: str) -> bool:
    return _REFUSED.search(text) is not None


def weighted_length(text: str) -> int:
    """The length X holds against its 280."""
    text = unicodedata.normalize("NFC", text)
    return sum(URL_WEIGHT for _ in links(text)) + sum(map(_weight, _between_links(text)))


def _between_links(text: str) -> Iterator[str]:
    at = 0
    for link in links(text):
        yield text[at : link.start]
        at = link.end
    yield text[at:]


def _weight(words: str) -> int:
    """Of words without a link; an emoji of several characters weighs 2."""
    weight = len(words) + len(_HEAVY.findall(words))
    at = 0
    while maybe := _MAYBE_EMOJI.search(words, at):
        at = maybe.start()
        length = _emoji_length(words, at)
        if length > 1:
            weight += 2 - length - len(_HEAVY.findall(words, at, at + length))
        at += length
    return weight


def _emoji_length(words: str, start: int) -> int:
    sequences, longest = _emoji_sequences()
    lengths = range(min(longest, len(words) - start), 1, -1)
    return next((n for n in lengths if words[start : start + n] in sequences), 1)


@cache
def _emoji_sequences() -> tuple[frozenset[str], int]:
    """Emoji of several characters as X's list has them: fully qualified, and some forms beside."""
    full = {each for each, data in emoji.EMOJI_DATA.items() if data["status"] == _FULLY_QUALIFIED}
    found = {each for each in full if len(each) > 1}
    found |= {each[0] + "\u20e3" for each in full if each.endswith("\u20e3")}
    found |= {f"{each}\ufe0f" for each in _ONCE_TEXT}
    with_tone = {each[0] for each in found if len(each) == 2 and each[1] in _TONES}
    found |= {
        f"{each}\ufe0f{tone}" for each in with_tone for tone in _TONES if f"{each}\ufe0f" in full
    }
    found.add("\U0001f441\u200d\U0001f5e8")  # an eye in a bubble
    return frozenset(found), max(map(len, found))


def escape(text: str) -> str:
    """X's own escaping of what it gives back: these three and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def short_link(number: int) -> str:
    """A t.co link of X's form, the same for the same number."""
    number = (number * 0x9E3779B97F4A7C15) % 62**10
    digits = ""
    for _ in range(10):
        number, digit = divmod(number, 62)
        digits += _DIGITS[digit]
    return f"https://t.co/{digits}"


# How X may show the address of a link; which of them it takes is not documented.
LINK_FORMS = ("written", "lower", "punycode", "encoded", "slash", "canonical", "unwound", "short")


def published(
    text: str, post_id: int, handle: str, media: list[tuple[str, str]], form: str = "written"
) -> tuple[str, dict[str, Any]]:
    """The text as X gives it back, and its entities.

    Links become t.co links, media (pairs of key and kind) add one trailing t.co link for all.
    """
    found: list[dict[str, Any]] = []
    out: list[str] = []
    at = length = 0
    for number, link in enumerate(links(text)):
        plain = escape(text[at : link.start])
        short = short_link(post_id + number)
        length += len(plain)
        place = {"start": length, "end": length + len(short), "url": short}
        found.append(place | _shown_as(link.written, form))
        out += [plain, short]
        length += len(short)
        at = link.end
    out.append(escape(text[at:]))
    whole = "".join(out)
    if media:
        short = short_link(post_id + 99)
        whole = f"{whole} {short}" if whole else short
        place = {"start": len(whole) - len(short), "end": len(whole), "url": short}
        address = f"https://x.com/{handle}/status/{post_id}/{media[0][1]}/1"
        for key, _ in media:
            found.append(
                place
                | {
                    "expanded_url": address,
                    "display_url": f"pic.x.com/{short[13:]}",
                    "media_key": key,
                }
            )
    return whole, _entities(whole, found)


def _shown_as(written: str, form: str) -> dict[str, Any]:
    """The entity of a link: X adds http:// to what has no scheme."""
    address = written if re.match("(?i:https?://)", written) else f"http://{written}"
    shown: dict[str, Any] = {"expanded_url": _formed(address, form)}
    shown["display_url"] = _display(str(shown["expanded_url"]))
    if form == "unwound":
        shown |= {"unwound_url": _formed(address, "canonical"), "status": 200}
    if form == "short":
        del shown["expanded_url"]
    return shown


_UNCODED = "/%!*';:=+,.$?[]-_~@|&()"


def _formed(address: str, form: str) -> str:
    scheme, host, path, query, fragment = urlsplit(address)
    if form in ("lower", "canonical"):
        scheme, host = scheme.lower(), host.lower()
    if form in ("punycode", "canonical"):
        host = ".".join(label_in_ascii(label) or label for label in host.split("."))
    if form in ("encoded", "canonical"):
        path, query, fragment = (quote(part, safe=_UNCODED) for part in (path, query, fragment))
    if form in ("slash", "canonical"):
        path = path or "/"
    return urlunsplit((scheme, host, path, query, fragment)) if form != "written" else address


def _display(link: str) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", link, flags=re.IGNORECASE)
    return bare if len(bare) <= 27 else f"{bare[:26]}…"


def _entities(whole: str, links: list[dict[str, Any]]) -> dict[str, Any]:
    entities: dict[str, Any] = {}
    if links:
        entities["urls"] = links
    if "#" in whole:
        tags = [
            {"start": m.start(), "end": m.end(), "tag": m["tag"]} for m in _HASHTAG.finditer(whole)
        ]
        if tags:
            entities["hashtags"] = tags
    if "@" in whole:
        names = [
            {"start": m.start(), "end": m.end(), "username": m["name"]}
            for m in _MENTION.finditer(whole)
        ]
        if names:
            entities["mentions"] = names
    return entities
