"""What a job's arguments may be: a job is read by its table, or a sentence says what is missing, unknown or wrong."""

from __future__ import annotations

import json

import pytest

from rsdl_qgis.engine import jobs
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.job.arguments import OPERATIONS, checked
from rsdl_qgis.engine.job.table import Argument, Object, some, taken
from rsdl_qgis.engine.job.training import DATA
from rsdl_qgis.engine.tables.kinds import ListOf, Path, Whole

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
    assert some(DATA, ("task", "seed"), given) == {"task": "change"}


def test_a_recipe_of_a_shipped_model_is_a_sound_job():
    from rsdl_qgis.engine.cards.store import default_folders

    for folder in default_folders():
        for file in folder.glob("*/recipe.json"):
            recipe = json.loads(file.read_text(encoding="utf-8"))
            for operation in set(recipe) & {"train", "distil"}:
                checked(operation, {"output": "x", **recipe[operation]})
