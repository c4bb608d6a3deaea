"""Models from their recipes: what the worker is asked for, in which order, and what becomes of its result."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.request import TrainRequest
from tools import make_models

from . import data_sets

MEASURED = sorted((make_models.ROOT / "benchmarks" / "recipes").glob("*.json"))  # of models that are not shipped
RECIPES = {name: make_models.read_recipe(make_models.recipe_file(name)) for name in make_models.all_names()} | {
    file.stem: make_models.read_recipe(file) for file in MEASURED
}


@pytest.fixture
def recipe(tmp_path):
    """Writes a recipe as models/<name>/recipe.json below tmp_path; its path."""

    def write(name, **train):
        path = tmp_path / "models" / name / "recipe.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {"dataset": "burned_area", "dates": ["after"]}
        path.write_text(json.dumps({"data": data, "train": {"task": "segmentation", **train}}))
        return path

    return write


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_arguments_that_training_takes(name, tmp_path):
    """All of them known, so that none is written in vain, and of a value that can be."""
    recipe = RECIPES[name]
    assert set(recipe) - {"then"} == {"data", "train"}
    arguments = {**recipe["train"], "output": str(tmp_path / "model")}
    for change in ({}, *recipe.get("then", [])):
        arguments |= change
        assert set(arguments) <= {field.name for field in fields(TrainRequest)}
        request = TrainRequest.of(arguments)
        assert request.title and request.seed


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_make_chips_of_the_data_they_name(name, tmp_path):
    dataset = RECIPES[name]["data"]["dataset"]
    getattr(data_sets, dataset)(tmp_path / "data")
    make_models.make_chips(RECIPES[name]["data"], tmp_path / "data", tmp_path / "chips")
    folder = read_chips(tmp_path / "chips")
    assert folder.part("train") and folder.part("valid")
    assert bool(folder.part("test")) == (not name.startswith("flood"))  # of flood mapping it is for the final figure


def test_a_recipe_is_not_overwritten_by_the_job(recipe, tmp_path):
    file = tmp_path / "mine.json"
    text = recipe("x").read_text()
    file.write_text(text)
    with pytest.raises(InputError, match="over the recipe"):
        make_models.make(file, tmp_path, tmp_path, {}, worker=lambda *_: {})
    assert file.read_text() == text


def test_the_worker_gets_the_recipe_the_chips_and_an_output(recipe, tmp_path):
    data_sets.burned_area(tmp_path / "data")
    asked = []

    def worker(operation, arguments, file):
        asked.append((operation, arguments, file))
        return {"output": arguments["output"]}

    made = tmp_path / "made"
    file = recipe("fires", epochs=40, seed=3, base_model="flood-s2-after")
    result = make_models.make(file, tmp_path / "data", made, {"epochs": 2, "threads": None}, worker)
    assert result == {"output": str(made / "fires")}
    assert len(read_chips(made / "fires.chips").chips) == 7
    expected = {
        "task": "segmentation",
        "epochs": 2,
        "seed": 3,
        "base_model": "models/flood-s2-after",
        "name": "fires",
        "chips": str(made / "fires.chips"),
        "output": str(made / "fires"),
        "report": str(made / "fires.html"),
    }
    assert asked == [("train", expected, made / "fires.json")]


def test_rounds_start_from_one_another_and_only_the_last_is_tested(recipe, tmp_path):
    data_sets.burned_area(tmp_path / "data")
    file, made, asked = recipe("fires", epochs=40, seed=3), tmp_path / "made", []
    then = [{"seed": 4, "learning_rate": 0.1}, {"options": {"coarsen": 2}, "epochs": 5}]
    file.write_text(json.dumps({**json.loads(file.read_text()), "then": then}))

    def worker(operation, arguments, file):
        parts = {chip.split for chip in read_chips(Path(arguments["chips"])).chips}
        asked.append({**arguments, "parts": parts})
        return {"output": arguments["output"]}

    assert make_models.make(file, tmp_path / "data", made, {"threads": 1}, worker)["output"] == str(made / "fires")
    names = ("seed", "epochs", "learning_rate", "options", "base_model", "threads")
    assert [tuple(arguments.get(name) for name in names) for arguments in asked] == [
        (3, 40, None, None, None, 1),
        (4, 40, 0.1, None, str(made / "fires.round1"), 1),
        (4, 5, 0.1, {"coarsen": 2}, str(made / "fires.round2"), 1),
    ]
    assert [arguments["output"] for arguments in asked] == [str(made / f"fires{n}") for n in (".round1", ".round2", "")]
    known = {"train", "valid"}
    assert [arguments["parts"] for arguments in asked] == [known, known, known | {"test"}]


def test_a_model_is_made_after_those_it_starts_from(recipe):
    files = [recipe("a", base_model="c"), recipe("b"), recipe("c", base_model="d"), recipe("d", base_model="d")]
    assert [make_models.model_name(file) for file in make_models.in_order(files)] == ["d", "c", "a", "b"]
    assert make_models.in_order(files[:1]) == files[:1]
    files = [recipe("e", base_model="f.round1"), recipe("f")]
    assert make_models.in_order(files) == files[::-1]


def test_a_model_can_start_from_a_round_of_another(recipe, tmp_path):
    early = tmp_path / "made" / "fires.round1"
    early.mkdir(parents=True)
    (early / "model.json").touch()
    asked = make_models.read_recipe(recipe("smoke", base_model=early.name))
    arguments = make_models.arguments_of(asked, "smoke", tmp_path / "chips", early.parent, {})
    assert arguments["base_model"] == str(early)


def test_a_recipe_has_data_and_one_operation(tmp_path):
    file = tmp_path / "recipe.json"
    wrong = (
        '{"data": {}}',
        '{"data": {}, "train": {}, "distil": {}}',
        '{"data": {}, "train": {}, "rounds": 2}',
        '{"data": {}, "distil": {}, "then": []}',
    )
    for text in wrong:
        file.write_text(text)
        with pytest.raises(InputError, match="A recipe is 'data' and one of train, distil"):
            make_models.read_recipe(file)
    file.write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        make_models.read_recipe(file)
    with pytest.raises(InputError, match="There is no recipe 'marsh'"):
        make_models.recipe_file("marsh")


def test_installing_replaces_the_model_and_keeps_the_recipe(recipe, tmp_path):
    target, made = recipe("fires").parent, tmp_path / "made"
    made.mkdir()
    for name in ("model.json", "model.onnx", "weights.safetensors"):
        (made / name).write_text(f"new {name}")
        (target / name).write_text("old")
    before = (target / "recipe.json").read_text()
    make_models.install(made, target)
    assert (target / "recipe.json").read_text() == before
    assert {p.name: p.read_text() for p in target.iterdir() if p.name != "recipe.json"} == {
        name: f"new {name}" for name in ("model.json", "model.onnx", "weights.safetensors")
    }
