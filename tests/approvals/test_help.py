"""Each check has its page of help, whose examples it finds and lets pass; findings lead there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.urls import reverse

from approvals.checks import CHECKS, OF_DESCRIPTIONS, Severity, check_text
from approvals.help import PAGES, page_of_check
from tests.approvals.writing import a_draft, typed
from tests.cast import signed_in

ROOT = Path(__file__).resolve().parents[2] / "approvals"
NAME_A_CHECK = {"Finding", "finding", "finding_in_text", "_of_text"}


def ids_in_code() -> set[str]:
    """Every id that a finding may get, as it is written where the finding is made."""
    found = set()
    for file in (*(ROOT / "checks").glob("*.py"), ROOT / "checking.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else function
                name = name.id if isinstance(name, ast.Name) else name
                strings = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
                if name in NAME_A_CHECK and strings:
                    found.add(strings[0])
    return found


def test_every_check_has_its_page():
    assert {check.__name__ for check in CHECKS} - set(PAGES) == set()


def test_whatever_is_found_leads_to_a_page():
    written = ids_in_code()
    assert {check.__name__ for check in CHECKS} <= written
    of_descriptions = {f"{check.__name__}_in_description" for check in OF_DESCRIPTIONS}
    assert [check for check in written | of_descriptions if page_of_check(check) is None] == []


def test_a_page_explains_something_that_is_found():
    assert set(PAGES) - ids_in_code() == set()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_example_before_is_found_as_the_page_says(page):
    found = [f for f in check_text(page.before, page.context) if f.check == page.check]
    assert {finding.severity for finding in found} == {page.severity}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_example_after_may_go(page):
    found = check_text(page.after, page.context_after or page.context)
    assert [f for f in found if f.severity != Severity.ADVICE or f.check == page.check] == []


@pytest.mark.django_db
def test_the_index_leads_to_every_page_and_each_shows_its_examples(cast):
    client = signed_in(cast.nadia)
    home = client.get("/").text
    assert f'href="{reverse("help")}"' in home
    index = client.get(reverse("help")).text
    for page in PAGES.values():
        address = reverse("help-check", args=[page.check])
        assert f'href="{address}"' in index
        shown = client.get(address)
        assert shown.context["page"] == page
        has_place = any(finding.end for finding in shown.context["found"])
        assert has_place == ('class="tweet-mark' in shown.text), page.check
    assert client.get(reverse("help-check", args=["nothing"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_finding_leads_to_its_page_in_another_window(cast):
    draft = a_draft(cast.claire, cast.nantes, "Appelez le 06 12 34 56 78.")
    client = signed_in(cast.claire)
    pages = [
        client.get(reverse("draft", args=[draft.pk])),
        client.get(reverse("compose", args=[draft.pk])),
        client.post(reverse("preview", args=[draft.pk]), typed(draft, draft.parts[0]["text"])),
    ]
    for page in pages:
        link = page.text.split(f'href="{reverse("help-check", args=["phone"])}"', 1)[1]
        link = link.split("</a>")[0]
        assert 'target="_blank"' in link
        assert 'aria-label="Pourquoi ? Numéro de portable - nouvelle fenêtre"' in link.replace(
            "\u202f", " "
        ).replace("\u00a0", " ")
