"""Every sentence is French in the code and English in the catalogue, with nothing left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import ngettext

from policetweets.management.commands.messages import (
    compiled,
    counted,
    extracted,
    folder,
    kept,
    sources,
    to_compile,
    typeset,
    untranslated,
)

ROOT = Path(__file__).resolve().parents[2]
RUN = "run « make messages », then translate"
PLACEHOLDER = re.compile(r"%\(\w+\)0?\d*[a-z]|\{\w+\}|</?\w+>")


@pytest.fixture(scope="module")
def template():
    return extracted()


def keys(catalog) -> set:
    return {(message.id, message.context) for message in catalog if message.id}


def forms(words) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else (words,)


def test_the_english_catalogue_has_every_sentence_and_no_other(template):
    english = kept("en")
    assert keys(template) - keys(english) == set(), RUN
    assert keys(english) - keys(template) == set(), RUN
    assert english.obsolete == {}, RUN


def test_every_sentence_is_translated():
    assert [message.id for message in untranslated(kept("en"))] == []


def test_the_translation_says_the_same_names():
    for message in [one for one in kept("en") if one.id]:
        french, english = forms(message.id), forms(message.string)
        known = {name for form in french for name in PLACEHOLDER.findall(form)}
        for form in english:
            assert set(PLACEHOLDER.findall(form)) <= known, message.id
        assert set(PLACEHOLDER.findall(english[-1])) == set(PLACEHOLDER.findall(french[-1]))


def test_the_english_is_not_the_french_with_its_typography():
    french = re.compile("[«»]| [:;!?]")
    assert [m.id for m in kept("en") if m.id and french.search(" ".join(forms(m.string)))] == []


def test_one_thing_has_one_name():
    """In French « version », in English "revision"; of X alone is said « tweet »."""
    french = {m.id for m in kept("en") if m.id and re.search("(?i)révision", " ".join(forms(m.id)))}
    english = {
        m.id
        for m in kept("en")
        if m.id and re.search(r"(?i)\bversions?\b|\bposts? on X", " ".join(forms(m.string)))
    }
    assert french | english == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_compiled_is_what_is_written(template, language):
    on_disk = (folder(language) / "django.mo").read_bytes()
    assert on_disk == compiled(to_compile(language, template)), "run « make messages »"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("À vérifier : oui ; non ? si !", "À vérifier\xa0: oui\u202f; non\u202f? si\u202f!"),
        ("Par {who} : « {reason} »", "Par {who}\xa0: «\u202f{reason}\u202f»"),
        ("%(n)d accords, 4 images", "%(n)d\xa0accords, 4\xa0images"),
        ("%(hours)d h %(minutes)02d", "%(hours)d\xa0h\xa0%(minutes)02d"),
        ("https://17.fr/a?b=c:d", "https://17.fr/a?b=c:d"),
        ("%(day)s à %(hour)s", "%(day)s à %(hour)s"),
    ],
)
def test_french_is_printed_with_non_breaking_spaces(written, printed):
    assert typeset(written) == printed
    assert typeset(printed) == printed


def test_no_printed_french_sentence_breaks_before_its_punctuation():
    with (folder("fr") / "django.mo").open("rb") as file:
        words = [message.string for message in read_mo(file) if message.id]
    printed = [form for said in words for form in ([said] if isinstance(said, str) else said)]
    assert len(printed) > 1000
    assert [form for form in printed if re.search(r" [;:!?»](?!\w)|« ", form)] == []


def test_french_is_counted_as_the_french_count(template):
    assert keys(kept("fr")) == keys(counted(template)), "run « make messages »"
    said = Template(
        "{% load i18n %}{% blocktranslate count over=n %}{{ over }} signe de trop{% plural %}"
        "{{ over }} signes de trop{% endblocktranslate %}"
    )
    for language, zero in (("fr", "0 signe de trop"), ("en", "0 characters too many")):
        with translation.override(language):
            assert said.render(Context({"n": 0})) == zero
            assert "2" in said.render(Context({"n": 2}))
    with translation.override("fr"):
        missing = "il manque %(count)d accord", "il manque %(count)d accords"
        assert [ngettext(*missing, n) for n in (0, 1, 2)] == [missing[0], missing[0], missing[1]]


def said_on_loading(node: ast.AST, eager: set[str]) -> list[int]:
    """Lines outside every function where a sentence is translated at once, and so only once."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found += said_on_loading(child.args, eager)
            continue
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") in eager:
            found.append(child.lineno)
        found += said_on_loading(child, eager)
    return found


def eager_names(tree: ast.AST) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name and not alias.name.endswith(("_lazy", "_noop"))
    }


def test_no_sentence_is_said_before_somebody_asks():
    found = {}
    for path, text in sources():
        if path.suffix == ".py":
            tree = ast.parse(text)
            found[str(path)] = said_on_loading(tree, eager_names(tree))
    assert len(found) > 80
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_check_of_modules_finds_what_is_said_on_loading():
    code = (
        "from django.utils.translation import gettext as _\n"
        "A = _('Un')\ndef b(c=_('Deux')):\n    return _('Trois')\n"
    )
    assert said_on_loading(ast.parse(code), eager_names(ast.parse(code))) == [2, 3]


# Names, and the two languages each said in itself.
NAMES = {"policetweets", "République", "Française", "English", "Français"}


def unmarked(text: str) -> list[str]:
    """Words of a page that no tag translates: between its elements, and in what is read aloud."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', text)
    shown = re.sub(r"<[^>]*>", " ", text)
    words = re.findall(r"[^\W\d_]{2,}|[«»]| [:;!?]\s", " ".join([*spoken, shown, ""]))
    return [word for word in words if word not in NAMES]


def test_no_page_says_a_word_that_is_not_marked():
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert len(pages) > 60
    found = {path.name: unmarked(path.read_text(encoding="utf-8")) for path in pages}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_check_of_pages_finds_what_is_not_marked():
    assert unmarked('<p title="Fermer">{% translate "Oui" %} Non {{ name }} : {{ it }}</p>') == [
        "Fermer",
        "Non",
        " : ",
    ]
