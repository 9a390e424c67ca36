"""What changed, word by word: nothing is lost, and no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.diff import changes, word_diff


def shown(before, after):
    marks = {"same": "{}", "del": "[-{}-]", "ins": "[+{}+]"}
    return "".join(marks[s.kind].format(s.text) for s in word_diff(before, after))


def test_what_went_stands_before_what_came_in_its_place():
    before, after = "Appelez le 17, vite", "Appelez le 02 40, vite"
    assert shown(before, after) == "Appelez le [-17-][+02 40+], vite"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("", "", ""), ("", "a", "[+a+]"), ("a", "", "[-a-]"), ("a b", "a b", "a b")],
)
def test_edges(before, after, expected):
    assert shown(before, after) == expected


@given(st.text(), st.text())
def test_both_texts_can_be_read_off_it(before, after):
    stretches = word_diff(before, after)
    assert "".join(s.text for s in stretches if s.kind != "ins") == before
    assert "".join(s.text for s in stretches if s.kind != "del") == after


def test_a_thread_is_compared_message_by_message():
    assert changes(["a", "b"], ["a", "b"]) == []
    assert [[s.kind for s in part] for part in changes(["a"], ["a", "b"])] == [["same"], ["ins"]]


def test_words_that_repeat_do_not_take_long():
    began = time.process_time()
    word_diff("a " * 2000 + "x", "b a " * 1000)
    word_diff("a " * 150, "b a " * 75)
    assert time.process_time() - began < 2
