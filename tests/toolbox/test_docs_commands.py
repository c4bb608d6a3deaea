"""The commands and the parameters that the documentation names are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from rsdl_qgis.engine.published.card import ENCODERS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = [
    pytest.param(command, id=f"{page.stem}-{i}")
    for page in PAGES
    for i, command in enumerate(
        re.findall(
            r"^qgis_process (?:--json )?run (rsdl:(?:.*\\\n)*.*)$", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_algorithms_parameters_and_models(command, provider):
    name, dashes, *given = shlex.split(command.replace("\\\n", " "))
    algorithm = provider.algorithm(name.removeprefix("rsdl:"))
    assert algorithm is not None and dashes == "--"
    values = dict(item.split("=", 1) for item in given)
    assert all(algorithm.parameterDefinition(parameter) for parameter in values)
    required = {
        parameter.name()
        for parameter in algorithm.parameterDefinitions()
        if not parameter.flags() & parameter.FlagOptional
    }
    assert required <= {*values} | {p.name() for p in algorithm.parameterDefinitions() if p.defaultValue() is not None}
    model = values.get("MODEL", "forest")
    published = model in ENCODERS and name in ("rsdl:embedimage", "rsdl:findsimilar")
    assert published or "/" in model or model.startswith("my_") or (ROOT / "models" / model).is_dir()


@pytest.mark.parametrize("page", ["training.md"])
def test_parameters_are_called_as_in_the_dialog(page, provider):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"\*([^*`\n|]+)\* `([A-Z_]+)`", text)
    assert len(named) > 30
    labels = {}
    for algorithm in provider.algorithms():
        if algorithm.groupId() == "train":
            for parameter in algorithm.parameterDefinitions():
                labels.setdefault(parameter.name(), set()).add(parameter.description())
    for label, parameter in named:
        assert any(re.fullmatch(rf"(.+ · )?{re.escape(label)}( \(.+\))?", text) for text in labels[parameter]), label
