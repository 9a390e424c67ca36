"""No cell of a table that is handed out is run by a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from insights.spreadsheet import Table, cell


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM", "\tx", "\rx", "\nx"])
def test_no_text_is_a_formula(text):
    assert cell(text) == f"'{text}"
    file = io.BytesIO()
    table = Table(file, ["a"])
    table.add(text)
    table.close()
    assert next(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))["a"][0] == "'"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-12, "-12"),
        (None, ""),
        (True, "True"),
        ("Nantes, la nuit", "Nantes, la nuit"),
        (dt.datetime(2014, 1, 10, 8, 30, tzinfo=dt.UTC), "2014-01-10T08:30:00+00:00"),
    ],
)
def test_other_cells_are_as_they_are(value, written):
    assert cell(value) == written
