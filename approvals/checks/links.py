"""Links, and accounts that a text cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.checks.vocabulary import pattern
from approvals.hidden_characters import hidden_characters
from approvals.tweet_text import Entity, entities

_BAD_URL = pattern("links", "bad_url")
_HOST = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:www\.)?([^\W_](?:[\w-]*)(?:\.[\w-]+)+)(?=[/?\s:]|$)", re.I
)


def bad_url(analysis: Analysis) -> Iterator[Finding]:
    """Links that hide where they lead: shorteners, logins, bare addresses, lookalike domains."""
    text = analysis.text
    for match in _BAD_URL.finditer(analysis.folded):
        yield analysis.finding(
            "bad_url",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » : ce lien cache où il mène. Donnez l’adresse de la page officielle."),
        )
    for match in _HOST.finditer(text):
        host = match[1].lower()
        if poses_as_official(host, analysis.context.lists.domains):
            yield analysis.finding_in_text(
                "bad_url",
                Severity.BLOCK,
                *match.span(),
                _("« {words} » se donne pour un site officiel et n’en est pas un : vérifiez-le."),
            )
        if host in analysis.context.lists.shorteners:
            yield analysis.finding_in_text(
                "bad_url",
                Severity.BLOCK,
                *match.span(),
                _("« {words} » raccourcit un lien : donnez l’adresse entière de la page."),
            )


def foreign_domain(analysis: Analysis) -> Iterator[Finding]:
    """A domain that is on no list of official ones."""
    for link in analysis.links:
        if link.kind != "url":
            continue
        host = host_of(link.value)
        if host in analysis.context.lists.shorteners or is_listed(
            host, analysis.context.lists.domains
        ):
            continue
        yield analysis.finding_in_text(
            "foreign_domain",
            Severity.ADVICE,
            link.start,
            link.end,
            _("« {words} » n’est pas sur la liste des sites officiels : relisez la page avant."),
        )


_OFFICIAL_LABEL = pattern("links", "official_label")
_OFFICIAL_BEFORE = pattern("links", "official_before")


def poses_as_official(host: str, domains: frozenset[str]) -> bool:
    """Whether a domain bears a name of the State's without being one of its own."""
    if not host.isascii():
        return True
    if is_listed(host, domains) or (host.endswith(".fr") and not _OFFICIAL_BEFORE.search(host)):
        return False
    return bool(_OFFICIAL_LABEL.search(host.replace("0", "o").replace("1", "l")))


def host_of(url: str) -> str:
    host = re.split(r"[/?#]", url.partition("://")[2] or url, maxsplit=1)[0].lower()
    return host.rpartition("@")[2].partition(":")[0].removeprefix("www.")


def is_listed(host: str, domains: frozenset[str]) -> bool:
    """Whether the host is one of these domains or below one."""
    labels = host.split(".")
    return any(".".join(labels[i:]) in domains for i in range(len(labels)))


_OFFICIAL_ACCOUNT = pattern("links", "official_account")
_UNOFFICIAL_ACCOUNT = pattern("links", "unofficial_account")


def mention(analysis: Analysis) -> Iterator[Finding]:
    """An account that is not known to be official; X may refuse a tweet that cites it."""
    for named in analysis.links:
        if named.kind != "mention":
            continue
        handle = named.value.lower()
        if handle in analysis.context.lists.accounts or handle == analysis.context.handle.lower():
            continue
        if _OFFICIAL_ACCOUNT.search(handle) and not _UNOFFICIAL_ACCOUNT.search(handle):
            continue
        yield analysis.finding_in_text(
            "mention",
            Severity.WARN,
            named.start,
            named.end,
            _(
                "{words} n’est pas sur la liste des comptes officiels, et X peut refuser un tweet "
                "qui cite un compte qui ne vous a pas mentionné d’abord."
            ),
        )


def link_without_scheme(analysis: Analysis) -> Iterator[Finding]:
    """A domain that X makes a link of, meant or not."""
    for link in analysis.links:
        if link.kind == "url" and not link.value.lower().startswith(("http://", "https://")):
            yield analysis.finding_in_text(
                "link_without_scheme",
                Severity.ADVICE,
                link.start,
                link.end,
                _(
                    "« {words} » sera un lien. Écrivez {suggestion}, ou mettez une espace après "
                    "le point si ce n’est pas une adresse."
                ),
                f"https://{link.value}",
            )


# What closes a sentence or a bracket after a link is no part of the link.
_CLOSING = "\"'.,;:!?…)]}>»”’"
_CLOSES_LINK = '"<>)]}»”'
_NO_LINK_CHARACTER = re.compile(r"[^A-Za-z0-9!*;:=+,.$/%#\-_~@|&?]")


def link_cut(analysis: Analysis) -> Iterator[Finding]:
    """A link that X ends before its author meant it to."""
    text, links = analysis.text, analysis.links
    for position, link in enumerate(links):
        bare = link.value.partition("://")[2] or link.value
        if link.kind != "url" or not ("/" in bare or "?" in bare):
            continue
        stop = links[position + 1].start if position + 1 < len(links) else len(text)
        rest = text[link.end : stop].split(maxsplit=1)[:1]
        words = rest[0].rstrip(_CLOSING) if rest and not text[link.end].isspace() else ""
        cutting = _NO_LINK_CHARACTER.search(words)
        if not cutting or cutting[0] in _CLOSES_LINK or not any(c.isalnum() for c in words):
            continue
        if list(hidden_characters(words)):
            continue
        scheme = "" if "://" in link.value else "https://"
        suggestion = f"{scheme}{link.value}{quote(words, safe='/?=&#%+.,;:@!~')}"
        if entities(suggestion) != [Entity("url", 0, len(suggestion), suggestion)]:
            continue
        sentence = format_lazy(
            _(
                "Le caractère « {char} » coupe le lien, qui s’arrête à {linked}. Écrivez "
                "{suggestion}, ou mettez une espace après l’adresse."
            ),
            char=cutting[0],
            linked=link.value,
            suggestion=suggestion,
        )
        end = link.end + len(words)
        yield Finding(
            "link_cut",
            Severity.WARN,
            link.start,
            end,
            text[link.start : end],
            sentence,
            suggestion,
        )
