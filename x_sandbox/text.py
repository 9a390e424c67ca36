"""How X counts, shortens, escapes and annotates a text; a count of the sandbox's own on purpose."""

import re
import unicodedata
from functools import cache
from typing import Any

import emoji
from publicsuffixlist import PublicSuffixList

MAX_WEIGHT = 280
URL_WEIGHT = 23

# Every code point outside of these ranges weighs 2 (twitter-text, configuration 3).
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_MAYBE_EMOJI = re.compile("[^\u0000-\u00a8\u00b0-\u200c\u2010-\u201f]|\u20e3")
_LETTER = "a-z0-9à-öø-ɏ"
_LABEL = rf"[{_LETTER}](?:[{_LETTER}_-]*[{_LETTER}])?"
_PATH = rf"[{_LETTER}!*';:=+,.$%#/\[\]()\-–_~@&|]*"
_URL = re.compile(
    rf"(?:^|[^\w@#$./-])(?P<url>(?P<scheme>https?://)?(?:{_LABEL}\.)+(?P<tld>[a-zà-ÿ]{{2,}})"
    rf"(?::\d+)?(?P<path>/{_PATH})?(?P<query>\?{_PATH})?)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'…)]}’"
_HASHTAG = re.compile(r"(?<![\w&/])#(?P<tag>\w*[^\W\d_]\w*)")
_MENTION = re.compile(r"(?<![\w@/.])@(?P<name>[A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def _is_tld(label: str) -> bool:
    suffixes = _suffixes()
    return suffixes.publicsuffix(label.lower(), accept_unknown=False) is not None


def urls(text: str) -> list[tuple[int, int, str]]:
    """Where the links are: start, end and the link as written."""
    if "." not in text:
        return []
    found = []
    for match in _URL.finditer(text):
        start, end = match.span("url")
        if not match["scheme"] and not _is_tld(match["tld"]):
            continue
        if match["path"] or match["query"]:
            while text[end - 1] in _TRAILING and not _closes_an_open_one(text[start:end]):
                end -= 1
        elif end < len(text) and text[end] == "@":  # an address, not a link
            continue
        found.append((start, end, text[start:end]))
    return found


def _closes_an_open_one(link: str) -> bool:
    return link.endswith(")") and link.count("(") >= link.count(")")


def weighted_length(text: str) -> int:
    """The length X holds against its 280."""
    text = unicodedata.normalize("NFC", text)
    weight = 0
    for start, end, _ in reversed(urls(text)):
        weight += URL_WEIGHT
        text = text[:start] + text[end:]
    if _MAYBE_EMOJI.search(text):
        for found in reversed(emoji.emoji_list(text)):
            sequence = text[found["match_start"] : found["match_end"]]
            # © and ® alone are no emoji to X.
            weight += 2 if len(sequence) > 1 or _HEAVY.match(sequence) else 1
            text = text[: found["match_start"]] + text[found["match_end"] :]
    return weight + len(text) + len(_HEAVY.findall(text))


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


def published(
    text: str, post_id: int, handle: str, media: list[tuple[str, str]]
) -> tuple[str, dict[str, Any]]:
    """The text as X gives it back, and its entities.

    Links become t.co links, media (pairs of key and kind) add one trailing t.co link for all.
    """
    found: list[dict[str, Any]] = []
    out: list[str] = []
    at = length = 0
    for number, (start, end, link) in enumerate(urls(text)):
        plain = escape(text[at:start])
        short = short_link(post_id + number)
        length += len(plain)
        expanded = link if link.lower().startswith("http") else f"http://{link}"
        found.append(
            {"start": length, "end": length + len(short), "url": short, "expanded_url": expanded}
            | {"display_url": _display(expanded)}
        )
        out += [plain, short]
        length += len(short)
        at = end
    out.append(escape(text[at:]))
    whole = "".join(out)
    if media:
        short = short_link(post_id + 99)
        whole = f"{whole} {short}" if whole else short
        place = {"start": len(whole) - len(short), "end": len(whole), "url": short}
        link = f"https://x.com/{handle}/status/{post_id}/{media[0][1]}/1"
        for key, _ in media:
            found.append(place | {"expanded_url": link, "display_url": f"pic.x.com/{short[13:]}",
                                  "media_key": key})  # fmt: skip
    return whole, _entities(whole, found)


def _display(link: str) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", link)
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
