"""Train models from their recipes: ``python -m tools.make_models [NAME | FILE ...] --data DATA``.

A recipe (``models/<name>/recipe.json``, or a file anywhere) says which data set, ``data``, and what the worker is to
do with it: ``train`` or ``distil`` with that job's arguments, and nothing else. So models are made as people make
their own; the job of each can be seen in ``build/models/<name>.json`` and be run again without this program. A
recipe's ``then`` is a list of rounds that follow, each the arguments that change; a round starts from the model of the
one before, and only the last one's is judged by the data set's test part. A recipe starts from a model by its name,
``flood-s2``, or from what it was after a round, ``flood-s2.round1``, which is where the models are made. Without a name
all recipes of ``models/`` are made, a model after the one that it starts from.

A model is written to ``build/models``, with its report, and copied to ``models/<name>`` once it is whole. What was
stopped goes on when it is asked for again. ``--try 2`` trains two epochs to see whether a recipe works and how long
it takes, and copies nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.chips.folder import write_chips
from rsdl_qgis.engine.errors import InputError

from .datasets import make_chips
from .package import MODEL_FILES
from .worker import ROOT, run_job

RECIPE = MODEL_FILES[-1]
OPERATIONS = ("train", "distil")
THEN = "then"  # in a recipe: the rounds after the first
ROUND = ".round"  # between a model's name and the number of a round of it
STARTS = ("base_model", "teacher")  # arguments that name another model

Worker = Callable[[str, Mapping[str, Any], Path], Mapping[str, Any]]  # operation, arguments, file of the job -> result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", help="names in models/, or files; all of models/ by default")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the data sets")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "models", help="where models are made")
    parser.add_argument("--try", dest="epochs", type=int, help="train so many epochs, and copy nothing")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    how = {"device": given.device, "threads": given.threads}
    if given.epochs:
        how["epochs"] = given.epochs
    try:
        for file in in_order([recipe_file(name) for name in given.recipes or all_names()]):
            result = make(file, given.data, given.folder, how)
            print(json.dumps(result, indent=1), flush=True)
            if not given.epochs and file.parent.parent == ROOT / "models":
                install(Path(result["output"]), file.parent)
    except InputError as error:
        raise SystemExit(f"{error.message} {error.hint}") from None


def all_names(models: Path = ROOT / "models") -> list[str]:
    """The models that have a recipe."""
    return sorted(path.parent.name for path in models.glob(f"*/{RECIPE}"))


def recipe_file(name: str, models: Path = ROOT / "models") -> Path:
    """The recipe of that name or path; InputError where there is none."""
    if (models / name / RECIPE).is_file():
        return models / name / RECIPE
    if Path(name).is_file():
        return Path(name).resolve()
    raise InputError(f"There is no recipe '{name}'.", f"There are {', '.join(all_names(models))}.")


def in_order(files: Sequence[Path]) -> list[Path]:
    """The recipes, each after those of the models that it starts from."""
    names = {model_name(file): file for file in files}
    ordered: list[Path] = []
    waiting: list[Path] = []

    def visit(file: Path) -> None:
        if file in ordered or file in waiting:  # in waiting: a model that goes on from itself
            return
        waiting.append(file)
        for start in starts(read_recipe(file)):
            if start in names:
                visit(names[start])
        ordered.append(waiting.pop())

    for file in files:
        visit(file)
    return ordered


def model_name(file: Path) -> str:
    """A recipe's model: the name of its folder in ``models``, else that of the file."""
    return file.parent.name if file.name == RECIPE else file.stem


def starts(recipe: Mapping[str, Any]) -> list[str]:
    """The models that a recipe needs to be there, or to have had a round."""
    asked = (recipe[operation(recipe)].get(name) for name in STARTS)
    return [start.partition(ROUND)[0] for start in asked if start]


def operation(recipe: Mapping[str, Any]) -> str:
    """What the worker is asked to do."""
    return next(name for name in OPERATIONS if name in recipe)


def read_recipe(file: Path) -> dict[str, Any]:
    """A recipe; InputError where it is not ``data``, one operation, and ``then`` for one that trains in rounds."""
    try:
        recipe = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}.") from None
    asked = [name for name in OPERATIONS if name in recipe]
    if len(asked) != 1 or set(recipe) - {THEN} != {"data", *asked} or (THEN in recipe and asked != ["train"]):
        raise InputError(
            f"{file} has {', '.join(recipe) or 'nothing'}.",
            f"A recipe is 'data' and one of {', '.join(OPERATIONS)}; '{THEN}' goes with train.",
        )
    return recipe


def arguments_of(
    recipe: Mapping[str, Any], name: str, chips: Path, folder: Path, how: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of the worker's job: the recipe's, with the chips and where the model goes.

    ``how``: arguments of this run, over the recipe's where not None. Another model is taken from ``models``, or from
    ``folder`` where it is not there yet, whatever the person has installed under that name.
    """
    arguments = {**recipe[operation(recipe)], **given(how)}
    for key in STARTS:
        start = str(arguments.get(key))
        if (ROOT / "models" / start / MODEL_FILES[0]).is_file():
            arguments[key] = f"models/{start}"  # the worker runs in ROOT
        elif (folder / start / MODEL_FILES[0]).is_file():
            arguments[key] = str(folder / start)
    output = {"name": name, "output": str(folder / name), "report": str(folder / f"{name}.html")}
    return {**arguments, "chips": str(chips), **output}


def make(file: Path, data: Path, folder: Path, how: Mapping[str, Any], worker: Worker = run_job) -> Mapping[str, Any]:
    """Make one model in ``folder`` from a recipe; the job's result."""
    recipe, name = read_recipe(file), model_name(file)
    folder = folder.resolve()
    if folder / f"{name}.json" == file.resolve():
        raise InputError(f"The job would be written over the recipe {file}.", "Make the model in another folder.")
    chips = folder / f"{name}.chips"
    made = make_chips(recipe["data"], data.resolve(), chips)
    print(f"{name}: {made.note.get('split', len(made.chips))}", flush=True)
    arguments = arguments_of(recipe, name, chips, folder, how)
    untested = replace(made, chips=(*made.part("train"), *made.part("valid")))
    for number, change in enumerate(recipe.get(THEN, []), 1):
        write_chips(untested)
        output = str(folder / f"{name}{ROUND}{number}")
        early = {**arguments, "output": output, "report": f"{output}.html"}
        worker("train", early, Path(f"{output}.json"))
        write_chips(made)
        arguments = {**arguments, **change, **given(how), "base_model": output}
    return worker(operation(recipe), arguments, folder / f"{name}.json")


def given(how: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of this run that were given."""
    return {key: value for key, value in how.items() if value is not None}


def install(model: Path, target: Path) -> None:
    """Copy a whole model over the one in ``target``, whose recipe stays; the card last."""
    for name in (*MODEL_FILES[1:-1], MODEL_FILES[0]):
        part = target / f"{name}.part"
        shutil.copyfile(model / name, part)
        os.replace(part, target / name)


if __name__ == "__main__":
    main()
