"""The count and the links must be X's own: a text counted short is refused after its approval."""

import gc
import time
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from approvals.tweet_text import (
    MAX_WEIGHT,
    URL_WEIGHT,
    entities,
    fitting_end,
    normalise,
    urls,
    weighted_length,
)


def values(kind: str, text: str) -> list[str]:
    return [entity.value for entity in entities(text) if entity.kind == kind]


ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

WEIGHTS = {
    "nothing": ("", 0),
    "plain letters": ("Bonsoir", 7),
    "an accent counts one": ("é", 1),
    "an accent in two characters counts one": ("e\u0301", 1),
    "œ, ç and Ÿ": ("œçŸ", 3),
    "French quotes count one each": ("« »", 3),
    "the typographic apostrophe and dashes": ("’–—", 3),
    "NBSP counts one": ("\u00a0", 1),
    "the thin space of French typography counts two": ("\u202f", 2),
    "ellipsis, euro, bullet, numero": ("…€•№", 8),
    "Cyrillic and Arabic count one": ("Яя عر", 5),
    "Georgian is the last script that counts one": ("\u10ff\u1100", 3),
    "spaces up to the joiner, hyphens, quotes, primes": ("\u2000\u200d\u2010\u201f\u2032\u2037", 6),
    "what stands between those ranges": ("\u200e\u200f\u2020\u2031\u2038", 10),
    "Japanese, Korean": ("日本 한국", 9),
    "a newline": ("a\nb", 3),
    "a lone surrogate": ("\ud83d", 2),
    "an emoji": ("😀", 2),
    "two emoji": ("😀😀", 4),
    "an emoji with a skin tone": ("👍🏽", 2),
    "a family": ("👨‍👩‍👧‍👦", 2),
    "a firefighter with a skin tone": ("🧑🏿‍🚒", 2),
    "a family that no list knows, by its parts": ("👦‍👦", 5),
    "a flag": ("🇫🇷", 2),
    "two flags and half of one": ("🇫🇷🇩🇪🇫", 6),
    "a flag of tags": (ENGLAND, 2),
    "the rainbow flag": ("🏳️‍🌈", 2),
    "a keycap, with and without its selector": ("1️⃣2\u20e3", 4),
    "a digit is not an emoji": ("17", 2),
    "a copyright sign as text, as an emoji": ("©©\ufe0f", 3),
    "a heart as text, as an emoji": ("❤❤️", 4),
    "an emoji that phones send with a selector": ("⛔️⚡️⭐️", 6),
    "a selector that asks for text": ("☺\ufe0e", 4),
    "a selector and a skin tone": ("☝️🏽", 2),
    "a link": ("https://www.police-nationale.interieur.gouv.fr/nous-rejoindre", 23),
    "a link that is shorter than what replaces it": ("17.fr", 23),
    "a link among words": ("Voir moncommissariat.fr !", 5 + 23 + 2),
    "two links": ("https://a.fr https://b.fr", 47),
    "a sentence glued to the next": ("Faites le 17.Merci", 18),
    "an emoji beside a link": ("👉🏽https://a.fr👈🏽", 27),
}


