"""The lock files are made of the tables in tools/lock.py, and the package asks for the same libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomllib
from packaging.requirements import Requirement

from rsdl_qgis.environment.requirements import BUILDS, STEPS, TENSORFLOW, entries, lock_file
from tools.lock import PREDICT, RUNTIMES, TENSORFLOW_REQUIREMENTS, TRAIN, requirements

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOR_THE_COMMAND_LINE = ["click"]  # which the worker does not need


@pytest.mark.parametrize(
    ("step", "build"), [*((step, build) for step in STEPS for build in BUILDS), (TENSORFLOW, "cpu")]
)
def test_a_lock_file_is_of_what_the_tables_say(step, build):
    text = lock_file(step, build).read_text(encoding="utf-8")
    wanted = TENSORFLOW_REQUIREMENTS if step == TENSORFLOW else requirements(step, build)
    assert text.splitlines()[0].partition(": ")[2] == "; ".join(wanted)
    assert {Requirement(text).name.lower() for text in wanted} <= {name.lower() for name, _ in entries(text)}


@pytest.mark.parametrize(
    ("step", "tables", "declared"),
    [
        ("predict", (*PREDICT, RUNTIMES["cpu"]), PROJECT["dependencies"]),
        ("train", TRAIN, PROJECT["optional-dependencies"]["train"]),
    ],
)
def test_the_package_asks_for_the_libraries_of_the_step(step, tables, declared):
    wanted = {found.name: found.specifier for found in map(Requirement, declared)}
    others = [name for name in wanted if name not in {Requirement(text).name for text in tables}]
    assert others == (FOR_THE_COMMAND_LINE if step == "predict" else [])
    locked = dict(lines.split()[0].split("==") for _, lines in entries(lock_file(step, "cpu").read_text("utf-8")))
    for asked in map(Requirement, tables):
        assert wanted[asked.name].contains(locked[asked.name.lower()], prereleases=True)
        least = {str(part) for part in asked.specifier if part.operator == ">="}
        assert least <= {str(part) for part in wanted[asked.name]}
