"""The measure of the corpus stays at least what docs/checks.md says."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.checks.measure import BLOCKS, CORPUS, measure


@pytest.mark.parametrize(("half", "recall"), [("writing", 0.90), ("measuring", 0.95)])
def test_the_checks_find_what_must_be_stopped_and_leave_honest_texts_alone(half, recall):
    counts = measure(half)
    assert counts.recall(BLOCKS) >= recall
    assert counts.falsely_blocked <= 0.02 * counts.clean
    assert counts.falsely_warned <= 0.02 * counts.clean


def test_a_text_stands_in_one_half_only():
    texts = {
        half: {json.loads(line)["text"] for line in (CORPUS / f"{half}.jsonl").open()}
        for half in ("writing", "measuring")
    }
    assert not texts["writing"] & texts["measuring"]


def test_check_texts_reads_a_file_and_prints_what_each_check_found(tmp_path):
    file, out = tmp_path / "texts.jsonl", io.StringIO()
    line = {"id": 7, "text": "Appelez Karim au 06 39 98 41 27", "category": "", "has_image": False}
    file.write_text(json.dumps(line) + "\n\n" + json.dumps({"id": "b", "text": "Bonjour."}))
    call_command("check_texts", str(file), stdout=out)
    assert [json.loads(row) for row in out.getvalue().splitlines()] == [
        {"id": 7, "block": ["PHONE"], "warn": []},
        {"id": "b", "block": [], "warn": []},
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "text": 2}'])
def test_check_texts_names_the_line_that_it_cannot_read(tmp_path, line):
    file = tmp_path / "texts.jsonl"
    file.write_text(line)
    with pytest.raises(CommandError, match="line 1"):
        call_command("check_texts", str(file))


def test_check_texts_says_that_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.jsonl"):
        call_command("check_texts", str(tmp_path / "missing.jsonl"))
