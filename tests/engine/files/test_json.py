"""JSON of others: what would take long is refused, depth is counted, and what is read can be written again."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.files.json import MOST_VALUES, is_deeper, loaded, parsed, plain


def test_json_is_read():
    assert parsed('{"a": [1, 2.5, null]}') == loaded('{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Expecting value"),
        ("[", "Expecting value"),
        ("1" * 400, "400 digits"),
        ('["' + "1" * 400 + '"]', "400 digits"),
        ("[" + "1," * MOST_VALUES + "1]", f"more than {MOST_VALUES} values"),
    ],
)
def test_what_is_none_or_would_take_long_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parsed(text)


def test_what_is_too_deep_to_be_read_is_no_json():
    with pytest.raises(ValueError, match="inside one another"):
        loaded("[" * 100_000 + "]" * 100_000)


def test_objects_can_be_made_of_their_pairs():
    assert loaded('{"a": 1, "a": 2}', list) == [("a", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("value", "depth"),
    [
        (1, 0),
        ("text", 0),
        ({}, 1),
        ([1], 1),
        ({"a": 1}, 1),
        ([[]], 2),
        ({"a": [1, {"b": ()}]}, 4),
        ([[1], [[2]], 3], 3),
    ],
)
def test_the_depth_is_that_of_objects_and_lists(value, depth):
    assert not is_deeper(value, depth)
    assert depth == 0 or is_deeper(value, depth - 1)


def test_plain_json_can_be_written_and_shown():
    given = {"a\0b": [float("nan"), float("-inf"), 1, "x\x1b", True, None]}
    assert plain(given) == {"a b": [None, None, 1, "x ", True, None]}