@pytest.mark.parametrize(("text", "weight"), WEIGHTS.values(), ids=WEIGHTS.keys())
def test_weight(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


CUTS = {
    "a text that fits": ("a" * 280, 280),
    "one letter too many": ("a" * 281, 280),
    "a heavy character at the limit": ("a" * 279 + "€", 279),
    "an emoji is not cut": ("a" * 279 + "👨‍👩‍👧‍👦" + "b", 279),
    "nor a link": ("a" * 260 + " ex.fr/a.", 261),
    "a link that just fits": ("a" * 256 + " https://ex.fr/" + "b" * 90 + "!", 361),
}


@pytest.mark.parametrize(("text", "end"), CUTS.values(), ids=CUTS.keys())
def test_where_a_text_would_have_to_end(text: str, end: int) -> None:
    assert fitting_end(text) == end


A63 = "a" * 63
LONG_PATH = "https://ex.fr/" + "p" * (4096 - len("https://ex.fr/"))
LONG_HOST = ".".join([A63] * 3)

URLS = {
    "nothing to find": ("La police recrute", []),
    "a scheme": ("Voir http://ex.fr et https://ex.com", ["http://ex.fr", "https://ex.com"]),
    "a scheme in capitals": ("HTTPS://EX.FR", ["HTTPS://EX.FR"]),
    "no scheme": ("moncommissariat.fr", ["moncommissariat.fr"]),
    "a number and a country": ("le 17.fr", ["17.fr"]),
    "no such domain": ("le 17.Merci", []),
    "abbreviations": ("M.Durand, etc.voir n.b", []),
    "a sentence that begins with a country": ("C’est fini.De rien", ["fini.De"]),
    "a name that is a domain of its own": ("M.Dupont", ["M.Dupont"]),
    "a short country domain": ("it.so t.co", ["it.so", "t.co"]),
    "a country domain with a path": ("it.so/x", ["it.so/x"]),
    "several levels": ("a.b-c.d.gouv.fr", ["a.b-c.d.gouv.fr"]),
    "ends a sentence": ("Voir ex.fr.", ["ex.fr"]),
    "between brackets and quotes": ("(ex.fr) «ex.com» “ex.org”", ["ex.fr", "ex.com", "ex.org"]),
    "after a French elision": ("l’ex.fr et l'ex.com", ["ex.fr", "ex.com"]),
    "after a colon or a comma": ("Infos:ex.fr,ex.com", ["ex.fr", "ex.com"]),
    "an e-mail address": ("jean.dupont@ex.fr", []),
    "an address cut by a plus": ("ex.com+a", []),
    "an address cut by a hyphen": ("ex.com-a", []),
    "an address cut by an underscore": ("ex.com_a", ["ex.com"]),
    "after # @ $": ("#ex.fr @ex.fr $ex.fr", []),
    "after - _ . /": ("-ex.fr _ex.fr .ex.fr /ex.fr", []),
    "a scheme after - _ .": (
        "-http://a.fr _http://b.fr .http://c.fr",
        ["http://a.fr", "http://b.fr", "http://c.fr"],
    ),
    "a scheme glued to a word": ("voirhttp://ex.fr", []),
    "a scheme and nothing": ("http:// https://. http://x", []),
    "another scheme": ("ftp://ex.fr javascript:alert(1) mailto:a@ex.fr", []),
    "a dot too many": ("http://ex..fr ex..fr", []),
    "a hyphen at an end": ("http://-ex.fr http://ex-.fr", []),
    "an underscore in a subdomain": ("http://a_b.ex.fr", ["http://a_b.ex.fr"]),
    "an underscore in the domain": ("http://a_b.fr", []),
    "an internet address": ("http://127.0.0.1/ 192.168.1.1", []),
    "a port": ("http://ex.fr:8080/a http://ex.com:80", ["http://ex.fr:8080/a", "http://ex.com:80"]),
    "a port without a scheme": ("ex.fr:8080 ex.fr:8080/a", ["ex.fr", "ex.fr:8080/a"]),
    "a query": ("http://ex.fr?a=b&c", ["http://ex.fr?a=b&c"]),
    "a query after a path": ("ex.fr/?a=é", ["ex.fr/?a="]),
    "a query without scheme or path": ("ex.fr?a=b", ["ex.fr"]),
    "a question": ("Connaissez-vous ex.fr/a?", ["ex.fr/a"]),
    "a fragment": ("http://ex.fr/a#b", ["http://ex.fr/a#b"]),
    "a fragment without a path": ("http://ex.fr#b", ["http://ex.fr"]),
    "punctuation at the end of a path": ("ex.fr/a. ex.fr/b!", ["ex.fr/a", "ex.fr/b"]),
    "punctuation within a path": ("http://ex.fr/a,b;c:d'e*f", ["http://ex.fr/a,b;c:d'e*f"]),
    "a path that ends in = or -": ("ex.fr/a= ex.fr/b-", ["ex.fr/a=", "ex.fr/b-"]),
    "only punctuation for a path": ("http://ex.fr/...", ["http://ex.fr/"]),
    "an account in a path": ("https://ex.fr/@moi/1", ["https://ex.fr/@moi/1"]),
    "parentheses in a path": ("http://ex.fr/a_(b)", ["http://ex.fr/a_(b)"]),
    "nested parentheses": ("http://ex.fr/a_(b_(c)_d)/e", ["http://ex.fr/a_(b_(c)_d)/e"]),
    "parentheses around": ("(http://ex.fr/a_(b))", ["http://ex.fr/a_(b)"]),
    "three levels are too many": ("http://ex.fr/a(b(c(d)))", ["http://ex.fr/a"]),
    "unbalanced or empty parentheses": ("ex.fr/a(b ex.fr/c()", ["ex.fr/a", "ex.fr/c"]),
    "an accent in a path": ("http://ex.fr/sécurité", ["http://ex.fr/sécurité"]),
    "Cyrillic in a path": ("http://ex.fr/мир/", ["http://ex.fr/мир/"]),
    "Japanese ends a path": ("http://ex.fr/a日本", ["http://ex.fr/a"]),
    "an en dash in a path": ("http://ex.fr/a–b", ["http://ex.fr/a–b"]),
    "an accent in a domain": ("http://sûr.fr, sûr.com", ["http://sûr.fr", "sûr.com"]),
    "punycode": ("http://xn--a-bva.fr/ a.xn--p1ai", ["http://xn--a-bva.fr/", "a.xn--p1ai"]),
    "a domain in another script needs a scheme": (
        "http://пример.рф пример.рф",
        ["http://пример.рф"],
    ),
    "a Latin name under another script": ("ex.みんな です", ["ex.みんな"]),
    "between Japanese words": ("こちらhttp://ex.fr/aへ", ["http://ex.fr/a"]),
    "without a scheme between Japanese words": ("こちらex.frです", ["ex.fr"]),
    "several in a run of Japanese": ("ex.comとa.みんなとb.fr/c", ["ex.com", "a.みんな", "b.fr/c"]),
    "directional marks": ("\u200ea.fr\u200f \u202ahttps://b.fr\u202c", ["a.fr", "https://b.fr"]),
    "an invalid character before": ("\ufeffhttp://ex.fr", []),
    "t.co keeps its slug only": ("https://t.co/abc/d https://t.co/abc.", ["https://t.co/abc"] * 2),
    "t.co keeps its query": ("https://t.co/abc?a=1", ["https://t.co/abc?a=1"]),
    "a t.co slug of 40": (f"https://t.co/{'a' * 40}", [f"https://t.co/{'a' * 40}"]),
    "a t.co slug of 41": (f"https://t.co/{'a' * 41}", []),
    "a label of 63": (f"http://{A63}.fr", [f"http://{A63}.fr"]),
    "a label of 64": (f"http://a{A63}.fr a{A63}.com", []),
    "a label too long once encoded": (f"http://{'é' * 60}.fr", []),
    "a host of 253": (f"http://{LONG_HOST}.{'a' * 58}.fr", [f"http://{LONG_HOST}.{'a' * 58}.fr"]),
    "a host of 254": (f"http://{LONG_HOST}.{'a' * 59}.fr", []),
    "the longest link": (LONG_PATH, [LONG_PATH]),
    "a longer one": (LONG_PATH + "p", []),
    "a domain that was withdrawn, still linked": ("ex.mutuelle", ["ex.mutuelle"]),
    "a hidden service": ("ex.onion", ["ex.onion"]),
    "a domain in capitals": ("EX.FR", ["EX.FR"]),
}


@pytest.mark.parametrize(("text", "found"), URLS.values(), ids=URLS.keys())
def test_urls(text: str, found: list[str]) -> None:
    assert urls(text) == found


TOP_LEVEL_DOMAINS = [
    *["com", "org", "net", "fr", "eu", "gouv.fr", "co.uk", "ru", "info", "paris", "bzh", "corsica"],
    *[
        "рф",
        "みんな",
        "中国",
        "한국",
        "онлайн",
        "भारत",
        "ไทย",
        "مصر",
        "קום",
        "ελ",
        "vermögensberater",
    ],
]


@pytest.mark.parametrize("domain", TOP_LEVEL_DOMAINS)
def test_top_level_domains_of_every_kind(domain: str) -> None:
    assert urls(f"https://police.{domain}") == [f"https://police.{domain}"]
    assert urls(f"Voir police.{domain} !") == [f"police.{domain}"]


HASHTAGS = {
    "one": ("#police", ["police"]),
    "as written": ("#PoliceNationale #Police #police", ["PoliceNationale", "Police", "police"]),
    "cut at the hyphen": ("#Saint-Nazaire", ["Saint"]),
    "cut at the apostrophe": ("#l’été", ["l"]),
    "digits only": ("#44 #17", []),
    "digits and a letter": ("#44a #a44", ["44a", "a44"]),
    "an underscore": ("#loire_atlantique #_", ["loire_atlantique"]),
    "accents": ("#été #Élus #cœur", ["été", "Élus", "cœur"]),
    "an accent in two characters": ("#e\u0301te\u0301", ["e\u0301te\u0301"]),
    "full-width sign": ("＃police", ["police"]),
    "full-width digits only": ("#１２", []),
    "after a letter or a digit": ("a#b é#c 1#d _#e", []),
    "after an ampersand": ("&#x41; &#nbsp", []),
    "after punctuation": ("(#a) «#b» ,#c /#d -#e", ["a", "b", "c", "d", "e"]),
    "after an emoji": ("🚔#police ❤️#coeur", ["police", "coeur"]),
    "a keycap is none": ("#️⃣a #\u20e3a", []),
    "glued together": ("#a#b", []),
    "doubled sign": ("##a", ["a"]),
    "before a scheme": ("#http://ex.fr", []),
    "a fragment of a link": ("https://ex.fr/a#b #c", ["c"]),
    "beside a link": ("#a https://ex.fr #b", ["a", "b"]),
    "Cyrillic, Greek": ("#полиция #αστυνομία", ["полиция", "αστυνομία"]),
    "Arabic, Hebrew": ("#شرطة #משטרה", ["شرطة", "משטרה"]),
    "Hebrew with its own marks": ("#צה״ל #בית־ספר", ["צה״ל", "בית־ספר"]),
    "Persian with a non-joiner": ("#می\u200cخواهم", ["می\u200cخواهم"]),
    "Thai, Hindi with vowel marks": ("#ตำรวจ #पुलिस", ["ตำรวจ", "पुलिस"]),
    "Japanese, Chinese, Korean": ("#警察 #けいさつ #경찰", ["警察", "けいさつ", "경찰"]),
    "Japanese without spaces": ("これ#警察です", []),
    "Japanese after its full stop": ("これ。#警察", ["警察"]),
    "Japanese middle dot and wave": ("#ア・イ〜ウ", ["ア・イ〜ウ"]),
    "Catalan middle dot": ("#col·lega", ["col·lega"]),
    "characters of the far planes": ("#𠜎 #𐐷", ["𠜎", "𐐷"]),
    "ends at an emoji": ("#police🚔", ["police"]),
    "ends at punctuation": ("#a. #b, #c! #d? #e:", ["a", "b", "c", "d", "e"]),
    "over a line": ("#a\n#b", ["a", "b"]),
    "the tweet of the pilot": (
        "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
        "Les 2 auteurs convoqués devant la justice #finslimiers",
        ["Saint", "cambriolages", "finslimiers"],
    ),
}


@pytest.mark.parametrize(("text", "found"), HASHTAGS.values(), ids=HASHTAGS.keys())
def test_hashtags(text: str, found: list[str]) -> None:
    assert values("hashtag", text) == found


MENTIONS = {
    "one": ("@pnationale44", ["pnationale44"]),
    "in a sentence, as written": ("Merci @Prefet44, @sdis_44 !", ["Prefet44", "sdis_44"]),
    "full-width sign": ("＠prefet44", ["prefet44"]),
    "digits only": ("@112", ["112"]),
    "twenty characters at most": ("@" + "a" * 21, ["a" * 20]),
    "an e-mail address": ("contact@ex.fr", []),
    "after a letter, a digit or one of _!#$%&*": ("a@b 1@c _@d !@e #@f $@g %@h &@i *@j", []),
    "after other punctuation": (".@a /@b -@c (@d «@e", ["a", "b", "c", "d", "e"]),
    "after an accented letter": ("é@a", ["a"]),
    "after Japanese": ("警察@aです", ["a"]),
    "after RT": ("RT@a RT:@b rt @c", ["a", "b", "c"]),
    "after a word that ends in RT": ("art@a .RT@b", []),
    "glued together": ("@a@b @c＠d", []),
    "before an accented letter": ("@andré", []),
    "before another script": ("@a警察", ["a"]),
    "before a scheme": ("@http://ex.fr", []),
    "of a list the user": ("@a/liste @b/", ["a", "b"]),
    "in a link": ("https://ex.fr/@a @b", ["b"]),
    "a sign alone": ("@ a @", []),
    "over a line": ("@a\n@b", ["a", "b"]),
}


@pytest.mark.parametrize(("text", "found"), MENTIONS.values(), ids=MENTIONS.keys())
def test_mentions(text: str, found: list[str]) -> None:
    assert values("mention", text) == found


def test_entities_come_in_order_and_say_where() -> None:
    text = "👮 @a lit https://ex.fr/#b et #c"
    assert [(e.kind, text[e.start : e.end], e.value) for e in entities(text)] == [
        ("mention", "@a", "a"),
        ("url", "https://ex.fr/#b", "https://ex.fr/#b"),
        ("hashtag", "#c", "c"),
    ]


def test_normalise_makes_one_form_of_what_forms_and_keyboards_send() -> None:
    assert normalise("e\u0301te\u0301\r\nfin\rfin") == "été\nfin\nfin"


MARKS = "\u0315\u0300\u0344\u0f73\u093c"
PIECES = [
    *["a", "fr", ".fr", ".", "-", "_", "/", "http://", "https://t.co/", "?a=", "(", ")", ":80"],
    *["#", "@", "＃", "＠", "&", "RT", " ", "\n", "é", "日", "みんな", "xn--", "\ufe0f", "\u20e3"],
    *["👩", "\u200d", "🏽", "🇫", "1", "©", "\ud83d", *MARKS],
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=2))).map("".join)


