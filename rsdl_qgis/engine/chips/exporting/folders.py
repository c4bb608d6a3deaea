"""Scenes: a folder of images for each class, in a folder for each split."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ...feedback import Report
from ..folder import ChipFolder
from .images import parts, write_image

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+|^\.+|[. ]+$')  # in names of folders, on one system or another


def write_folders(chips: ChipFolder, output: Path, report: Report) -> None:
    """Write chips of one class each. OutputError where that fails."""
    folders = folder_names([item.name for item in chips.classes])
    for name, folder in folders.items():
        if name != folder:
            report.log("warning", f"The folder of '{name}' is called '{folder}', as no folder can have its name.")
    for split, own in parts(chips, report):
        for chip in own:
            report.check()
            write_image(chips, chip, output / split / folders[chip.label])


def folder_names(names: list[str]) -> Mapping[str, str]:
    """A folder's name for each class: its own where a folder can have it; no two are the same, whatever their case."""
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: FORBIDDEN.search(name) is not None):  # those that stay first
        plain = FORBIDDEN.sub("-", name)
        number, own = 2, plain
        while own.casefold() in {other.casefold() for other in found.values()}:
            own, number = f"{plain}-{number}", number + 1
        found[name] = own
    return found
