"""Kinds of values: taken as they are, or a sentence with where it stands, the value and what may be."""

from __future__ import annotations

import math

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.tables.kinds import (
    Boolean,
    Bounds,
    Choice,
    Either,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Path,
    Plain,
    Text,
    TextThat,
    Whole,
    Wrong,
    shown,
)

DIGITS = TextThat(lambda text: text.lstrip("-").isdigit(), "a whole number")
SOUND = [
    (Text(), ["", "é\n", "x" * 20_000]),
    (Path(), ["a.tif", "/vsizip/a.zip/b.tif", "a|layername=b"]),
    (Choice(("a", "b")), ["a"]),
    (Number(0, 1), [0, 1, 0.5]),
    (Number(finite=False), [math.inf, -1e308, 10**300]),
    (Whole(1, 9), [1, 9]),
    (Boolean(), [True, False]),
    (Bounds(), [[0.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0]]),
    (ListOf(Whole(1, 9), 1), [[1], [2, 3]]),
    (MapOf(Text(), DIGITS), [{}, {"-3": "a"}]),
    (ListOf(Number(), 2, 2, unique=True), [[1, 2]]),
    (Either((Number(), ListOf(Number()))), [1, [1, 2]]),
    (Nullable(Number()), [None, 1]),
    (Plain(), [{}, {"a": [{}]}]),
]
deep = [1]
for _ in range(40):
    deep = [deep]
WRONG = [
    (Text(), [1, None, [], "\0", "\ud800", "x" * 20_001]),
    (Path(), ["", "  ", 5, "a" * 5000, ["a.tif"]]),
    (Choice(("a", "b")), ["c", "", ["a"], {"a": 1}, True]),
    (Number(0, 1), ["1", True, math.nan, math.inf, -0.1, 1e308, 10**400, [0.5]]),
    (Number(0, 1, above=True), [0]),
    (Whole(1, 9), [0, 10, 1.5, True, "3", math.nan, math.inf, 10**400]),
    (Boolean(), [0, 1, "true", None]),
    (Bounds(), [[0, 0, 1], [0, 0, 1, math.nan], [3, 0, 1, 1], [0, 3, 1, 1], "0,0,1,1", [0, 0, 1, True]]),
    (Bounds(), [[0, 0, 1e300, 1], [0, 0, 10**400, 1]]),
    (ListOf(Whole(1, 9), 1), [[], 1, [0], "12", {"0": 1}, [1] * 20_000]),
    (MapOf(Text(), DIGITS), [[], {"a": "b"}, {"1.5": "b"}, {"1": 2}]),
    (Whole(1, 9, exact=True), [8.0]),
    (ListOf(Number(), 2, 2, unique=True), [[1], [1, 2, 3], [1, 1]]),
    (Either((Number(), ListOf(Number()))), ["x", {"a": 1}, [[1]], None]),
    (Nullable(Number()), ["x", True]),
    (Plain(), [[], None, {"\0": 1}, {"a": deep}]),
]


@pytest.mark.parametrize(("kind", "values"), SOUND)
def test_sound_values_are_taken_as_they_are(kind, values):
    for value in values:
        assert kind(value, "X") == value
        assert kind.wanted


@pytest.mark.parametrize(("kind", "values"), WRONG)
def test_others_are_refused_with_the_value_and_what_may_be(kind, values):
    for value in values:
        with pytest.raises(Wrong, match=r"^(a name in )?THERE") as caught:
            kind(value, "THERE")
        told = caught.value.as_error(InputError)
        assert isinstance(told, InputError)
        assert len(told.message) < 200 and told.hint.startswith("Give ")


def test_either_says_what_is_wrong_with_the_value_of_its_type():
    with pytest.raises(Wrong, match=r"^X\[1\] is 'a', and should be a number$"):
        Either((Number(), ListOf(Number())))([1, "a"], "X")
    with pytest.raises(Wrong, match=r"^X is 'a', and should be a number, or a list, each of them a number$"):
        Either((Number(), ListOf(Number())))("a", "X")


def test_whole_numbers_written_with_a_point_are_whole_numbers():
    assert repr(Whole(1, 9)(8.0, "X")) == "8"


def test_values_are_shown_short_and_printable():
    for value in ("x" * 1000, "\x1b[31m\n", [[[1]]] * 50, {"a": object()}, math.nan, 10**5000):
        assert len(shown(value)) <= 60 and shown(value).isprintable()
