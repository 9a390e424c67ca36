"""Do two addresses lead to the same page, as X may write the one for the other? Pure.

X adds a scheme to a link that has none, writes host names in small letters or in punycode, encodes
letters, and puts a slash where there is no path. Everything else tells two links apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
RESERVED = frozenset(b":/?#[]@!$&'()*+,;=")
ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})")
DEFAULT_PORTS = {"": ":80", "http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Link:
    """An address in one form; the scheme is empty when none was written."""

    scheme: str
    address: str

    def same(self, other: Link) -> bool:
        """A link without a scheme is the same with either."""
        schemes = {self.scheme, other.scheme} - {""}
        return self.address == other.address and len(schemes) <= 1


def link(url: str) -> Link:
    match = ADDRESS.match(url)
    if match is None:  # never: each piece may be empty
        return Link("", url)
    scheme = (match["scheme"] or "").lower()
    address = _host(match["host"], scheme) + _encoded(match["path"] or "/")
    return Link(scheme, address + _encoded(match["rest"]))


def same_link(first: str, other: str) -> bool:
    return link(first).same(link(other))


def _host(host: str, scheme: str) -> str:
    """Small letters, punycode, without the port that goes without saying."""
    user, at, name = host.rpartition("@")
    name = name.removesuffix(DEFAULT_PORTS[scheme])
    return user + at + ".".join(_label(label) for label in name.split("."))


def _label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.encode(label, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):  # an emoji, say
        return "xn--" + label.lower().encode("punycode", "replace").decode("ascii")


def _encoded(text: str) -> str:
    """Each byte in one way: encoded, but for those that never need to be; the reserved ones stay
    as they are written, since `%2F` is not `/`.
    """
    raw = text.encode("utf-8", "replace")
    raw = ENCODED.sub(_decoded, raw)
    kept = UNRESERVED | RESERVED | {ord("%")}
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in raw)


def _decoded(code: re.Match[bytes]) -> bytes:
    byte = int(code[1], 16)
    return bytes([byte]) if byte in UNRESERVED else code[0].upper()
