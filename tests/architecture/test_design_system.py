"""No page loses a style: what `collectstatic` leaves out of the design system, no page carries."""

from __future__ import annotations

import re

import pytest

from policetweets import design_system
from policetweets.design_system import ROOT, SHEETS, block, pruned, style_sheet
from policetweets.runner import run
from tests.cast import signed_in
from tests.test_urls import prepared

WRITERS = ("templates", "static", "accounts", "approvals", "publishing", "insights", "policetweets")
PAGES = {
    "claire": ["home", "drafts", "new-draft", "compose", "draft", "account", "alerts", "recall"],
    "ada": ["home", "departments", "department", "appoint", "people", "person", "health"],
}


def classes_of(sheet: str) -> set[str]:
    return set(re.findall(r"\.(fr-[\w-]+)", sheet))


@pytest.fixture(scope="module")
def kept() -> set[str]:
    return classes_of(style_sheet())


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {name for sheet in SHEETS for name in classes_of(design_system.read(sheet))}


def test_every_class_of_a_page_has_its_style(cast, kept):
    shown = set()
    for who, names in PAGES.items():
        client = signed_in(getattr(cast, who))
        for name in names:
            address, _ = prepared(name, cast)
            page = client.get(address)
            assert page.status_code == 200, name
            for value in re.findall(r'class="([^"]*)"', page.content.decode()):
                shown |= {one for one in value.split() if one.startswith("fr-")}
    assert len(shown) > 80
    assert shown - kept == {"fr-display"}  # for the script alone


def test_every_class_that_is_written_has_its_style(known, kept):
    """Seen whole, or up to the modifier that a variable names: never « fr-{{ component }} »."""
    for folder in WRITERS:
        for file in (ROOT / folder).rglob("*"):
            if file.suffix not in {".html", ".js", ".py"} or file.name == "design_system.py":
                continue
            text = file.read_text(encoding="utf-8")
            assert not re.findall(r"\bfr-(?![a-z0-9]).*", text), file
            written = set(re.findall(r"\bfr-[a-z0-9_-]+", text))
            assert written & known <= kept, file


def test_pruning_changes_nothing_but_selectors(known):
    every = {block(name) for name in known}
    for sheet in SHEETS:
        rules = design_system.read(sheet)
        assert squeezed(pruned(rules, every)) == squeezed(rules)


def squeezed(rules: str) -> str:
    return re.sub(r"@media[^{}]*\{\}", "", re.sub(r"\s+", "", rules))


def test_a_rule_stays_when_every_class_it_needs_is_used():
    sheet = (
        ".fr-btn,.fr-card .fr-btn{a:b}.fr-card{c:d}"
        "@media print{.fr-card{e:f}.fr-btn:not(.fr-card){g:h}}@font-face{i:j}"
    )
    assert pruned(sheet, {"fr-btn"}) == (
        ".fr-btn{a:b}@media print{.fr-btn:not(.fr-card){g:h}}@font-face{i:j}"
    )


def test_static_files_are_collected_again_only_when_they_would_differ(monkeypatch, tmp_path):
    collected = []

    def collect(env, *arguments):
        collected.append(arguments[0])
        (tmp_path / "static").mkdir(exist_ok=True)
        (tmp_path / "static" / "staticfiles.json").touch()

    monkeypatch.setattr(run, "manage", collect)
    env = {"STATIC_ROOT": str(tmp_path / "static")}
    run.collect_static_files(env)
    run.collect_static_files(env)
    assert collected == ["collectstatic"]

    used = design_system.used_blocks() | {"fr-card"}
    monkeypatch.setattr(design_system, "used_blocks", lambda: used)
    run.collect_static_files(env)
    assert collected == ["collectstatic"] * 2
