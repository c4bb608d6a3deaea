"""Import of images with boxes, in any of the ``box_formats``, as chip folders.

The images stay where they are; the boxes are written as tables (``box_table``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...cards.card import Band, Input
from ...errors import InputError
from ...feedback import Report
from ...files.text import one_line
from ...vector.label_fields import folded
from ..box_table import LEAST_SEEN, Box, cut_to, turned_corners, write_boxes
from ..cutting.classes import legend_of_names
from ..folder import Chip, ChipFolder, Source, write_chips
from .box_formats import FORMATS, Annotated, Problems
from .images import Picture, check_bands, folder_of, open_picture, placed_chip, reference_to

SMALLEST = 1.0  # smallest side of a used box in pixels
UNNAMED = "object"  # the class where no box has a name


def import_boxes(root: Path, folder: Path, report: Report | None = None, form: str | None = None) -> ChipFolder:
    """The images below ``root`` with their boxes as a chip folder, whose own files are written to ``folder``.

    ``form``: one of ``FORMATS``; None: the first that is found. InputError where no image has annotations or a usable
    box.
    """
    report, problems = report or Report(), Problems()
    if not root.is_dir():
        raise InputError(f"There is no folder {root}.", "Check that it was not moved or renamed.")
    if form is not None and form not in FORMATS:
        raise InputError(f"There is no format '{form}'.", f"Choose one of {', '.join(FORMATS)}.")
    for name in [form] if form else list(FORMATS):
        found = list(FORMATS[name](root, problems, report))
        if found:
            made = write_annotated(found, folder, problems, report, {"format": name})
            problems.log(report)
            return made
    raise InputError(
        f"{root} has no images with boxes.", f"It needs images, and annotations in the format {' or '.join(FORMATS)}."
    )


def write_annotated(
    found: Sequence[Annotated], folder: Path, problems: Problems, report: Report, note: Mapping[str, Any] | None = None
) -> ChipFolder:
    """Annotated images as a chip folder, with its tables of boxes; unusable annotations are added to ``problems``."""
    folder = folder.resolve()
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    stems = Counter(item.path.stem for item in found)
    chips: list[Chip] = []
    sources: dict[str, Source] = {}
    pictures: list[Picture] = []
    names: set[str] = set()
    for item, boxes in zip(found, _named(found, problems)):
        report.check()
        picture = open_picture(item.path)
        size = (picture.grid.width, picture.grid.height)
        if item.size not in (None, size):
            problems.add("images of another size than their annotation says, left out", item.path.name)
            continue
        kept = list(usable(replace(item, boxes=tuple(boxes)), size, problems))
        name = item.path.stem if stems[item.path.stem] == 1 else _long_name(item)
        label = f"labels/{name}.csv" if kept else ""
        if kept:
            write_boxes(folder / label, kept)
            names.update(box.name for box in kept)
        pictures.append(picture)
        chip = Chip(name, {"image": (reference_to(item.path, folder),)}, label, item.split)
        chips.append(placed_chip(chip, picture.grid, sources))
    if not names:
        raise InputError("No image has a usable box.", "Check the annotations, and the names in them.")
    check_bands(pictures)
    inputs = (Input("image", tuple(Band(title) for title in pictures[0].bands)),)
    classes, grids = legend_of_names(names).classes, [picture.grid for picture in pictures]
    made = folder_of(folder, "detection", inputs, classes, chips, sources, grids, "boxes", ())
    made = replace(made, note={**(note or {}), "dirt": dict(problems.counts)})
    write_chips(made)
    return made


def usable(item: Annotated, size: tuple[int, int], problems: Problems) -> Iterator[Box]:
    """The usable boxes of an image of a ``size`` (width, height), in its pixels and clipped to it."""
    width, height = size
    across, down = (width, height) if item.relative else (1.0, 1.0)
    seen: set[Box] = set()
    for box in item.boxes:
        whole = replace(box, x1=box.x1 * across, y1=box.y1 * down, x2=box.x2 * across, y2=box.y2 * down)
        if not all(map(math.isfinite, (whole.x1, whole.y1, whole.x2, whole.y2, *whole.corners))):
            problems.add("boxes with a corner that is not a number, left out", item.path.name)
            continue
        if box.corners:
            outline = np.reshape(box.corners, (-1, 2)) * (across, down)
            whole = replace(whole, corners=turned_corners(outline))
        cut, share = cut_to(whole, width, height)
        if min(whole.x2 - whole.x1, whole.y2 - whole.y1) < SMALLEST:
            problems.add("boxes narrower than a pixel, left out", item.path.name)
        elif share < LEAST_SEEN:
            problems.add("boxes that lie outside their image, left out", item.path.name)
        elif cut in seen:
            problems.add("duplicate boxes, used once", item.path.name)
        else:
            seen.add(cut)
            yield cut


def _named(found: Sequence[Annotated], problems: Problems) -> list[list[Box]]:
    """The boxes of each image with cleaned names.

    A box without a name gets the only class, marked as difficult; with several classes it is left out. Where no box has
    a name, all are of one class.
    """
    plain = {name: _plain(name) for name in {box.name for item in found for box in item.boxes}}
    spelled: dict[str, str] = {}
    for name in sorted(plain.values()):
        spelled.setdefault(folded(name), name)
    plain = {name: spelled[folded(own)] for name, own in plain.items()}
    known = sorted({name for name in plain.values() if name})
    result: list[list[Box]] = []
    for item in found:
        own: list[Box] = []
        for box in item.boxes:
            name = plain[box.name]
            if name != box.name and name:
                problems.add("names with stray characters, cleaned", f"{item.path.name} ('{box.name}')")
            if name or not known:
                own.append(replace(box, name=name or UNNAMED))
            elif len(known) == 1:
                problems.add("boxes without a name, excluded from training and evaluation", item.path.name)
                own.append(replace(box, name=known[0], difficult=True))
            else:
                problems.add("boxes without a name, left out", item.path.name)
        result.append(own)
    return result


def _plain(name: str) -> str:
    """A name without stray characters around it, and without the separator of names in tables."""
    return " ".join(re.sub(r"^[\W_]+|[\W_]+$", "", one_line(name).replace(";", ",")).split())


def _long_name(item: Annotated) -> str:
    """A unique name for an image whose name occurs twice: with its split and folder."""
    folder = re.sub(r"[^\w-]+", "-", item.path.parent.name)
    return "-".join(part for part in (item.split, folder, item.path.stem) if part)
