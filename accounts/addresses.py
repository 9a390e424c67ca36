"""The one canonical form of a person's address: what is stored, looked up, counted and compared."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

import idna
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid
from accounts.names import is_printable

MAX_ADDRESS, MAX_LOCAL = 254, 64
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])")
# Digits, and letters of other scripts, that nobody tells from our letters; accents are taken off
# by themselves.
CONFUSABLES = str.maketrans(
    "01ıɩɪȷłøđħɡαορνυϲаеорсухүіјѕԁһԛԝкмтвнгӏօսհոց",
    "oliiijlodhgaopvucaeopcyxyijsdhqwkmtbhrlouhng",
)
PAIRS = {"rn": "m", "vv": "w"}


class NotAnAddress(Invalid):
    code = "not_an_address"
    sentence = _("Cette adresse électronique n’est pas valable : prenom.nom@exemple.fr.")


def canonical_address(typed: str) -> str:
    """ASCII and lower case: NFKC, then lower case, the domain as DNS knows it.

    Raises NotAnAddress for what has no such form, a dotless i in front of the @ for one, or a ß:
    case folding would make it the mailbox of somebody with ss.
    """
    if len(typed) > MAX_ADDRESS or not is_printable(typed.strip()):
        raise NotAnAddress(field="email")
    local, at, domain = unicodedata.normalize("NFKC", typed.strip()).rpartition("@")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except UnicodeError:  # idna's own error is one
        domain = ""
    local = local.lower()
    if not (at and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain) and len(local) <= MAX_LOCAL):
        raise NotAnAddress(field="email")
    address = f"{local}@{domain}"
    if len(address) > MAX_ADDRESS:
        raise NotAnAddress(field="email")
    return address


def skeleton(address: str) -> str:
    """What a reader sees in a canonical address: equal for two that look alike."""
    local, _at, domain = address.rpartition("@")
    with suppress(UnicodeError):
        domain = idna.decode(domain)
    bare = unicodedata.normalize("NFKD", f"{local}@{domain}".casefold())
    seen = "".join(c for c in bare if not unicodedata.combining(c)).translate(CONFUSABLES)
    for pair, letter in PAIRS.items():
        seen = seen.replace(pair, letter)
    return seen