@given(texts)
@example("@a\ud800.fr")
def test_entities_match_the_text_and_do_not_overlap(text: str) -> None:
    position = 0
    for entity in entities(text):
        assert position <= entity.start < entity.end <= len(text)
        sign = 0 if entity.kind == "url" else 1
        assert text[entity.start + sign : entity.end] == entity.value
        position = entity.end


@given(texts)
def test_normalise_is_nfc_once_and_for_all(text: str) -> None:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert normalise(text) == unicodedata.normalize("NFC", unified)
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet=f"{MARKS}eé가", min_size=32, max_size=200))
def test_long_runs_of_marks_are_put_in_the_standard_order(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", text)


@given(texts)
def test_the_form_of_accents_changes_no_count(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert weighted_length(composed) == weighted_length(unicodedata.normalize("NFD", text))


@given(texts, texts)
def test_counts_of_lines_add_up(first: str, second: str) -> None:
    # A mark without a letter before it belongs to the line's end.
    assume(not unicodedata.combining(normalise(second)[:1] or " "))
    assert weighted_length(f"{first}\n{second}") == (
        weighted_length(first) + 1 + weighted_length(second)
    )


@given(texts)
def test_what_fits_would_be_taken(text: str) -> None:
    text = normalise(text * 20)
    assert (fitting_end(text) == len(text)) == (weighted_length(text) <= MAX_WEIGHT)


@given(texts)
def test_what_is_no_link_weighs_at_most_two_a_character(text: str) -> None:
    text = normalise(text)
    linked = urls(text)
    rest = len(text) - sum(map(len, linked))
    assert URL_WEIGHT * len(linked) <= weighted_length(text) <= URL_WEIGHT * len(linked) + 2 * rest


HOSTILE = [
    *["a.", "a", "a-", "_", "a_.", "あ.", "あa.fr", "é.", ".", "a.fr ", "a.fr", "a.fr:1", "xn--"],
    *["@", "@a/b-", "RT@", "#", "#a", "#1", "http://", "http://a", "https://t.co/a ", "a.みんな"],
    *["a.fr/(", "a.fr/((a)", "a.fr/a(b(", "a.fr?!", "a.fr/!", "a.fr/,.", "a.vermö", "1\u20e3"],
    *["👩\u200d", "👨‍👩‍👧‍👦", "🇫", "🏴\U000e0067", "\ufe0f", "\ud83d", "가", "日本"],
    *["\u0301", "\u0315\u0300", "\u0344\u0316", "\u0f73\u0f71", "e\u0301", "\u200d", "\r", " "],
]


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        taken = []
        for _ in range(3):
            before = time.process_time()
            weighted_length(text)
            entities(text)
            normalise(text)
            taken.append(time.process_time() - before)
        return min(taken)

    # A collection walks the heap of the whole run: it says nothing of this text.
    gc.collect()
    gc.disable()
    try:
        short, long = seconds(4_000), seconds(16_000)
    finally:
        gc.enable()
    assert long < 1
    assert long < 8 * short + 0.02  # 4 if linear, 16 if quadratic
