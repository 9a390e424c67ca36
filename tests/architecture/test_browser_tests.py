"""No test in a browser reads the page at once: what is under way may end a moment later."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.test_layers import ROOT

# What Playwright answers as things are this instant; `expect` waits until they are as they should.
READS_AT_ONCE = {
    *("evaluate", "content", "inner_text", "inner_html", "text_content", "input_value", "title"),
    *("is_visible", "is_hidden", "is_enabled", "is_disabled", "is_checked", "get_attribute"),
    *("all_inner_texts", "all_text_contents"),
}
BROWSER_TESTS = [
    file
    for file in sorted((ROOT / "tests").rglob("test_*.py"))
    if "playwright" in file.read_text(encoding="utf-8") and file.parent.name != "house"
]


def reads_at_once(tree: ast.AST) -> list[str]:
    """The asserts of a file that hold such a call."""
    return [
        ast.unparse(one)
        for one in ast.walk(tree)
        if isinstance(one, ast.Assert)
        for call in ast.walk(one.test)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in READS_AT_ONCE
    ]


@pytest.mark.parametrize("file", BROWSER_TESTS, ids=lambda file: file.name)
def test_nothing_in_a_browser_is_asserted_at_once(file):
    assert reads_at_once(ast.parse(file.read_text(encoding="utf-8"))) == []


def test_what_is_asserted_at_once_is_found():
    found = reads_at_once(ast.parse("assert page.evaluate('x') == 1\nexpect(x).to_be_visible()"))
    assert found == ["assert page.evaluate('x') == 1"]
    assert len(BROWSER_TESTS) > 7
