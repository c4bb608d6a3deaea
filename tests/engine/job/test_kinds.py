"""What a job's arguments may be: taken as they are, or a sentence with the argument, the value and what may be."""

from __future__ import annotations

import json
import math

import pytest

from rsdl_qgis.engine import jobs
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.job import arguments as job_arguments
from rsdl_qgis.engine.job.arguments import OPERATIONS, checked, some
from rsdl_qgis.engine.job.kinds import (
    Argument,
    Boolean,
    Bounds,
    Choice,
    Either,
    ListOf,
    MapOf,
    Number,
    Object,
    Path,
    Text,
    Whole,
    shown,
    taken,
)

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
    (MapOf(Text(), numbered=True), [{}, {"-3": "a"}]),
    (Either((Number(), ListOf(Number()))), [1, [1, 2]]),
]
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
    (MapOf(Text(), numbered=True), [[], {"a": "b"}, {"1.5": "b"}, {"1": 2}]),
    (Either((Number(), ListOf(Number()))), ["x", {"a": 1}, [[1]]]),
]


@pytest.mark.parametrize(("kind", "values"), SOUND)
def test_sound_values_are_taken_as_they_are(kind, values):
    for value in values:
        assert kind(value, "X") == value
        assert kind.wanted


@pytest.mark.parametrize(("kind", "values"), WRONG)
def test_others_are_refused_with_the_value_and_what_may_be(kind, values):
    for value in values:
        with pytest.raises(InputError, match=r"^(A name in )?THERE") as caught:
            kind(value, "THERE")
        assert len(caught.value.message) < 200 and caught.value.hint.startswith("Give ")


def test_whole_numbers_written_with_a_point_are_whole_numbers():
    assert repr(Whole(1, 9)(8.0, "X")) == "8"


TABLE = {
    "path": Argument(Path(), required=True),
    "size": Argument(Whole(1, 9)),
    "layers": Argument(ListOf(Object("a layer", {"bands": Argument(ListOf(Whole(1, 9)))}))),
}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"does not say 'path'\. Give a path\.$"),
        ({"path": None}, "does not say 'path'"),
        ({"path": "a", "sise": 3}, r"There is no argument 'sise' of the job\. Did you mean 'size'\?"),
        ({"path": "a", "zzz": 3}, r"'zzz' of the job\. There are layers, path, size\."),
        ({"path": "a", "size": "big"}, r"^SIZE cannot be 'big'\. Give a whole number from 1 to 9\.$"),
        ({"path": "a", "layers": [{}, {"bands": [1, 0]}]}, r"^LAYERS\[1\]\.bands\[1\] cannot be 0"),
        ({"path": "a", "layers": [{"band": [1]}]}, "Did you mean 'bands'"),
    ],
)
def test_what_is_missing_unknown_or_wrong_is_said_in_one_sentence(given, message):
    with pytest.raises(InputError, match=message):
        taken(TABLE, given)


def test_null_is_the_same_as_not_given():
    assert taken(TABLE, {"path": "a", "size": None, "unknown": None, "layers": []}) == {"path": "a", "layers": []}


def test_values_are_shown_short_and_printable():
    for value in ("x" * 1000, "\x1b[31m\n", [[[1]]] * 50, {"a": object()}, math.nan, 10**5000):
        assert len(shown(value)) <= 60 and shown(value).isprintable()


def test_every_operation_has_its_table():
    assert set(OPERATIONS) == set(jobs.OPERATIONS)


def test_defaults_are_of_their_kinds():
    for table in OPERATIONS.values():
        for name, argument in table.items():
            assert argument.default is None or argument.kind(argument.default, name) == argument.default


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "describe"])
@pytest.mark.parametrize("arguments", [[], "x", None, 3])
def test_arguments_that_are_no_object_are_refused(operation, arguments):
    with pytest.raises(InputError, match="no object"):
        checked(operation, arguments)


def test_a_part_of_a_job_takes_its_own_arguments_of_the_table():
    given = {"task": "change", "epochs": "x", "seed": None}
    assert some(job_arguments.DATA, ("task", "seed"), given) == {"task": "change"}


def test_a_recipe_of_a_shipped_model_is_a_sound_job():
    from rsdl_qgis.engine.cards.store import default_folders

    for folder in default_folders():
        for file in folder.glob("*/recipe.json"):
            recipe = json.loads(file.read_text(encoding="utf-8"))
            for operation in set(recipe) & {"train", "distil"}:
                checked(operation, {"output": "x", **recipe[operation]})
