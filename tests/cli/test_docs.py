"""The commands that the documentation shows are there, with their options and models."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from rsdl_qgis.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"(?:^|`)(rsdl (?:predict|run|models|diagnostics)\b[^`\n…]*)(?:`|$)", re.MULTILINE)
COMMANDS = [
    pytest.param(found.partition(" > ")[0], id=f"{page.stem}-{i}")
    for page in PAGES
    for i, found in enumerate(COMMAND.findall(page.read_text(encoding="utf-8")))
    if "MODEL" not in found and "--help" not in found and found != "rsdl run"
]


def test_there_are_some():
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_can_be_parsed(command):
    _, name, *arguments = shlex.split(command)
    context = main.commands[name].make_context(name, [*arguments])
    model = context.params.get("model")
    assert model is None or (ROOT / "models" / model).is_dir()
