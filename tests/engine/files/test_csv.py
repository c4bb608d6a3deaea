"""Tables whose texts no spreadsheet takes for formulas, and which are read as they were."""

from __future__ import annotations

import csv
import io

import pytest

from rsdl_qgis.engine.files.csv import guarded, plain, to_csv

FORMULAS = ("=1+1", "=cmd|'/c calc'!A0", "+x", "-x", "@SUM(A1)", "\t=1", "\r=1", "-1+2", "＝1", "'=1", "''@x")
HARMLESS = ("forest", "a=b", "'quoted'", "", " =1", "-1", "+2.5e-3", "-.5", "a;-b")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_as_a_formula_is_text_and_is_read_as_it_was(text):
    assert guarded(text) == f"'{text}" and plain(guarded(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_and_numbers_stay_as_they_are(text):
    assert guarded(text) == text and plain(text) == text


def test_a_table_guards_its_heads_and_cells_but_not_its_numbers():
    text = to_csv(["class", "=x"], [["=evil", -1.5], [None, "-2"], ["+a, b", 3]])
    assert list(csv.reader(io.StringIO(text))) == [["class", "'=x"], ["'=evil", "-1.5"], ["", "-2"], ["'+a, b", "3"]]
