"""DOTA: a text file for each image, with a line for each object: x and y of four corners in pixels, class, difficult.

Xia et al. (CVPR 2018), doi:10.1109/CVPR.2018.00418. Differs from it: images are PNG or GeoTIFF, and the files do not
begin with the lines ``imagesource`` and ``gsd``.
"""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...feedback import Report
from ..folder import ChipFolder
from .images import parts, write_file, write_image
from .objects import Outlined, object_classes, objects_of


def write_dota(chips: ChipFolder, output: Path, report: Report) -> None:
    """Write chips of objects. InputError where two classes had one name, OutputError where it cannot be written."""
    names = [word_of(item.name) for item in object_classes(chips)]
    if len(set(names)) < len(names):
        problem = "FORMAT=dota has no spaces in the names of classes, and without them two are the same."
        raise InputError(problem, "Rename one of them, or choose FORMAT=yolo-obb.")
    if changed := [item.name for item, name in zip(object_classes(chips), names) if item.name != name]:
        report.log("warning", f"FORMAT=dota has no spaces in the names of classes: '{changed[0]}' gets hyphens.")
    for split, own in parts(chips, report):
        for chip in own:
            report.check()
            write_image(chips, chip, output / split / "images")
            lines = "".join(f"{_line(item, names)}\n" for item in objects_of(chips, chip))
            write_file(output / split / "labelTxt" / f"{chip.name}.txt", lines)


def word_of(name: str) -> str:
    """A name as one word with a letter in it, as the format separates words by spaces."""
    word = "-".join(name.split())
    return word if any(letter.isalpha() for letter in word) else f"class-{word}"


def _line(found: Outlined, names: list[str]) -> str:
    values = [f"{value:.10g}" for corner in found.rectangle for value in corner]
    return " ".join([*values, names[found.index], str(int(found.difficult))])
