"""YOLO: a text file for each image, with a line for each object, and data.yaml.

A line holds the number of the class, from 0, and the box (centre, width, height), the corners of the outline
(yolo-seg) or the four corners of the oriented box (yolo-obb), as fractions of the image's width and height. Difficult
objects cannot be marked, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...feedback import Report
from ..folder import ChipFolder
from .images import Picture, parts, write_file, write_image
from .objects import Outlined, log_unlabelled, object_classes, objects_of


def write_yolo(chips: ChipFolder, output: Path, report: Report, form: str = "yolo") -> None:
    """Write chips of objects; ``form``: yolo, yolo-seg (of a map) or yolo-obb. Raises OutputError."""
    log_unlabelled(chips, "yolo-seg", report)
    difficult, folders, bands = 0, [], 0
    for split, own in parts(chips, report):
        folders.append(f"{split}: images/{split}")
        for chip in own:
            report.check()
            picture = write_image(chips, chip, output / "images" / split)
            bands = picture.bands
            found = objects_of(chips, chip)
            certain = [item for item in found if not item.difficult]
            difficult += len(found) - len(certain)
            lines = "".join(f"{_line(item, picture, form)}\n" for item in certain)
            write_file(output / "labels" / split / f"{chip.name}.txt", lines)
    if difficult:
        report.log("warning", f"{difficult} difficult objects are left out: FORMAT={form} cannot mark them.")
    channels = [] if bands == 3 else [f"channels: {bands}"]
    names = [f"  {number}: {_quoted(item.name)}" for number, item in enumerate(object_classes(chips))]
    write_file(output / "data.yaml", "\n".join([*folders, *channels, "names:", *names]) + "\n")


def _line(found: Outlined, picture: Picture, form: str) -> str:
    width, height = picture.width, picture.height
    if form != "yolo":
        points = found.ring if form == "yolo-seg" else found.rectangle
        values = [value for x, y in points for value in (x / width, y / height)]
    else:
        x1, y1, x2, y2 = found.corners
        values = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height]
    return " ".join([str(found.index), *_texts(values)])


def _texts(values: Iterable[float]) -> list[str]:
    return [f"{value:.13g}" for value in values]  # of pixels ten digits, as in tables of boxes


def _quoted(name: str) -> str:
    """A name as a YAML string."""
    return "'" + name.replace("'", "''") + "'"
